/* zgw_zaak - what is said by a zaak, with its rollen, statuses and result. */
#include "connectors/municipality/zgw_zaak.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "connectors/municipality/zgw_pause.h"
#include "connectors/municipality/zgw_person.h"
#include "connectors/municipality/zgw_property.h"
#include "connectors/municipality/zgw_read.h"
#include "connectors/municipality/zgw_status.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

static bool take_prefix(struct bytes *text, const char *prefix)
{
	size_t size = strlen(prefix);
	if (text->size < size || memcmp(text->data, prefix, size) != 0)
		return false;
	*text = bytes_of(text->data + size, text->size - size);
	return true;
}

/* The name of the document says what is asked. */
static bool read_task(struct zgw_read *read, struct bytes name)
{
	const uint8_t *mark = name.size > 0 ? memchr(name.data, '#', name.size) : NULL;
	struct bytes asked = {0};
	if (mark != NULL) {
		asked = bytes_of(mark + 1, name.size - (size_t)(mark - name.data) - 1);
		name.size = (size_t)(mark - name.data);
	}
	read->path = zgw_url_below(read->config->zaken_url, name);
	read->is_destroyed = take_prefix(&asked, ZGW_DESTROYED);
	if (read->is_destroyed)
		read->zaaktype_path = asked;
	else if (take_prefix(&asked, ZGW_STATUS))
		read->asked_status = zgw_url_below(read->config->zaken_url, asked);
	else if (take_prefix(&asked, ZGW_LAST))
		read->tells_last = true;
	else if (take_prefix(&asked, ZGW_CHANGED))
		read->is_changed = clock_date_from_text(asked, &read->changed_on);
	else if (take_prefix(&asked, ZGW_SINCE))
		read->has_since = clock_from_text(asked, &read->since);
	struct bytes rest = read->path;
	return take_prefix(&rest, "zaken/") && rest.size > 0;
}

/* false: it is still to come, or a problem was added. */
static bool read_zaaktype(struct zgw_read *read, struct problems *problems)
{
	const struct json_tree *zaaktype = zgw_read_static(read, read->zaaktype_path, problems);
	if (zaaktype == NULL)
		return false;
	read->scheme = member_text(zaaktype, "identificatie");
	if (read->scheme.data == NULL)
		read->scheme = zgw_url_last(read->zaaktype_path);
	return true;
}

/* Nothing else says so, and it may be the only word of a mistake that was taken back: a person must
 * look. Whether the client goes with it is never guessed. */
static void draft_destroyed(struct zgw_read *read)
{
	struct problems *problems = zgw_read_problems(read);
	bool is_known = read->zaaktype_path.size > 0 && read_zaaktype(read, problems);
	if (read->out->wants_count > 0)
		return;
	if (is_known &&
		zgw_read_zaaktype(read->config, read->scheme, read->zaaktype_path) == NULL) {
		read->out->passed++;
		return;
	}
	struct parcel_draft *to = parcel_add(read->out, read->docs->items[0].body, read->path);
	struct status_change *change = parcel_change(read->out, &to->draft);
	change->action = ACTION_UNKNOWN;
	change->raw = arena_get(read->out->arena, sizeof(*change->raw));
	change->raw->scheme = is_known ? read->scheme : bytes_of_string("zgw");
	change->raw->code = bytes_of_string("destroy");
	change->raw->text = bytes_of_string("the zaak was destroyed in the zaak system");
	to->draft.case_ = zgw_url_last(read->path);
	to->draft.reference = bytes_of_string(
		arena_format(read->out->arena, "%.*s#destroyed", BYTES_ARG(read->path)));
}

static bool date_of(const struct json_tree *zaak, const char *name, int32_t *out)
{
	return clock_date_from_text(member_text(zaak, name), out);
}

/* A zaak may be registered before it starts, or long after: the earlier is when it was known. */
static bool first_day(const struct json_tree *zaak, int32_t *out)
{
	int32_t start, registered;
	bool has_start = date_of(zaak, "startdatum", &start);
	bool has_registered = date_of(zaak, "registratiedatum", &registered);
	if (!has_start && !has_registered)
		return false;
	*out = !has_start || (has_registered && registered < start) ? registered : start;
	return true;
}

