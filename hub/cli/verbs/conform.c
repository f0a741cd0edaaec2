/* conform - tries whether a partner can be admitted: both sides of it, row by row. */
#include <string.h>

#include "hub/base/file.h"
#include "hub/cli/host/host.h"
#include "hub/cli/play/trial.h"
#include "hub/cli/verbs.h"
#include "hub/http/loop.h"

#define WAIT_S 30
#define OWN "own"
#define NOTIFIED "application/json" /* what a notification is */

static const struct conf_partner *find_partner(const struct conf *conf, const char *who)
{
	for (size_t i = 0; who != NULL && i < conf->rules.partners_count; i++)
		if (strcmp(who, conf->partners[i].rules->oin) == 0 ||
			strcmp(who, conf->partners[i].rules->home_desk) == 0)
			return &conf->partners[i];
	return NULL;
}

/* Whose home desk refers to the partner's: the one that is named, else the first that may. */
static const struct conf_partner *find_giver(
	const struct trial *trial, const char *who, char token[PARTY_TOKEN_MOST])
{
	const struct conf *conf = trial->conf;
	struct err err = {0};
	for (size_t i = 0; i < conf->rules.partners_count; i++) {
		const struct conf_partner *it = &conf->partners[i];
		const struct rules_desk *desk =
			rules_desk(&conf->rules, bytes_of_string(it->rules->home_desk));
		bool is_named = who != NULL && find_partner(conf, who) == it;
		bool may = who == NULL && it != trial->partner && desk->active && desk->holds;
		if ((is_named || may) && party_token(trial->party, it, token, &err) == OK)
			return it;
	}
	return NULL;
}

/* The hub says to this token whether it is a test lane: elsewhere nothing is tried. */
static enum outcome prove_lane(struct trial *trial, struct party *party,
	const struct conf_partner *whose, const char *token, struct err *err)
{
	const struct party_letter letter = {.method = "GET", .path = "/v1/codes", .token = token};
	const struct party_answer answer = party_ask(party, &letter, &trial->arena);
	const char *url = party_url(party);
	if (answer.outcome != OK)
		return err_set(err, RETRY, "%s: %s", url, answer.text);
	if (answer.status != 200)
		return err_set(err, answer.status >= 500 ? RETRY : REJECT,
			"%s answers %d to the test token of %s", url, answer.status,
			whose->rules->name);
	return answer.is_lane ? OK : err_set(err, REJECT, "%s is no test lane", url);
}

static enum outcome load(struct trial *trial, const char *format, const char *path, struct err *err)
{
	static const char *const names[] = {"referral", "cancel", "amend", "referral-1", "case"};
	struct template *const places[] = {
		&trial->referral, &trial->cancel, &trial->amend, &trial->old, &trial->case_};
	trial->format = format;
	trial->path = path;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (template_load(&(struct template_name){trial->folder, format, names[i]},
			    &trial->arena, places[i], err) != OK)
			return err->outcome;
	trial->type = trial->referral.path != NULL ? trial->referral.type : NOTIFIED;
	return OK;
}

/* What the hub asks for is told by the system that is played, if one is. */
static enum outcome take(struct trial *trial, const struct conf_source *source, struct err *err)
{
	struct host *host = trial->stage.host;
	const char *path = arena_format(&trial->arena, "/v1/in/%s/%s", source->oin, source->name);
	if (load(trial, source->connector->name, path, err) != OK)
		return err->outcome;
	return host != NULL ? host_add(host, &trial->role, source, &trial->system, err) : OK;
}

static enum outcome has_template(struct trial *trial, const struct conf_source *source,
	const char *called, bool *out, struct err *err)
{
	struct template found;
	const struct template_name name = {trial->folder, source->connector->name, called};
	enum outcome outcome = template_load(&name, &trial->arena, &found, err);
	*out = outcome == OK && found.path != NULL;
	return outcome;
}

/* has_sample: of a referral. */
static const char *how_to_try(
	struct trial *trial, const struct conf_source *source, bool has_sample)
{
	if (host_plays(source))
		return "the hub asks for it; with --serve HOST:PORT its system is played, see "
		       "config/simulate/README.md";
	return has_sample
		? arena_format(&trial->arena, "a run with --source %s tries it", source->name)
		: arena_format(&trial->arena, "%s/%s has no referral to try it with", trial->folder,
			  source->connector->name);
}

