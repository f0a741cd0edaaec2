/* player - plays one partner: its system refers made-up people, its desks answer what they get. */
#include "hub/cli/play/player.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/cli/host/ledger.h"
#include "hub/cli/host/notifier.h"
#include "hub/cli/play/script.h"
#include "hub/cli/play/watcher.h"

enum {
	USUAL_PER_DAY = 20,
	USUAL_MOST = 1000000,
};

struct player {
	struct stage_role role;
	const struct conf_source *source; /* NULL: the hub's own JSON */
	const char *path; /* that it posts to */
	struct notifier *notifier; /* of a system that the hub asks; NULL: it tells all itself */
	struct template referral, cancel, amend; /* path NULL: it never does so */
	int32_t per_day; /* referrals */
	struct dice dice; /* when it says something, and what */
	struct dice people; /* whom its cases are of: a copy is thrown for each */
	int64_t number; /* of its last case */
	struct buffer last; /* what it sent last */
	const struct template *last_like;
	struct watcher **watchers; /* its desks */
	size_t watchers_count;
	struct loop_timer timer; /* when it refers next */
};

/* As the configuration says, else as is usual in this format. */
static int32_t per_day(const struct player *player, const struct template *usual)
{
	if (player->role.plan->referrals_per_day >= 0)
		return player->role.plan->referrals_per_day;
	int64_t number;
	struct bytes line = usual->text;
	while (line.size > 0 && line.data[line.size - 1] <= ' ')
		line.size--;
	bool is_one = bytes_to_int64(line, &number) && number > 0 && number <= USUAL_MOST;
	return is_one ? (int32_t)number : USUAL_PER_DAY;
}

/* Who refers nobody has news instead: *is_news. */
static enum outcome load_format(
	struct player *player, const char *name, const char *path, bool *is_news, struct err *err)
{
	struct stage *stage = player->role.stage;
	struct template news = {0}, usual = {0};
	const struct {
		const char *name;
		struct template *place;
	} files[] = {{"referral", &player->referral}, {"cancel", &player->cancel},
		{"amend", &player->amend}, {"news", &news}, {"per_day", &usual}};
	player->path = path;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (template_load(&(struct template_name){stage->folder, name, files[i].name},
			    &stage->arena, files[i].place, err) != OK)
			return err->outcome;
	*is_news = player->referral.path == NULL;
	if (*is_news)
		player->referral = news;
	player->per_day = per_day(player, &usual);
	return OK;
}

/* Whether the hub asks for what there is of this source, and is answered by us. */
static enum outcome find_system(
	struct player *player, const struct conf_source *source, struct err *err)
{
	struct stage *stage = player->role.stage;
	struct host_system *system = NULL;
	if (stage->host != NULL && host_add(stage->host, &player->role, source, &system, err) != OK)
		return err->outcome;
	if (system != NULL)
		player->notifier = notifier_new(&player->role, system, player->path);
	return OK;
}

static enum outcome load_source(
	struct player *player, const struct conf_source *source, bool *is_news, struct err *err)
{
	const char *path =
		arena_format(&player->role.stage->arena, "/v1/in/%s/%s", source->oin, source->name);
	player->source = source;
	return load_format(player, source->connector->name, path, is_news, err);
}

static enum outcome load_own(struct player *player, struct err *err)
{
	struct stage *stage = player->role.stage;
	bool is_news;
	player->source = NULL;
	if (load_format(player, STAGE_OWN, "/v1/referrals", &is_news, err) != OK)
		return err->outcome;
	player->cancel.path = NULL; /* that names a referral, not a case */
	return player->referral.path != NULL
		? OK
		: err_set(err, REJECT, "%s/" STAGE_OWN "/referral.json is missing", stage->folder);
}

/* Its first source that refers, else the first that has news. */
static enum outcome choose_format(struct player *player, struct err *err)
{
	const struct conf *conf = player->role.stage->conf;
	const struct conf_source *news = NULL;
	bool is_news;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (source->partner != player->role.partner)
			continue;
		if (load_source(player, source, &is_news, err) != OK ||
			find_system(player, source, err) != OK)
			return err->outcome;
		if (player->notifier != NULL || !is_news)
			return OK;
		if (news == NULL && player->referral.path != NULL)
			news = source;
	}
	return news != NULL ? load_source(player, news, &is_news, err) : load_own(player, err);
}

static void find_desks(struct player *player)
{
	const struct rules *rules = &player->role.stage->conf->rules;
	player->watchers = arena_get_array(
		&player->role.stage->arena, rules->desks_count + 1, sizeof(struct watcher *));
	for (size_t i = 0; i < rules->desks_count; i++) {
		const struct rules_desk *desk = &rules->desks[i];
		if (desk->active && strcmp(desk->partner, player->role.partner->rules->oin) == 0)
			player->watchers[player->watchers_count++] =
				watcher_new(&player->role, desk);
	}
}

