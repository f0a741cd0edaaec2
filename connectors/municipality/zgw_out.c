/* zgw_out - a handover as a status in the zaak that the municipality made its referral from. */
#include "connectors/municipality/zgw_out.h"

#include <json-c/json.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/refusal.h"
#include "connectors/municipality/zgw_read.h"
#include "connectors/municipality/zgw_tells.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/clock.h"

#define DEPTH 16
#define ANSWERS_MAX (CONNECTOR_DOCUMENTS - 2) /* one more is asked for, and answered */

/* How far the exchange is, by the answers so far. */
enum step { ZAAK, ZAAKTYPE, TYPES, LOOK, POST, DONE };

struct exchange {
	const struct zgw_config *config;
	const struct opened *opened;
	enum step step;
	int page; /* of what is looked through */
	int taken; /* so often another status stood at its time already */
	struct bytes zaak; /* its path */
	struct bytes zaak_url, zaaktype_url, type_url; /* as the system writes them */
	const char *wanted; /* the statustype */
};

static const struct json_tree *tree_of(struct bytes body, struct arena *arena)
{
	struct problems problems;
	problems_init(&problems, arena);
	return json_tree_parse(body, DEPTH, &problems);
}

static bool is_taken(int32_t status)
{
	return status >= 200 && status < 300;
}

static void go_to(struct exchange *exchange, enum step step)
{
	exchange->step = step;
	exchange->page = 1;
}

/* Where it has no place: news is settled, and what somebody must act on is told to nobody. */
static enum outcome leave(struct exchange *exchange, const char *why, struct err *err)
{
	go_to(exchange, DONE);
	if (zgw_tells_must_be_seen(exchange->opened->handover))
		return err_set(err, REJECT, "%s, and so nobody would see it there", why);
	return OK;
}

/* Of a kind that the settings tell of, it must be said which status each is, or that it is none. */
static enum outcome refuse_unsaid(const struct handover *handover, struct err *err)
{
	return err_set(err, REJECT,
		"tells has no row that fits %s%s%s: add one, \"-\" if nobody needs to "
		"see it",
		handover_kind_name(handover->kind), handover->has_action ? ":" : "",
		handover->has_action ? action_name(handover->action) : "");
}

/* The one of the list that has our case; *count says how many. */
static const struct json_tree *find_zaak(
	const struct exchange *exchange, const struct json_tree *list, size_t *count)
{
	const char *own = exchange->config->organisation;
	const struct json_tree *item = member_items(list), *found = NULL;
	for (*count = 0; item != NULL; item = item->next) {
		struct bytes of = member_text(item, "bronorganisatie");
		if (!bytes_equal(member_text(item, "identificatie"), exchange->opened->own_case) ||
			(own != NULL && !bytes_equal_string(of, own)))
			continue;
		found = item;
		++*count;
	}
	return found;
}

static enum outcome read_zaak(
	struct exchange *exchange, const struct json_tree *zaak, struct err *err)
{
	const struct zgw_config *config = exchange->config;
	const char *own = config->organisation;
	struct bytes of = member_text(zaak, "bronorganisatie");
	exchange->zaak_url = member_text(zaak, "url");
	exchange->zaak = zgw_url_below(config->zaken_url, exchange->zaak_url);
	exchange->zaaktype_url = member_text(zaak, "zaaktype");
	if (exchange->zaak.data == NULL)
		return err_set(err, REJECT, "the zaak does not lie below zaken_url");
	if (zgw_url_below(config->catalogi_url, exchange->zaaktype_url).data == NULL)
		return err_set(err, REJECT, "its zaaktype does not lie below catalogi_url");
	if (own != NULL && !bytes_equal_string(of, own))
		return err_set(err, REJECT, "the zaak is one of another bronorganisatie");
	if (member_text(zaak, "einddatum").data != NULL)
		return leave(exchange, "the zaak has ended", err);
	go_to(exchange, ZAAKTYPE);
	return OK;
}