static void add_untried(struct trial *trial, const struct conf_source *source, bool has_sample)
{
	const char *was = trial->not_tried != NULL ? trial->not_tried : "";
	const char *how = how_to_try(trial, source, has_sample);
	trial->not_tried = arena_format(&trial->arena, "%s%ssource %s (%s): %s", was,
		was[0] != '\0' ? "; " : "", source->name, source->connector->name, how);
}

/* Each run tries one; of a format that refers nobody there are news. */
static enum outcome note_untried(struct trial *trial, struct err *err)
{
	const struct conf *conf = trial->conf;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		bool has_news, has_sample;
		if (source->partner != trial->partner || source == trial->source ||
			source->connector->parse == NULL)
			continue;
		if (has_template(trial, source, "news", &has_news, err) != OK ||
			has_template(trial, source, "referral", &has_sample, err) != OK)
			return err->outcome;
		if (!has_news)
			add_untried(trial, source, has_sample);
	}
	return OK;
}

static enum outcome choose_own(struct trial *trial, struct err *err)
{
	if (load(trial, OWN, "/v1/referrals", err) != OK)
		return err->outcome;
	return trial->referral.path != NULL
		? OK
		: err_set(err, REJECT, "%s/" OWN "/referral.json is missing", trial->folder);
}

static bool may_be_tried(const struct trial *trial, const struct conf_source *source)
{
	return source->partner == trial->partner &&
		(trial->source_name == NULL || strcmp(trial->source_name, source->name) == 0) &&
		(trial->stage.host == NULL || host_plays(source));
}

static enum outcome choose_source(
	struct trial *trial, const struct conf_source **asked, struct err *err)
{
	const struct conf *conf = trial->conf;
	for (size_t i = 0; i < conf->sources_count && trial->source == NULL; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (!may_be_tried(trial, source))
			continue;
		if (take(trial, source, err) != OK)
			return err->outcome;
		bool is_told = trial->referral.path != NULL && !host_plays(source);
		if (trial->system != NULL || is_told) {
			trial->source = source;
			trial->role.why[0] = '\0'; /* of one before it */
		} else if (host_plays(source))
			*asked = source;
	}
	return OK;
}

static enum outcome refuse_sources(const struct trial *trial, struct err *err)
{
	const char *why = trial->role.why, *name = trial->source_name;
	const char *called = name != NULL ? " called " : "", *is = name != NULL ? name : "";
	if (why[0] != '\0')
		return err_set(err, REJECT, "--serve: %s", why);
	if (trial->stage.host != NULL)
		return err_set(err, REJECT,
			"--serve: the hub asks for no source of this partner%s%s", called, is);
	return err_set(
		err, REJECT, "--source: %s is no source of this partner that can be tried", is);
}

/* The format of the partner's first source that has a template, or of that which is named; with
 * --serve, of the first that the hub asks for; else the hub's own, if nothing is left untried. */
static enum outcome choose_format(struct trial *trial, struct err *err)
{
	const struct conf_source *asked = NULL;
	if (choose_source(trial, &asked, err) != OK || note_untried(trial, err) != OK)
		return err->outcome;
	if (trial->source != NULL)
		return OK;
	if (trial->stage.host != NULL || (asked == NULL && trial->source_name != NULL))
		return refuse_sources(trial, err);
	return asked != NULL ? take(trial, asked, err) : choose_own(trial, err);
}

static enum outcome find_desk(struct trial *trial, struct err *err)
{
	const struct conf *conf = trial->conf;
	trial->desk = rules_desk(&conf->rules, bytes_of_string(trial->partner->rules->home_desk));
	trial->delivery = conf_delivery(conf, trial->desk->id);
	if (trial->delivery == NULL || trial->delivery->way != CONF_WEBHOOK)
		return OK;
	return courier_new(&trial->courier, trial->loop, conf, trial->delivery, err);
}

static enum outcome find_parties(struct cli_call *call, struct trial *trial, struct err *err)
{
	const char *who = cli_argument(call, 0), *giver = cli_value(call, "from");
	trial->partner = find_partner(trial->conf, who);
	if (trial->partner == NULL)
		return err_set(err, REJECT, "%s is neither a partner's OIN nor its home desk", who);
	if (party_token(trial->party, trial->partner, trial->token, err) != OK)
		return err->outcome;
	trial->giver = find_giver(trial, giver, trial->giver_token);
	if (trial->giver == NULL && giver != NULL)
		return err_set(err, REJECT,
			"--from: %s is neither a partner's OIN nor its home desk, or has no "
			"test_tokens",
			giver);
	if (trial->giver == NULL)
		return err_set(err, REJECT,
			"nobody with test_tokens can refer to it: name a partner with --from");
	trial->plan = conf_simulation(trial->conf, trial->partner->rules->oin);
	return OK;
}

