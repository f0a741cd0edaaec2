/* simulate - plays the partners of the configuration, with made-up people, against a test lane. */
#include <string.h>

#include "hub/base/file.h"
#include "hub/cli/host/host.h"
#include "hub/cli/play/player.h"
#include "hub/cli/verbs.h"
#include "hub/http/loop.h"

enum { CONNECTIONS = 64, LAST_MS = 35000, LAST_LOOK_MS = 20 };

struct play {
	struct cli_call *call;
	struct stage stage;
	struct party_options options;
	struct player **players;
	size_t count;
	struct loop_timer end;
	int64_t give_up;
	bool is_cut; /* something was still waited for then */
};

static bool is_meant(const struct conf_partner *partner, const char *who)
{
	return strcmp(who, "all") == 0 || strcmp(who, partner->rules->oin) == 0 ||
		strcmp(who, partner->rules->home_desk) == 0;
}

static bool can_speak(const struct play *play, const struct conf_partner *partner)
{
	char token[PARTY_TOKEN_MOST];
	struct err err = {0};
	bool can = party_token(play->stage.party, partner, token, &err) == OK;
	explicit_bzero(token, sizeof(token));
	return can;
}

static bool is_asked_here(const struct play *play)
{
	return play->stage.host == NULL || host_systems(play->stage.host) > 0;
}

/* Of all, those that have a token to come with. */
static enum outcome choose(struct play *play, struct err *err)
{
	const struct conf *conf = play->call->conf;
	const char *who = cli_argument(play->call, 0);
	bool is_all = strcmp(who, "all") == 0;
	size_t most = conf->rules.partners_count;
	play->players = arena_get_array(&play->call->arena, most + 1, sizeof(struct player *));
	for (size_t i = 0; i < most; i++) {
		const struct conf_partner *partner = &conf->partners[i];
		if (!is_meant(partner, who) || (is_all && !can_speak(play, partner)))
			continue;
		if (player_new(&play->players[play->count], &play->stage, partner, err) != OK)
			return err->outcome;
		play->count++;
	}
	if (play->count > 0 && is_asked_here(play))
		return OK;
	if (play->count > 0)
		return err_set(err, REJECT,
			"--serve: the hub would ask nobody here: no source of these partners has "
			"an endpoint http://HOST:PORT/OIN/…");
	if (is_all)
		return err_set(err, REJECT, "no partner has test_tokens in this configuration");
	return err_set(err, REJECT, "%s is neither all nor a partner's OIN or home desk", who);
}

/* The hub itself says which it is, to each token: a wrong URL or a mixed-up file ends here. */
static enum outcome prove_lane(struct play *play, const struct player *player, struct err *err)
{
	struct arena arena = {0};
	const struct party_letter letter = {
		.method = "GET", .path = "/v1/codes", .token = player_token(player)};
	const struct party_answer answer = party_ask(play->stage.party, &letter, &arena);
	const char *url = party_url(play->stage.party);
	const char *oin = player_partner(player)->rules->oin;
	bool may_be_production = cli_has(play->call, "i-know-this-is-production");
	if (answer.outcome != OK)
		err_set(err, RETRY, "%s: %s", url, answer.text);
	else if (answer.status >= 500)
		err_set(err, RETRY, "%s answers %d", url, answer.status);
	else if (answer.status != 200)
		err_set(err, REJECT, "%s answers %d to the token of %s", url, answer.status, oin);
	else if (!answer.is_lane && !may_be_production)
		err_set(err, REJECT,
			"%s is no test lane for %s: made-up people would be among real ones; "
			"--i-know-this-is-production",
			url, oin);
	arena_done(&arena);
	return err->outcome;
}

static enum outcome prove_all(struct play *play, struct err *err)
{
	for (size_t i = 0; i < play->count; i++)
		if (prove_lane(play, play->players[i], err) != OK)
			return err->outcome;
	return OK;
}

