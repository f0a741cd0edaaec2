/* zgw_poll - subscribing, and the walk over all zaken that makes up for lost notifications. */
#include "connectors/municipality/zgw_poll.h"

#include <json-c/json.h>
#include <string.h>

#include "connectors/common/member.h"
#include "connectors/municipality/zgw_read.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

/* A status may be dated back over the longest weekend; and one that was set while the last walk was
 * under way may not have been in it. */
#define BACK_DAYS 5

enum step { BEGIN, CREATE, RENEW, OPEN, ENDED };
static const char *const step_names[] = {
	[BEGIN] = "",
	[CREATE] = "create",
	[RENEW] = "renew",
	[OPEN] = "open",
	[ENDED] = "ended",
};

struct cursor {
	enum step step;
	struct bytes subscription; /* RENEW: its path */
	int64_t page; /* OPEN, ENDED */
	bool has_since;
	int64_t since; /* the beginning of the last whole walk */
	int64_t began; /* this one; 0: not yet */
};

static bool take_value(struct bytes word, const char *name, struct bytes *out)
{
	size_t size = strlen(name);
	if (word.size < size || memcmp(word.data, name, size) != 0)
		return false;
	*out = bytes_of(word.data + size, word.size - size);
	return true;
}

static void read_word(struct bytes word, struct cursor *out)
{
	struct bytes value;
	if (take_value(word, "since=", &value))
		out->has_since = clock_from_text(value, &out->since);
	else if (take_value(word, "began=", &value) && !clock_from_text(value, &out->began))
		out->began = 0;
	else if (take_value(word, "page=", &value) && !bytes_to_int64(value, &out->page))
		out->page = 1;
	else if (take_value(word, "subscription=", &value))
		out->subscription = value;
	for (size_t i = CREATE; i <= ENDED; i++)
		if (bytes_equal_string(word, step_names[i]))
			out->step = (enum step)i;
}

static struct cursor read_cursor(struct bytes text)
{
	struct cursor cursor = {.page = 1};
	while (text.size > 0)
		read_word(bytes_cut_first(&text, ' '), &cursor);
	return cursor;
}

static struct bytes write_cursor(struct arena *arena, const struct cursor *cursor)
{
	char since[32] = "", began[32] = "";
	clock_to_text(cursor->since, since);
	clock_to_text(cursor->began, began);
	const char *text = step_names[cursor->step];
	if (cursor->step == RENEW)
		text = arena_format(
			arena, "%s subscription=%.*s", text, BYTES_ARG(cursor->subscription));
	else if (cursor->step == OPEN || cursor->step == ENDED)
		text = arena_format(arena, "%s page=%lld", text, (long long)cursor->page);
	if (cursor->step != BEGIN)
		text = arena_format(arena, "%s began=%s", text, began);
	if (cursor->has_since)
		text = arena_format(
			arena, "%s%ssince=%s", text, cursor->step != BEGIN ? " " : "", since);
	return bytes_of_string(text);
}

static const char *date_text(struct arena *arena, int32_t day)
{
	char text[11];
	clock_date_to_text(day, text);
	return arena_string(arena, bytes_of_string(text));
}

static struct bytes page_url(
	const struct zgw_config *config, struct arena *arena, const struct cursor *cursor)
{
	const char *path = "zaken?einddatum__isnull=true&ordering=registratiedatum";
	if (cursor->step == ENDED)
		path = arena_format(arena, "zaken?einddatum__gt=%s&ordering=einddatum",
			date_text(arena, calendar_date(cursor->since) - BACK_DAYS));
	if (config->registered_from != INT32_MIN)
		path = arena_format(arena, "%s&registratiedatum__gt=%s", path,
			date_text(arena, config->registered_from - 1));
	if (config->organisation != NULL)
		path = arena_format(arena, "%s&bronorganisatie=%s", path, config->organisation);
	path = arena_format(arena, "%s&page=%lld", path, (long long)cursor->page);
	return zgw_url_at(arena, config->zaken_url, bytes_of_string(path));
}

static struct json_object *text_of(struct bytes text)
{
	return json_object_new_string_len((const char *)text.data, (int)text.size);
}