static enum outcome take_zaak(
	struct exchange *exchange, const struct document *answer, struct err *err)
{
	const struct json_tree *tree = tree_of(answer->body, exchange->opened->arena);
	size_t count = 1;
	if (!is_taken(answer->status))
		return err_set(err, REJECT, "the zaak is not there (any more)");
	if (exchange->config->case_is == ZGW_CASE_IDENTIFICATIE)
		tree = find_zaak(exchange, tree, &count);
	if (count == 0)
		return err_set(err, REJECT, "no zaak has the identificatie that its case is here");
	if (count > 1)
		return err_set(err, REJECT,
			"several zaken have the same identificatie: give the settings their "
			"bronorganisatie");
	return read_zaak(exchange, tree, err);
}

/* Only what the settings know as referrals: another zaak may have the number by chance. */
static enum outcome take_zaaktype(
	struct exchange *exchange, const struct document *answer, struct err *err)
{
	const struct zgw_config *config = exchange->config;
	const struct json_tree *tree = tree_of(answer->body, exchange->opened->arena);
	struct bytes path = zgw_url_below(config->catalogi_url, exchange->zaaktype_url);
	struct bytes scheme = member_text(tree, "identificatie");
	if (scheme.data == NULL)
		scheme = zgw_url_last(path);
	if (zgw_read_zaaktype(config, scheme, path) == NULL)
		return err_set(err, REJECT, "the zaak's type is none of zaaktypen");
	exchange->wanted = zgw_tells_find(config->tells, scheme, exchange->opened->handover);
	if (exchange->wanted == NULL)
		return refuse_unsaid(exchange->opened->handover, err);
	go_to(exchange, strcmp(exchange->wanted, MAPPING_NOTHING) == 0 ? DONE : TYPES);
	return OK;
}

static bool is_wanted(const struct exchange *exchange, const struct json_tree *type)
{
	struct bytes name = member_text(type, "omschrijving"), wanted, zaaktype;
	const char *base = exchange->config->catalogi_url;
	wanted = bytes_of_string(exchange->wanted);
	zaaktype = zgw_url_below(base, member_text(type, "zaaktype"));
	if (!bytes_equal(zaaktype, zgw_url_below(base, exchange->zaaktype_url)))
		return false;
	return bytes_equal(member_number(type, "volgnummer"), wanted) ||
		mapping_alike(wanted, name);
}

static enum outcome take_types(
	struct exchange *exchange, const struct document *answer, struct err *err)
{
	const struct json_tree *tree = tree_of(answer->body, exchange->opened->arena);
	const struct json_tree *item = member_items(tree);
	while (item != NULL && !is_wanted(exchange, item))
		item = item->next;
	if (item == NULL && member_text(tree, "next").data != NULL) {
		exchange->page++;
		return OK;
	}
	if (item == NULL)
		return err_set(err, REJECT,
			"tells: the zaaktype of this zaak has no statustype %s: it may be of "
			"another version",
			exchange->wanted);
	if (member_flag(item, "isEindstatus"))
		return err_set(err, REJECT,
			"tells: %s ends the zaak, which is up to the municipality: name another "
			"statustype",
			exchange->wanted);
	exchange->type_url = member_text(item, "url");
	if (zgw_url_below(exchange->config->catalogi_url, exchange->type_url).data == NULL)
		return err_set(err, REJECT, "its statustype does not lie below catalogi_url");
	go_to(exchange, LOOK);
	return OK;
}

/* A system that does not know the filter may list those of all. `next` names the system as it sees
 * itself: only that there is one counts. */
static void look_through(struct exchange *exchange, const struct document *answer)
{
	const struct json_tree *tree = tree_of(answer->body, exchange->opened->arena);
	const char *base = exchange->config->zaken_url, *mark = lines_mark(exchange->opened);
	const struct json_tree *item = member_items(tree);
	for (; item != NULL; item = item->next)
		if (bytes_equal(zgw_url_below(base, member_text(item, "zaak")), exchange->zaak) &&
			lines_have(member_text(item, "statustoelichting"), mark))
			break;
	if (item != NULL)
		go_to(exchange, DONE);
	else if (member_text(tree, "next").data != NULL)
		exchange->page++;
	else
		go_to(exchange, POST);
}

/* One that was not taken stands where another status of the zaak does: ours, which came in when we
 * no longer waited for its answer, or a second one of the same moment. */
static void take_posted(struct exchange *exchange, const struct document *answer)
{
	exchange->taken += is_taken(answer->status) ? 0 : 1;
	go_to(exchange, is_taken(answer->status) ? DONE : LOOK);
}

