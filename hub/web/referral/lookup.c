/* lookup - referrals in the view, as the asking partner may see them. */
#include "hub/web/referral/lookup.h"

#include <json-c/json.h>

#include "hub/flow/disclose/cut.h"
#include "hub/handover/handover.h"

/* When the desk that has the client now got it: the last Event that says so, of those about the
 * referral that gave it. A coordinator's decision is about another one, and an old Event is no more
 * kept: then when the referral was accepted. 0: not known. */
static enum outcome find_since(
	struct call *call, const struct client *client, int64_t *since, struct err *err)
{
	struct view_messages messages = {0};
	struct bytes owner = handover_desk(client, client->owner);
	const struct client_referral *via = handover_referral(client, client->owner_via);
	*since = 0;
	if (owner.data == NULL)
		return OK;
	if (via != NULL && via->has_accepted_at && via->target == client->owner)
		*since = via->accepted_at;
	if (view_messages_of_referral(call->edge->reader, client->owner_via, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		const struct event *event = messages.items[i].event;
		if (event != NULL && event->owner != NULL && bytes_equal(event->owner->new, owner))
			*since = event->at;
	}
	return OK;
}

enum outcome lookup_own(
	struct call *call, struct uuid referral, struct describe *describe, struct err *err)
{
	*describe = (struct describe){.rules = &call->edge->options->conf->rules,
		.partner = call->partner->rules,
		.is_coordinator = call->role == CONF_TOKEN_COORDINATOR};
	if (view_referral(call->edge->reader, referral, &describe->found, err) != OK)
		return err->outcome;
	if (describe->found != NULL &&
		(describe->found->referral == NULL || !describe_is_own(describe)))
		describe->found = NULL;
	return OK;
}

enum outcome lookup_referral(
	struct call *call, struct uuid referral, struct json_object **out, struct err *err)
{
	struct describe describe;
	int64_t since = 0;
	*out = NULL;
	if (lookup_own(call, referral, &describe, err) != OK)
		return err->outcome;
	if (describe.found == NULL)
		return OK;
	if (find_since(call, describe.found->client, &since, err) != OK)
		return err->outcome;
	*out = describe_referral(&describe, since);
	return OK;
}

enum outcome lookup_refusal(struct call *call, struct uuid referral, const struct event *event,
	struct bytes *out, struct err *err)
{
	struct describe describe;
	*out = event->text;
	if (!event->has_code)
		return OK;
	if (lookup_own(call, referral, &describe, err) != OK)
		return err->outcome;
	if (describe.found != NULL && !describe_may_know_state(&describe))
		*out = cut_refusal(event->code, event->text);
	return OK;
}
