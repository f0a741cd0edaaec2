/* region - the people: partners who refer, desks that work, coordinators, and ops. */
#include "tests/sim/world/region.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "tests/sim/world/desk.h"
#include "tests/sim/world/ends.h"
#include "tests/sim/world/hub.h"

#define CLIENTS 14
#define SENT 32
#define PATIENCE 5 /* working days, until what cannot be brought is undeliverable */

struct region {
	struct sim *sim;
	struct desk desks[TOWN_DESKS];
	struct post sent[SENT]; /* lately */
	size_t sent_count;
	struct uuid referrals[1024]; /* heard of */
	size_t referrals_count;
	bool calls[TOWN_DESKS][512]; /* in SIM_MENDING: the desk will look at that client */
};

struct call {
	struct desk *desk;
	size_t client;
	bool is_told; /* by the hub; else another desk called */
};

struct region *region_new(struct sim *sim)
{
	struct region *region = memory_get_zeroed(1, sizeof(*region));

	sim->rules = town_rules();
	sim->codes = town_codes();
	region->sim = sim;
	for (size_t i = 0; i < TOWN_DESKS; i++) {
		region->desks[i].sim = sim;
		region->desks[i].region = region;
		region->desks[i].name = bytes_of_string(sim->rules.desks[i].id);
	}
	return region;
}

void region_free(struct region *region)
{
	codes_free(region->sim->codes);
	free(region);
}

static struct desk *find(struct region *region, struct bytes name)
{
	for (size_t i = 0; i < TOWN_DESKS; i++)
		if (bytes_equal(region->desks[i].name, name))
			return &region->desks[i];
	return NULL;
}

static struct desk *any_desk(struct region *region)
{
	return &region->desks[random_below(&region->sim->random, TOWN_DESKS)];
}

void region_sent(struct region *region, const struct post *post)
{
	region->sent[region->sent_count++ % SENT] = *post;
	if (post->message.body_referral != NULL && region->referrals_count < 1024)
		region->referrals[region->referrals_count++] = post->body.referral;
}

bool region_any_referral(struct region *region, struct uuid *out)
{
	if (region->referrals_count == 0)
		return false;
	*out = region->referrals[random_below(&region->sim->random, region->referrals_count)];
	return true;
}

/* As it was; with another content under the same id; or as a new message: of a referral that is an
 * amendment. */
void region_repeat(struct region *region)
{
	struct sim *sim = region->sim;
	struct post post, other;

	if (region->sent_count == 0)
		return;
	post = region->sent[random_below(
		&sim->random, region->sent_count < SENT ? region->sent_count : SENT)];
	post_repoint(&post);
	post_hub(sim, &other, post.change.referral, ACTION_DELIVERED);
	if (sim_chance(sim, 2))
		post.message.digest = other.message.digest;
	if (sim_chance(sim, 2)) {
		post.message.id = other.message.id;
		post.message.occurred_at = sim->now;
	}
	post.body.has_not_before = post.body.has_not_before && sim_chance(sim, 2);
	sim_tell(sim, "somebody", "sends an old message again");
	post_send(sim, &post);
}

/* Delivery. */

static void tell_outage(struct desk *desk, int64_t to)
{
	char id[80];
	struct fact fact = {.kind = FACT_KIND_OUTAGE,
		.at = clock_wall(),
		.has_from = true,
		.from = desk->down_since,
		.has_to = to != 0,
		.to = to};

	(void)snprintf(
		id, sizeof(id), "desk/%.*s/%" PRId64, BYTES_ARG(desk->name), desk->down_since);
	fact.id = bytes_of_string(id);
	broker_fact(desk->sim->broker, &fact);
}

/* It has waited for too long: an offer is undeliverable, and of a notice nobody knows, unless mail
 * came through. From now on the desk's time counts again. */
static void give_up(struct sim *sim, void *what)
{
	struct desk_news *news = what;
	struct desk *desk = news->desk;
	struct post post;

	if (news->is_brought || !desk->down)
		return;
	if (!desk->is_given_up)
		tell_outage(desk, clock_wall());
	desk->is_given_up = true;
	if (news->kind == HANDOVER_KIND_OFFER && news->role == ROLE_TARGET) {
		post_hub(sim, &post, news->referral, ACTION_UNDELIVERABLE);
		post_send(sim, &post);
	} else if (news->has_clock && sim_chance(sim, 2)) {
		post_hub(sim, &post, news->referral, ACTION_NOT_TOLD);
		post.raw = (struct raw_status){.scheme = bytes_of_string("notice"),
			.code = bytes_of_string(clock_name_name(news->clock)),
			.has_number = true,
			.number = news->level};
		post.change.raw = &post.raw;
		post_send(sim, &post);
	}
}

