/* state - loads a client into room where it can grow, and names its desks. */
#include <assert.h>
#include <string.h>

#include "hub/handover/decider.h"
#include "hub/handover/state/state.h"

static void point_at_room(struct handover_state *state)
{
	struct client *client = &state->client;

	client->desks = state->desks;
	client->referrals = state->referrals;
	client->clocks = state->clocks;
	client->recent = state->recent;
	client->visited = state->visited;
	client->forwarded = state->forwarded;
	state->names_size = 0;
}

void handover_state_new(struct handover_state *state, struct pseudonym client)
{
	memset(&state->client, 0, sizeof(state->client));
	state->client.client = client;
	state->client.state_version = HANDOVER_STATE_VERSION;
	state->client.status = CLIENT_STATUS_CLOSED;
	state->client.owner = -1;
	state->client.duty_desk = -1;
	state->client.applied = -1;
	state->known = false;
	point_at_room(state);
}

static bool fits(const struct client *from)
{
	if (from->referrals_count > HANDOVER_REFERRALS_MAX ||
		from->clocks_count > HANDOVER_CLOCKS_MAX)
		return false;
	if (from->desks_count > HANDOVER_DESKS_MAX || from->recent_count > HANDOVER_RECENT_MAX)
		return false;
	if (from->forwarded_count > HANDOVER_FORWARDED_MAX)
		return false;
	for (size_t i = 0; i < from->referrals_count; i++) {
		const struct client_referral *referral = &from->referrals[i];

		if (referral->clocks_count > HANDOVER_CLOCKS_MAX ||
			referral->handovers_count > HANDOVER_NUMBERS_MAX)
			return false;
	}
	return from->visited_count <= HANDOVER_VISITED_MAX;
}

/* Visits every place where a client names a desk. must: it is never -1, nobody. */
typedef void desk_fn(void *context, int32_t *desk, bool must);

static void each_desk(struct client *client, desk_fn *visit, void *context)
{
	visit(context, &client->owner, false);
	visit(context, &client->duty_desk, false);
	for (size_t i = 0; i < client->visited_count; i++)
		visit(context, &client->visited[i].desk, true);
	for (size_t i = 0; i < client->referrals_count; i++) {
		struct client_referral *referral = &client->referrals[i];

		visit(context, &referral->giver, true);
		visit(context, &referral->sender, true);
		visit(context, &referral->target, true);
		if (referral->has_wished)
			visit(context, &referral->wished, true);
		for (size_t n = 0; n < referral->handovers_count; n++)
			visit(context, &referral->handovers[n].desk, true);
	}
}

static bool names_a_desk(const struct client *client, int32_t desk)
{
	return desk >= 0 && (size_t)desk < client->desks_count;
}

struct naming {
	const struct client *client;
	bool good;
};

static void check_desk(void *context, int32_t *desk, bool must)
{
	struct naming *naming = context;

	if (!names_a_desk(naming->client, *desk) && (must || *desk >= 0))
		naming->good = false;
}

static bool desks_are_named(const struct client *from)
{
	struct client client = *from;
	struct naming naming = {from, true};

	each_desk(&client, check_desk, &naming);
	return naming.good;
}

static void copy_in(void *to, const void *from, size_t size)
{
	if (size > 0)
		memcpy(to, from, size);
}

enum outcome handover_state_load(
	struct handover_state *state, const struct client *from, struct err *err)
{
	if (from->state_version > HANDOVER_STATE_VERSION)
		return err_set(err, FATAL,
			"client has state version %d, this program writes %d: upgrade it",
			from->state_version, HANDOVER_STATE_VERSION);
	if (!fits(from) || !desks_are_named(from))
		return err_set(err, REJECT,
			"client record holds more than there is room for, or names no desk");
	state->client = *from;
	point_at_room(state);
	copy_in(state->desks, from->desks, from->desks_count * sizeof(*from->desks));
	copy_in(state->clocks, from->clocks, from->clocks_count * sizeof(*from->clocks));
	copy_in(state->recent, from->recent, from->recent_count * sizeof(*from->recent));
	copy_in(state->visited, from->visited, from->visited_count * sizeof(*from->visited));
	copy_in(state->forwarded, from->forwarded,
		from->forwarded_count * sizeof(*from->forwarded));
	copy_in(state->referrals, from->referrals,
		from->referrals_count * sizeof(*from->referrals));
	for (size_t i = 0; i < from->referrals_count; i++) {
		struct client_referral *referral = &state->referrals[i];

		copy_in(state->referral_clocks[i], referral->clocks,
			referral->clocks_count * sizeof(*referral->clocks));
		copy_in(state->numbers[i], referral->handovers,
			referral->handovers_count * sizeof(*referral->handovers));
		referral->clocks = state->referral_clocks[i];
		referral->handovers = state->numbers[i];
	}
	state->known = true;
	return OK;
}

