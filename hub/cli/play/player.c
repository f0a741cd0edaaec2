/* player - plays one partner: its system refers made-up people, its desks answer what they get. */
#include "hub/cli/play/player.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "hub/base/memory.h"
#include "hub/cli/play/script.h"
#include "schemas/json_tree.h"

enum {
	LOOK_MS = 1000, /* between two looks into a feed */
	HELD_MS = 20, /* when too much is under way, or desks still read what there was */
	WAITING_MOST = 256,
	AGAIN_PERCENT = 4, /* of what is sent is what was sent last once more */
	CANCEL_PERCENT = 4,
	DEPTH = 32, /* of JSON */
};

#define OWN_FORMAT "own"
#define FEED "/v1/handovers?limit=200&desk="

/* One desk, as it reads its feed. */
struct watcher {
	struct player *player;
	const struct rules_desk *desk;
	char after[64]; /* "": from the beginning */
	bool is_up_to_date; /* has read what there was before */
	struct loop_timer timer;
};

/* What a desk will do about a referral. */
struct deed {
	struct watcher *watcher;
	LIST_ENTRY(deed) place;
	struct loop_timer timer;
	enum player_act act;
	struct dice dice;
	char referral[37];
};

struct player {
	struct player_world *world;
	const struct conf_partner *partner;
	const struct conf_simulation *plan;
	const struct conf_source *source; /* NULL: the hub's own JSON */
	const char *path; /* that it posts to */
	struct template referral, cancel; /* cancel.path NULL: it never cancels */
	char token[PARTY_TOKEN_MOST];
	struct dice dice; /* when it says something, and what */
	struct dice
		people; /* whom its cases are of: thrown for a copy, so that each is found again */
	int64_t number; /* of its last case */
	struct buffer last; /* what it sent last */
	const struct template *last_like;
	struct watcher *watchers;
	size_t watchers_count;
	LIST_HEAD(, deed) deeds;
	struct loop_timer timer; /* when it refers next */
	struct player_counts counts;
	char why[300];
};

static const char *const act_names[PLAYER_ACTS] = {[PLAYER_ACCEPT] = "accept",
	[PLAYER_DECLINE] = "decline",
	[PLAYER_ANSWER] = "answer",
	[PLAYER_NO_SHOW] = "no_show",
	[PLAYER_SCHEDULED] = "scheduled",
	[PLAYER_COMPLETE] = "complete"};

enum outcome player_open_world(struct player_world *world, struct err *err)
{
	for (size_t i = 0; i < PLAYER_ACTS; i++) {
		struct template *act = &world->acts[i];
		if (template_load(&(struct template_name){world->folder, OWN_FORMAT, act_names[i]},
			    &world->arena, act, err) != OK)
			return err->outcome;
		if (act->path == NULL)
			return err_set(err, REJECT, "%s/" OWN_FORMAT "/%s.json is missing",
				world->folder, act_names[i]);
	}
	return OK;
}

static const struct conf_simulation *plan_of(struct player_world *world, const char *oin)
{
	const struct conf *conf = world->conf;
	for (size_t i = 0; i < conf->simulations_count; i++)
		if (strcmp(conf->simulations[i].oin, oin) == 0)
			return &conf->simulations[i];
	struct conf_simulation *usual = arena_get(&world->arena, sizeof(*usual));
	*usual = (struct conf_simulation){.oin = oin,
		.referrals_per_day = atoi(CONF_SIMULATION_REFERRALS),
		.accepted = atoi(CONF_SIMULATION_ACCEPTED),
		.declined = atoi(CONF_SIMULATION_DECLINED),
		.no_show = atoi(CONF_SIMULATION_NO_SHOW),
		.decides_min = atoi(CONF_SIMULATION_DECIDES)};
	return usual;
}

