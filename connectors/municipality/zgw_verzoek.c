/* zgw_verzoek - the verzoeken that citizens make of a municipality, and who they are. */
#include "connectors/municipality/zgw_verzoek.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "connectors/municipality/zgw_klant.h"
#include "connectors/municipality/zgw_read.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define ANY "*" /* whatever product */
#define SCHEME "verzoek"
#define WITHDRAWN "ingetrokken"

/* One verzoek, and where it stands. */
struct verzoek {
	struct bytes path; /* "verzoeken/9b000000"; absent: there is none */
	const struct json_tree *tree;
};

struct asking {
	struct zgw_read read;
	struct verzoek named; /* by the task */
	struct verzoek base; /* which is, or became, the referral */
	struct verzoek supplement; /* of it; NULL: none */
	bool says_status, is_gone;
	bool has_at;
	int64_t at; /* when it was notified */
	struct problems *problems;
};

static bool take_prefix(struct bytes *text, const char *prefix)
{
	size_t size = strlen(prefix);
	if (text->size < size || memcmp(text->data, prefix, size) != 0)
		return false;
	*text = bytes_of(text->data + size, text->size - size);
	return true;
}

static struct bytes path_in(const struct zgw_config *config, struct bytes name)
{
	const uint8_t *mark = name.size > 0 ? memchr(name.data, '#', name.size) : NULL;
	if (mark != NULL)
		name.size = (size_t)(mark - name.data);
	struct bytes path = zgw_url_below(config->requests_url, name), rest = path;
	bool is_it = take_prefix(&rest, "verzoeken/") && rest.size > 0;
	return is_it ? path : (struct bytes){0};
}

bool zgw_verzoek_is(const struct zgw_config *config, struct bytes name)
{
	return path_in(config, name).data != NULL;
}

static void read_task(struct asking *asking, struct bytes name)
{
	const uint8_t *mark = name.size > 0 ? memchr(name.data, '#', name.size) : NULL;
	struct bytes asked = {0};
	if (mark != NULL)
		asked = bytes_of(mark + 1, name.size - (size_t)(mark - name.data) - 1);
	asking->says_status = take_prefix(&asked, ZGW_VERZOEK_SAID);
	asking->is_gone = !asking->says_status && take_prefix(&asked, ZGW_VERZOEK_GONE);
	if (!asking->says_status && !asking->is_gone)
		(void)take_prefix(&asked, ZGW_VERZOEK_BESIDE);
	asking->has_at = clock_from_text(asked, &asking->at);
}

static const struct json_tree *read_path(struct asking *asking, struct bytes path)
{
	const char *base = asking->read.config->requests_url;
	return zgw_read_below(&asking->read, base, path, asking->problems);
}

/* The verzoek that a member names. false: it names none. */
static bool read_link(struct asking *asking, const struct json_tree *from, const char *member,
	struct verzoek *out)
{
	const struct zgw_config *config = asking->read.config;
	struct bytes url = member_text(from, member);
	*out = (struct verzoek){.path = path_in(config, url)};
	if (url.data == NULL)
		return false;
	if (bytes_equal(out->path, asking->named.path))
		*out = asking->named;
	else if (out->path.data != NULL)
		out->tree = read_path(asking, out->path);
	else
		problems_add(asking->problems, member, NULL, "does not lie below verzoeken_url");
	return true;
}

/* As the system itself writes it: that is what its lists know. */
static const struct json_tree *read_list(struct asking *asking, const char *list)
{
	struct zgw_read *read = &asking->read;
	const char *base = read->config->requests_url;
	struct bytes url = member_text(asking->base.tree, "url");
	if (!bytes_equal(zgw_url_below(base, url), asking->base.path))
		url = zgw_url_at(read->out->arena, base, asking->base.path);
	return read_path(asking,
		bytes_of_string(arena_format(read->out->arena, "%s?verzoek=%.*s", list,
			BYTES_ARG(zgw_url_escape(read->out->arena, url)))));
}

static struct bytes case_of(const struct asking *asking, const struct verzoek *of)
{
	struct bytes number = member_text(of->tree, "identificatie");
	bool is_number = asking->read.config->case_is == ZGW_CASE_IDENTIFICATIE;
	return is_number && number.data != NULL ? number : zgw_url_last(of->path);
}

static struct parcel_draft *add(struct asking *asking, const struct verzoek *of)
{
	struct parcel *out = asking->read.out;
	struct parcel_draft *to = parcel_add(out, asking->read.docs->items[0].body, of->path);
	to->draft.case_ = case_of(asking, of);
	to->draft.has_occurred_at = asking->has_at;
	to->draft.occurred_at = asking->at;
	to->problems = *asking->problems;
	return to;
}