struct bytes handover_desk(const struct client *client, int32_t place)
{
	return names_a_desk(client, place) ? client->desks[place] : (struct bytes){0};
}

struct client_referral *handover_referral(const struct client *client, struct uuid referral)
{
	for (size_t i = 0; i < client->referrals_count; i++)
		if (decider_same(client->referrals[i].referral, referral))
			return &client->referrals[i];
	return NULL;
}

struct bytes state_keep(struct handover_state *state, struct bytes text)
{
	char *place = state->names + state->names_size;

	if (text.data == NULL)
		return text;
	assert(state->names_size + text.size <= sizeof(state->names));
	copy_in(place, text.data, text.size);
	state->names_size += text.size;
	return bytes_of(place, text.size);
}

int32_t state_name_desk(struct handover_state *state, struct bytes desk)
{
	struct client *client = &state->client;

	if (desk.data == NULL)
		return -1;
	for (size_t i = 0; i < client->desks_count; i++)
		if (bytes_equal(client->desks[i], desk))
			return (int32_t)i;
	assert(client->desks_count < HANDOVER_DESKS_MAX);
	client->desks[client->desks_count] = state_keep(state, desk);
	return (int32_t)client->desks_count++;
}

static bool is_forgettable(const struct client *client, const struct client_referral *referral)
{
	return !decider_is_open(referral->state) && referral->clocks_count == 0 &&
		!decider_same(referral->referral, client->owner_via);
}

size_t state_forgettable(const struct client *client)
{
	size_t count = 0;

	for (size_t i = 0; i < client->referrals_count; i++)
		count += is_forgettable(client, &client->referrals[i]) ? 1 : 0;
	return count;
}

static void move_referral(struct handover_state *state, size_t from, size_t to)
{
	state->referrals[to] = state->referrals[from];
	memcpy(state->referral_clocks[to], state->referral_clocks[from],
		sizeof(state->referral_clocks[to]));
	memcpy(state->numbers[to], state->numbers[from], sizeof(state->numbers[to]));
	state->referrals[to].clocks = state->referral_clocks[to];
	state->referrals[to].handovers = state->numbers[to];
}

static void mark_desk(void *context, int32_t *desk, bool must)
{
	bool *used = context;

	(void)must;
	if (*desk >= 0)
		used[*desk] = true;
}

static void move_desk(void *context, int32_t *desk, bool must)
{
	const int32_t *places = context;

	(void)must;
	if (*desk >= 0)
		*desk = places[*desk];
}

void state_forget_desks(struct handover_state *state)
{
	struct client *client = &state->client;
	bool used[HANDOVER_DESKS_MAX] = {false};
	int32_t places[HANDOVER_DESKS_MAX];
	size_t kept = 0;

	each_desk(client, mark_desk, used);
	for (size_t i = 0; i < client->desks_count; i++) {
		places[i] = (int32_t)kept;
		if (used[i])
			client->desks[kept++] = client->desks[i];
	}
	each_desk(client, move_desk, places);
	client->desks_count = kept;
}

void state_forget_one(struct handover_state *state)
{
	struct client *client = &state->client;
	size_t at = 0;

	while (at < client->referrals_count && !is_forgettable(client, &client->referrals[at]))
		at++;
	assert(at < client->referrals_count);
	for (; at + 1 < client->referrals_count; at++)
		move_referral(state, at + 1, at);
	client->referrals_count--;
}

bool handover_next_due(const struct client *client, int64_t *due, struct clock_id *which)
{
	bool found = false;

	for (size_t i = 0; i < client->clocks_count; i++) {
		if (found && client->clocks[i].due >= *due)
			continue;
		*due = client->clocks[i].due;
		*which = (struct clock_id){.clock = client->clocks[i].clock};
		found = true;
	}
	for (size_t r = 0; r < client->referrals_count; r++) {
		const struct client_referral *referral = &client->referrals[r];

		for (size_t i = 0; i < referral->clocks_count; i++) {
			if (found && referral->clocks[i].due >= *due)
				continue;
			*due = referral->clocks[i].due;
			*which = (struct clock_id){.clock = referral->clocks[i].clock,
				.has_referral = true,
				.referral = referral->referral};
			found = true;
		}
	}
	return found;
}