static enum outcome load_format(
	struct player *player, const char *name, const char *path, struct err *err)
{
	struct player_world *world = player->world;
	player->path = path;
	if (template_load(&(struct template_name){world->folder, name, "referral"}, &world->arena,
		    &player->referral, err) != OK)
		return err->outcome;
	return template_load(&(struct template_name){world->folder, name, "cancel"}, &world->arena,
		&player->cancel, err);
}

static enum outcome choose_format(struct player *player, struct err *err)
{
	struct player_world *world = player->world;
	const struct conf *conf = world->conf;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		const char *path =
			arena_format(&world->arena, "/v1/in/%s/%s", source->oin, source->name);
		if (source->partner != player->partner)
			continue;
		if (load_format(player, source->connector->name, path, err) != OK)
			return err->outcome;
		player->source = source;
		if (player->referral.path != NULL)
			return OK;
	}
	player->source = NULL;
	if (load_format(player, OWN_FORMAT, "/v1/referrals", err) != OK)
		return err->outcome;
	player->cancel.path = NULL; /* that names a referral, not a case */
	return player->referral.path != NULL
		? OK
		: err_set(err, REJECT, "%s/" OWN_FORMAT "/referral.json is missing", world->folder);
}

static void find_desks(struct player *player)
{
	const struct rules *rules = &player->world->conf->rules;
	player->watchers = arena_get_array(
		&player->world->arena, rules->desks_count + 1, sizeof(*player->watchers));
	for (size_t i = 0; i < rules->desks_count; i++) {
		const struct rules_desk *desk = &rules->desks[i];
		if (desk->active && strcmp(desk->partner, player->partner->rules->oin) == 0)
			player->watchers[player->watchers_count++] =
				(struct watcher){.player = player, .desk = desk};
	}
}

static struct script script_of(struct player *player, struct dice *dice, struct arena *arena)
{
	uint32_t desks = (uint32_t)player->watchers_count;
	return (struct script){.conf = player->world->conf,
		.plan = player->plan,
		.desk = player->watchers[dice_below(dice, desks)].desk,
		.dice = dice,
		.arena = arena};
}

/* Who this one is and what it is about follows from the seed, the partner and its number. */
static enum outcome write_referral(
	struct player *player, int64_t number, const struct template *template, struct err *err)
{
	struct arena arena = {0};
	struct dice own = player->people;
	own.state += (uint64_t)number;
	struct script script = script_of(player, &own, &arena);
	script_begin_case(&script, player->world->seed, number);
	buffer_clear(&player->last);
	player->last_like = template;
	enum outcome outcome = template_fill(template, script_value, &script, &player->last, err);
	arena_done(&arena);
	return outcome;
}

/* So that what is missing is told before anything is sent. */
static enum outcome try_template(struct player *player, struct err *err)
{
	enum outcome outcome = write_referral(player, 0, &player->referral, err);
	buffer_clear(&player->last);
	return outcome == OK ? OK
			     : err_in(err, "partner %s: see values in simulations",
				       player->partner->rules->name);
}

enum outcome player_new(struct player **out, struct player_world *world,
	const struct conf_partner *partner, struct err *err)
{
	struct player *player = memory_get_zeroed(1, sizeof(*player));
	const char *oin = partner->rules->oin;
	player->world = world;
	player->partner = partner;
	player->plan = plan_of(world, oin);
	player->dice = player->people = dice_of(world->seed, bytes_of_string(oin));
	LIST_INIT(&player->deeds);
	find_desks(player);
	enum outcome outcome = party_token(world->party, partner, player->token, err);
	if (outcome == OK && player->watchers_count == 0)
		outcome = err_set(err, REJECT, "partner %s has no active desk", oin);
	if (outcome == OK)
		outcome = choose_format(player, err);
	if (outcome == OK)
		outcome = try_template(player, err);
	if (outcome != OK)
		player_free(player);
	else
		*out = player;
	return outcome;
}

static void forget(struct deed *deed)
{
	loop_clear(deed->watcher->player->world->loop, &deed->timer);
	LIST_REMOVE(deed, place);
	free(deed);
}

