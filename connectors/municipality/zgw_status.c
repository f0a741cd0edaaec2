/* zgw_status - the statuses of a zaak: what happened to it, by the settings' mapping. */
#include "connectors/municipality/zgw_status.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define NUMBER_MAX 1000000 /* of a raw status */

/* datumStatusGezet; some systems write a date alone. */
static bool time_of(const struct json_tree *status, int64_t *out)
{
	struct bytes text = member_text(status, "datumStatusGezet");
	int32_t day;
	if (clock_from_text(text, out))
		return true;
	if (!clock_date_from_text(text, &day))
		return false;
	*out = calendar_start(day);
	return true;
}

static void read_one(struct zgw_read *read, struct bytes path, struct zgw_status *out)
{
	*out = (struct zgw_status){.path = path, .problems = zgw_read_problems(read)};
	if (path.data == NULL) {
		problems_add(out->problems, NULL, NULL,
			"the zaak's status does not lie below zaken_url");
		return;
	}
	out->tree = zgw_read_zaken(read, path, out->problems);
	if (out->tree == NULL)
		return;
	if (!zgw_read_is_own(read, out->tree))
		problems_add(out->problems, NULL, NULL, "it is the status of another zaak");
	struct bytes url = zgw_url_at(read->out->arena, read->config->zaken_url, path);
	out->original = parcel_find(read->docs, url)->body;
	out->has_at = time_of(out->tree, &out->at);
	out->is_ours = out->problems->count == 0 &&
		lines_have_mark(member_text(out->tree, "statustoelichting"));
}

/* Keeps them in order of time; full, the oldest goes. */
static void insert(struct zgw_statuses *out, const struct zgw_status *status)
{
	size_t at = out->count;
	if (out->count == ZGW_STATUSES) {
		out->left_out++;
		if (status->at <= out->items[0].at)
			return;
		memmove(&out->items[0], &out->items[1], (--at) * sizeof(*status));
		out->count--;
	}
	for (; at > 0 && out->items[at - 1].at > status->at; at--)
		out->items[at] = out->items[at - 1];
	out->items[at] = *status;
	out->count++;
}

static void note_last(struct zgw_statuses *out, const struct zgw_status *status)
{
	out->has_last_at = status->has_at;
	out->last_at = status->at;
}

/* NULL: it is still to come, or one that says why not was added. */
static const struct json_tree *read_list(
	struct zgw_read *read, struct zgw_statuses *out, struct bytes *original)
{
	struct arena *arena = read->out->arena;
	struct problems *problems = zgw_read_problems(read);
	struct bytes path = bytes_of_string(
		arena_format(arena, "statussen?zaak=%.*s", BYTES_ARG(zgw_read_name(read))));
	const struct json_tree *page = zgw_read_zaken(read, path, problems);
	const struct document *doc =
		parcel_find(read->docs, zgw_url_at(arena, read->config->zaken_url, path));
	if (problems->count > 0) {
		struct zgw_status failed = {.path = path, .problems = problems};
		insert(out, &failed);
	}
	*original = doc != NULL ? doc->body : (struct bytes){0};
	return page;
}

/* One of the list; false: it cannot be told. */
static bool read_item(
	const struct zgw_read *read, const struct json_tree *item, struct zgw_status *out)
{
	*out = (struct zgw_status){.tree = item,
		.path = zgw_url_below(read->config->zaken_url, member_text(item, "url")),
		.is_ours = lines_have_mark(member_text(item, "statustoelichting")),
		.problems = zgw_read_problems(read)};
	out->has_at = time_of(item, &out->at);
	return out->path.data != NULL && out->has_at && zgw_read_is_own(read, item);
}

/* What the hub posted itself tells it nothing, and the zaak was not known by it: what counts is the
 * last one that is the municipality's. */
static void note_theirs(
	const struct zgw_read *read, const struct json_tree *page, struct zgw_statuses *out)
{
	const struct json_tree *item = member_items(page);
	struct zgw_status status, newest = {0};
	for (; item != NULL; item = item->next)
		if (read_item(read, item, &status) && !status.is_ours &&
			(!newest.has_at || status.at > newest.at))
			newest = status;
	note_last(out, &newest);
}

