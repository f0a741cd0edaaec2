/* cloudevent - events of the NL GOV profile for CloudEvents: drafts in, handovers out. */
#include "connectors/common/cloudevent.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/member.h"
#include "hub/base/clock.h"
#include "schemas/draft_json.h"

#define DEPTH 16
/* Of one event that comes in; what the partner API takes is less. */
#define EVENT_MAX ((size_t)262144)
/* Of a refused event so much is kept. */
#define ORIGINAL_MAX ((size_t)65536)
/* What a parcel's events may need of the arena before the rest waits for the next one. */
#define PARCEL_MAX ((size_t)16 << 20)
/* What an intermediary must be able to pass on (the profile, as CloudEvents 1.0.2 section 5). */
#define SENT_MAX ((size_t)65536)

struct cloudevent_config {
	const char *type_prefix;
	bool dataref_only;
};

/* How the events of a body follow each other. */
enum layout { ONE, LINES, ARRAY };

struct events {
	enum layout layout;
	struct member_walk walk;
};

/* An event may be written over several lines, and then is the only one. Inside of it no line begins
 * with a brace unless the one before asks for a value. */
static enum layout layout_of(const struct events *events)
{
	const uint8_t *at = events->walk.at, *end = events->walk.end, *next;
	if (*at == '[')
		return ARRAY;
	const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
	if (line == NULL)
		return ONE;
	for (next = line; next < end && member_is_space(*next);)
		next++;
	while (member_is_space(line[-1]))
		line--;
	if (next < end && *next == '{' && strchr(":[,", line[-1]) == NULL)
		return LINES;
	return line[-1] == '}' && member_end(at + 1, line) == line - 1 ? LINES : ONE;
}

/* REJECT: there is none, or it is something else. */
static enum outcome open_events(const struct documents *docs, struct events *out, struct err *err)
{
	*out = (struct events){.walk = member_walk_of(docs->items[0].body)};
	if (out->walk.at == out->walk.end)
		return err_set(err, REJECT, "it is empty: send an event, or a list of them");
	if (*out->walk.at != '{' && *out->walk.at != '[')
		return err_set(err, REJECT,
			"it is no CloudEvent in JSON: neither an object nor a list of them");
	out->layout = layout_of(out);
	if (docs->from > 0)
		out->walk.at = out->walk.begin + docs->from;
	else if (out->layout == ARRAY)
		out->walk.at++;
	return OK;
}

/* The next event of a list, up to the comma or bracket behind it; false: that was the last. */
static bool next_in_array(struct events *events, struct bytes *out)
{
	member_skip_space(&events->walk);
	if (events->walk.at < events->walk.end && *events->walk.at == ',')
		events->walk.at++;
	member_skip_space(&events->walk);
	if (events->walk.at == events->walk.end || *events->walk.at == ']')
		return false;
	const uint8_t *from = events->walk.at;
	events->walk.at = member_end(from, events->walk.end);
	/* A brace that closes nothing cannot be passed: all behind it belongs to this one. */
	if (events->walk.at < events->walk.end && *events->walk.at == '}')
		events->walk.at = events->walk.end;
	*out = bytes_of(from, (size_t)(events->walk.at - from));
	return true;
}

static bool next_line(struct events *events, struct bytes *out)
{
	member_skip_space(&events->walk);
	if (events->walk.at == events->walk.end)
		return false;
	const uint8_t *from = events->walk.at;
	const uint8_t *line = memchr(from, '\n', (size_t)(events->walk.end - from));
	events->walk.at = line != NULL ? line : events->walk.end;
	*out = bytes_of(from, (size_t)(events->walk.at - from));
	return true;
}

static bool next_event(struct events *events, struct bytes *out)
{
	if (events->layout == ARRAY)
		return next_in_array(events, out);
	if (events->layout == LINES)
		return next_line(events, out);
	member_skip_space(&events->walk);
	*out = bytes_of(events->walk.at, (size_t)(events->walk.end - events->walk.at));
	events->walk.at = events->walk.end;
	return out->size > 0;
}