/* Pages that are not here yet are wanted; false then, or if a problem was added. */
static bool read_rollen(struct zgw_read *read, struct zgw_rollen *out, struct problems *problems)
{
	struct arena *arena = read->out->arena;
	const struct json_tree *page = NULL;
	for (int number = 1; number == 1 || member_text(page, "next").data != NULL; number++) {
		if (number > ZGW_PERSON_PAGES) {
			problems_add(problems, "person", NULL,
				"cannot be told: the zaak has more than %d pages of rollen",
				ZGW_PERSON_PAGES);
			return false;
		}
		const char *path = arena_format(arena, "rollen?zaak=%.*s%s",
			BYTES_ARG(zgw_read_name(read)), number == 1 ? "" : "&page=2");
		page = zgw_read_zaken(read, bytes_of_string(path), problems);
		if (page == NULL)
			return false;
		out->pages[out->count++] = page;
	}
	return true;
}

static void fill_person(struct zgw_read *read, const struct zgw_rollen *rollen,
	const struct json_tree *client, struct parcel_draft *to)
{
	struct person *person = parcel_person(read->out, &to->draft);
	zgw_person_fill(client, read->out->arena, person);
	zgw_person_fill_worker(rollen, read->out->arena, person);
	person->text = member_text(read->zaak, "toelichting");
	if (person->text.data == NULL)
		person->text = member_text(read->zaak, "omschrijving");
	if (member_text(client, "betrokkene").data != NULL && person->bsn.data == NULL &&
		person->own_number.data == NULL && person->family_name.data == NULL)
		problems_add(&to->problems, "person", NULL,
			"is only named by a URL: the rol must have betrokkeneIdentificatie");
}

static void fill_body(struct zgw_read *read, struct parcel_draft *to)
{
	const struct zgw_config *config = read->config;
	struct referral *body = parcel_referral(read->out, &to->draft);
	struct err err = {0};
	body->kind = REFERRAL_KIND_TRANSFER;
	body->subject = SUBJECT_PERSON;
	body->origin = bytes_of_string("PARTNER");
	body->from_desk = bytes_of_string(config->from_desk);
	body->municipality = bytes_of_string(config->municipality);
	body->purpose = bytes_of_string(config->purpose);
	body->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	body->legal_basis.reference = bytes_of_string(config->legal_basis);
	if (mapping_referral(read->zaaktype->value, read->out->arena, body, &err) != OK)
		problems_add(&to->problems, "body.Referral", NULL, "%s", err.text);
}

/* The zaak as it is now is known since its last status, or the first of those that are told with
 * it: later, and they would be stale; earlier, and a change of the zaak would be. */
static void fill_time(
	const struct zgw_read *read, const struct zgw_statuses *statuses, struct draft *draft)
{
	int32_t day;
	draft->has_occurred_at = true;
	if (statuses->count > 0 && statuses->items[0].has_at)
		draft->occurred_at = statuses->items[0].at;
	else if (statuses->count == 0 && statuses->has_last_at)
		draft->occurred_at = statuses->last_at;
	else if (first_day(read->zaak, &day))
		draft->occurred_at = calendar_start(day);
	else
		draft->has_occurred_at = false;
}

/* It is made step by step, in whatever order: zaak, rollen, first status. Each is notified, and the
 * walks look again: those of the third day refuse it. */
static bool is_being_made(const struct zgw_read *read)
{
	int32_t day;
	return date_of(read->zaak, "registratiedatum", &day) &&
		day >= calendar_date(read->docs->now) - 1;
}

/* What there is beside the zaak itself. */
struct beside {
	struct zgw_rollen rollen;
	struct zgw_statuses statuses;
	const struct json_tree *properties;
};

