/* desk - one desk: what it knows, its mood, and what it does. */
#include "tests/sim/world/desk.h"

#include <string.h>

#include "hub/base/clock.h"
#include "tests/sim/world/ends.h"
#include "tests/sim/world/post.h"
#include "tests/sim/world/region.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOTHING 25 /* against the weights of what there is to do */
#define REFERS 8

/* How gladly each is done by who may. */
static const uint8_t weights[ACTION_COUNT] = {
	[ACTION_SEEN] = 20,
	[ACTION_ACCEPT] = 60,
	[ACTION_DECLINE] = 20,
	[ACTION_ASK] = 12,
	[ACTION_ANSWER] = 70,
	[ACTION_PROGRESS] = 40,
	[ACTION_HOLD] = 6,
	[ACTION_RESUME] = 40,
	[ACTION_CANCEL] = 3,
	[ACTION_CONFIRM_CANCEL] = 50,
	[ACTION_COMPLETE] = 25,
	[ACTION_RETURN] = 6,
	[ACTION_TAKE_BACK] = 50,
	[ACTION_ACKNOWLEDGE] = 50,
	[ACTION_DISPUTE] = 10,
	[ACTION_ENTERED_IN_ERROR] = 4,
	[ACTION_ASSIGN] = 20,
	[ACTION_CLOSE] = 15,
	[ACTION_SIGN_OF_LIFE] = 15,
	[ACTION_WITHDRAW_CONSENT] = 1,
	[ACTION_REVIEW] = 5,
};

/* What is done first by who wants all to end. */
static const enum action mending[] = {ACTION_ANSWER, ACTION_TAKE_BACK, ACTION_CONFIRM_CANCEL,
	ACTION_COMPLETE, ACTION_ACKNOWLEDGE, ACTION_RESUME, ACTION_ACCEPT, ACTION_CLOSE};

static struct bytes any_desk(struct sim *sim)
{
	return bytes_of_string(sim->rules.desks[random_below(&sim->random, TOWN_DESKS)].id);
}

/* One that had to do with the client before, or any. */
static struct bytes some_desk(struct sim *sim, struct pseudonym client)
{
	const struct judge_client *subject = judge_find(sim->judge, client);
	struct arena arena = {0};
	struct bytes name = any_desk(sim);

	if (subject != NULL && subject->record.size > 0 && sim_chance(sim, 2)) {
		struct client known = judge_look(subject, &arena);
		size_t at = random_below(&sim->random, known.desks_count + 1);

		/* The rules have the name for longer than the arena. */
		if (at < known.desks_count && rules_desk(&sim->rules, known.desks[at]) != NULL)
			name = bytes_of_string(rules_desk(&sim->rules, known.desks[at])->id);
	}
	arena_done(&arena);
	return name;
}

static struct desk_affair *find(const struct desk *desk, struct uuid referral)
{
	for (size_t i = 0; i < desk->affairs_count; i++)
		if (memcmp(&desk->affairs[i]->last.referral, &referral, sizeof(referral)) == 0)
			return desk->affairs[i];
	return NULL;
}

static struct desk_affair *any_affair(struct desk *desk)
{
	return desk->affairs_count > 0
		? desk->affairs[random_below(&desk->sim->random, desk->affairs_count)]
		: NULL;
}

static void hand_in(struct desk *desk, struct post *post)
{
	struct sim *sim = desk->sim;
	const struct status_change *change = post->message.body_status_change;

	if (change != NULL)
		sim_tell(sim, (const char *)desk->name.data, "%s %s", action_name(change->action),
			sim_name(sim, 'r', change->referral.data));
	else
		sim_tell(sim, (const char *)desk->name.data, "refers %s: %s %s, %s",
			sim_name(sim, 'c', post->message.client.data),
			referral_kind_name(post->body.kind),
			sim_name(sim, 'r', post->body.referral.data),
			post->body.to_desk.data != NULL ? (const char *)post->body.to_desk.data
							: "to whom it may concern");
	region_sent(desk->region, post);
	post_send(sim, post);
}