void player_free(struct player *player)
{
	if (player == NULL)
		return;
	struct loop *loop = player->world->loop;
	while (!LIST_EMPTY(&player->deeds))
		forget(LIST_FIRST(&player->deeds));
	for (size_t i = 0; i < player->watchers_count; i++)
		loop_clear(loop, &player->watchers[i].timer);
	loop_clear(loop, &player->timer);
	buffer_done(&player->last);
	sodium_memzero(player->token, sizeof(player->token));
	free(player);
}

static void send(struct player *player, struct party_letter letter, client_done_fn *done, void *of)
{
	player->world->waiting++;
	letter.token = player->token;
	letter.done = done;
	letter.context = of;
	party_send(player->world->party, &letter);
}

/* What was wrong in the first message that was refused: mostly of the template. */
static void note_refusal(struct player *player, const struct client_answer *answer)
{
	if (player->why[0] == '\0')
		snprintf(player->why, sizeof(player->why), "%d %.*s", answer->status,
			answer->body.size < 250 ? (int)answer->body.size : 250,
			(const char *)answer->body.data);
}

static void take_sent(void *context, const struct client_answer *answer)
{
	struct player *player = context;
	bool is_answer = answer->outcome == OK;
	player->world->waiting--;
	if (is_answer && answer->status < 300) {
		player->counts.taken++;
	} else if (is_answer && answer->status < 500) {
		player->counts.refused++;
		note_refusal(player, answer);
	} else {
		player->counts.away++;
	}
}

/* Aside, and renamed, so that nobody reads half of it. */
static void drop(struct player *player)
{
	struct arena arena = {0};
	const char *whole = arena_format(&arena, "%s/sim-%lld-%lld.%s", player->source->folder,
		(long long)player->world->seed, (long long)player->counts.sent,
		player->last_like->ending);
	const char *part = arena_format(&arena, "%s.part", whole);
	FILE *file = fopen(part, "w");
	bool is_written = file != NULL &&
		fwrite(player->last.data, 1, player->last.size, file) == player->last.size;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	if (is_written && rename(part, whole) == 0)
		player->counts.taken++;
	else
		player->counts.away++;
	arena_done(&arena);
}

static void send_last(struct player *player)
{
	player->counts.sent++;
	if (player->source != NULL && player->source->folder != NULL && player->world->drops_files)
		drop(player);
	else
		send(player,
			(struct party_letter){.method = "POST",
				.path = player->path,
				.type = player->last_like->type,
				.body = buffer_bytes(&player->last)},
			take_sent, player);
}

static double mean_between(const struct player *player)
{
	return 86400e3 / player->plan->referrals_per_day / player->world->pace;
}

static void say_something(void *context)
{
	struct player *player = context;
	struct player_world *world = player->world;
	struct err err = {0};
	const struct template *template = &player->referral;
	enum outcome outcome = OK;
	if (world->is_over)
		return;
	if (world->behind > 0 || world->waiting >= WAITING_MOST) {
		loop_set(world->loop, &player->timer, loop_now(world->loop) + HELD_MS);
		return;
	}
	loop_set(world->loop, &player->timer,
		loop_now(world->loop) + dice_wait(&player->dice, mean_between(player)));
	bool is_again = player->number > 0 && dice_percent(&player->dice, AGAIN_PERCENT);
	bool is_cancel = !is_again && player->number > 0 && player->cancel.path != NULL &&
		dice_percent(&player->dice, CANCEL_PERCENT);
	if (is_cancel)
		template = &player->cancel;
	if (!is_again)
		outcome = write_referral(
			player, is_cancel ? player->number : ++player->number, template, &err);
	if (outcome == OK)
		send_last(player);
	else
		snprintf(player->why, sizeof(player->why), "%s", err.text);
}

static struct bytes text_of(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = in == NULL ? NULL : json_tree_member(in, name);
	return found != NULL && found->kind == JSON_TREE_STRING ? found->text : (struct bytes){0};
}

static void do_it(void *context);

