/* fold - brings a client's state to what it is after an event. */
#include <assert.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/handover/state/state.h"

static struct client_referral *add_referral(struct handover_state *state, struct uuid referral)
{
	struct client_referral *added;
	size_t at;

	if (state->client.referrals_count == HANDOVER_REFERRALS_MAX)
		state_forget_one(state);
	at = state->client.referrals_count++;
	added = &state->referrals[at];
	memset(added, 0, sizeof(*added));
	added->referral = referral;
	added->clocks = state->referral_clocks[at];
	added->handovers = state->numbers[at];
	return added;
}

/* A string that did not change keeps its place; else it is copied in. */
static struct bytes keep(struct handover_state *state, struct bytes old, struct bytes new)
{
	return new.data != NULL &&bytes_equal(old, new) ? old : state_keep(state, new);
}

static void fold_transition(struct handover_state *state, const struct transition *transition)
{
	const struct referral_after *after = &transition->after;
	struct client_referral *referral = handover_referral(&state->client, after->referral);

	if (referral == NULL)
		referral = add_referral(state, after->referral);
	referral->kind = after->kind;
	referral->subject = after->subject;
	referral->giver = state_name_desk(state, after->giver);
	referral->sender = state_name_desk(state, after->sender);
	referral->target = state_name_desk(state, after->target);
	referral->has_wished = after->wished.data != NULL;
	referral->wished = state_name_desk(state, after->wished);
	referral->group = keep(state, referral->group, after->group);
	referral->question = keep(state, referral->question, after->question);
	referral->urgent = after->urgent;
	referral->state = after->state;
	referral->delivery = after->delivery;
	referral->accepted = after->accepted;
	referral->disputed = after->disputed;
	referral->escalation = after->escalation;
	referral->version = after->version;
	referral->digest = after->digest;
	referral->created_by = after->created_by;
	referral->sender_at = after->sender_at;
	referral->target_at = after->target_at;
	referral->has_not_before = after->has_not_before;
	referral->not_before = after->not_before;
	referral->has_expires_at = after->has_expires_at;
	referral->expires_at = after->expires_at;
	referral->has_review_every = after->has_review_every;
	referral->review_every = after->review_every;
	referral->has_accepted_at = after->has_accepted_at;
	referral->accepted_at = after->accepted_at;
	referral->has_left = after->has_left;
	referral->left = after->left;
	referral->has_progress = after->has_progress;
	referral->progress = after->progress;
	referral->has_cancel_by = after->has_cancel_by;
	referral->cancel_by = after->cancel_by;
	referral->outcome = keep(state, referral->outcome, after->outcome);
	referral->next_step = keep(state, referral->next_step, after->next_step);
}

static void visit(struct handover_state *state, struct bytes desk, int64_t at)
{
	struct client *client = &state->client;

	if (client->visited_count == HANDOVER_VISITED_MAX) {
		memmove(client->visited, client->visited + 1,
			(HANDOVER_VISITED_MAX - 1) * sizeof(*client->visited));
		client->visited_count--;
	}
	client->visited[client->visited_count++] =
		(struct visit){.desk = state_name_desk(state, desk), .date = calendar_date(at)};
}

static void forward(struct handover_state *state, struct uuid referral)
{
	struct client *client = &state->client;

	if (client->forwarded_count == HANDOVER_FORWARDED_MAX) {
		memmove(client->forwarded, client->forwarded + 1,
			(HANDOVER_FORWARDED_MAX - 1) * sizeof(*client->forwarded));
		client->forwarded_count--;
	}
	client->forwarded[client->forwarded_count++] = referral;
}

static void fold_client(struct handover_state *state, const struct event *event)
{
	struct client *client = &state->client;

	if (event->owner != NULL) {
		client->owner = state_name_desk(state, event->owner->new);
		client->owner_via = event->owner->via;
	}
	if (event->region.data != NULL)
		client->region = state_keep(state, event->region);
	if (event->has_match) {
		client->has_match = true;
		client->match = event->match;
	}
	if (event->has_consent)
		client->consent = event->consent;
	if (event->has_consent && event->consent == CONSENT_WITHDRAWN) {
		client->has_withdrawn_at = true;
		client->withdrawn_at = event->at;
	}
	if (event->has_merging) {
		client->has_merging = memcmp(event->merging.data, (uint8_t[16]){0}, 16) != 0;
		client->merging = event->merging;
	}
	if (event->has_merged_into) {
		client->has_merged_into = true;
		client->merged_into = event->merged_into;
	}
	if (event->has_forwarded)
		forward(state, event->forwarded);
	if (event->visited.data != NULL)
		visit(state, event->visited, event->at);
	if (event->has_parked)
		client->parked = event->parked;
	if (event->has_redriven)
		client->redriven = event->redriven;
}