/* The part that a token gives, where the desk is one of coordinators. */
static void write_act(
	struct desk *desk, struct post *post, struct uuid referral, enum action action)
{
	bool coordinates = bytes_equal_string(desk->name, "coord-a") ||
		bytes_equal_string(desk->name, "coord-b");

	post_act(desk->sim, post, desk->name, referral, action);
	post->change.actor.has_role = coordinates;
	post->change.actor.role = ROLE_COORDINATOR;
	if (action == ACTION_ASSIGN || (action == ACTION_ACCEPT && sim_chance(desk->sim, 12)))
		post->change.to_desk = any_desk(desk->sim);
}

void desk_refer(struct desk *desk, struct pseudonym client)
{
	struct sim *sim = desk->sim;
	struct post post;
	int64_t count = sim_chance(sim, 4) ? sim_between(sim, 2, 3) : 1;

	for (int64_t i = 0; i < count; i++) {
		post_refer(sim, &post, desk->name, client);
		if (count > 1) {
			post.body.group = bytes_of_string("g");
			post.body.kind = REFERRAL_KIND_TRANSFER;
		}
		if (count > 1 || sim_chance(sim, 2))
			post.body.to_desk = some_desk(sim, client);
		if (sim_chance(sim, 12)) /* nobody in particular sends it */
			post.body.from_desk = (struct bytes){0};
		if (sim_chance(sim, 20))
			post.body.region = bytes_of_string("AM23");
		hand_in(desk, &post);
	}
}

static void do_one(struct desk *desk, const struct desk_affair *affair, enum action action)
{
	struct sim *sim = desk->sim;
	struct post post;

	write_act(desk, &post, affair->last.referral, action);
	if (action == ACTION_ASSIGN)
		post.change.to_desk = some_desk(sim, affair->last.client);
	if (sim_chance(sim, 2)) {
		post.change.has_seen_version = true;
		post.change.seen_version = affair->last.version;
	}
	hand_in(desk, &post);
}

/* By chance, of what it may do as far as it knows. */
static void act(struct desk *desk, const struct desk_affair *affair)
{
	const struct desk_news *known = &affair->last;
	uint64_t sum = NOTHING + (known->is_owner ? REFERS : 0), chance;

	for (size_t i = 0; i < known->actions_count; i++)
		sum += weights[known->actions[i]];
	chance = random_below(&desk->sim->random, sum);
	for (size_t i = 0; i < known->actions_count; i++) {
		if (chance < weights[known->actions[i]]) {
			do_one(desk, affair, known->actions[i]);
			return;
		}
		chance -= weights[known->actions[i]];
	}
	if (known->is_owner && chance < REFERS)
		desk_refer(desk, known->client);
}

/* Any action on any referral, in any part, at any version. */
static void rage(struct desk *desk)
{
	struct sim *sim = desk->sim;
	struct uuid referral;
	struct post post;

	if (!region_any_referral(desk->region, &referral))
		return;
	write_act(desk, &post, referral, (enum action)random_below(&sim->random, ACTION_COUNT));
	if (sim_chance(sim, 3))
		post.change.actor.desk = any_desk(sim);
	if (sim_chance(sim, 3)) {
		post.change.actor.has_role = true;
		post.change.actor.role = (enum role)random_below(&sim->random, ROLE_COUNT);
	}
	if (sim_chance(sim, 3))
		post.change.second_worker = (struct bytes){0};
	post.change.has_seen_version = sim_chance(sim, 3);
	post.change.seen_version = (int32_t)sim_between(sim, 0, 12);
	post.change.next_date += (int32_t)sim_between(sim, -90, 0);
	if (sim_chance(sim, 4))
		post.message.occurred_at -= sim_between(sim, 0, 30 * CLOCK_DAY_MS);
	if (sim_chance(sim, 8))
		region_repeat(desk->region);
	hand_in(desk, &post);
}

static int64_t reaction(struct desk *desk)
{
	int64_t most = desk->mood == DESK_SLOW ? 25 : 3;

	return sim_between(desk->sim, CLOCK_MINUTE_MS, most * CLOCK_DAY_MS);
}

