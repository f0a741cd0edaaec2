/* describe - what a partner may know of a referral and its client, as JSON. */
#include "hub/web/referral/describe.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/flow/disclose/cut.h"
#include "hub/handover/handover.h"
#include "hub/web/json.h"

static struct bytes desk_at(const struct describe *describe, int32_t place)
{
	return handover_desk(describe->found->client, place);
}

static bool is_own_desk(const struct describe *describe, struct bytes desk)
{
	const struct rules_partner *partner =
		desk.data == NULL ? NULL : rules_partner_of_desk(describe->rules, desk);
	return partner != NULL && strcmp(partner->oin, describe->partner->oin) == 0;
}

/* Who decides where desks do not agree, as the core has it. */
static struct bytes coordinators_desk(const struct describe *describe)
{
	const struct client *client = describe->found->client;
	const struct rules_region *region = rules_region(describe->rules, client->region);
	if (region == NULL)
		return desk_at(describe, client->owner);
	return bytes_of_string(
		region->coordinator != NULL ? region->coordinator : region->entry_desk);
}

/* Who may decide must know what about. */
static bool is_its_coordinator(const struct describe *describe)
{
	return describe->is_coordinator && is_own_desk(describe, coordinators_desk(describe));
}

bool describe_is_own(const struct describe *describe)
{
	const struct client_referral *referral = describe->found->referral;
	const int32_t places[] = {referral->sender, referral->target, referral->giver,
		describe->found->client->owner};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is_own_desk(describe, desk_at(describe, places[i])))
			return true;
	return is_its_coordinator(describe);
}

bool describe_may_name(const struct describe *describe, struct bytes desk)
{
	const struct client_referral *referral = describe->found->referral;
	const struct rules_partner *partner = rules_partner_of_desk(describe->rules, desk);
	if (describe->partner->disclose_owner == RULES_DISCLOSE_DESK ||
		is_its_coordinator(describe) ||
		(partner != NULL && strcmp(partner->oin, describe->partner->oin) == 0))
		return true;
	return referral != NULL && referral->kind != REFERRAL_KIND_REQUEST &&
		referral->target != describe->found->client->owner &&
		bytes_equal(desk, desk_at(describe, referral->target));
}

static void add_desk(const struct describe *describe, struct json_object *object, const char *name,
	int32_t place)
{
	struct bytes desk = desk_at(describe, place);
	if (desk.data != NULL && describe_may_name(describe, desk))
		json_put_bytes(object, name, desk);
}

/* What only the target's own reports tell, and so what a partner that reports nothing back, or
 * only the end, keeps to itself. */
static bool may_know(const struct describe *describe, const struct client_referral *referral,
	enum referral_state state)
{
	struct bytes target = desk_at(describe, referral->target);
	const struct rules_partner *partner = rules_partner_of_desk(describe->rules, target);
	enum rules_feedback feedback = partner == NULL ? RULES_FEEDBACK_FULL : partner->feedback;
	if (is_own_desk(describe, target) || is_its_coordinator(describe))
		return true;
	return cut_is_reported(feedback, state);
}

static bool is_reported(const struct describe *describe, const struct client_referral *referral)
{
	return may_know(describe, referral, referral->state);
}

bool describe_may_know(const struct describe *describe, enum referral_state state)
{
	return may_know(describe, describe->found->referral, state);
}

bool describe_may_know_state(const struct describe *describe)
{
	return is_reported(describe, describe->found->referral);
}

static struct json_object *responsible(const struct describe *describe, int64_t since)
{
	const struct client *client = describe->found->client;
	const struct rules_desk *desk =
		rules_desk(describe->rules, desk_at(describe, client->owner));
	bool is_own = is_own_desk(describe, desk_at(describe, client->owner));
	struct json_object *object = json_object_new_object();
	json_put_flag(object, "is_you", is_own);
	add_desk(describe, object, "desk", client->owner);
	if (desk != NULL &&
		(is_own || is_its_coordinator(describe) ||
			describe->partner->disclose_owner != RULES_DISCLOSE_NOTHING))
		json_put_text(object, "kind", desk->kind);
	json_put_time(object, "since", since);
	return object;
}

static bool is_due_then(const struct client_referral *referral, int64_t due)
{
	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].due == due)
			return true;
	return false;
}

/* That a hold is to be looked at, or a no-show to be followed up, tells what the target reported.
 */
