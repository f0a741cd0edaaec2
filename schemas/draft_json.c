/* draft_json - the body of a request as a Draft: the hub's own JSON, bare or as the data of a
 * CloudEvent. */
#include "schemas/draft_json.h"

#include "hub/base/clock.h"
#include "schemas/json_tree.h"

/* NULL: a problem was added. */
static const struct json_tree *read_object(
	struct bytes body, int32_t depth, struct problems *problems)
{
	const struct json_tree *tree = json_tree_parse(body, depth, problems);
	if (tree == NULL || tree->kind == JSON_TREE_OBJECT)
		return tree;
	problems_add(problems, NULL, "{\"case\": …}", "is not a JSON object");
	return NULL;
}

static void check_attribute(const char *name, struct bytes value, struct problems *problems)
{
	if (value.size == 0)
		problems_add(problems, name, NULL, "is missing: a CloudEvent must have it");
}

static void check_attributes(const struct draft_json_event *event, struct problems *problems)
{
	check_attribute("id", event->id, problems);
	check_attribute("source", event->source, problems);
	check_attribute("type", event->type, problems);
	if (!bytes_equal_string(event->specversion, "1.0"))
		problems_add(problems, "specversion", "1.0", "is not 1.0");
	if (event->id.size > 200)
		problems_add(problems, "id", NULL, "is longer than 200 bytes");
}

static void fill_in(
	const struct draft_json_event *event, struct draft *draft, struct problems *problems)
{
	if (draft->reference.data == NULL)
		draft->reference = event->id;
	if (draft->has_occurred_at || event->time.data == NULL)
		return;
	draft->has_occurred_at = clock_from_text(event->time, &draft->occurred_at);
	if (!draft->has_occurred_at)
		problems_add(problems, "time", "2026-03-02T09:30:00Z", "is not a time (RFC 3339)");
}

static void read_data(const struct json_tree *object, const struct draft_json_event *event,
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

enum draft_json_result draft_json_bare(struct bytes body, int32_t depth,
	const struct draft_json_event *event, struct draft *out, struct problems *problems)
{
	const struct json_tree *object = read_object(body, depth, problems);
	if (object == NULL)
		return DRAFT_JSON_UNREADABLE;
	read_data(object, event, out, problems);
	return problems->count == 0 ? DRAFT_JSON_OK : DRAFT_JSON_INVALID;
}

static void take_attribute(const struct json_tree *object, const char *name, struct bytes *out,
	struct problems *problems)
{
	const struct json_tree *value = json_tree_member(object, name);
	if (value == NULL || value->kind == JSON_TREE_NULL)
		return;
	if (value->kind == JSON_TREE_STRING)
		*out = value->text;
	else
		problems_add(problems, name, NULL, "is not a string");
}

static void take_data(const struct json_tree *object, const struct draft_json_event *event,
	struct draft *out, struct problems *problems)
{
	const struct json_tree *data = json_tree_member(object, "data");
	*out = (struct draft){0};
	if (data == NULL || data->kind != JSON_TREE_OBJECT) {
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

enum draft_json_result draft_json_enveloped(struct bytes body, int32_t depth,
	struct draft_json_event *event, struct draft *out, struct problems *problems)
{
	const struct json_tree *object = read_object(body, depth, problems);
	if (object == NULL)
		return DRAFT_JSON_UNREADABLE;
	*event = (struct draft_json_event){0};
	take_attribute(object, "specversion", &event->specversion, problems);
	take_attribute(object, "id", &event->id, problems);
	take_attribute(object, "source", &event->source, problems);
	take_attribute(object, "type", &event->type, problems);
	take_attribute(object, "time", &event->time, problems);
	take_attribute(object, "traceparent", &event->trace, problems);
	take_data(object, event, out, problems);
	return problems->count == 0 ? DRAFT_JSON_OK : DRAFT_JSON_INVALID;
}