static enum outcome open_host(struct cli_call *call, struct trial *trial, struct err *err)
{
	const char *address = cli_value(call, "serve");
	trial->stage = (struct stage){.loop = trial->loop,
		.conf = trial->conf,
		.folder = trial->folder,
		.seed = trial->seed};
	trial->role = (struct stage_role){
		.stage = &trial->stage, .partner = trial->partner, .plan = trial->plan};
	return address == NULL ? OK : host_new(&trial->stage.host, trial->loop, address, err);
}

static enum outcome open_trial(struct cli_call *call, struct trial *trial, struct err *err)
{
	const char *folder = cli_value(call, "templates");
	trial->conf = call->conf;
	trial->folder = folder != NULL
		? folder
		: file_path(&call->arena, file_folder(&call->arena, call->conf->path), "simulate");
	trial->seed = clock_wall() / 1000;
	trial->number = TRIAL_FIRST;
	trial->wait_s = (int32_t)cli_number(call, "wait");
	trial->source_name = cli_value(call, "source");
	if (loop_new(&trial->loop, err) != OK)
		return err->outcome;
	trial->options = (struct party_options){.loop = trial->loop,
		.conf = call->conf,
		.url = cli_value(call, "url"),
		.ca_file = cli_value(call, "ca"),
		.cert_file = cli_value(call, "cert"),
		.key_file = cli_value(call, "key"),
		.connections = 1};
	/* The certificate is the partner's: with another's token it is refused. */
	trial->giver_options = trial->options;
	trial->giver_options.cert_file = trial->giver_options.key_file = NULL;
	if (party_new(&trial->party, &trial->options, err) != OK ||
		party_new(&trial->giver_party, &trial->giver_options, err) != OK ||
		find_parties(call, trial, err) != OK ||
		prove_lane(trial, trial->party, trial->partner, trial->token, err) != OK ||
		prove_lane(trial, trial->giver_party, trial->giver, trial->giver_token, err) !=
			OK ||
		open_host(call, trial, err) != OK || choose_format(trial, err) != OK)
		return err->outcome;
	return find_desk(trial, err);
}

static void close_trial(struct trial *trial)
{
	party_free(trial->party);
	party_free(trial->giver_party);
	courier_free(trial->courier);
	host_free(trial->stage.host);
	loop_free(trial->loop);
	explicit_bzero(trial->token, sizeof(trial->token));
	explicit_bzero(trial->giver_token, sizeof(trial->giver_token));
	arena_done(&trial->stage.arena);
	arena_done(&trial->looked);
	arena_done(&trial->arena);
}

/* Whether it keeps the partner out. */
static bool keeps_out(const struct trial_row *row, const struct trial_result *result)
{
	return result->end == TRIAL_FAIL ||
		(result->end == TRIAL_NOT_POSSIBLE && row->must == TRIAL_ALWAYS);
}

static void show(struct page_table *table, int64_t number, const struct trial_row *row,
	const struct trial_result *result)
{
	static const struct {
		const char *word;
		enum terminal_tone tone;
	} ends[] = {[TRIAL_PASS] = {"PASS", TERMINAL_GOOD},
		[TRIAL_FAIL] = {"FAIL", TERMINAL_BAD},
		[TRIAL_NOT_POSSIBLE] = {"NOT POSSIBLE", TERMINAL_CARE}};
	struct page_row *out = page_table_row(table);
	page_number(out, "NO", "number", PAGE_COUNT, number);
	page_text(out, "WHAT", "name", row->name);
	page_text(out, "RESULT", "result", ends[result->end].word);
	page_tone(out, ends[result->end].tone);
	page_text(out, "DONE", "done", row->done);
	page_text(out, "EXPECTED", "expected", row->expected);
	page_text(out, "CAME", "came", result->came);
}

/* How many keep the partner out. */
static int64_t try_all(struct trial *trial, struct page *page, const char *key,
	const struct trial_row *rows, int64_t *number)
{
	bool is_sender = rows == trial_sender_rows;
	struct page_table *table = page_table(page, key,
		is_sender ? "Its system towards the hub:" : "Its desk, told by the hub:", NULL);
	int64_t out = 0;
	for (; rows->fn != NULL; rows++) {
		const struct trial_result result = trial_try(trial, rows);
		show(table, ++*number, rows, &result);
		out += keeps_out(rows, &result);
	}
	return out;
}