static struct parcel_draft *add(struct parcel *out, const struct events *events, struct bytes event)
{
	const char *label = arena_format(
		out->arena, "the event at byte %zu", (size_t)(event.data - events->walk.begin));
	if (event.size > ORIGINAL_MAX)
		event.size = ORIGINAL_MAX;
	return parcel_add(out, event, bytes_of_string(label));
}

static void take(struct parcel *out, const struct events *events, struct bytes event)
{
	struct parcel_draft *to = add(out, events, event);
	struct draft_json_event attributes;
	if (event.size > EVENT_MAX) {
		problems_add(&to->problems, NULL, NULL, "is larger than %zu bytes", EVENT_MAX);
		return;
	}
	if (draft_json_enveloped(event, DEPTH, &attributes, &to->draft, &to->problems) ==
		DRAFT_JSON_OK)
		return;
	if (to->draft.system.data == NULL)
		to->draft.system = to->draft.leg = bytes_of_string("");
}

/* What stands where a list should end; a file that was cut off has nothing there. */
static void check_end(struct parcel *out, struct events *events)
{
	bool is_closed = events->walk.at < events->walk.end;
	events->walk.at += is_closed;
	member_skip_space(&events->walk);
	if (events->layout != ARRAY || (is_closed && events->walk.at == events->walk.end))
		return;
	struct bytes rest = bytes_of(events->walk.at, (size_t)(events->walk.end - events->walk.at));
	problems_add(&add(out, events, rest)->problems, NULL, NULL, "%s",
		is_closed ? "something stands behind the end of the list"
			  : "the list does not end: was the file cut off?");
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct events events;
	struct bytes event;
	size_t before = out->arena->used;
	(void)config;
	if (open_events(docs, &events, err) != OK)
		return REJECT;
	/* One place is kept for what is said of the end. */
	while (out->drafts_count < PARCEL_DRAFTS - 1 && out->arena->used - before < PARCEL_MAX) {
		if (!next_event(&events, &event)) {
			check_end(out, &events);
			return OK;
		}
		take(out, &events, event);
	}
	out->more = true;
	out->next = (size_t)(events.walk.at - events.walk.begin);
	return OK;
}

/* What each kind tells, in the past tense as the profile asks. */
static const char *const said[HANDOVER_KIND_COUNT] = {
	[HANDOVER_KIND_OFFER] = "referral-offered",
	[HANDOVER_KIND_DETAILS] = "details-given",
	[HANDOVER_KIND_QUESTION] = "question-asked",
	[HANDOVER_KIND_ANSWER] = "question-answered",
	[HANDOVER_KIND_STATUS] = "status-changed",
	[HANDOVER_KIND_RECALL] = "offer-recalled",
	[HANDOVER_KIND_DUTY] = "duty-given",
	[HANDOVER_KIND_REMINDER] = "duty-reminded",
	[HANDOVER_KIND_ESCALATION] = "delay-escalated",
	[HANDOVER_KIND_VERDICT] = "message-judged",
};

static void put(struct json_object *event, const char *name, const char *text)
{
	json_object_object_add(event, name, json_object_new_string(text));
}

/* Attributes may be logged on the way: nothing in them is personal. */
static struct json_object *make_event(
	const struct cloudevent_config *config, const struct opened *opened)
{
	struct json_object *event = json_object_new_object();
	char time[25];
	clock_to_text(opened->handover->at, time);
	put(event, "specversion", "1.0");
	put(event, "id", opened->id);
	put(event, "source", opened->source);
	put(event, "type",
		arena_format(
			opened->arena, "%s.%s", config->type_prefix, said[opened->handover->kind]));
	put(event, "time", time);
	put(event, "sequence", arena_format(opened->arena, "%" PRId64, opened->sequence));
	put(event, "sequencetype", "Integer");
	if (opened->url != NULL)
		put(event, "dataref", opened->url);
	return event;
}