/* What is under way is waited for, and that the hub asks for what it was told of. */
static void stop(void *context)
{
	struct play *play = context;
	struct stage *stage = &play->stage;
	int64_t now = loop_now(stage->loop);
	if (!stage->is_over)
		play->give_up = now + LAST_MS;
	stage->is_over = true;
	bool is_done = stage->waiting == 0 && (stage->host == NULL || host_is_done(stage->host));
	play->is_cut = !is_done && now >= play->give_up;
	if (is_done || play->is_cut)
		loop_stop(stage->loop);
	else
		loop_set(stage->loop, &play->end, now + LAST_LOOK_MS);
}

static void run_for(struct play *play, int64_t seconds)
{
	struct loop *loop = play->stage.loop;
	play->end = (struct loop_timer){.fn = stop, .context = play};
	for (size_t i = 0; i < play->count; i++)
		player_begin(play->players[i]);
	loop_set(loop, &play->end, loop_now(loop) + seconds * 1000);
	loop_run(loop);
}

static void show_one(struct page_table *table, const struct player *player)
{
	const struct stage_counts *counts = player_counts(player);
	static const struct {
		const char *title, *key;
	} acts[STAGE_ACTS] = {[STAGE_ACCEPT] = {"ACCEPTED", "accepted"},
		[STAGE_DECLINE] = {"DECLINED", "declined"},
		[STAGE_ANSWER] = {"ANSWERED", "answered"},
		[STAGE_NO_SHOW] = {"NO SHOWS", "no_shows"},
		[STAGE_SCHEDULED] = {"SCHEDULED", "scheduled"},
		[STAGE_COMPLETE] = {"COMPLETED", "completed"}};
	struct page_row *row = page_table_row(table);
	page_text(row, "PARTNER", "partner", player_partner(player)->rules->name);
	page_text(row, NULL, "oin", player_partner(player)->rules->oin);
	page_text(row, "FORMAT", "format", player_format(player));
	page_number(row, "SENT", "sent", PAGE_COUNT, counts->sent);
	page_number(row, "TAKEN", "taken", PAGE_COUNT, counts->taken);
	page_number(row, "REFUSED", "refused", PAGE_COUNT, counts->refused);
	page_tone(row, counts->refused > 0 ? TERMINAL_BAD : TERMINAL_PLAIN);
	page_number(row, "NO ANSWER", "away", PAGE_COUNT, counts->away);
	page_number(row, "ASKED", "asked", PAGE_COUNT, counts->asked);
	page_number(row, "GOT", "handovers", PAGE_COUNT, counts->handovers);
	for (size_t i = 0; i < STAGE_ACTS; i++)
		page_number(row, acts[i].title, acts[i].key, PAGE_COUNT, counts->done[i]);
	page_number(row, "SILENT", "silent", PAGE_COUNT, counts->silent);
	page_number(row, "TOO LATE", "too_late", PAGE_COUNT, counts->too_late);
}

static void show(struct play *play)
{
	struct page *page = play->call->page;
	struct page_row *facts = page_facts(page);
	struct page_table *table = page_table(page, "partners", NULL, NULL);
	page_text(facts, "hub", "url", party_url(play->stage.party));
	page_number(facts, "seed", "seed", PAGE_COUNT, play->stage.seed);
	for (size_t i = 0; i < play->count; i++) {
		const struct player *player = play->players[i];
		const struct stage_counts *counts = player_counts(player);
		const char *name = player_partner(player)->rules->name;
		show_one(table, player);
		if (counts->refused + counts->away + counts->unproven > 0)
			play->call->code = CLI_FOUND;
		if (player_why(player)[0] != '\0')
			page_line(page, TERMINAL_CARE, "%s: %s", name, player_why(player));
		if (counts->unproven > 0)
			page_line(page, TERMINAL_BAD,
				"%s: the hub asked without what its endpoint's auth and secret say",
				name);
	}
	if (play->is_cut) {
		play->call->code = CLI_FOUND;
		page_line(page, TERMINAL_BAD, "Not all came to an end within %d s%s.",
			LAST_MS / 1000,
			play->stage.host != NULL
				? ": the hub has not asked for all that it was told of; does it "
				  "run with this configuration, and do its endpoints lead to "
				  "--serve?"
				: "");
	}
}

