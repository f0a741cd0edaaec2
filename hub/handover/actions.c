/* actions - what a desk may do with a referral of a client, for those who show it. */
#include "hub/handover/act.h"
#include "hub/handover/handover.h"

size_t handover_actions(const struct client *client, const struct client_referral *referral,
	struct bytes desk, const struct rules *rules, enum action *out)
{
	struct decider d;

	decider_look(&d, client, rules);
	return act_legal(&d, decider_find(&d, referral->referral), desk, out);
}
