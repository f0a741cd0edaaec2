/* rehearsal - what would become of a message if it came now: decided by the core on the client as
 * the view knows it, and nothing is stored. */
#include "hub/web/referral/rehearsal.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/disclose/cut.h"
#include "hub/flow/router/facts.h"
#include "hub/web/json.h"
#include "hub/web/referral/describe.h"
#include "hub/web/room.h"

struct rehearsal {
	struct call *call;
	const struct draft *draft;
	const struct rules *rules;
	struct facts *facts; /* which desks have room */
	struct message message;
	struct handover_state state;
	struct handover_decision decision;
	/* The client after it, and the referral that it is about, if there is one. */
	struct view_referral after;
	struct describe describe;
};

/* An action names a referral, and the view whose that is. */
static enum outcome find_client(struct rehearsal *rehearsal, struct err *err)
{
	struct view_reader *reader = rehearsal->call->edge->reader;
	struct message *message = &rehearsal->message;
	const struct view_referral *found = NULL;
	const struct client *client = NULL;
	if (!message->has_client) {
		if (view_referral(reader, message->body_status_change->referral, &found, err) != OK)
			return err->outcome;
		message->has_client = found != NULL;
		if (found != NULL)
			message->client = found->client_id;
	}
	if (view_client(reader, message->client, &client, err) != OK)
		return err->outcome;
	handover_state_new(&rehearsal->state, message->client);
	return client == NULL ? OK : handover_state_load(&rehearsal->state, client, err);
}

static void decide(struct rehearsal *rehearsal)
{
	const struct route_facts facts = {.why_full = facts_why_full, .context = rehearsal->facts};
	const struct handover_input input = {
		.partition = topics_slot(rehearsal->message.client.data) %
			rehearsal->call->edge->options->kafka->partitions,
		.offset = rehearsal->state.client.applied + 1,
		.message = &rehearsal->message,
		.now = clock_wall(),
		.facts = &facts};
	handover_decide(&rehearsal->state, &input, rehearsal->rules, &rehearsal->decision);
	if (rehearsal->decision.changes_client)
		handover_fold(&rehearsal->state, &rehearsal->decision.event);
	rehearsal->after = (struct view_referral){.client_id = rehearsal->message.client,
		.client = &rehearsal->state.client,
		.referral = handover_referral(
			&rehearsal->state.client, message_referral(&rehearsal->message))};
	rehearsal->describe = (struct describe){.rules = rehearsal->rules,
		.partner = rehearsal->call->partner->rules,
		.is_coordinator = rehearsal->call->role == CONF_TOKEN_COORDINATOR,
		.found = &rehearsal->after};
}

static void add_names(struct json_object *object, const struct cut_fields *fields)
{
	struct json_object *names = json_put_array(object, "fields");
	for (size_t i = 0; i < fields->count; i++)
		json_object_array_add(names,
			json_object_new_string_len(
				(const char *)fields->names[i].data, (int)fields->names[i].size));
}

/* What the desk would see of the person that comes with it; of one that came before, all that is on
 * its list. */
static void add_fields(struct rehearsal *rehearsal, struct json_object *object,
	const struct handover *handover, const struct rules_desk *desk)
{
	struct arena *arena = request_arena(rehearsal->call->request);
	struct cut_fields fields = {0};
	const struct cut cut = {.rules = rehearsal->rules,
		.desk = desk,
		.partner = rules_partner(rehearsal->rules, bytes_of_string(desk->partner)),
		.client = rehearsal->after.client,
		.referral = handover_referral(rehearsal->after.client, handover->referral),
		.offer = handover->kind == HANDOVER_KIND_OFFER ? handover : NULL,
		.has_words = cut_has_words(handover)};
	if (!cut_has_person(&cut, handover) || cut_is_withdrawn(&cut))
		return;
	if (handover->sealed != NULL) {
		struct person person = *rehearsal->draft->person;
		cut_person(&cut, &person, &fields, arena);
	} else if (handover->kind == HANDOVER_KIND_DETAILS) {
		cut_list(&cut, &fields, arena);
	}
	add_names(object, &fields);
}

