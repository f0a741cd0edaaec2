/* describe - what a partner may know of a referral and its client, as JSON. */
#include "hub/web/referral/describe.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/flow/disclose/cut.h"
#include "hub/handover/handover.h"
#include "hub/web/json.h"

static struct bytes desk_at(const struct describe *describe, int32_t place)
{
	return handover_desk(describe->found->client, place);
}

static bool is_own_desk(const struct describe *describe, int32_t place)
{
	struct bytes desk = desk_at(describe, place);
	const struct rules_partner *partner =
		desk.data == NULL ? NULL : rules_partner_of_desk(describe->rules, desk);
	return partner != NULL && strcmp(partner->oin, describe->partner->oin) == 0;
}

bool describe_is_own(const struct describe *describe)
{
	const struct client_referral *referral = describe->found->referral;
	const int32_t places[] = {referral->sender, referral->target, referral->giver,
		describe->found->client->owner};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is_own_desk(describe, places[i]))
			return true;
	return false;
}

bool describe_may_name(const struct describe *describe, struct bytes desk)
{
	const struct client_referral *referral = describe->found->referral;
	const struct rules_partner *partner = rules_partner_of_desk(describe->rules, desk);
	if (describe->partner->disclose_owner == RULES_DISCLOSE_DESK ||
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
static bool is_reported(const struct describe *describe)
{
	struct bytes target = desk_at(describe, describe->found->referral->target);
	const struct rules_partner *partner = rules_partner_of_desk(describe->rules, target);
	enum rules_feedback feedback = partner == NULL ? RULES_FEEDBACK_FULL : partner->feedback;
	if (is_own_desk(describe, describe->found->referral->target))
		return true;
	return cut_is_reported(feedback, describe->found->referral->state);
}

static struct json_object *responsible(const struct describe *describe, int64_t since)
{
	const struct client *client = describe->found->client;
	const struct rules_desk *desk =
		rules_desk(describe->rules, desk_at(describe, client->owner));
	bool is_own = is_own_desk(describe, client->owner);
	struct json_object *object = json_object_new_object();
	json_put_flag(object, "is_you", is_own);
	add_desk(describe, object, "desk", client->owner);
	if (desk != NULL && (is_own || describe->partner->disclose_owner != RULES_DISCLOSE_NOTHING))
		json_put_text(object, "kind", desk->kind);
	json_put_time(object, "since", since);
	return object;
}

static struct json_object *next_action(const struct describe *describe)
{
	const struct client *client = describe->found->client;
	struct json_object *object = json_object_new_object();
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

static void add_actions(const struct describe *describe, struct json_object *object, int32_t place)
{
	enum action actions[ACTION_COUNT];
	struct bytes desk = desk_at(describe, place);
	if (!is_own_desk(describe, place))
		return;
	size_t count = handover_actions(
		describe->found->client, describe->found->referral, desk, describe->rules, actions);
	struct json_object *names = json_put_array(object, rules_desk(describe->rules, desk)->id);
	for (size_t i = 0; i < count; i++)
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
		add_actions(describe, object, places[i]);
	return object;
}

struct json_object *describe_referral(const struct describe *describe, int64_t since)
{
	const struct client_referral *referral = describe->found->referral;
	struct json_object *object = json_object_new_object();
	json_put_uuid(object, "referral", referral->referral.data);
	json_put_text(object, "kind", referral_kind_name(referral->kind));
	json_put_bytes(object, "question", referral->question);
	json_put_bytes(object, "group", referral->group);
	if (is_reported(describe))
		json_put_text(object, "state", referral_state_name(referral->state));
	json_put_text(object, "delivery", delivery_name(referral->delivery));
	json_put_number(object, "version", referral->version);
	add_desk(describe, object, "target", referral->target);
	json_object_object_add(object, "client", describe_client(describe, since));
	json_object_object_add(object, "actions", describe_actions(describe));
	return object;
}
