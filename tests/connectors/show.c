/* show - what a connector gave back, as JSON. */
#include "tests/connectors/show.h"

#include <string.h>

#include "tests/connectors/case.h"

struct json_object *show_text(struct bytes text)
{
	if (text.data == NULL)
		return NULL;
	return json_object_new_string_len((const char *)text.data, (int)text.size);
}

void show_member(struct json_object *out, const char *name, struct bytes text)
{
	if (text.data != NULL)
		json_object_object_add(out, name, show_text(text));
}

static void show_flag(struct json_object *out, const char *name, bool flag)
{
	if (flag)
		json_object_object_add(out, name, json_object_new_boolean(true));
}

static void show_count(struct json_object *out, const char *name, size_t count)
{
	if (count > 0)
		json_object_object_add(out, name, json_object_new_int64((int64_t)count));
}

static void show_list(struct json_object *out, const char *name, struct json_object *list)
{
	if (json_object_array_length(list) > 0)
		json_object_object_add(out, name, list);
	else
		json_object_put(list);
}

struct json_object *show_problems(const struct problems *problems)
{
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MAX; i++) {
		const struct problem *problem = &problems->items[i];
		const char *example = problem->example;
		const char *text = arena_format(problems->arena, "%s: %s%s%s%s", problem->path,
			problem->text, example != NULL ? " (" : "", example != NULL ? example : "",
			example != NULL ? ")" : "");
		json_object_array_add(list, json_object_new_string(text));
	}
	return list;
}

struct json_object *show_err(enum outcome outcome, const struct err *err)
{
	char text[sizeof(err->text) + 16];
	snprintf(text, sizeof(text), "%s: %s", outcome_name(outcome), err->text);
	return json_object_new_string(text);
}

struct json_object *show_wants(const struct parcel *parcel)
{
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < parcel->wants_count; i++) {
		const struct parcel_want *want = &parcel->wants[i];
		const char *text = arena_format(parcel->arena, "%.*s%s", BYTES_ARG(want->url),
			want->is_static ? " (static)" : "");
		json_object_array_add(list, json_object_new_string(text));
	}
	return list;
}

/* "input.csv[120..177]"; what lies in no document is there as it is. */
static struct json_object *show_original(
	struct arena *arena, const struct documents *docs, struct bytes original)
{
	for (size_t i = 0; i < docs->count; i++) {
		struct bytes body = docs->items[i].body;
		if (original.data < body.data || original.data > body.data + body.size)
			continue;
		size_t from = (size_t)(original.data - body.data);
		if (original.size > body.size - from)
			case_bad("an original goes beyond its document", docs->items[i].name);
		return json_object_new_string(arena_format(arena, "%.*s[%zu..%zu]",
			BYTES_ARG(docs->items[i].name), from, from + original.size));
	}
	return show_text(original);
}

/* As the hub looks at it, but that the fingerprint is the connector's to fill. What it finds wrong
 * is the reason that is given to the sender. */
static struct json_object *check(
	struct parcel_draft *draft, const struct codes *codes, struct arena *arena)
{
	struct problems problems;
	struct draft plain = draft->draft;
	problems_init(&problems, arena);
	plain.fingerprint = (struct bytes){0};
	if (draft->problems.count == 0)
		draft_check(&plain, codes, CHECK_PARTNER, &problems);
	if (problems.count > 0)
		draft->problems = problems;
	return show_problems(&problems);
}

/* The generated writer needs a draft whose body is there. */
static void show_said(struct json_object *out, const struct draft *draft)
{
	if (draft->body_referral != NULL || draft->body_status_change != NULL)
		json_object_object_add(out, "draft", draft_to_json(draft));
	else if (draft->person != NULL)
		json_object_object_add(out, "person", person_to_json(draft->person));
}

struct json_object *show_parcel(
	const struct parcel *parcel, const struct documents *docs, const struct codes *codes)
{
	struct json_object *out = json_object_new_object(), *drafts = json_object_new_array(),
			   *tasks = json_object_new_array();
	for (size_t i = 0; i < parcel->drafts_count; i++) {
		struct parcel_draft *draft = parcel->drafts[i];
		struct json_object *one = json_object_new_object(),
				   *own = show_problems(&draft->problems),
				   *found = check(draft, codes, parcel->arena);
		show_member(one, "label", draft->label);
		json_object_object_add(
			one, "original", show_original(parcel->arena, docs, draft->original));
		show_said(one, &draft->draft);
		show_list(one, "problems", own);
		show_list(one, "check", found);
		json_object_array_add(drafts, one);
	}
	for (size_t i = 0; i < parcel->tasks_count; i++)
		json_object_array_add(tasks, show_text(parcel->tasks[i]));
	show_list(out, "drafts", drafts);
	show_list(out, "tasks", tasks);
	show_count(out, "passed", parcel->passed);
	if (parcel->more)
		show_count(out, "next", parcel->next);
	show_member(out, "cursor", parcel->cursor);
	show_flag(out, "complete", parcel->complete);
	show_flag(out, "poll_now", parcel->poll_now);
	return out;
}

/* JSON as JSON, anything else as its lines. */
static void show_body(struct json_object *out, struct bytes type, struct bytes body)
{
	static const char json[] = "json";
	show_member(out, "type", type);
	struct json_object *value = NULL;
	if (type.data != NULL && memmem(type.data, type.size, json, sizeof(json) - 1) != NULL) {
		struct json_tokener *tokener = json_tokener_new();
		value = json_tokener_parse_ex(tokener, (const char *)body.data, (int)body.size);
		json_tokener_free(tokener);
		if (value == NULL)
			case_bad("no JSON:", body);
	}
	if (value != NULL)
		json_object_object_add(out, "body", value);
	else
		show_member(out, "body", body);
}

struct json_object *show_answer(const struct connector_answer *answer)
{
	struct json_object *out = json_object_new_object();
	show_count(out, "status", (size_t)answer->status);
	show_body(out, answer->type, answer->body);
	return out;
}

struct json_object *show_request(const struct connector_request *request)
{
	struct json_object *out = json_object_new_object(), *headers = json_object_new_object();
	json_object_object_add(out, "method", json_object_new_string(request->method));
	show_member(out, "url", request->url);
	for (size_t i = 0; i < request->headers_count; i++)
		show_member(headers, request->headers[i].name, request->headers[i].value);
	if (json_object_object_length(headers) > 0)
		json_object_object_add(out, "headers", headers);
	else
		json_object_put(headers);
	show_body(out, request->type, request->body);
	return out;
}
