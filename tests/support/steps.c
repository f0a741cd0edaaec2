/* steps - whether those who are asked for something can do it. */
#include "tests/support/steps.h"

static int32_t desk_of(
	const struct client *client, const struct client_referral *referral, enum role role)
{
	if (role == ROLE_TARGET)
		return referral->target;
	if (role == ROLE_GIVER)
		return referral->giver;
	return role == ROLE_SENDER ? referral->sender : client->owner;
}

static bool is_on_client(enum action action)
{
	return action == ACTION_ASSIGN || action == ACTION_CLOSE || action == ACTION_SIGN_OF_LIFE ||
		action == ACTION_WITHDRAW_CONSENT || action == ACTION_MERGE ||
		action == ACTION_ENTERED_IN_ERROR;
}

static bool can_act(const struct client *client, const struct client_referral *referral,
	struct bytes desk, const struct rules *rules)
{
	enum action legal[ACTION_COUNT];
	size_t count = handover_actions(client, referral, desk, rules, legal);

	for (size_t i = 0; i < count; i++)
		if (!is_on_client(legal[i]))
			return true;
	return false;
}

/* The duty that a refusal leaves is done by a new referral or by an action on the client; who is
 * asked what became of a referral amends it. */
static bool is_done_elsewhere(const struct clock *clock)
{
	return clock->role == ROLE_HUB || clock->clock == CLOCK_NAME_T4;
}

void steps_check_asked(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	for (size_t i = 0; i < client->referrals_count; i++) {
		const struct client_referral *referral = &client->referrals[i];

		for (size_t c = 0; c < referral->clocks_count; c++) {
			const struct clock *clock = &referral->clocks[c];
			int32_t desk = desk_of(client, referral, clock->role);

			if (!is_done_elsewhere(clock) &&
				!can_act(client, referral, handover_desk(client, desk), rules))
				found(context, "asked",
					"a clock asks a desk that can do nothing about it");
		}
	}
}