/* What a status means; it has no id and no time of its own: one of a day is one message. */
static void draft_status(struct asking *asking, const struct verzoek *of, struct bytes status)
{
	struct arena *arena = asking->read.out->arena;
	const struct setting_pair *pair = asking->read.config->request_statuses;
	int32_t day = calendar_date(asking->has_at ? asking->at : asking->read.docs->now);
	char date[11];
	struct err err = {0};
	while (pair != NULL && pair->name != NULL && !bytes_equal_string(status, pair->name))
		pair++;
	const char *words = pair != NULL ? pair->value : NULL;
	if (words != NULL && strcmp(words, MAPPING_NOTHING) == 0) {
		asking->read.out->passed++;
		return;
	}
	struct parcel_draft *to = add(asking, of);
	struct status_change *change = parcel_change(asking->read.out, &to->draft);
	change->action = ACTION_UNKNOWN;
	if (words != NULL && mapping_change(words, day, arena, change, &err) != OK)
		problems_add(&to->problems, "body.StatusChange", NULL, "%s", err.text);
	change->raw = arena_get(arena, sizeof(*change->raw));
	*change->raw = (struct raw_status){
		.scheme = bytes_of_string(SCHEME), .code = status, .text = status};
	clock_date_to_text(day, date);
	to->draft.reference = bytes_of_string(
		arena_format(arena, "%.*s#%.*s@%s", BYTES_ARG(of->path), BYTES_ARG(status), date));
	parcel_person(asking->read.out, &to->draft)->text = status;
}

static const char *words_of(const struct asking *asking, const struct json_tree *products)
{
	const struct setting_pair *row = asking->read.config->requests;
	const char *base = asking->read.config->requests_url;
	for (; row != NULL && row->name != NULL; row++) {
		const struct json_tree *item = member_items(products);
		if (strcmp(row->name, ANY) == 0)
			return row->value;
		for (; item != NULL; item = item->next) {
			struct bytes of = zgw_url_below(base, member_text(item, "verzoek"));
			const struct json_tree *name =
				json_tree_member(item, "productIdentificatie");
			if (bytes_equal(of, asking->base.path) &&
				(bytes_equal_string(member_text(item, "product"), row->name) ||
					bytes_equal_string(member_text(name, "code"), row->name)))
				return row->value;
		}
	}
	return NULL;
}

static struct bytes text_of(const struct asking *asking)
{
	struct bytes text = member_text(asking->base.tree, "tekst");
	struct bytes more = member_text(asking->supplement.tree, "tekst");
	if (text.data == NULL || more.data == NULL)
		return text.data == NULL ? more : text;
	return bytes_of_string(arena_format(
		asking->read.out->arena, "%.*s\n%.*s", BYTES_ARG(text), BYTES_ARG(more)));
}

/* Nobody refers who asks for something: without from_desk the hub finds the desk. */
static void draft_referral(struct asking *asking, const char *words, const struct json_tree *klant)
{
	const struct zgw_config *config = asking->read.config;
	struct arena *arena = asking->read.out->arena;
	struct parcel_draft *to = add(asking, &asking->base);
	struct err err = {0};
	struct referral *body = parcel_referral(asking->read.out, &to->draft);
	body->kind = REFERRAL_KIND_TRANSFER;
	body->subject = SUBJECT_PERSON;
	body->origin = bytes_of_string("SELF");
	body->municipality = bytes_of_string(config->municipality);
	body->purpose = bytes_of_string(config->purpose);
	body->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	body->legal_basis.reference = bytes_of_string(config->legal_basis);
	if (mapping_referral(words, arena, body, &err) != OK)
		problems_add(&to->problems, "body.Referral", NULL, "%s", err.text);
	struct person *person = parcel_person(asking->read.out, &to->draft);
	zgw_klant_fill(klant, arena, person);
	person->text = text_of(asking);
}

/* It is made step by step; the klantverzoek is notified too. */
static bool is_being_made(const struct asking *asking)
{
	struct bytes text = member_text(asking->base.tree, "registratiedatum");
	int64_t at;
	return clock_from_text(text, &at) &&
		calendar_date(at) >= calendar_date(asking->read.docs->now) - 1;
}

static void refuse(struct asking *asking)
{
	(void)add(asking, &asking->named);
}