static void be_patient(struct desk_news *news)
{
	const struct desk *desk = news->desk;
	int64_t since = desk->down_since > news->at ? desk->down_since : news->at;

	sim_at(desk->sim, calendar_add_working_days(since, PATIENCE), give_up, news);
}

static bool asks_something(enum handover_kind kind)
{
	return kind == HANDOVER_KIND_OFFER || kind == HANDOVER_KIND_QUESTION ||
		kind == HANDOVER_KIND_DUTY || kind == HANDOVER_KIND_REMINDER ||
		kind == HANDOVER_KIND_ESCALATION;
}

static void look(struct sim *sim, void *what);

static void call(struct region *region, struct desk *desk, size_t client, bool is_told)
{
	struct sim *sim = region->sim;
	bool *called = &region->calls[desk - region->desks][client];
	struct call *made;

	if (*called)
		return;
	*called = true;
	made = arena_get(&sim->arena, sizeof(*made));
	*made = (struct call){desk, client, is_told};
	sim_at(sim, sim->now + sim_between(sim, CLOCK_HOUR_MS, 2 * CLOCK_DAY_MS), look, made);
}

/* Who has nothing to do about it calls the desks that are late, or else the one whose turn it is.
 */
static void call_others(struct region *region, const struct call *made, const struct client *client)
{
	const struct judge_client *subject = judge_subject(region->sim->judge, made->client);
	struct desk *next = find(region, handover_desk(client, client->duty_desk));

	for (size_t i = 0; i < subject->clocks_count; i++) {
		const struct clock_id *id = &subject->clocks[i].id;
		const struct clock *clock = ruling_clock(client, id);
		struct desk *late = clock != NULL && clock->level > 0
			? find(region, ruling_desk(client, id, clock->role))
			: NULL;

		if (late != NULL && late != made->desk)
			call(region, late, made->client, false);
	}
	if (next != NULL && next != made->desk)
		call(region, next, made->client, false);
}

/* Who had something to do looks again. */
static void look(struct sim *sim, void *what)
{
	const struct call *made = what;
	struct region *region = sim->region;
	struct judge_client *subject = judge_subject(sim->judge, made->client);
	struct arena arena = {0};
	struct client client = judge_look(subject, &arena);

	region->calls[made->desk - region->desks][made->client] = false;
	if (desk_mend(made->desk, subject))
		call(region, made->desk, made->client, made->is_told);
	else if (client.status == CLIENT_STATUS_OPEN && made->is_told)
		call_others(region, made, &client);
	arena_done(&arena);
}

static void bring_one(struct desk *desk, struct desk_news *news)
{
	struct sim *sim = desk->sim;
	struct judge_client *subject = judge_find(sim->judge, news->client);
	struct post post;

	news->is_brought = true;
	if (news->kind == HANDOVER_KIND_OFFER && news->role == ROLE_TARGET) {
		post_hub(sim, &post, news->referral, ACTION_DELIVERED);
		post_send(sim, &post);
	}
	if (subject != NULL && asks_something(news->kind)) {
		subject->told = sim->now;
		if (sim->stage == SIM_MENDING)
			call(sim->region, desk, (size_t)(subject - judge_subject(sim->judge, 0)),
				true);
	}
	desk_read(desk, news);
}

static void bring(struct sim *sim, void *what)
{
	struct desk *desk = what;
	struct desk_news *news = desk->first;

	if (desk->down || news == NULL)
		return;
	if (sim->now < hub_edge_back(sim->hub)) {
		sim_at(sim, hub_edge_back(sim->hub), bring, desk);
		return;
	}
	desk->first = desk->last = NULL;
	for (; news != NULL; news = news->next)
		bring_one(desk, news);
}

