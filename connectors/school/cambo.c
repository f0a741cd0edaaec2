/* cambo - applications at mbo schools, asked of CAMBO (VCA) from the last change on. */
#include "connectors/school/cambo.h"

#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/json_rows.h"
#include "connectors/common/member.h"
#include "connectors/school/application.h"

/* The interface is that of topicusonderwijs/vca-stubsis, koppeldocument 1.08: the list of a
 * koppelpunt and its vanafWijziging (aanmelding_examples.json), the notification
 * (notification_example.json) and the form of an error (foutmelding_example.json). */

#define NOTIFICATION_DEPTH 4
static const char media_type[] = "application/vnd.topicus.cambo+json";
static const char code_name[] = "koppelpuntCode";

struct cambo_config {
	struct application_config applications;
	const char *path; /* what is polled */
	const char *koppelpunt; /* NULL: a notification of any leads to a poll */
};

/* "1203": all up to there was seen. Behind it: "included", if an answer from a number on is known
 * to have that number's own row; "again", in a walk from the beginning that was begun because a
 * number was not known any more. "again" alone: that walk begins. Anything else: the beginning. */
struct cursor {
	struct bytes number; /* empty: the beginning */
	bool is_included, is_again;
};

static const char included[] = "included";
static const char again[] = "again";
static const char beginning[] = "beginning";

static bool is_number(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.size > 0;
}

static struct cursor read_cursor(struct bytes text)
{
	struct cursor cursor = {0};
	for (bool is_first = true; text.size > 0; is_first = false) {
		struct bytes word = bytes_cut_first(&text, ' ');
		if (is_first && is_number(word))
			cursor.number = word;
		cursor.is_included = cursor.is_included || bytes_equal_string(word, included);
		cursor.is_again = cursor.is_again || bytes_equal_string(word, again);
	}
	return cursor;
}

static struct bytes write_cursor(struct arena *arena, const struct cursor *cursor)
{
	if (cursor->number.size == 0)
		return bytes_of_string(cursor->is_again ? again : beginning);
	return bytes_of_string(arena_format(arena, "%.*s%s%s%s%s", BYTES_ARG(cursor->number),
		cursor->is_included ? " " : "", cursor->is_included ? included : "",
		cursor->is_again ? " " : "", cursor->is_again ? again : ""));
}

static enum outcome poll(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err)
{
	static const struct connector_header accept = {
		"Accept", {(const uint8_t *)media_type, sizeof(media_type) - 1}};
	const struct cambo_config *own = config;
	struct cursor cursor = read_cursor(poll->cursor);
	const char *url = own->path;
	(void)err;
	if (cursor.number.size > 0)
		url = arena_format(
			poll->arena, "%s?vanafWijziging=%.*s", own->path, BYTES_ARG(cursor.number));
	*out = (struct connector_request){.method = "GET",
		.url = bytes_of_string(url),
		.headers = &accept,
		.headers_count = 1};
	return OK;
}

/* Numbers of any length, without zeros before them. */
static bool is_higher(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return a.size > b.size;
	return a.size > 0 && memcmp(a.data, b.data, a.size) > 0;
}

struct seen {
	bool has_rows, has_asked; /* asked: a row with the number that was asked from */
	struct bytes highest;
};

/* All rows of the document, whichever parcel they were in: they may stand in any order. */
static struct seen look(struct bytes body, struct bytes asked, struct arena *out)
{
	struct json_rows rows;
	struct seen seen = {.highest = asked};
	struct arena arena = {0};
	struct err ignored = {0};
	struct json_rows_row row;
	if (json_rows_open(&rows, body, 0, APPLICATION_LIST, &ignored) != OK)
		return seen;
	while (json_rows_read(&rows, &arena, &row)) {
		struct bytes number = application_number(row.tree);
		seen.has_rows = true;
		seen.has_asked = seen.has_asked || (number.size > 0 && bytes_equal(number, asked));
		if (is_higher(number, seen.highest))
			seen.highest = arena_copy(out, number);
		arena_reset(&arena);
	}
	arena_done(&arena);
	return seen;
}

/* The number is not known there any more. What was told before has the same references. A number
 * that is refused in a walk from the beginning is refused always: that one waits its turn. */
static void begin_again(const struct cursor *was, struct parcel *out)
{
	const struct cursor next = {.is_again = !was->is_again};
	out->cursor = write_cursor(out->arena, &next);
	out->poll_now = next.is_again;
}

/* There may be another page wherever something new was seen: how long one is, nobody says. Where
 * even the row is gone whose number was always there, they count anew, or it was deleted. */
static void move(const struct documents *docs, bool has_list, struct parcel *out)
{
	struct cursor was = read_cursor(docs->cursor);
	struct seen seen = {.highest = was.number};
	if (has_list)
		seen = look(docs->items[0].body, was.number, out->arena);
	struct cursor next = {
		.number = seen.highest, .is_included = was.is_included || seen.has_asked};
	if (!seen.has_rows && was.is_included && was.number.size > 0) {
		begin_again(&was, out);
		return;
	}
	out->poll_now = is_higher(next.number, was.number);
	next.is_again = was.is_again && out->poll_now;
	struct bytes cursor = write_cursor(out->arena, &next);
	if (!bytes_equal(cursor, docs->cursor) && (next.number.size > 0 || was.is_again))
		out->cursor = cursor;
}