static void report(struct cli_call *call, struct trial *trial)
{
	struct page_row *facts = page_facts(call->page);
	int64_t number = 0;
	page_text(facts, "partner", "partner", trial->partner->rules->name);
	page_text(facts, NULL, "oin", trial->partner->rules->oin);
	page_text(facts, "speaks", "format", trial->format);
	page_text(facts, "to source", "source", trial->source != NULL ? trial->source->name : NULL);
	page_text(facts, "not tried", "not_tried", trial->not_tried);
	page_tone(facts, TERMINAL_CARE);
	page_text(facts, "desk", "desk", trial->desk->id);
	page_text(facts, "hub", "url", party_url(trial->party));
	page_text(facts, "referred to by", "giver", trial->giver->rules->home_desk);
	page_number(facts, "at", "at", PAGE_TIME, clock_wall());
	int64_t out = try_all(trial, call->page, "sender", trial_sender_rows, &number);
	out += try_all(trial, call->page, "desk_rows", trial_desk_rows, &number);
	bool is_named = trial->source_name != NULL;
	out += trial->not_tried != NULL && !is_named;
	page_flag(facts, "admitted", out == 0);
	page_format(facts, "result", NULL, "%s%s%s",
		out == 0 ? "can be admitted" : "cannot be admitted yet",
		is_named ? " with source " : "", is_named ? trial->source_name : "");
	page_tone(facts, out == 0 ? TERMINAL_GOOD : TERMINAL_BAD);
	if (out > 0)
		call->code = CLI_FOUND;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct trial trial = {.format = OWN};
	if (open_trial(call, &trial, err) == OK)
		report(call, &trial);
	close_trial(&trial);
	return err->outcome;
}

static const struct cli_option options[] = {
	{"wait", 'w', "SECONDS", "for each thing that comes by itself; 30 if not given", WAIT_S,
		86400},
	{"from", 'f', "PARTNER", "who refers to its desk; else the first other one that can", 0, 0},
	{"source", 's', "NAME", "which of its sources is tried; else the first that can be", 0, 0},
	{"url", 'u', "URL", "of the hub; else as the configuration says", 0, 0},
	{"ca", 0, "FILE", "certificates that the hub's is checked against; else the system's", 0,
		0},
	{"cert", 0, "FILE", "the partner's certificate, where the hub asks for one", 0, 0},
	{"key", 0, "FILE", "its key", 0, 0},
	{"serve", 0, "HOST:PORT",
		"where the hub asks its system, if it asks; PORT alone: of 127.0.0.1", 0, 0},
	{"templates", 0, "FOLDER", "the sample documents; else simulate/ beside the configuration",
		0, 0},
	{0},
};

const struct cli_verb conform_verb = {
	.name = "conform",
	.arguments = "PARTNER",
	.least = 1,
	.most = 1,
	.needs = CLI_CONF,
	.summary = "Tries on the test lane whether a partner can be admitted",
	.about = "Plays its system towards the hub, in the format of its source, and the hub\n"
		 "towards its desk: offers it three made-up clients, whose cases end in what it\n"
		 "is to do (ACCEPT, DECLINE, LEAVE), and watches what comes back. Where the desk\n"
		 "is told by webhook, its system is also sent what it must take or refuse:\n"
		 "duplicates, news out of order, garbage, wrong signatures. With the\n"
		 "configuration of the test lane, whose deliveries lead to its test system.\n"
		 "A system that the hub asks (zgw, cambo) is played with --serve, if the source's\n"
		 "endpoint is http://HOST:PORT/OIN/…. Without, its format is not tried.\n"
		 "Where the desk is told in a format of its own, what that format does not tell\n"
		 "is not possible, and said. Its feed is read as the partner: of more than a\n"
		 "thousand handovers those before the last are then read, and count as delivered.\n"
		 "A run tries one source. Others that refer are named as not tried, which keeps\n"
		 "the partner out; with --source what is said holds for that source, and each\n"
		 "has its own run.",
	.options = options,
	.found = "something keeps the partner out: the report says what",
	.examples = "  lokethub conform wsp-rijnmond\n"
		    "  lokethub conform 00000099002000022000 --wait 3600 --json > report.json\n"
		    "  lokethub conform gemeente-rotterdam --serve 9100",
	.run = run,
};