/* It looks again later, for as long as it might have something to do. */
static void consider(struct sim *sim, void *what)
{
	struct desk_affair *affair = what;
	struct desk *desk = affair->desk;

	affair->is_planned = false;
	if (sim->stage != SIM_CHAOS || desk->mood == DESK_SILENT || desk->mood == DESK_DEAD)
		return;
	if (desk->mood == DESK_ANGRY && sim_chance(sim, 3))
		rage(desk);
	else
		act(desk, affair);
	if (!ends_is_open(affair->last.state) && !sim_chance(sim, 4))
		return;
	affair->is_planned = true;
	sim_at(sim, sim->now + reaction(desk) + CLOCK_DAY_MS, consider, affair);
}

static struct desk_affair *affair_of(struct desk *desk, const struct desk_news *news)
{
	struct desk_affair *affair = find(desk, news->referral);

	if (affair != NULL || desk->affairs_count == COUNT(desk->affairs))
		return affair != NULL ? affair : any_affair(desk);
	affair = arena_get(&desk->sim->arena, sizeof(*affair));
	affair->desk = desk;
	desk->affairs[desk->affairs_count++] = affair;
	return affair;
}

void desk_read(struct desk *desk, const struct desk_news *news)
{
	struct desk_affair *affair = affair_of(desk, news);

	affair->last = *news;
	if (affair->is_planned || desk->sim->stage != SIM_CHAOS)
		return;
	affair->is_planned = true;
	sim_at(desk->sim, desk->sim->now + reaction(desk), consider, affair);
}

void desk_answered(struct desk *desk, struct uuid referral, const struct client *client)
{
	struct desk_affair *affair = find(desk, referral);
	const struct client_referral *now = handover_referral(client, referral);

	if (affair == NULL || now == NULL)
		return;
	affair->last.version = now->version;
	affair->last.state = now->state;
	affair->last.is_owner = client->status == CLIENT_STATUS_OPEN &&
		bytes_equal(handover_desk(client, client->owner), desk->name);
	affair->last.actions_count =
		handover_actions(client, now, desk->name, &desk->sim->rules, affair->last.actions);
}

static bool has(const enum action *actions, size_t count, enum action action)
{
	for (size_t i = 0; i < count; i++)
		if (actions[i] == action)
			return true;
	return false;
}

static bool mend_one(
	struct desk *desk, const struct client *client, const struct client_referral *referral)
{
	enum action legal[ACTION_COUNT];
	size_t count = handover_actions(client, referral, desk->name, &desk->sim->rules, legal);
	struct post post;

	if (referral->kind == REFERRAL_KIND_REQUEST && has(legal, count, ACTION_DECLINE)) {
		write_act(desk, &post, referral->referral, ACTION_DECLINE);
		hand_in(desk, &post);
		return true;
	}
	for (size_t i = 0; i < COUNT(mending); i++) {
		if (!has(legal, count, mending[i]))
			continue;
		write_act(desk, &post, referral->referral, mending[i]);
		hand_in(desk, &post);
		return true;
	}
	return false;
}

/* The client's own clock has told its desk, which has nothing but its word to give. */
static bool give_sign(struct desk *desk, const struct client *client)
{
	const struct clock_id life = {.clock = CLOCK_NAME_T6};
	const struct clock *clock = ruling_clock(client, &life);
	struct post post;

	if (client->status != CLIENT_STATUS_OPEN || clock == NULL || clock->level == 0 ||
		!bytes_equal(handover_desk(client, client->owner), desk->name))
		return false;
	write_act(desk, &post, client->owner_via, ACTION_SIGN_OF_LIFE);
	post.change.has_next_date = false;
	hand_in(desk, &post);
	return true;
}

bool desk_mend(struct desk *desk, const struct judge_client *subject)
{
	struct arena arena = {0};
	struct client client = judge_look(subject, &arena);
	bool done = false;

	for (size_t i = 0; i < client.referrals_count && !done; i++)
		done = client.status == CLIENT_STATUS_OPEN &&
			mend_one(desk, &client, &client.referrals[i]);
	done = done || give_sign(desk, &client);
	arena_done(&arena);
	return done;
}