/* An empty list may be left out. */
static bool is_blank(const struct document *document, struct arena *arena)
{
	struct problems problems;
	struct member_walk walk = member_walk_of(document->body);
	size_t size = (size_t)(walk.end - walk.at);
	if (size == 0 || size > JSON_ROWS_MAX)
		return size == 0;
	problems_init(&problems, arena);
	const struct json_tree *tree =
		json_tree_parse(bytes_of(walk.at, size), NOTIFICATION_DEPTH, &problems);
	if (tree == NULL || tree->kind != JSON_TREE_OBJECT || tree->count > 1)
		return false;
	return tree->count == 0 ||
		(bytes_equal_string(tree->first->name, APPLICATION_LIST) &&
			tree->first->kind == JSON_TREE_NULL);
}

static enum outcome parse_answer(const struct cambo_config *config, const struct documents *docs,
	struct parcel *out, struct err *err)
{
	const struct document *doc = &docs->items[0];
	struct cursor was = read_cursor(docs->cursor);
	bool is_refused = doc->status == 400 || doc->status == 404 || doc->status == 410;
	if (is_refused && was.number.size > 0) {
		begin_again(&was, out);
		return OK;
	}
	if (doc->status != 200 && doc->status != 204 && doc->status != 206)
		return err_set(err, REJECT, "aanmelding: the answer was %d%s", doc->status,
			doc->status == 401 || doc->status == 403
				? ": CAMBO does not let this certificate or client_id in"
				: "");
	bool has_list = !is_blank(doc, out->arena);
	if (has_list && application_parse(&config->applications, docs, out, err) != OK)
		return REJECT;
	if (!out->more)
		move(docs, has_list, out);
	return OK;
}

/* It says next to nothing, so that everybody may have it: what is new must be asked for. */
static enum outcome parse_notification(const struct cambo_config *config,
	const struct documents *docs, struct parcel *out, struct err *err)
{
	struct member_walk walk = member_walk_of(docs->items[0].body);
	struct bytes body = bytes_of(walk.at, (size_t)(walk.end - walk.at));
	struct problems problems;
	problems_init(&problems, out->arena);
	const struct json_tree *notification = json_tree_parse(body, NOTIFICATION_DEPTH, &problems);
	if (notification == NULL)
		return err_set(err, REJECT, "it %s", problems.items[0].text);
	if (notification->kind != JSON_TREE_OBJECT)
		return err_set(err, REJECT, "it is not a JSON object: a notification is");
	struct bytes code = member_text(notification, code_name);
	if (code.data == NULL)
		problems_add(&parcel_add(out, body, bytes_of_string("notification"))->problems,
			code_name, "0234AS", "is missing, or no text");
	else if (config->koppelpunt != NULL && !bytes_equal_string(code, config->koppelpunt))
		out->passed++;
	else
		out->poll_now = true;
	return OK;
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	const struct cambo_config *own = config;
	switch (docs->way) {
	case DOCUMENTS_POSTED:
		return parse_notification(own, docs, out, err);
	case DOCUMENTS_POLLED:
		return parse_answer(own, docs, out, err);
	case DOCUMENTS_DROPPED:
	case DOCUMENTS_FETCHED:
		break;
	}
	return application_parse(&own->applications, docs, out, err);
}

/* Its own form of an error, for a notification. */
static enum outcome acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err)
{
	(void)config;
	(void)err;
	if (docs->way != DOCUMENTS_POSTED || verdicts->count == 0 ||
		verdicts->items[0].fate != VERDICT_REFUSED)
		return OK;
	const struct problem *first = &verdicts->items[0].of->problems.items[0];
	const char *why = arena_format(verdicts->arena, "%s%s%s", first->path,
		first->path[0] != '\0' ? " " : "", first->text);
	struct json_object *body = json_object_new_object();
	json_object_object_add(body, "foutmelding", json_object_new_string(why));
	out->status = 400;
	out->type = bytes_of_string(media_type);
	out->body = arena_copy(verdicts->arena,
		bytes_of_string(json_object_to_json_string_ext(
			body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_object_put(body);
	return OK;
}

static bool is_path(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	return text[0] != '/' && text[strspn(text, plain)] == '\0' && strstr(text, "..") == NULL;
}

static enum outcome check(const void *config, struct err *err)
{
	const struct cambo_config *own = config;
	if (!is_path(own->path))
		return err_set(err, REJECT,
			"path is none below the endpoint's url: koppelpunt/0234AS/aanmelding");
	return application_check(&own->applications, err);
}

#define AT(member) offsetof(struct cambo_config, member)

static const struct setting settings[] = {
	{"path", SETTING_STRING, AT(path), NULL, 1, 200, NULL,
		"What is polled, below the endpoint's url (https://…/cambo/rest/v1): "
		"koppelpunt/CODE/aanmelding, CODE in the capitals that it was given in, or what "
		"was agreed for the overstapsysteem."},
	{"koppelpunt", SETTING_STRING, AT(koppelpunt), "", 1, 60, NULL,
		"Only a notification with this koppelpuntCode leads to a poll, capitals and all; "
		"none: any."},
	APPLICATION_SETTINGS,
	{0},
};

const struct connector cambo = {
	.name = "cambo",
	.summary = "mbo schools: applications and their statuses, polled from CAMBO (VCA)",
	.settings = settings,
	.config_size = sizeof(struct cambo_config),
	.check = check,
	.parse = parse,
	.acknowledge = acknowledge,
	.poll = poll,
};
