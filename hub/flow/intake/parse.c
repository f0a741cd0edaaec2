/* parse - the body of a request as a Draft: the hub's own JSON, bare or as the data of a
 * CloudEvent. */
#include "hub/flow/intake/parse.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"

struct parse {
	struct json_tokener *tokener;
};

struct parse *parse_new(int32_t depth)
{
	struct parse *parse = memory_get(sizeof(*parse));
	parse->tokener = json_tokener_new_ex(depth);
	if (parse->tokener == NULL)
		abort();
	json_tokener_set_flags(parse->tokener, JSON_TOKENER_STRICT);
	return parse;
}

void parse_free(struct parse *parse)
{
	if (parse == NULL)
		return;
	json_tokener_free(parse->tokener);
	free(parse);
}

static const char *reason(enum json_tokener_error error)
{
	if (error == json_tokener_continue)
		return "it ends too early";
	if (error == json_tokener_success)
		return "something stands behind its end";
	return json_tokener_error_desc(error);
}

/* The caller puts it; NULL: a problem was added. */
static struct json_object *read_object(
	struct parse *parse, struct bytes body, struct problems *problems)
{
	struct json_tokener *tokener = parse->tokener;
	/* json-c can look for this too, but does so byte by byte. */
	if (!bytes_is_utf8(body)) {
		problems_add(problems, NULL, NULL, "is not UTF-8");
		return NULL;
	}
	json_tokener_reset(tokener);
	struct json_object *object =
		json_tokener_parse_ex(tokener, (const char *)body.data, (int)body.size);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	if (error != json_tokener_success || end != body.size)
		problems_add(
			problems, NULL, NULL, "is not JSON: at byte %zu: %s", end, reason(error));
	else if (!json_object_is_type(object, json_type_object))
		problems_add(problems, NULL, "{\"case\": …}", "is not a JSON object");
	else
		return object;
	json_object_put(object);
	return NULL;
}

static void check_attribute(const char *name, struct bytes value, struct problems *problems)
{
	if (value.size == 0)
		problems_add(problems, name, NULL, "is missing: a CloudEvent must have it");
}

static void check_attributes(const struct parse_event *event, struct problems *problems)
{
	check_attribute("id", event->id, problems);
	check_attribute("source", event->source, problems);
	check_attribute("type", event->type, problems);
	if (!bytes_equal_string(event->specversion, "1.0"))
		problems_add(problems, "specversion", "1.0", "is not 1.0");
	if (event->id.size > 200)
		problems_add(problems, "id", NULL, "is longer than 200 bytes");
}

static void fill_in(const struct parse_event *event, struct draft *draft, struct problems *problems)
{
	if (draft->reference.data == NULL)
		draft->reference = arena_copy(problems->arena, event->id);
	if (draft->has_occurred_at || event->time.data == NULL)
		return;
	draft->has_occurred_at = clock_from_text(event->time, &draft->occurred_at);
	if (!draft->has_occurred_at)
		problems_add(problems, "time", "2026-03-02T09:30:00Z", "is not a time (RFC 3339)");
}

static void read_data(struct json_object *object, const struct parse_event *event,
	struct draft *out, struct problems *problems)
{
	*out = (struct draft){0};
	bool is_read = draft_from_json(out, object, problems);
	if (event == NULL)
		return;
	check_attributes(event, problems);
	if (is_read)
		fill_in(event, out, problems);
}

enum parse_result parse_draft(struct parse *parse, struct bytes body,
	const struct parse_event *event, struct draft *out, struct problems *problems)
{
	struct json_object *object = read_object(parse, body, problems);
	if (object == NULL)
		return PARSE_UNREADABLE;
	read_data(object, event, out, problems);
	json_object_put(object);
	return problems->count == 0 ? PARSE_OK : PARSE_INVALID;
}

static void take_attribute(
	struct json_object *object, const char *name, struct bytes *out, struct problems *problems)
{
	struct json_object *value = json_object_object_get(object, name);
	if (json_object_is_type(value, json_type_string))
		*out = arena_copy(problems->arena,
			bytes_of(json_object_get_string(value),
				(size_t)json_object_get_string_len(value)));
	else if (value != NULL)
		problems_add(problems, name, NULL, "is not a string");
}

static void take_data(struct json_object *object, const struct parse_event *event,
	struct draft *out, struct problems *problems)
{
	struct json_object *data = json_object_object_get(object, "data");
	*out = (struct draft){0};
	if (!json_object_is_type(data, json_type_object)) {
		problems_add(problems, "data", "{\"case\": …}", "is not a JSON object");
		check_attributes(event, problems);
		return;
	}
	size_t outer = problems_enter(problems, "data");
	read_data(data, NULL, out, problems);
	problems_leave(problems, outer);
	check_attributes(event, problems);
	if (problems->count == 0)
		fill_in(event, out, problems);
}

enum parse_result parse_event(struct parse *parse, struct bytes body, struct parse_event *event,
	struct draft *out, struct problems *problems)
{
	struct json_object *object = read_object(parse, body, problems);
	if (object == NULL)
		return PARSE_UNREADABLE;
	*event = (struct parse_event){0};
	take_attribute(object, "specversion", &event->specversion, problems);
	take_attribute(object, "id", &event->id, problems);
	take_attribute(object, "source", &event->source, problems);
	take_attribute(object, "type", &event->type, problems);
	take_attribute(object, "time", &event->time, problems);
	take_attribute(object, "traceparent", &event->trace, problems);
	take_data(object, event, out, problems);
	json_object_put(object);
	return problems->count == 0 ? PARSE_OK : PARSE_INVALID;
}