static struct script script_of(struct player *player, struct dice *dice, struct arena *arena)
{
	uint32_t desks = (uint32_t)player->watchers_count;
	return (struct script){.conf = player->role.stage->conf,
		.plan = player->role.plan,
		.desk = watcher_desk(player->watchers[dice_below(dice, desks)]),
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
	script_begin_case(&script, player->role.stage->seed, number);
	buffer_clear(&player->last);
	player->last_like = template;
	enum outcome outcome = template_fill(template, script_value, &script, &player->last, err);
	arena_done(&arena);
	return outcome;
}

/* So that what is missing is told before anything is sent. */
static enum outcome try_template(struct player *player, struct err *err)
{
	if (player->notifier != NULL)
		return OK;
	enum outcome outcome = write_referral(player, 0, &player->referral, err);
	buffer_clear(&player->last);
	return outcome == OK ? OK
			     : err_in(err, "partner %s: see values in simulations",
				       player->role.partner->rules->name);
}

enum outcome player_new(struct player **out, struct stage *stage,
	const struct conf_partner *partner, struct err *err)
{
	struct player *player = memory_get_zeroed(1, sizeof(*player));
	const char *oin = partner->rules->oin;
	player->role.stage = stage;
	player->role.partner = partner;
	player->role.plan = conf_simulation(stage->conf, oin);
	player->dice = player->people = dice_of(stage->seed, bytes_of_string(oin));
	find_desks(player);
	enum outcome outcome = party_token(stage->party, partner, player->role.token, err);
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

void player_free(struct player *player)
{
	if (player == NULL)
		return;
	struct loop *loop = player->role.stage->loop;
	for (size_t i = 0; i < player->watchers_count; i++)
		watcher_free(player->watchers[i]);
	notifier_free(player->notifier);
	loop_clear(loop, &player->timer);
	buffer_done(&player->last);
	sodium_memzero(player->role.token, sizeof(player->role.token));
	free(player);
}

/* A table is answered by a table that says of each row what became of it; here of one. */
static bool table_says(const struct client_answer *answer, const char *fate)
{
	static const char table[] = "text/csv";
	return answer->type.size >= strlen(table) &&
		memcmp(answer->type.data, table, strlen(table)) == 0 &&
		memmem(answer->body.data, answer->body.size, fate, strlen(fate)) != NULL;
}

static void take_sent(void *context, const struct client_answer *answer)
{
	struct player *player = context;
	bool is_answer =
		answer->outcome == OK && answer->status < 500 && !table_says(answer, ";unknown;");
	player->role.stage->waiting--;
	if (is_answer && answer->status < 300 && !table_says(answer, ";refused;")) {
		player->role.counts.taken++;
	} else if (is_answer) {
		stage_refused(&player->role, answer);
	} else {
		player->role.counts.away++;
	}
}

/* Aside, and renamed, so that nobody reads half of it. */
static void drop(struct player *player)
{
	struct arena arena = {0};
	const char *whole = arena_format(&arena, "%s/sim-%lld-%lld.%s", player->source->folder,
		(long long)player->role.stage->seed, (long long)player->role.counts.sent,
		player->last_like->ending);
	const char *part = arena_format(&arena, "%s.part", whole);
	FILE *file = fopen(part, "w");
	bool is_written = file != NULL &&
		fwrite(player->last.data, 1, player->last.size, file) == player->last.size;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	if (is_written && rename(part, whole) == 0)
		player->role.counts.taken++;
	else
		player->role.counts.away++;
	arena_done(&arena);
}

static void send_last(struct player *player)
{
	player->role.counts.sent++;
	if (player->source != NULL && player->source->folder != NULL &&
		player->role.stage->drops_files)
		drop(player);
	else
		stage_send(&player->role,
			(struct party_letter){.method = "POST",
				.path = player->path,
				.type = player->last_like->type,
				.body = buffer_bytes(&player->last)},
			take_sent, player);
}

static double mean_between(const struct player *player)
{
	return 86400e3 / player->per_day / player->role.stage->pace;
}

/* What it says once more of its last case; NULL: it goes on to a new one. */
static const struct template *choose_later(struct player *player)
{
	if (player->number == 0)
		return NULL;
	if (player->cancel.path != NULL && dice_percent(&player->dice, LEDGER_CANCEL_PERCENT))
		return &player->cancel;
	if (player->amend.path != NULL && dice_percent(&player->dice, LEDGER_AMEND_PERCENT))
		return &player->amend;
	return NULL;
}

static enum outcome write_next(struct player *player, struct err *err)
{
	const struct template *later = choose_later(player);
	if (later != NULL)
		return write_referral(player, player->number, later, err);
	return write_referral(player, ++player->number, &player->referral, err);
}

static void say_something(void *context)
{
	struct player *player = context;
	struct stage *stage = player->role.stage;
	struct err err = {0};
	if (stage->is_over || stage_holds(stage, &player->timer))
		return;
	loop_set(stage->loop, &player->timer,
		loop_now(stage->loop) + dice_wait(&player->dice, mean_between(player)));
	bool is_again = player->number > 0 && dice_percent(&player->dice, LEDGER_AGAIN_PERCENT);
	if (is_again || write_next(player, &err) == OK)
		send_last(player);
	else
		snprintf(player->role.why, sizeof(player->role.why), "%s", err.text);
}

void player_begin(struct player *player)
{
	struct stage *stage = player->role.stage;
	int64_t now = loop_now(stage->loop);
	for (size_t i = 0; i < player->watchers_count; i++)
		watcher_begin(player->watchers[i]);
	player->timer = (struct loop_timer){.fn = say_something, .context = player};
	if (player->per_day > 0 && player->notifier != NULL)
		notifier_begin(player->notifier, mean_between(player));
	else if (player->per_day > 0)
		loop_set(stage->loop, &player->timer,
			now + dice_wait(&player->dice, mean_between(player)));
}

const struct conf_partner *player_partner(const struct player *player)
{
	return player->role.partner;
}

const char *player_token(const struct player *player)
{
	return player->role.token;
}

const char *player_format(const struct player *player)
{
	return player->source != NULL ? player->source->connector->name : STAGE_OWN;
}

const struct stage_counts *player_counts(const struct player *player)
{
	return &player->role.counts;
}

const char *player_why(const struct player *player)
{
	return player->role.why;
}