static void put_data(struct json_object *event, const struct opened *opened)
{
	struct json_object *data = handover_to_json(opened->handover);
	if (opened->own_case.size > 0)
		put(data, "own_case", arena_string(opened->arena, opened->own_case));
	if (opened->person != NULL)
		json_object_object_add(data, "person", person_to_json(opened->person));
	put(event, "datacontenttype", "application/json");
	json_object_object_add(event, "data", data);
}

static struct bytes text_of(struct json_object *event, struct arena *arena)
{
	const char *text = json_object_to_json_string_ext(
		event, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	return arena_copy(arena, bytes_of_string(text));
}

static enum outcome write_event(const struct cloudevent_config *own, const struct opened *opened,
	struct bytes *out, struct err *err)
{
	if (own->dataref_only && opened->url == NULL)
		return err_set(err, REJECT,
			"dataref_only needs the hub's public URL: there is nothing to refer to");
	struct json_object *event = make_event(own, opened);
	if (!own->dataref_only)
		put_data(event, opened);
	*out = text_of(event, opened->arena);
	if (out->size > SENT_MAX && opened->url != NULL) {
		json_object_object_del(event, "datacontenttype");
		json_object_object_del(event, "data");
		*out = text_of(event, opened->arena);
	}
	json_object_put(event);
	return OK;
}

static enum outcome render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	*out = (struct connector_request){0};
	if (answers->count > 0)
		return OK;
	out->method = "POST";
	out->type = bytes_of_string("application/cloudevents+json");
	return write_event(config, opened, &out->body, err);
}

/* The batched mode of CloudEvents, which is only for receivers that have asked for it. */
static enum outcome bundle(const void *config, const struct opened *const *opened, size_t *count,
	struct connector_request *out, struct err *err)
{
	struct buffer list = {0};
	struct bytes event;
	size_t taken = 0;
	for (; taken < *count; taken++) {
		if (write_event(config, opened[taken], &event, err) != OK) {
			buffer_done(&list);
			return REJECT;
		}
		if (taken > 0 && list.size + event.size + 2 > SENT_MAX)
			break;
		buffer_add_string(&list, taken == 0 ? "[" : ",");
		buffer_add_bytes(&list, event);
	}
	buffer_add_string(&list, "]");
	*count = taken;
	*out = (struct connector_request){.method = "POST",
		.type = bytes_of_string("application/cloudevents-batch+json"),
		.body = arena_copy(opened[0]->arena, buffer_bytes(&list))};
	buffer_done(&list);
	return OK;
}

/* CloudEvents asks for a reversed domain name. */
static enum outcome check(const void *config, struct err *err)
{
	const struct cloudevent_config *own = config;
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *prefix = own->type_prefix;
	if (prefix[strspn(prefix, letters)] != '\0' || strchr(prefix, '.') == NULL)
		return err_set(err, REJECT,
			"type_prefix must be a reversed domain name such as nl.lokethub");
	return OK;
}

static const struct setting settings[] = {
	{"type_prefix", SETTING_STRING, offsetof(struct cloudevent_config, type_prefix),
		"nl.lokethub", 3, 100, NULL,
		"Out: what the type of an event begins with; a kind such as referral-offered "
		"follows."},
	{"dataref_only", SETTING_BOOL, offsetof(struct cloudevent_config, dataref_only), "false", 0,
		0, NULL,
		"Out: send no data, only where it can be fetched. Without it, an event beyond "
		"64 KB "
		"is sent so."},
	{0},
};

const struct connector cloudevent = {
	.name = "cloudevent",
	.summary = "CloudEvents (NL GOV profile): drafts in, one or many at once; handovers out",
	.settings = settings,
	.config_size = sizeof(struct cloudevent_config),
	.check = check,
	.parse = parse,
	.render = render,
	.bundle = bundle,
};