static enum outcome take(struct exchange *exchange, const struct document *answer, struct err *err)
{
	switch (exchange->step) {
	case ZAAK:
		return take_zaak(exchange, answer, err);
	case ZAAKTYPE:
		return take_zaaktype(exchange, answer, err);
	case TYPES:
		return take_types(exchange, answer, err);
	case LOOK:
		look_through(exchange, answer);
		break;
	case POST:
		take_posted(exchange, answer);
		break;
	case DONE:
		break;
	}
	return OK;
}

static enum outcome ask_zaak(const struct exchange *exchange, struct bytes *out, struct err *err)
{
	const struct zgw_config *config = exchange->config;
	struct arena *arena = exchange->opened->arena;
	struct bytes own = exchange->opened->own_case, escaped = zgw_url_escape(arena, own);
	const char *path = arena_format(arena, "zaken/%.*s", BYTES_ARG(own));
	if (config->case_is == ZGW_CASE_IDENTIFICATIE)
		path = arena_format(arena, "zaken?identificatie=%.*s%s%s", BYTES_ARG(escaped),
			config->organisation != NULL ? "&bronorganisatie=" : "",
			config->organisation != NULL ? config->organisation : "");
	else if (zgw_url_below("http://any", bytes_of_string(path)).data == NULL)
		return err_set(err, REJECT, "its case is no UUID of a zaak");
	*out = zgw_url_at(arena, config->zaken_url, bytes_of_string(path));
	return OK;
}

static struct bytes list_url(const struct exchange *exchange, bool is_of_types)
{
	struct arena *arena = exchange->opened->arena;
	const struct zgw_config *config = exchange->config;
	struct bytes of = is_of_types ? exchange->zaaktype_url : exchange->zaak_url;
	struct bytes escaped = zgw_url_escape(arena, of);
	const char *page =
		exchange->page == 1 ? "" : arena_format(arena, "&page=%d", exchange->page);
	const char *path = arena_format(arena, "%s=%.*s%s",
		is_of_types ? "statustypen?zaaktype" : "statussen?zaak", BYTES_ARG(escaped), page);
	return zgw_url_at(arena, is_of_types ? config->catalogi_url : config->zaken_url,
		bytes_of_string(path));
}

/* Two of one moment stand beside each other; of a system that counts in seconds, too. */
static int64_t time_of(const struct exchange *exchange)
{
	int64_t at = exchange->opened->handover->at;
	if (exchange->taken > 0)
		at += exchange->taken == 1 ? 1 : (exchange->taken - 1) * INT64_C(1000);
	return at;
}

static void put(struct json_object *in, const char *name, struct bytes text)
{
	json_object_object_add(
		in, name, json_object_new_string_len((const char *)text.data, (int)text.size));
}