static void queue(struct desk *desk, struct desk_news *news)
{
	struct sim *sim = desk->sim;

	if (desk->last != NULL)
		desk->last->next = news;
	else
		desk->first = news;
	desk->last = news;
	if (desk->down)
		be_patient(news);
	sim_at(sim, sim->now + sim_between(sim, 100, CLOCK_MINUTE_MS), bring, desk);
}

static void hear_one(struct desk *desk, const struct handover *handover)
{
	struct desk_news *news = arena_get(&desk->sim->arena, sizeof(*news));

	*news = (struct desk_news){
		.desk = desk,
		.referral = handover->referral,
		.client = handover->client,
		.kind = handover->kind,
		.role = handover->role,
		.state = handover->state,
		.version = handover->version,
		.level = handover->level,
		.has_clock = handover->has_clock,
		.clock = handover->clock,
		.is_owner = bytes_equal(handover->owner, desk->name),
		.actions_count = handover->actions_count,
		.at = desk->sim->now,
	};
	for (size_t i = 0; i < handover->actions_count; i++)
		news->actions[i] = handover->actions[i];
	queue(desk, news);
}

void region_hear(struct region *region, const struct ruling *ruling)
{
	const struct status_change *change =
		ruling->is_readable ? ruling->message.body_status_change : NULL;
	struct desk *asker = change != NULL ? find(region, change->actor.desk) : NULL;

	for (size_t i = 0; i < ruling->handovers_count; i++) {
		const struct handover *handover = &ruling->handovers[i];
		struct desk *desk = find(region, handover->desk);

		if (desk != NULL && handover->has_referral)
			hear_one(desk, handover);
	}
	for (size_t i = 0; i < ruling->event.transitions_count; i++)
		if (!ruling->event.transitions[i].has_from && region->referrals_count < 1024)
			region->referrals[region->referrals_count++] =
				ruling->event.transitions[i].after.referral;
	if (asker != NULL && ruling->client.data != NULL)
		desk_answered(asker, change->referral, &ruling->after);
}

/* Moods. */

static void go_down(struct desk *desk)
{
	desk->down = true;
	desk->down_since = clock_wall();
	desk->is_given_up = false;
	tell_outage(desk, 0);
	for (struct desk_news *news = desk->first; news != NULL; news = news->next)
		be_patient(news);
}

static void come_up(struct desk *desk)
{
	if (!desk->is_given_up)
		tell_outage(desk, clock_wall());
	desk->down = false;
	bring(desk->sim, desk);
}

static void set_mood(struct desk *desk, enum desk_mood mood)
{
	static const char *const names[DESK_MOODS] = {"normal", "slow", "silent", "dead", "angry"};

	sim_tell(desk->sim, (const char *)desk->name.data, "is %s", names[mood]);
	desk->mood = mood;
	if (mood == DESK_DEAD && !desk->down)
		go_down(desk);
	else if (mood != DESK_DEAD && desk->down)
		come_up(desk);
}

static void change_mood(struct sim *sim, void *what)
{
	if (sim->stage != SIM_CHAOS)
		return;
	set_mood(what,
		sim_chance(sim, 2) ? DESK_NORMAL
				   : (enum desk_mood)random_below(&sim->random, DESK_MOODS));
	sim_at(sim, sim->now + sim_between(sim, CLOCK_DAY_MS, 30 * CLOCK_DAY_MS), change_mood,
		what);
}

/* Partners. */

static void refer_somebody(struct sim *sim, void *what)
{
	struct region *region = what;
	size_t known = judge_count(sim->judge);
	bool is_new = known == 0 || (known < CLIENTS && !sim_chance(sim, 3));

	if (sim->stage != SIM_CHAOS)
		return;
	desk_refer(any_desk(region),
		is_new ? post_client(sim)
		       : judge_subject(sim->judge, random_below(&sim->random, known))->client);
	if (sim_chance(sim, 4))
		region_repeat(region);
	sim_at(sim, sim->now + sim_between(sim, CLOCK_HOUR_MS, 6 * CLOCK_DAY_MS), refer_somebody,
		what);
}