static struct json_object *describe_told(
	struct rehearsal *rehearsal, const struct handover *handover)
{
	const struct rules_desk *desk = rules_desk(rehearsal->rules, handover->desk);
	struct json_object *object = json_object_new_object();
	json_put_text(object, "kind", handover_kind_name(handover->kind));
	json_put_text(object, "role", role_name(handover->role));
	if (describe_may_name(&rehearsal->describe, handover->desk))
		json_put_bytes(object, "desk", handover->desk);
	if (handover->has_deadline)
		json_put_time(object, "deadline", handover->deadline);
	add_fields(rehearsal, object, handover, desk);
	return object;
}

/* Ops is no desk. */
static struct json_object *describe_all_told(struct rehearsal *rehearsal)
{
	const struct handover_decision *decision = &rehearsal->decision;
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < decision->handovers_count; i++)
		if (rules_desk(rehearsal->rules, decision->handovers[i].desk) != NULL)
			json_object_array_add(
				list, describe_told(rehearsal, &decision->handovers[i]));
	return list;
}

static bool is_about_it(const struct rehearsal *rehearsal, const struct clock_armed *armed)
{
	return !armed->has_referral || rehearsal->after.referral == NULL ||
		memcmp(&armed->referral, &rehearsal->after.referral->referral,
			sizeof(armed->referral)) == 0;
}

static struct json_object *describe_clocks(const struct rehearsal *rehearsal)
{
	const struct event *event = &rehearsal->decision.event;
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < event->armed_count; i++) {
		const struct clock_armed *armed = &event->armed[i];
		struct json_object *object;
		if (!is_about_it(rehearsal, armed))
			continue;
		object = json_object_new_object();
		json_put_text(object, "clock", clock_name_name(armed->clock));
		json_put_text(object, "role", role_name(armed->role));
		json_put_time(object, "due", armed->due);
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *describe_route(const struct rehearsal *rehearsal)
{
	const struct routing *routing = rehearsal->decision.event.routing;
	struct json_object *object = json_object_new_object();
	if (describe_may_name(&rehearsal->describe, routing->desk))
		json_put_bytes(object, "desk", routing->desk);
	json_put_bytes(object, "rule", routing->rule);
	json_put_text(object, "config", rehearsal->rules->version);
	return object;
}

static bool is_own(const struct rehearsal *rehearsal)
{
	return rehearsal->after.referral != NULL && describe_is_own(&rehearsal->describe);
}

static struct bytes text_of(const struct rehearsal *rehearsal)
{
	const struct event *event = &rehearsal->decision.event;
	if (event->has_code && is_own(rehearsal) && !describe_may_know_state(&rehearsal->describe))
		return cut_refusal(event->code, event->text);
	return event->text;
}

static struct json_object *describe_all(struct rehearsal *rehearsal)
{
	const struct event *event = &rehearsal->decision.event;
	struct json_object *object = json_object_new_object();
	json_put_text(object, "result", result_name(event->result));
	if (event->has_code)
		json_put_text(object, "code", rejection_code_name(event->code));
	json_put_bytes(object, "field", event->field);
	json_put_bytes(object, "text", text_of(rehearsal));
	if (event->routing != NULL)
		json_object_object_add(object, "route", describe_route(rehearsal));
	if (is_own(rehearsal))
		json_object_object_add(
			object, "referral", describe_referral(&rehearsal->describe, 0));
	json_object_object_add(object, "clocks", describe_clocks(rehearsal));
	json_object_object_add(object, "told", describe_all_told(rehearsal));
	return object;
}

enum outcome rehearsal_of(
	struct call *call, const struct draft *draft, struct json_object **out, struct err *err)
{
	const struct message_sender sender = {
		.partner = call->partner, .role = call->role, .now = clock_wall()};
	struct rehearsal *rehearsal = memory_get_zeroed(1, sizeof(*rehearsal));
	rehearsal->call = call;
	rehearsal->draft = draft;
	rehearsal->rules = &call->edge->options->conf->rules;
	intake_preview(call->edge->intake, &sender, draft, request_arena(call->request),
		&rehearsal->message);
	enum outcome outcome = room_read(call->edge->reader, &rehearsal->facts, err);
	if (outcome == OK)
		outcome = find_client(rehearsal, err);
	if (outcome == OK) {
		decide(rehearsal);
		*out = describe_all(rehearsal);
	}
	facts_free(rehearsal->facts);
	free(rehearsal);
	return outcome;
}
