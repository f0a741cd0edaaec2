/* ends - liveness: what must have come of every client once desks and machines are well again. */
#include "tests/sim/world/ends.h"

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

/* Between two looks of a router, and the ways of messages. */
#define SLACK_MS (3 * CLOCK_HOUR_MS)

void ends_check_due(struct sim *sim)
{
	int64_t late = sim->now - SLACK_MS;

	for (size_t i = 0; i < judge_count(sim->judge); i++) {
		const struct judge_client *subject = judge_subject(sim->judge, i);

		if (!subject->is_open)
			continue;
		if (!subject->has_clock || subject->due < late)
			sim_broken(sim, "liveness", "%s of %s is overdue",
				clock_name_name(subject->clock),
				sim_name(sim, 'c', subject->client.data));
		if (!subject->has_action || subject->action_due < late)
			sim_broken(sim, "I4", "%s has no next action with a date to come",
				sim_name(sim, 'c', subject->client.data));
	}
}

/* When a clock must have climbed to its last level, if nobody acts. */
static int64_t last_level_by(struct sim *sim, const struct client *client,
	const struct pending *pending, const struct clock *clock)
{
	const struct ladder *ladder = &ruling_ladders[clock->clock];
	const struct handover_span span = {pending->armed, sim->now, false};
	int64_t lost = judge_lost(
		sim->judge, client->client, ruling_desk(client, &pending->id, clock->role), &span);
	int64_t by = calendar_next_same_time(pending->due, ladder->then_days);

	by = calendar_add_working_days(by,
		ladder->then_working_days + (int32_t)((lost + CLOCK_DAY_MS - 1) / CLOCK_DAY_MS));
	return by + sim->ahead_most + SLACK_MS;
}

static void check_silence(
	struct sim *sim, const struct judge_client *subject, const struct client *client)
{
	for (size_t i = 0; i < subject->clocks_count; i++) {
		const struct pending *pending = &subject->clocks[i];
		const struct clock *clock = ruling_clock(client, &pending->id);

		if (clock == NULL || last_level_by(sim, client, pending, clock) >= sim->now)
			continue;
		if (clock->level < ruling_ladders[clock->clock].levels ||
			clock->clock == CLOCK_NAME_T0 || clock->clock == CLOCK_NAME_T12)
			sim_broken(sim, "liveness", "%s of %s has had its time, and stands at %d",
				clock_name_name(clock->clock),
				sim_name(sim, 'c', client->client.data), clock->level);
	}
}

void ends_check_silence(struct sim *sim, int64_t since)
{
	struct arena arena = {0};

	for (size_t i = 0; i < judge_count(sim->judge); i++) {
		const struct judge_client *subject = judge_subject(sim->judge, i);
		struct client client = judge_look(subject, &arena);

		if (!subject->is_open)
			continue;
		check_silence(sim, subject, &client);
		if (subject->told < since)
			sim_broken(sim, "liveness", "nobody was told of %s for %d days",
				sim_name(sim, 'c', client.client.data), ENDS_SILENCE);
	}
	arena_done(&arena);
}

bool ends_is_open(enum referral_state state)
{
	return state <= REFERRAL_STATE_CANCEL_REQUESTED || state == REFERRAL_STATE_RETURNED;
}

static const char *what_is_left(const struct client *client)
{
	for (size_t i = 0; i < client->referrals_count; i++)
		if (ends_is_open(client->referrals[i].state))
			return referral_state_name(client->referrals[i].state);
	if (client->status == CLIENT_STATUS_OPEN)
		return "OPEN";
	if (client->has_merging)
		return "MERGING";
	return client->parked != client->redriven ? "PARKED" : NULL;
}

bool ends_are_reached(struct sim *sim, bool tell)
{
	struct arena arena = {0};
	uint32_t number = 0;
	bool reached = judge_unanswered(sim->judge, &number) == 0;

	if (!reached && tell)
		sim_broken(sim, "I5", "message %u came in and was never answered", number);
	for (size_t i = 0; i < judge_count(sim->judge) && reached; i++) {
		struct client client = judge_look(judge_subject(sim->judge, i), &arena);
		const char *left = what_is_left(&client);

		reached = left == NULL;
		if (!reached && tell)
			sim_broken(sim, "liveness", "%s is still %s after %d days",
				sim_name(sim, 'c', client.client.data), left, ENDS_MENDING);
	}
	arena_done(&arena);
	return reached;
}