/* Whoever has the one says that both are of one person. */
static void merge(struct region *region, const struct client *survivor, const struct client *loser)
{
	struct sim *sim = region->sim;
	struct post post;

	if (survivor->status != CLIENT_STATUS_OPEN || loser->referrals_count == 0)
		return;
	post_act(sim, &post, handover_desk(survivor, survivor->owner), survivor->owner_via,
		ACTION_MERGE);
	post.change.has_other_referral = post.change.has_other_client = true;
	post.change.other_referral =
		loser->referrals[random_below(&sim->random, loser->referrals_count)].referral;
	post.change.other_client = loser->client;
	sim_tell(sim, "somebody", "merges %s into %s", sim_name(sim, 'c', loser->client.data),
		sim_name(sim, 'c', survivor->client.data));
	post_send(sim, &post);
}

/* One that can be merged away, if there is any. */
static struct client find_loser(struct sim *sim, size_t besides, struct arena *arena)
{
	size_t count = judge_count(sim->judge), at = random_below(&sim->random, count);
	struct client found = {.status = CLIENT_STATUS_CLOSED};

	for (size_t i = 0; i < count; i++, at = (at + 1) % count) {
		struct client client = judge_look(judge_subject(sim->judge, at), arena);
		bool open = false;

		for (size_t r = 0; r < client.referrals_count; r++)
			open = open || ends_is_open(client.referrals[r].state);
		if (at == besides || client.referrals_count == 0)
			continue;
		found = client;
		if (client.status == CLIENT_STATUS_OPEN && !open)
			break;
	}
	return found;
}

static void find_twins(struct sim *sim, void *what)
{
	struct arena arena = {0};
	size_t count = judge_count(sim->judge);
	struct client one, other;

	if (sim->stage != SIM_CHAOS)
		return;
	if (count > 1) {
		size_t first = random_below(&sim->random, count);

		one = judge_look(judge_subject(sim->judge, first), &arena);
		other = find_loser(sim, first, &arena);
		merge(what, &one, &other);
		if (sim_chance(sim, 3))
			merge(what, &other, &one);
		if (sim_chance(sim, 4))
			post_garbage(sim, one.client);
	}
	arena_done(&arena);
	sim_at(sim, sim->now + sim_between(sim, CLOCK_DAY_MS, 8 * CLOCK_DAY_MS), find_twins, what);
}

/* A row that is no more in what a partner sends whole, or an employer that may train nobody. */
static void lose_row(struct sim *sim, void *what)
{
	struct uuid referral;
	struct post post;

	if (sim->stage != SIM_CHAOS)
		return;
	if (region_any_referral(what, &referral)) {
		post_hub(sim, &post, referral,
			sim_chance(sim, 4) ? ACTION_RECOGNITION : ACTION_VANISHED);
		post_send(sim, &post);
	}
	sim_at(sim, sim->now + sim_between(sim, CLOCK_DAY_MS, 8 * CLOCK_DAY_MS), lose_row, what);
}

/* Ops: what is parked goes back in its order, once a day, until it was taken. */
static void redrive(struct sim *sim, void *what)
{
	size_t count;
	const struct parked *parked = judge_parked(sim->judge, &count);
	int64_t after = CLOCK_MINUTE_MS;

	for (size_t i = 0; i < count; i++)
		if (!parked[i].redriven && (sim->stage != SIM_CHAOS || !sim_chance(sim, 20)))
			post_redrive(sim, &parked[i], after += 1000);
	sim_at(sim, sim->now + CLOCK_DAY_MS, redrive, what);
}

static void set_capacity(struct sim *sim, void *what)
{
	const struct desk *desk = any_desk(what);
	const struct fact fact = {.kind = FACT_KIND_CAPACITY,
		.id = desk->name,
		.at = clock_wall(),
		.has_to = true,
		.to = sim->now + sim_between(sim, 1, 30) * CLOCK_DAY_MS,
		.has_number = true,
		.number = sim_between(sim, 0, 1)};

	if (sim->stage != SIM_CHAOS)
		return;
	broker_fact(sim->broker, &fact);
	sim_at(sim, sim->now + 10 * CLOCK_DAY_MS, set_capacity, what);
}

void region_begin(struct region *region)
{
	for (size_t i = 0; i < TOWN_DESKS; i++)
		change_mood(region->sim, &region->desks[i]);
	refer_somebody(region->sim, region);
	find_twins(region->sim, region);
	set_capacity(region->sim, region);
	lose_row(region->sim, region);
	redrive(region->sim, region);
}

void region_mend(struct region *region)
{
	for (size_t i = 0; i < TOWN_DESKS; i++)
		set_mood(&region->desks[i], DESK_NORMAL);
}