static void plan_deed(struct watcher *watcher, const struct deed *like)
{
	struct player *player = watcher->player;
	struct player_world *world = player->world;
	struct deed *deed = memory_get_zeroed(1, sizeof(*deed));
	*deed = *like;
	deed->watcher = watcher;
	deed->timer = (struct loop_timer){.fn = do_it, .context = deed};
	LIST_INSERT_HEAD(&player->deeds, deed, place);
	loop_set(world->loop, &deed->timer,
		loop_now(world->loop) +
			dice_wait(&deed->dice, player->plan->decides_min * 60e3 / world->pace));
}

/* What comes behind it; PLAYER_ACTS: nothing. */
static enum player_act next_act(const struct player *player, struct deed *deed)
{
	switch (deed->act) {
	case PLAYER_ACCEPT:
		return dice_percent(&deed->dice, player->plan->no_show) ? PLAYER_NO_SHOW
									: PLAYER_SCHEDULED;
	case PLAYER_NO_SHOW:
		return PLAYER_SCHEDULED;
	case PLAYER_SCHEDULED:
		return PLAYER_COMPLETE;
	case PLAYER_DECLINE:
	case PLAYER_ANSWER:
	case PLAYER_COMPLETE:
	case PLAYER_ACTS:
		break;
	}
	return PLAYER_ACTS;
}

/* An accepted request, for one, is over at once. Not decided yet: it goes on. */
static bool goes_on(const struct client_answer *answer)
{
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	const struct json_tree *page = json_tree_parse(answer->body, DEPTH, &problems);
	struct bytes state = text_of(page, "state");
	bool goes_on = state.data == NULL || bytes_equal_string(state, "ACCEPTED") ||
		bytes_equal_string(state, "IN_PROGRESS");
	arena_done(&arena);
	return goes_on;
}

static void take_done(void *context, const struct client_answer *answer)
{
	struct deed *deed = context;
	struct player *player = deed->watcher->player;
	bool is_taken = answer->outcome == OK && answer->status < 300;
	player->world->waiting--;
	*(is_taken ? &player->counts.done[deed->act] : &player->counts.too_late) += 1;
	if (is_taken) {
		deed->act = goes_on(answer) ? next_act(player, deed) : PLAYER_ACTS;
		if (deed->act != PLAYER_ACTS)
			plan_deed(deed->watcher, deed);
	}
	forget(deed);
}

static void do_it(void *context)
{
	struct deed *deed = context;
	struct player *player = deed->watcher->player;
	if (player->world->is_over)
		return;
	struct arena arena = {0};
	struct buffer body = {0};
	struct err err = {0};
	struct script script = script_of(player, &deed->dice, &arena);
	script.desk = deed->watcher->desk;
	script.reference = arena_format(&arena, "sim-%s-%d", deed->referral, (int)deed->act);
	const struct template *template = &player->world->acts[deed->act];
	if (template_fill(template, script_value, &script, &body, &err) == OK) {
		send(player,
			(struct party_letter){.method = "POST",
				.path = arena_format(
					&arena, "/v1/referrals/%s/actions", deed->referral),
				.type = template->type,
				.body = buffer_bytes(&body),
				.wait_s = 5},
			take_done, deed);
	} else {
		snprintf(player->why, sizeof(player->why), "%s", err.text);
		forget(deed);
	}
	buffer_done(&body);
	arena_done(&arena);
}

static void decide(struct watcher *watcher, struct deed *deed)
{
	const struct conf_simulation *plan = watcher->player->plan;
	int32_t fell = (int32_t)dice_below(&deed->dice, 100);
	if (fell >= plan->accepted + plan->declined) {
		watcher->player->counts.silent++;
		return;
	}
	deed->act = fell < plan->accepted ? PLAYER_ACCEPT : PLAYER_DECLINE;
	plan_deed(watcher, deed);
}