static const char *templates_of(struct cli_call *call)
{
	const char *given = cli_value(call, "templates");
	const char *folder = file_folder(&call->arena, call->conf->path);
	return given != NULL ? given : file_path(&call->arena, folder, "simulate");
}

static enum outcome open_stage(struct play *play, struct err *err)
{
	struct cli_call *call = play->call;
	struct stage *stage = &play->stage;
	bool is_production = cli_has(call, "i-know-this-is-production");
	int64_t seed = cli_number(call, "seed");
	stage->conf = call->conf;
	stage->folder = templates_of(call);
	stage->seed = seed > 0 ? seed : clock_wall() / 1000;
	stage->pace = (double)(cli_number(call, "rate") > 0 ? cli_number(call, "rate") : 1);
	stage->drops_files = call->conf->lane == CONF_LANE_TEST || is_production;
	if (loop_new(&stage->loop, err) != OK)
		return err->outcome;
	play->options = (struct party_options){.loop = stage->loop,
		.conf = call->conf,
		.url = cli_value(call, "url"),
		.ca_file = cli_value(call, "ca"),
		.to_production = is_production,
		.connections = CONNECTIONS};
	if (party_new(&stage->party, &play->options, err) != OK)
		return err->outcome;
	const char *address = cli_value(call, "serve");
	if (address != NULL && host_new(&stage->host, stage->loop, address, err) != OK)
		return err->outcome;
	return stage_open(stage, err);
}

static void close_stage(struct play *play)
{
	party_free(play->stage.party);
	host_free(play->stage.host);
	for (size_t i = 0; i < play->count; i++)
		player_free(play->players[i]);
	loop_free(play->stage.loop);
	arena_done(&play->stage.arena);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct play play = {.call = call};
	if (open_stage(&play, err) == OK && choose(&play, err) == OK &&
		prove_all(&play, err) == OK) {
		run_for(&play, cli_number(call, "for"));
		show(&play);
	}
	close_stage(&play);
	return err->outcome;
}

static const struct cli_option options[] = {
	{"for", 'f', "SECONDS", "how long; 60 if not given", 60, 2592000},
	{"rate", 'r', "N", "so many times as fast as in life: 1440 makes a minute of a day; 1440",
		1440, 1000000},
	{"seed", 's', "N", "the same people and decisions as with the same number before", 0,
		INT32_MAX},
	{"url", 'u', "URL", "of the hub; else as the configuration says", 0, 0},
	{"ca", 0, "FILE", "certificates that the hub's is checked against; else the system's", 0,
		0},
	{"templates", 0, "FOLDER", "the sample documents; else simulate/ beside the configuration",
		0, 0},
	{"serve", 0, "HOST:PORT",
		"where the hub asks those systems that it asks; PORT alone: of 127.0.0.1", 0, 0},
	{"i-know-this-is-production", 0, NULL, "go on where the hub is no test lane", 0, 0},
	{0},
};

const struct cli_verb simulate_verb = {
	.name = "simulate",
	.arguments = "PARTNER|all",
	.least = 1,
	.most = 1,
	.needs = CLI_CONF,
	.summary = "Plays partners with made-up people, against a test lane",
	.about = "A partner is named by its OIN or home desk; all: all that have test tokens.\n"
		 "Each refers people in the format of its source, as the template of that\n"
		 "connector in config/simulate/ says it, or in the hub's own JSON; its desks\n"
		 "read what they are told and accept, decline, let lie, complete, in time and\n"
		 "as often as `simulations` of the configuration says. The hub is asked first\n"
		 "whether it is a test lane; if not, nothing is sent.\n"
		 "A system that the hub asks (zgw, cambo) is played with --serve, if the source's\n"
		 "endpoint is http://HOST:PORT/OIN/…: the hub is notified, and answered when it\n"
		 "asks. Without, that partner refers in the hub's own JSON.",
	.options = options,
	.found = "something that was sent was refused, or not answered",
	.examples = "  lokethub simulate all\n"
		    "  lokethub simulate uwv-rijnmond --for 600 --rate 100 --seed 7\n"
		    "  lokethub simulate 00000099002000022000 --url https://api.example.nl\n"
		    "  lokethub simulate all --serve 9100",
	.run = run,
};
