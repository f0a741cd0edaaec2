/* lookup - referrals in the view, as the asking partner may see them. */
#include "hub/web/referral/lookup.h"

#include <json-c/json.h>

#include "hub/handover/handover.h"
#include "hub/web/referral/describe.h"

/* When the desk that has the client now got it: the last Event that says so, of those about the
 * referral that gave it. 0: none is kept. */
static enum outcome find_since(
	struct call *call, const struct client *client, int64_t *since, struct err *err)
{
	struct view_messages messages = {0};
	struct bytes owner = handover_desk(client, client->owner);
	*since = 0;
	if (owner.data == NULL)
		return OK;
	if (view_messages_of_referral(call->edge->reader, client->owner_via, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		const struct event *event = messages.items[i].event;
		if (event != NULL && event->owner != NULL && bytes_equal(event->owner->new, owner))
			*since = event->at;
	}
	return OK;
}

enum outcome lookup_referral(
	struct call *call, struct uuid referral, struct json_object **out, struct err *err)
{
	struct describe describe = {
		.rules = &call->edge->options->conf->rules, .partner = call->partner->rules};
	int64_t since = 0;
	*out = NULL;
	if (view_referral(call->edge->reader, referral, &describe.found, err) != OK)
		return err->outcome;
	if (describe.found == NULL || describe.found->referral == NULL ||
		!describe_is_own(&describe))
		return OK;
	if (find_since(call, describe.found->client, &since, err) != OK)
		return err->outcome;
	*out = describe_referral(&describe, since);
	return OK;
}