static bool may_know_duty(const struct describe *describe)
{
	const struct client *client = describe->found->client;
	if (is_own_desk(describe, desk_at(describe, client->duty_desk)))
		return true;
	for (size_t i = 0; i < client->referrals_count; i++)
		if (is_due_then(&client->referrals[i], client->duty_due) &&
			!is_reported(describe, &client->referrals[i]))
			return false;
	return true;
}

static struct json_object *next_action(const struct describe *describe)
{
	const struct client *client = describe->found->client;
	struct json_object *object = json_object_new_object();
	if (may_know_duty(describe))
		json_put_text(object, "duty", duty_name(client->duty));
	add_desk(describe, object, "desk", client->duty_desk);
	json_put_time(object, "by", client->duty_due);
	return object;
}

static struct json_object *describe_client(const struct describe *describe, int64_t since)
{
	const struct client *client = describe->found->client;
	struct json_object *object = json_object_new_object();
	json_put_text(object, "status", client_status_name(client->status));
	if (client->status == CLIENT_STATUS_CLOSED) {
		json_put_bytes(object, "closing_reason", client->closing_reason);
		return object;
	}
	json_object_object_add(object, "responsible", responsible(describe, since));
	if (client->duty_desk >= 0)
		json_object_object_add(object, "next_action", next_action(describe));
	return object;
}

/* What only a coordinator's token may, where its desk has no other part in it. */
static bool may_ask(const struct describe *describe, struct bytes desk, enum action action)
{
	const struct client_referral *referral = describe->found->referral;
	if (describe->is_coordinator)
		return true;
	return action != ACTION_ASSIGN &&
		(action != ACTION_ACKNOWLEDGE ||
			bytes_equal(desk, desk_at(describe, referral->sender)));
}

static void add_actions(
	const struct describe *describe, struct json_object *object, struct bytes desk)
{
	enum action actions[ACTION_COUNT];
	if (!is_own_desk(describe, desk))
		return;
	size_t count = handover_actions(
		describe->found->client, describe->found->referral, desk, describe->rules, actions);
	struct json_object *names = json_put_array(object, rules_desk(describe->rules, desk)->id);
	for (size_t i = 0; i < count; i++)
		if (may_ask(describe, desk, actions[i]))
			json_add_text(names, action_name(actions[i]));
}

/* The actions that its desks may do now: {"desk": ["ACCEPT", …]}. */
static struct json_object *describe_actions(const struct describe *describe)
{
	const struct client_referral *referral = describe->found->referral;
	const int32_t places[] = {referral->target, referral->sender, referral->giver,
		describe->found->client->owner};
	struct json_object *object = json_object_new_object();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		add_actions(describe, object, desk_at(describe, places[i]));
	if (is_its_coordinator(describe))
		add_actions(describe, object, coordinators_desk(describe));
	return object;
}

static bool goes_on(enum referral_state state)
{
	return state == REFERRAL_STATE_IN_PROGRESS || state == REFERRAL_STATE_ON_HOLD;
}

/* The client's next action may be another one on that day. */
static void add_review(const struct client_referral *referral, struct json_object *object)
{
	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].clock == CLOCK_NAME_T10)
			json_put_date(object, "review_on", calendar_date(referral->clocks[i].due));
}

/* How far it is, and what came of it. */
static void add_reported(const struct describe *describe, struct json_object *object)
{
	const struct client_referral *referral = describe->found->referral;
	if (!is_reported(describe, referral))
		return;
	json_put_text(object, "state", referral_state_name(referral->state));
	if (referral->has_progress && goes_on(referral->state))
		json_put_text(object, "progress", progress_name(referral->progress));
	add_review(referral, object);
	json_put_bytes(object, "outcome", referral->outcome);
	json_put_bytes(object, "next_step", referral->next_step);
}

struct json_object *describe_referral(const struct describe *describe, int64_t since)
{
	const struct client_referral *referral = describe->found->referral;
	struct json_object *object = json_object_new_object();
	json_put_uuid(object, "referral", referral->referral.data);
	json_put_text(object, "kind", referral_kind_name(referral->kind));
	json_put_bytes(object, "question", referral->question);
	json_put_bytes(object, "group", referral->group);
	add_reported(describe, object);
	json_put_text(object, "delivery", delivery_name(referral->delivery));
	json_put_number(object, "version", referral->version);
	add_desk(describe, object, "target", referral->target);
	json_object_object_add(object, "client", describe_client(describe, since));
	json_object_object_add(object, "actions", describe_actions(describe));
	return object;
}