static void fold_status(struct handover_state *state, const struct event *event)
{
	struct client *client = &state->client;

	if (event->has_status) {
		client->status = event->status;
		client->closing_reason = state_keep(state, event->closing_reason);
	}
	if (event->next_action != NULL) {
		client->duty = event->next_action->duty;
		client->duty_desk = state_name_desk(state, event->next_action->desk);
		client->duty_due = event->next_action->due;
	}
	if (event->has_status && event->status == CLIENT_STATUS_CLOSED) {
		client->duty_desk = -1;
		client->duty_due = 0;
	}
}

static struct clock *find_clock(struct clock *clocks, size_t count, enum clock_name name)
{
	for (size_t i = 0; i < count; i++)
		if (clocks[i].clock == name)
			return &clocks[i];
	return NULL;
}

static void stop(struct clock *clocks, size_t *count, enum clock_name name)
{
	struct clock *clock = find_clock(clocks, *count, name);
	size_t at;

	if (clock == NULL)
		return;
	for (at = (size_t)(clock - clocks); at + 1 < *count; at++)
		clocks[at] = clocks[at + 1];
	(*count)--;
}

static void arm(struct clock *clocks, size_t *count, const struct clock_armed *armed)
{
	struct clock *clock = find_clock(clocks, *count, armed->clock);

	if (clock == NULL) {
		assert(*count < HANDOVER_CLOCKS_MAX);
		clock = &clocks[(*count)++];
	}
	*clock = (struct clock){.clock = armed->clock,
		.armed = armed->armed,
		.due = armed->due,
		.level = armed->level,
		.role = armed->role,
		.has_counted = armed->has_counted,
		.counted = armed->counted};
}

static void fold_clocks(struct handover_state *state, const struct event *event)
{
	struct client *client = &state->client;

	for (size_t i = 0; i < event->stopped_count; i++) {
		const struct clock_id *id = &event->stopped[i];
		struct client_referral *referral =
			id->has_referral ? handover_referral(&state->client, id->referral) : NULL;

		if (referral != NULL)
			stop(referral->clocks, &referral->clocks_count, id->clock);
		else if (!id->has_referral)
			stop(client->clocks, &client->clocks_count, id->clock);
	}
	for (size_t i = 0; i < event->armed_count; i++) {
		const struct clock_armed *armed = &event->armed[i];
		struct client_referral *referral = armed->has_referral
			? handover_referral(&state->client, armed->referral)
			: NULL;

		if (referral != NULL)
			arm(referral->clocks, &referral->clocks_count, armed);
		else if (!armed->has_referral)
			arm(client->clocks, &client->clocks_count, armed);
	}
}

static void fold_number(struct handover_state *state, const struct handover_id *id)
{
	struct client_referral *referral = handover_referral(&state->client, id->referral);
	int32_t desk = state_name_desk(state, id->desk);

	if (referral == NULL)
		return;
	for (size_t i = 0; i < referral->handovers_count; i++) {
		if (referral->handovers[i].desk != desk)
			continue;
		referral->handovers[i].number = id->number;
		return;
	}
	assert(referral->handovers_count < HANDOVER_NUMBERS_MAX);
	referral->handovers[referral->handovers_count++] =
		(struct desk_number){.desk = desk, .number = id->number};
}

static void remember(struct handover_state *state, const struct recent *recent)
{
	struct client *client = &state->client;

	if (client->recent_count == HANDOVER_RECENT_MAX) {
		memmove(client->recent, client->recent + 1,
			(HANDOVER_RECENT_MAX - 1) * sizeof(*client->recent));
		client->recent_count--;
	}
	client->recent[client->recent_count++] = *recent;
}

void handover_fold(struct handover_state *state, const struct event *event)
{
	if (state->client.desks_count > HANDOVER_DESKS_MAX - HANDOVER_DESKS_SPARE)
		state_forget_desks(state);
	for (size_t i = 0; i < event->transitions_count; i++)
		fold_transition(state, &event->transitions[i]);
	fold_client(state, event);
	fold_status(state, event);
	fold_clocks(state, event);
	for (size_t i = 0; i < event->handovers_count; i++)
		fold_number(state, &event->handovers[i]);
	if (event->remembered != NULL)
		remember(state, event->remembered);
	if (event->has_offset)
		state->client.applied = event->offset;
	state->client.version = event->version;
	state->known = true;
}