static void add_channel(struct json_object *channels, const char *name,
	const struct setting_pair *filter, const char *organisation)
{
	struct json_object *channel = json_object_new_object(), *filters = json_object_new_object();
	for (; filter != NULL && filter->name != NULL; filter++)
		json_object_object_add(
			filters, filter->name, json_object_new_string(filter->value));
	if (organisation != NULL)
		json_object_object_add(
			filters, "bronorganisatie", json_object_new_string(organisation));
	json_object_object_add(channel, "naam", json_object_new_string(name));
	json_object_object_add(channel, "filters", filters);
	json_object_array_add(channels, channel);
}

/* auth is, to the letter, what our partner's system then sends as Authorization. */
static void subscribe(const struct zgw_config *config, const struct connector_poll *poll,
	struct connector_request *out)
{
	struct json_object *body = json_object_new_object(), *channels = json_object_new_array();
	add_channel(channels, "zaken", config->filters, config->organisation);
	if (config->requests_url != NULL)
		add_channel(channels, "verzoeken", NULL, config->organisation);
	json_object_object_add(body, "callbackUrl", text_of(poll->callback_url));
	json_object_object_add(body, "auth", text_of(poll->callback_authorization));
	json_object_object_add(body, "kanalen", channels);
	const char *text = json_object_to_json_string_ext(
		body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	out->body = arena_copy(poll->arena, bytes_of_string(text));
	out->type = bytes_of_string("application/json");
	json_object_put(body);
}

static struct bytes list_url(const struct zgw_config *config, const struct connector_poll *poll)
{
	/* What is looked for in the answer stands behind the #, and is never sent. */
	const char *path =
		arena_format(poll->arena, "abonnement#%.*s", BYTES_ARG(poll->callback_url));
	return zgw_url_at(poll->arena, config->notifications_url, bytes_of_string(path));
}

enum outcome zgw_poll_ask(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err)
{
	const struct zgw_config *own = config;
	struct cursor cursor = read_cursor(poll->cursor);
	(void)err;
	*out = (struct connector_request){.method = "GET"};
	if (own->notifications_url == NULL || poll->callback_url.size == 0)
		cursor.step = cursor.step == ENDED ? ENDED : OPEN;
	if (cursor.step == BEGIN) {
		out->url = list_url(own, poll);
	} else if (cursor.step == CREATE || cursor.step == RENEW) {
		bool is_new = cursor.step == CREATE;
		out->method = is_new ? "POST" : "PUT";
		out->url = zgw_url_at(poll->arena, own->notifications_url,
			is_new ? bytes_of_string("abonnement") : cursor.subscription);
		subscribe(own, poll, out);
	} else {
		out->url = page_url(own, poll->arena, &cursor);
	}
	return OK;
}

/* For a person: what the answer was, and so what is to be mended. */
static void note(struct parcel *out, const struct document *doc)
{
	const char *why = doc->status == 403
		? ": give the application notificaties.consumeren and notificaties.publiceren"
		: doc->status == 400
		? ": it could not reach the hub, or was let in without Authorization, or the "
		  "channel zaken is not there"
		: "";
	struct parcel_draft *to = parcel_add(out, doc->body, bytes_of_string("abonnement"));
	problems_add(&to->problems, NULL, NULL, "the hub could not subscribe: the answer was %d%s",
		doc->status, why);
}

/* The first subscription that leads to us. An address of it that lies elsewhere is the same one
 * seen through a proxy, so its last part is enough. */
static struct bytes find_ours(
	const struct json_tree *list, struct bytes callback, struct arena *arena)
{
	const struct json_tree *item = member_items(list);
	for (; item != NULL; item = item->next) {
		struct bytes last = zgw_url_last(member_text(item, "url"));
		const char *path = arena_format(arena, "abonnement/%.*s", BYTES_ARG(last));
		struct bytes plain = zgw_url_below("http://any", bytes_of_string(path));
		if (plain.data != NULL && bytes_equal(member_text(item, "callbackUrl"), callback))
			return plain;
	}
	return (struct bytes){0};
}

static void take_list(const struct zgw_read *read, const struct document *doc,
	const struct json_tree *list, struct cursor *next)
{
	const uint8_t *mark = memchr(doc->name.data, '#', doc->name.size);
	struct bytes callback = {0};
	if (mark != NULL)
		callback = bytes_of(mark + 1, doc->name.size - (size_t)(mark - doc->name.data) - 1);
	next->subscription = find_ours(list, callback, read->out->arena);
	next->step = next->subscription.data != NULL ? RENEW : CREATE;
}

static void take_page(
	const struct zgw_read *read, const struct json_tree *page, const struct cursor *cursor)
{
	char since[25];
	const struct json_tree *item = member_items(page);
	clock_to_text(cursor->since - BACK_DAYS * CLOCK_DAY_MS, since);
	const char *asked = !cursor->has_since
		? ZGW_LAST
		: arena_format(read->out->arena, ZGW_SINCE "%s", since);
	for (; item != NULL; item = item->next) {
		struct bytes path =
			zgw_url_below(read->config->zaken_url, member_text(item, "url"));
		if (path.data != NULL) {
			parcel_task(read->out,
				bytes_of_string(arena_format(read->out->arena, "%.*s#%s",
					BYTES_ARG(zgw_url_at(
						read->out->arena, read->config->zaken_url, path)),
					asked)));
			continue;
		}
		struct parcel_draft *to =
			parcel_add(read->out, read->docs->items[0].body, bytes_of_string("zaken"));
		if (to != NULL)
			problems_add(&to->problems, NULL, NULL,
				"a zaak in the list does not lie below zaken_url");
	}
}

/* Behind the last page of a kind. Without a whole walk before, nothing ended that we knew. */
static void finish(struct cursor *next)
{
	next->page = 1;
	if (next->step == OPEN && next->has_since) {
		next->step = ENDED;
		return;
	}
	next->step = BEGIN;
	next->has_since = true;
	next->since = next->began;
}

static bool is_subscribing(const struct zgw_config *config, const struct documents *docs)
{
	struct bytes name = docs->items[0].name;
	const uint8_t *mark = name.size > 0 ? memchr(name.data, '#', name.size) : NULL;
	if (mark != NULL)
		name.size = (size_t)(mark - name.data);
	struct bytes path = zgw_url_below(config->notifications_url, name);
	struct bytes word = bytes_of_string("abonnement");
	return path.size >= word.size && memcmp(path.data, word.data, word.size) == 0;
}

static enum outcome parse_subscribing(struct zgw_read *read, struct cursor *next, struct err *err)
{
	const struct document *doc = &read->docs->items[0];
	struct problems *problems = zgw_read_problems(read);
	bool is_list = next->step == BEGIN;
	if (doc->status >= 500 || doc->status == 429)
		return err_set(err, REJECT, "abonnement: the answer was %d", doc->status);
	next->step = OPEN;
	if (doc->status != 200 && (is_list || doc->status != 201)) {
		note(read->out, doc);
		return OK;
	}
	if (!is_list)
		return OK;
	const struct json_tree *list =
		zgw_read_document(read, doc, bytes_of_string("abonnement"), problems);
	if (list == NULL)
		return err_set(err, REJECT, "%s", problems->items[0].text);
	take_list(read, doc, list, next);
	return OK;
}

static enum outcome parse_page(struct zgw_read *read, struct cursor *next, struct err *err)
{
	const struct document *doc = &read->docs->items[0];
	struct problems *problems = zgw_read_problems(read);
	if (next->step != ENDED)
		next->step = OPEN;
	/* A page that was there when the one before was read may be gone. */
	if (doc->status == 404 && next->page > 1) {
		finish(next);
		return OK;
	}
	const struct json_tree *page =
		zgw_read_document(read, doc, bytes_of_string("zaken"), problems);
	if (page == NULL)
		return err_set(err, REJECT, "%s", problems->items[0].text);
	take_page(read, page, next);
	if (member_text(page, "next").data != NULL)
		next->page++;
	else
		finish(next);
	return OK;
}

enum outcome zgw_poll_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err)
{
	struct zgw_read read = {.config = config, .docs = docs, .out = out};
	struct cursor next = read_cursor(docs->cursor);
	if (next.began == 0)
		next.began = docs->now;
	enum outcome outcome = is_subscribing(config, docs) ? parse_subscribing(&read, &next, err)
							    : parse_page(&read, &next, err);
	if (outcome != OK)
		return outcome;
	out->cursor = write_cursor(out->arena, &next);
	out->poll_now = next.step != BEGIN;
	return OK;
}