/* Of the list, those since. */
static void read_since(struct zgw_read *read, struct zgw_statuses *out)
{
	struct bytes original;
	const struct json_tree *page = read_list(read, out, &original);
	const struct json_tree *item = member_items(page);
	struct zgw_status status;
	for (; item != NULL; item = item->next) {
		if (!read_item(read, item, &status))
			continue;
		status.original = original;
		if (bytes_equal(status.path, out->last) && status.is_ours)
			note_theirs(read, page, out);
		else if (bytes_equal(status.path, out->last))
			note_last(out, &status);
		if (status.at < read->since)
			continue;
		if (status.is_ours)
			out->left_out++;
		else
			insert(out, &status);
	}
}

static void read_last(struct zgw_read *read, struct zgw_statuses *out)
{
	struct bytes original;
	read_one(read, out->last, &out->items[0]);
	if (out->items[0].is_ours) {
		note_theirs(read, read_list(read, out, &original), out);
		out->left_out += read->tells_last ? 1 : 0;
		return;
	}
	note_last(out, &out->items[0]);
	out->count = read->tells_last ? 1 : 0;
}

static void read_type(struct zgw_read *read, struct zgw_status *status)
{
	if (status->tree == NULL)
		return;
	struct bytes path =
		zgw_url_below(read->config->catalogi_url, member_text(status->tree, "statustype"));
	if (path.data != NULL)
		status->type = zgw_read_static(read, path, status->problems);
	else
		problems_add(status->problems, NULL, NULL,
			"its statustype does not lie below catalogi_url");
}

/* A zaak gets its result before it ends; who changes it afterwards notifies that. */
static void read_result(struct zgw_read *read, struct zgw_statuses *out, struct problems *problems)
{
	struct bytes url = member_text(read->zaak, "resultaat");
	struct bytes path = zgw_url_below(read->config->zaken_url, url);
	if (url.data == NULL)
		return;
	if (path.data == NULL) {
		problems_add(problems, NULL, NULL, "its resultaat does not lie below zaken_url");
		return;
	}
	const struct json_tree *result = zgw_read_zaken(read, path, problems);
	if (result == NULL)
		return;
	if (!zgw_read_is_own(read, result))
		problems_add(problems, NULL, NULL, "its resultaat is that of another zaak");
	out->result_type_path =
		zgw_url_below(read->config->catalogi_url, member_text(result, "resultaattype"));
	if (out->result_type_path.data != NULL)
		out->result_type = zgw_read_static(read, out->result_type_path, problems);
	else
		problems_add(
			problems, NULL, NULL, "its resultaattype does not lie below catalogi_url");
}

static bool is_end(const struct zgw_status *status)
{
	return member_flag(status->type, "isEindstatus");
}

void zgw_status_read(struct zgw_read *read, struct zgw_statuses *out)
{
	struct problems *problems = zgw_read_problems(read);
	struct bytes last = member_text(read->zaak, "status");
	out->last = zgw_url_below(read->config->zaken_url, last);
	if (read->asked_status.data != NULL) {
		read_one(read, read->asked_status, &out->items[0]);
		out->is_echo = out->items[0].is_ours;
		out->count = out->is_echo ? 0 : 1;
	} else if (read->has_since) {
		read_since(read, out);
	} else if (last.data != NULL) {
		read_last(read, out);
	}
	for (size_t i = 0; i < out->count; i++)
		read_type(read, &out->items[i]);
	/* Before it is known whether it is needed: else it would take a round too many. */
	if (out->count > 0 || read->has_since)
		read_result(read, out, problems);
	for (size_t i = 0; i < out->count && problems->count > 0; i++)
		if (out->items[i].type != NULL && is_end(&out->items[i]))
			out->items[i].problems = problems;
}

/* "LWL-TOELEIDING:In behandeling", "In behandeling", "LWL-TOELEIDING:3" or "3"; the first that
 * fits. NULL: none. */
static const char *find_words(const struct zgw_read *read, const struct setting_pair *pairs,
	struct bytes text, struct bytes number)
{
	for (; pairs != NULL && pairs->name != NULL; pairs++) {
		struct bytes name = bytes_of_string(pairs->name), scheme = read->scheme;
		if (name.size > scheme.size && name.data[scheme.size] == ':' &&
			memcmp(name.data, scheme.data, scheme.size) == 0)
			name = bytes_of(name.data + scheme.size + 1, name.size - scheme.size - 1);
		if (mapping_alike(name, text) || mapping_alike(name, number))
			return pairs->value;
	}
	return NULL;
}

/* One draft that is being made of a status. */
struct telling {
	const struct zgw_status *status;
	const struct json_tree *result_type; /* of an end status; NULL: none */
	struct bytes result_type_path;
};