/* What is beside a verzoek of ours. false: it is still to come. */
static bool read_beside(
	struct asking *asking, const struct json_tree **products, const struct json_tree **clients)
{
	*products = read_list(asking, "verzoekproducten");
	*clients = read_list(asking, "klantverzoeken");
	if (!read_link(asking, asking->base.tree, "aanvullendeVerzoek", &asking->supplement) &&
		!bytes_equal(asking->base.path, asking->named.path))
		asking->supplement = asking->named;
	return asking->read.out->wants_count == 0;
}

/* NULL: it is still to come, it is not there yet, or a problem was added. */
static const struct json_tree *read_klant(struct asking *asking, const struct json_tree *clients)
{
	struct bytes path =
		zgw_klant_find(&asking->read, clients, asking->base.path, asking->problems);
	if (path.data != NULL)
		return zgw_klant_read(&asking->read, path, asking->problems);
	if (asking->problems->count == 0 && !is_being_made(asking))
		problems_add(asking->problems, "person", NULL,
			"is missing: no klant has one of the roles in this verzoek");
	return NULL;
}

/* Whose product is none of ours is nobody whom we ask for. */
static void take_base(struct asking *asking)
{
	const struct json_tree *products, *clients;
	struct bytes status = member_text(asking->base.tree, "status");
	if (!read_beside(asking, &products, &clients))
		return;
	const char *words = words_of(asking, products);
	const struct json_tree *klant = words != NULL ? read_klant(asking, clients) : NULL;
	if (asking->read.out->wants_count > 0)
		return;
	if (asking->problems->count > 0) {
		refuse(asking);
	} else if (klant == NULL) {
		asking->read.out->passed++;
	} else {
		draft_referral(asking, words, klant);
		if (asking->says_status && status.data != NULL &&
			bytes_equal(asking->base.path, asking->named.path))
			draft_status(asking, &asking->base, status);
	}
}

static void take_withdrawn(struct asking *asking)
{
	const struct json_tree *products = read_list(asking, "verzoekproducten");
	if (asking->read.out->wants_count > 0)
		return;
	if (asking->problems->count > 0)
		refuse(asking);
	else if (words_of(asking, products) == NULL)
		asking->read.out->passed++;
	else
		draft_status(asking, &asking->base, bytes_of_string(WITHDRAWN));
}

/* What is asked of another one is told of that. */
static void take(struct asking *asking)
{
	struct zgw_read *read = &asking->read;
	const char *own = read->config->organisation;
	struct bytes of = member_text(asking->named.tree, "bronorganisatie");
	if (own != NULL && !bytes_equal_string(of, own)) {
		read->out->passed++;
		return;
	}
	bool withdraws = read_link(asking, asking->named.tree, "inTeTrekkenVerzoek", &asking->base);
	if (!withdraws &&
		!read_link(asking, asking->named.tree, "aangevuldeVerzoek", &asking->base))
		asking->base = asking->named;
	if (read->out->wants_count > 0)
		return;
	if (asking->problems->count > 0)
		refuse(asking);
	else if (withdraws)
		take_withdrawn(asking);
	else
		take_base(asking);
}

/* Nobody can tell why: a person must look. */
static void draft_gone(struct asking *asking)
{
	struct parcel_draft *to = add(asking, &asking->named);
	struct status_change *change = parcel_change(asking->read.out, &to->draft);
	change->action = ACTION_UNKNOWN;
	change->raw = arena_get(asking->read.out->arena, sizeof(*change->raw));
	change->raw->scheme = bytes_of_string(SCHEME);
	change->raw->code = bytes_of_string("destroy");
	change->raw->text = bytes_of_string("the verzoek was destroyed");
	to->draft.reference = bytes_of_string(arena_format(
		asking->read.out->arena, "%.*s#destroyed", BYTES_ARG(asking->named.path)));
}

enum outcome zgw_verzoek_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err)
{
	const struct document *doc = &docs->items[0];
	struct asking asking = {.read = {.config = config, .docs = docs, .out = out},
		.named = {.path = path_in(config, doc->name)}};
	asking.problems = zgw_read_problems(&asking.read);
	read_task(&asking, doc->name);
	if (asking.is_gone && (doc->status == 404 || doc->status == 410)) {
		draft_gone(&asking);
		return OK;
	}
	asking.named.tree =
		zgw_read_document(&asking.read, doc, asking.named.path, asking.problems);
	if (asking.named.tree == NULL)
		return err_set(err, REJECT, "%s", asking.problems->items[0].text);
	take(&asking);
	return OK;
}