static bool may_do(const struct json_tree *handover, const char *action)
{
	const struct json_tree *list = json_tree_member(handover, "actions");
	const struct json_tree *it = list == NULL ? NULL : list->first;
	while (it != NULL && !bytes_equal_string(it->text, action))
		it = it->next;
	return it != NULL;
}

/* What it does about a referral follows from the seed and the referral. */
static void hear(struct watcher *watcher, const struct json_tree *handover)
{
	struct bytes kind = text_of(handover, "kind"), referral = text_of(handover, "referral");
	uint8_t id[16];
	watcher->player->counts.handovers++;
	if (!bytes_from_uuid(referral, id))
		return;
	struct deed deed = {.dice = dice_of(watcher->player->world->seed, referral)};
	bytes_to_uuid(id, deed.referral);
	if (bytes_equal_string(kind, "OFFER") && may_do(handover, "ACCEPT")) {
		decide(watcher, &deed);
	} else if (bytes_equal_string(kind, "QUESTION")) {
		deed.act = PLAYER_ANSWER;
		plan_deed(watcher, &deed);
	}
}

/* Whether there is more to be read at once. */
static bool read_page(struct watcher *watcher, const struct json_tree *page)
{
	const struct json_tree *list = json_tree_member(page, "handovers");
	const struct json_tree *more = json_tree_member(page, "more");
	struct bytes after = text_of(page, "after");
	for (const struct json_tree *it = list == NULL ? NULL : list->first; it != NULL;
		it = it->next)
		if (watcher->is_up_to_date)
			hear(watcher, json_tree_member(it, "handover"));
	if (after.size < sizeof(watcher->after))
		snprintf(watcher->after, sizeof(watcher->after), "%.*s", BYTES_ARG(after));
	if (more != NULL && more->yes)
		return true;
	if (!watcher->is_up_to_date)
		watcher->player->world->behind--;
	watcher->is_up_to_date = true;
	return false;
}

static void take_page(void *context, const struct client_answer *answer)
{
	struct watcher *watcher = context;
	struct player_world *world = watcher->player->world;
	struct arena arena = {0};
	struct problems problems;
	const struct json_tree *page = NULL;
	problems_init(&problems, &arena);
	world->waiting--;
	if (answer->outcome == OK && answer->status == 200)
		page = json_tree_parse(answer->body, DEPTH, &problems);
	bool has_more = page != NULL && read_page(watcher, page);
	loop_set(world->loop, &watcher->timer, loop_now(world->loop) + (has_more ? 0 : LOOK_MS));
	arena_done(&arena);
}

static void look(void *context)
{
	struct watcher *watcher = context;
	char path[200];
	if (watcher->player->world->is_over)
		return;
	snprintf(path, sizeof(path), FEED "%s%s%s", watcher->desk->id,
		watcher->after[0] != '\0' ? "&after=" : "", watcher->after);
	send(watcher->player, (struct party_letter){.method = "GET", .path = path}, take_page,
		watcher);
}

void player_begin(struct player *player)
{
	struct player_world *world = player->world;
	int64_t now = loop_now(world->loop);
	for (size_t i = 0; i < player->watchers_count; i++) {
		struct watcher *watcher = &player->watchers[i];
		watcher->timer = (struct loop_timer){.fn = look, .context = watcher};
		loop_set(world->loop, &watcher->timer, now);
		world->behind++;
	}
	player->timer = (struct loop_timer){.fn = say_something, .context = player};
	if (player->plan->referrals_per_day > 0)
		loop_set(world->loop, &player->timer,
			now + dice_wait(&player->dice, mean_between(player)));
}

const struct conf_partner *player_partner(const struct player *player)
{
	return player->partner;
}

const char *player_token(const struct player *player)
{
	return player->token;
}

const char *player_format(const struct player *player)
{
	return player->source != NULL ? player->source->connector->name : OWN_FORMAT;
}

const struct player_counts *player_counts(const struct player *player)
{
	return &player->counts;
}

const char *player_why(const struct player *player)
{
	return player->why;
}