static const char *words_of(const struct zgw_read *read, const struct telling *telling)
{
	struct bytes none = {0};
	const struct json_tree *type = telling->status->type;
	if (telling->result_type != NULL)
		return find_words(read, read->config->results,
			member_text(telling->result_type, "omschrijving"), none);
	return find_words(read, read->config->statuses, member_text(type, "omschrijving"),
		member_number(type, "volgnummer"));
}

static struct raw_status *raw_of(const struct zgw_read *read, const struct telling *telling)
{
	struct raw_status *raw = arena_get(read->out->arena, sizeof(*raw));
	const struct json_tree *type = telling->status->type;
	int64_t number;
	raw->scheme = read->scheme;
	raw->code = member_text(telling->result_type, "omschrijving");
	raw->text = member_text(type, "omschrijving");
	raw->has_number = bytes_to_int64(member_number(type, "volgnummer"), &number) &&
		number >= 0 && number <= NUMBER_MAX;
	if (raw->has_number)
		raw->number = (int32_t)number;
	return raw;
}

/* With another result an end says something else, and is another message. */
static struct bytes reference_of(const struct zgw_read *read, const struct telling *telling)
{
	struct bytes path = telling->status->path;
	if (telling->result_type == NULL)
		return path;
	return bytes_of_string(arena_format(read->out->arena, "%.*s#%.*s", BYTES_ARG(path),
		BYTES_ARG(zgw_url_last(telling->result_type_path))));
}

/* Some actions must be explained: where nobody did, by the partner's own word. What is said beside
 * the result may still be changed, and would make of the same message another one. */
static struct bytes text_of(const struct telling *telling, const struct raw_status *raw)
{
	struct bytes text = member_text(telling->status->tree, "statustoelichting");
	if (text.data == NULL)
		text = raw->code.data != NULL ? raw->code : raw->text;
	return text;
}

static void fill_change(struct zgw_read *read, const struct telling *telling, const char *words,
	struct parcel_draft *to)
{
	struct status_change *change = parcel_change(read->out, &to->draft);
	struct err err = {0};
	int32_t day = calendar_date(telling->status->at);
	change->action = ACTION_UNKNOWN;
	if (words != NULL && mapping_change(words, day, read->out->arena, change, &err) != OK)
		problems_add(&to->problems, "body.StatusChange", NULL, "%s", err.text);
	change->raw = raw_of(read, telling);
	change->has_effective_date = true;
	change->effective_date = day;
	to->draft.reference = reference_of(read, telling);
	to->draft.has_occurred_at = true;
	to->draft.occurred_at = telling->status->at;
	parcel_person(read->out, &to->draft)->text = text_of(telling, change->raw);
}

static struct parcel_draft *add(struct zgw_read *read, const struct zgw_status *status)
{
	struct bytes body =
		status->original.data != NULL ? status->original : read->docs->items[0].body;
	struct bytes label = status->path.data != NULL ? status->path : bytes_of_string("status");
	struct parcel_draft *to = parcel_add(read->out, body, label);
	to->draft.case_ = read->case_;
	to->problems = *status->problems;
	return to;
}

static void draft_one(
	struct zgw_read *read, const struct zgw_statuses *statuses, const struct zgw_status *status)
{
	struct telling telling = {.status = status};
	if (status->problems->count == 0 && !status->has_at)
		problems_add(status->problems, "occurred_at", "2026-03-02T09:30:00Z",
			"is missing: datumStatusGezet is not a date-time");
	if (status->problems->count > 0) {
		add(read, status);
		return;
	}
	/* An end that is not the last status was taken back since: the zaak goes on. */
	if (is_end(status) && !bytes_equal(status->path, statuses->last)) {
		read->out->passed++;
		return;
	}
	if (is_end(status)) {
		telling.result_type = statuses->result_type;
		telling.result_type_path = statuses->result_type_path;
	}
	const char *words = words_of(read, &telling);
	if (words != NULL && strcmp(words, MAPPING_NOTHING) == 0)
		read->out->passed++;
	else
		fill_change(read, &telling, words, add(read, status));
}

void zgw_status_draft(struct zgw_read *read, const struct zgw_statuses *statuses)
{
	read->out->passed += statuses->left_out;
	for (size_t i = 0; i < statuses->count; i++)
		draft_one(read, statuses, &statuses->items[i]);
}