static void post(const struct exchange *exchange, struct connector_request *out)
{
	const struct opened *opened = exchange->opened;
	struct json_object *body = json_object_new_object();
	char at[25];
	clock_to_text(time_of(exchange), at);
	put(body, "zaak", exchange->zaak_url);
	put(body, "statustype", exchange->type_url);
	put(body, "datumStatusGezet", bytes_of_string(at));
	put(body, "statustoelichting", zgw_tells_text(opened, exchange->config->with_texts));
	const char *text = json_object_to_json_string_ext(
		body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	out->method = "POST";
	out->url = zgw_url_at(
		opened->arena, exchange->config->zaken_url, bytes_of_string("statussen"));
	out->type = bytes_of_string("application/json");
	out->body = arena_copy(opened->arena, bytes_of_string(text));
	json_object_put(body);
}

static enum outcome ask(
	const struct exchange *exchange, struct connector_request *out, struct err *err)
{
	const struct zgw_config *config = exchange->config;
	out->method = "GET";
	switch (exchange->step) {
	case ZAAK:
		return ask_zaak(exchange, &out->url, err);
	case ZAAKTYPE:
		out->url = zgw_url_at(exchange->opened->arena, config->catalogi_url,
			zgw_url_below(config->catalogi_url, exchange->zaaktype_url));
		break;
	case TYPES:
	case LOOK:
		out->url = list_url(exchange, exchange->step == TYPES);
		break;
	case POST:
		post(exchange, out);
		break;
	case DONE:
		out->method = NULL;
		break;
	}
	return OK;
}

/* Whether there is something to be told, and a zaak to tell it in. An offer that nobody sees would
 * be a client that nobody has. */
static enum outcome begin(struct exchange *exchange, struct err *err)
{
	const struct handover *handover = exchange->opened->handover;
	const struct bytes any = {0};
	const char *told = zgw_tells_find(exchange->config->tells, any, handover);
	if (told == NULL &&
		(handover->kind == HANDOVER_KIND_OFFER ||
			zgw_tells_has(exchange->config->tells, handover->kind)))
		return refuse_unsaid(handover, err);
	if (told == NULL || strcmp(told, MAPPING_NOTHING) == 0) {
		go_to(exchange, DONE);
		return OK;
	}
	if (exchange->opened->own_case.size > 0)
		return OK;
	return err_set(err, REJECT,
		"no zaak belongs to it: the municipality sent it another way, or too long ago");
}

enum outcome zgw_out_render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	struct exchange exchange = {.config = config, .opened = opened, .page = 1};
	*out = (struct connector_request){0};
	enum outcome outcome = begin(&exchange, err);
	for (size_t i = 0; outcome == OK && i < answers->count; i++)
		outcome = take(&exchange, &answers->items[i], err);
	if (outcome == OK && exchange.step != DONE && answers->count >= ANSWERS_MAX)
		outcome = err_set(err, REJECT,
			"the zaak has more statuses than can be looked through: do they filter?");
	return outcome == OK ? ask(&exchange, out, err) : outcome;
}

static const char *advice(int32_t status)
{
	if (status == 403)
		return ": does the application have zaken.lezen, zaken.statussen.toevoegen and "
		       "catalogi.lezen for this zaaktype, and is its secret the same there?";
	if (status == 412)
		return ": give the endpoint the header Accept-Crs: EPSG:4326";
	return status == 404 ? ": is it the URL of that API?" : "";
}

static bool is_list(const struct json_tree *tree)
{
	const struct json_tree *results = tree != NULL ? json_tree_member(tree, "results") : NULL;
	return tree != NULL &&
		(tree->kind == JSON_TREE_ARRAY ||
			(results != NULL && results->kind == JSON_TREE_ARRAY));
}

/* What an answer is to. */
struct question {
	bool is_list, is_zaak, is_post;
};

static struct question question_of(const struct zgw_config *config, struct bytes name)
{
	const uint8_t *mark = name.size > 0 ? memchr(name.data, '?', name.size) : NULL;
	struct bytes path = zgw_url_below(config->zaken_url, name);
	return (struct question){.is_list = mark != NULL,
		.is_zaak = path.size > 6 && memcmp(path.data, "zaken/", 6) == 0,
		.is_post = bytes_equal_string(path, "statussen")};
}

/* A zaak that was destroyed is not there; a page of HTML says that the API is not. */
static enum outcome judge_tree(const struct question *question, const struct document *answer,
	const struct json_tree *tree, struct err *err)
{
	char names[REFUSAL_NAMES];
	bool is_object = tree != NULL && tree->kind == JSON_TREE_OBJECT;
	bool is_asked = question->is_post || (question->is_list ? is_list(tree) : is_object);
	if (is_taken(answer->status) && is_asked)
		return OK;
	if (is_taken(answer->status))
		return err_set(err, RETRY,
			"answered %d with something else than what was asked for", answer->status);
	if (answer->status == 404 && question->is_zaak && is_object)
		return OK;
	if (answer->status == 400 && question->is_post && refusal_is_unique(tree, ""))
		return OK;
	refusal_names(tree, names);
	return err_set(
		err, RETRY, "answered %d%s%s", answer->status, names, advice(answer->status));
}

enum outcome zgw_out_judge(const void *config, const struct document *answer,
	struct connector_judgement *out, struct err *err)
{
	struct arena arena = {0};
	struct question question = question_of(config, answer->name);
	const struct json_tree *tree = tree_of(answer->body, &arena);
	(void)out;
	enum outcome outcome = judge_tree(&question, answer, tree, err);
	arena_done(&arena);
	return outcome;
}
