/* history - what became of a referral, as a story for the partner that asks. */
#include "hub/web/referral/history.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/view/story.h"
#include "hub/web/json.h"
#include "hub/web/referral/lookup.h"

#define EVENTS_MOST 1000 /* of the client, the last ones */

static bool may_name(const void *context, struct bytes desk)
{
	return describe_may_name(context, desk);
}

static bool may_know(const void *context, enum referral_state state)
{
	return describe_may_know(context, state);
}

static bool is_about(const struct event *event, struct uuid referral)
{
	for (size_t i = 0; i < event->transitions_count; i++)
		if (memcmp(&event->transitions[i].after.referral, &referral, sizeof(referral)) == 0)
			return true;
	return false;
}

static void add_line(
	const struct story *story, const struct report_event *told, struct json_object *lines)
{
	struct buffer text = {0};
	story_what(story, told, &text);
	if (text.size > 0) {
		struct json_object *line = json_object_new_object();
		json_object_array_add(lines, line);
		json_put_time(line, "at", told->event->at);
		json_put_text(line, "what", buffer_string(&text));
		story_who(story, told, &text);
		if (text.size > 0)
			json_put_text(line, "who", buffer_string(&text));
	}
	buffer_done(&text);
}

/* What was before the referral is nothing to its sender. */
static void tell(
	const struct story *story, const struct report_events *events, struct json_object *lines)
{
	bool has_begun = false;
	for (size_t i = 0; i < events->count; i++) {
		const struct report_event *told = &events->items[i];
		has_begun = has_begun || is_about(told->event, story->listener->referral);
		if (has_begun)
			add_line(story, told, lines);
	}
}

enum outcome history_of(
	struct call *call, enum words_language language, struct json_object **out, struct err *err)
{
	const struct conf *conf = call->edge->options->conf;
	struct describe describe;
	struct report_events events;
	*out = NULL;
	if (lookup_own(call, call->referral, &describe, err) != OK)
		return err->outcome;
	if (describe.found == NULL)
		return OK;
	if (report_events(
		    call->edge->reader, describe.found->client_id, EVENTS_MOST, &events, err) != OK)
		return err->outcome;
	const struct story_listener listener = {.referral = call->referral,
		.partner = bytes_of_string(call->partner->rules->oin),
		.may_name = may_name,
		.may_know = may_know,
		.context = &describe};
	const struct story story = {.language = language,
		.rules = &conf->rules,
		.codes = conf->codes,
		.listener = &listener};
	*out = json_object_new_object();
	json_put_uuid(*out, "referral", call->referral.data);
	tell(&story, &events, json_put_array(*out, "story"));
	return OK;
}