static void draft_referral(
	struct zgw_read *read, const struct beside *beside, struct problems *problems)
{
	const struct zgw_rollen *rollen = &beside->rollen;
	const struct json_tree *client = NULL;
	if (problems->count == 0)
		client = zgw_person_client(rollen, problems);
	if (client == NULL && problems->count == 0 && is_being_made(read)) {
		read->out->passed++;
		return;
	}
	struct parcel_draft *to = parcel_add(read->out, read->docs->items[0].body, read->path);
	to->problems = *problems;
	to->draft.case_ = read->case_;
	fill_time(read, &beside->statuses, &to->draft);
	fill_body(read, to);
	if (client != NULL) {
		fill_person(read, rollen, client, to);
		zgw_property_fill(read, beside->properties, to);
	} else if (problems->count == 0)
		problems_add(&to->problems, "person", NULL,
			"is missing: no natuurlijk_persoon has one of the roles");
}

/* All documents that the drafts need; they count only once nothing is wanted any more. */
static void draft_all(struct zgw_read *read)
{
	struct problems *problems = zgw_read_problems(read);
	struct beside beside = {.rollen = {.of = read}};
	struct draft when = {0};
	if (!read_rollen(read, &beside.rollen, problems))
		beside.rollen.count = 0;
	beside.properties = zgw_property_read(read, problems);
	zgw_status_read(read, &beside.statuses);
	if (read->out->wants_count > 0)
		return;
	if (beside.statuses.is_echo) {
		read->out->passed++;
		return;
	}
	draft_referral(read, &beside, problems);
	fill_time(read, &beside.statuses, &when);
	if (read->is_changed)
		zgw_pause_draft(read, &when);
	zgw_status_draft(read, &beside.statuses);
}

static void refuse(struct zgw_read *read, const struct problems *problems)
{
	struct parcel_draft *to = parcel_add(read->out, read->docs->items[0].body, read->path);
	to->draft.case_ = read->case_;
	to->problems = *problems;
}

static bool is_of_others(const struct zgw_read *read)
{
	const char *own = read->config->organisation;
	return own != NULL && !bytes_equal_string(member_text(read->zaak, "bronorganisatie"), own);
}

/* It may be that of another department, whose persons are none of our business: so its type is
 * looked at before anything else of it is fetched. */
static void take_zaak(struct zgw_read *read)
{
	struct problems *problems = zgw_read_problems(read);
	int32_t day;
	struct bytes number = member_text(read->zaak, "identificatie");
	read->case_ = zgw_url_last(read->path);
	if (read->config->case_is == ZGW_CASE_IDENTIFICATIE && number.data != NULL)
		read->case_ = number;
	read->zaaktype_path =
		zgw_url_below(read->config->catalogi_url, member_text(read->zaak, "zaaktype"));
	if (read->zaaktype_path.data == NULL)
		problems_add(problems, NULL, NULL, "its zaaktype does not lie below catalogi_url");
	if (problems->count > 0 || !read_zaaktype(read, problems)) {
		if (read->out->wants_count == 0)
			refuse(read, problems);
		return;
	}
	read->zaaktype = zgw_read_zaaktype(read->config, read->scheme, read->zaaktype_path);
	bool is_old = date_of(read->zaak, "registratiedatum", &day) &&
		day < read->config->registered_from;
	if (read->zaaktype == NULL || is_old || is_of_others(read))
		read->out->passed++;
	else
		draft_all(read);
}

enum outcome zgw_zaak_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err)
{
	struct zgw_read read = {.config = config, .docs = docs, .out = out};
	struct problems *problems = zgw_read_problems(&read);
	const struct document *doc = &docs->items[0];
	if (!read_task(&read, doc->name))
		return err_set(err, REJECT, "this URL is none of a zaak below zaken_url");
	if (read.is_destroyed && (doc->status == 404 || doc->status == 410)) {
		draft_destroyed(&read);
		return OK;
	}
	read.zaak = zgw_read_document(&read, doc, read.path, problems);
	if (read.zaak == NULL)
		return err_set(err, REJECT, "%s", problems->items[0].text);
	take_zaak(&read);
	return OK;
}
