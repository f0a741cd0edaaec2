/* where - who has a client now, what is next and by when, and how it came to be so. */
#include <string.h>

#include "hub/cli/lookup/find.h"
#include "hub/cli/verbs.h"
#include "hub/handover/handover.h"
#include "hub/view/report.h"
#include "hub/view/story.h"

#define STORY_PRESET 20
#define STORY_MOST 10000
#define STALE_MS 15000

static void add_last_referral(struct page_row *row, const struct client *client)
{
	if (client->referrals_count == 0) {
		page_text(row, "LAST REFERRAL", "referral", NULL);
		return;
	}
	const struct client_referral *last = &client->referrals[client->referrals_count - 1];
	page_format(row, "LAST REFERRAL", "referral", "%s %.*s", referral_state_name(last->state),
		BYTES_ARG(handover_desk(client, last->target)));
}

static enum words_language language_of(const struct cli_call *call)
{
	enum words_language language = WORDS_ENGLISH;
	if (cli_value(call, "lang") != NULL)
		words_read_language(bytes_of_string(cli_value(call, "lang")), &language);
	return language;
}

/* client NULL: otherwise says why. */
static void add_line(struct page_row *row, const char *asked, const struct client *client,
	const char *otherwise, enum words_language language)
{
	static const struct client nobody = {
		.status = CLIENT_STATUS_CLOSED, .owner = -1, .duty_desk = -1};
	const struct client *shown = client == NULL ? &nobody : client;
	bool open = shown->status == CLIENT_STATUS_OPEN;
	page_text(row, "ASKED", "asked", asked);
	page_id(row, "CLIENT", "client", client == NULL ? NULL : client->client.data);
	page_text(row, "STATUS", "status",
		client == NULL ? otherwise : client_status_name(client->status));
	page_tone(row, open ? TERMINAL_GOOD : client == NULL ? TERMINAL_BAD : TERMINAL_FAINT);
	page_bytes(row, "WITH", "desk", handover_desk(shown, shown->owner));
	page_tone(row, open ? TERMINAL_TITLE : TERMINAL_FAINT);
	add_last_referral(row, shown);
	page_bytes(
		row, "NEXT DESK", "next_desk", handover_desk(shown, open ? shown->duty_desk : -1));
	page_text(row, "NEXT", "next", open ? words_duty(shown->duty, language) : NULL);
	page_number(row, "BY", "next_due", PAGE_DUE, open ? shown->duty_due : PAGE_NONE);
}

/* A line per client that is meant. */
static enum outcome add_asked(
	struct cli_call *call, struct page_table *table, const char *asked, struct err *err)
{
	struct find find;
	const struct client *client = NULL;
	enum words_language language = language_of(call);
	if (find_by_text(call->reader, asked, &find, err) != OK)
		return err->outcome;
	const char *otherwise = find.undecided > 0 ? "not decided yet" : "not known";
	if (find.count != 1)
		call->code = CLI_FOUND;
	if (find.count == 0)
		add_line(page_table_row(table), asked, NULL, otherwise, language);
	for (size_t i = 0; i < find.count; i++) {
		if (view_client(call->reader, find.items[i].client, &client, err) != OK)
			return err->outcome;
		add_line(page_table_row(table), asked, client, otherwise, language);
	}
	return OK;
}

static enum outcome show_overview(struct cli_call *call, struct err *err)
{
	struct page_table *table = page_table(call->page, "clients", NULL, NULL);
	const char *asked;
	for (int i = 0; (asked = cli_argument(call, i)) != NULL; i++) {
		if (add_asked(call, table, asked, err) != OK)
			return err->outcome;
	}
	return OK;
}

/* One client, with all that can be told of it. */
struct where {
	struct cli_call *call;
	struct page_row *facts;
	const struct client *client;
	enum words_language language; /* of the duty and the story */
	char id[33];
	struct report_events events;
};

static void add_status(const struct where *where)
{
	const struct client *client = where->client;
	const struct rules_region *region = NULL;
	bool closed = client->status == CLIENT_STATUS_CLOSED;
	page_text(where->facts, "status", "status", client_status_name(client->status));
	page_tone(where->facts, closed ? TERMINAL_FAINT : TERMINAL_GOOD);
	if (closed)
		page_bytes(where->facts, "because", "closing_reason", client->closing_reason);
	if (client->region.data != NULL) {
		region = rules_region(&where->call->conf->rules, client->region);
		page_bytes(where->facts, NULL, "region", client->region);
		page_format(where->facts, "region", NULL, "%.*s %s", BYTES_ARG(client->region),
			region == NULL ? "" : region->name);
	}
	if (client->consent != CONSENT_WITHDRAWN)
		return;
	page_text(where->facts, "consent", "consent",
		"WITHDRAWN: nothing more is shared; the duty stays");
	page_tone(where->facts, TERMINAL_CARE);
}

/* When responsibility last moved; 0: before what is kept of the story. */
static int64_t owned_since(const struct where *where)
{
	for (size_t i = where->events.count; i > 0; i--) {
		const struct event *event = where->events.items[i - 1].event;
		if (event->owner != NULL)
			return event->at;
	}
	return 0;
}

static void add_owner(const struct where *where)
{
	const struct client *client = where->client;
	bool open = client->status == CLIENT_STATUS_OPEN;
	struct bytes id = handover_desk(client, client->owner);
	int64_t since = owned_since(where);
	char time[TERMINAL_TIME_SIZE] = "";
	if (since > 0) {
		terminal_time(since, page_now(where->call->page), time);
		page_number(where->facts, NULL, "since", PAGE_TIME, since);
	}
	if (id.data == NULL) {
		page_text(where->facts, "with", NULL, "nobody yet");
		page_tone(where->facts, TERMINAL_BAD);
		return;
	}
	const struct rules_desk *desk = rules_desk(&where->call->conf->rules, id);
	page_bytes(where->facts, NULL, "desk", id);
	page_format(where->facts, open ? "with" : "last with", NULL, "%.*s%s%s%s%s", BYTES_ARG(id),
		desk == NULL ? "" : ", ", desk == NULL ? "" : desk->name,
		since > 0 ? ", since " : "", time);
	page_tone(where->facts, TERMINAL_TITLE);
}

static void add_next(const struct where *where)
{
	const struct client *client = where->client;
	struct bytes desk = handover_desk(client, client->duty_desk);
	int64_t now = page_now(where->call->page);
	char time[TERMINAL_TIME_SIZE], due[TERMINAL_TIME_SIZE];
	if (client->status != CLIENT_STATUS_OPEN || desk.data == NULL)
		return;
	terminal_time(client->duty_due, now, time);
	terminal_due(client->duty_due, now, due);
	page_text(where->facts, NULL, "next", duty_name(client->duty));
	page_bytes(where->facts, NULL, "next_desk", desk);
	page_number(where->facts, NULL, "next_due", PAGE_DUE, client->duty_due);
	page_format(where->facts, "next", NULL, "%.*s: %s, by %s (%s)", BYTES_ARG(desk),
		words_duty(client->duty, where->language), time, due);
	page_tone(where->facts, client->duty_due < now ? TERMINAL_BAD : TERMINAL_PLAIN);
}

static void add_waiting(const struct where *where, size_t undecided)
{
	int32_t parked = where->client->parked - where->client->redriven;
	page_number(where->facts, NULL, "parked", PAGE_COUNT, parked);
	if (parked > 0) {
		page_format(where->facts, "parked", NULL,
			"%d message%s behind one that could not be read: lokethub rejected "
			"--client %s",
			(int)parked, parked == 1 ? " waits" : "s wait", where->id);
		page_tone(where->facts, TERMINAL_BAD);
	}
	if (undecided > 0) {
		page_format(where->facts, "undecided", NULL, "%zu message%s for a router",
			undecided, undecided == 1 ? " waits" : "s wait");
		page_tone(where->facts, TERMINAL_CARE);
	}
}

/* Shown, so that a person may merge them; never done by the hub. */
static enum outcome add_same_person(const struct where *where, struct err *err)
{
	struct view_clients same;
	if (!where->client->has_match)
		return OK;
	if (view_clients_by_match(where->call->reader, where->client->match, &same, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < same.count; i++) {
		char id[33];
		if (memcmp(&same.items[i], &where->client->client, sizeof(same.items[i])) == 0)
			continue;
		bytes_to_hex(bytes_of(same.items[i].data, sizeof(same.items[i].data)), id);
		page_format(where->facts, "perhaps", NULL,
			"the same person as %s: same name and birth date", id);
		page_tone(where->facts, TERMINAL_CARE);
	}
	return OK;
}

static enum outcome add_same_case(const struct where *where, struct err *err)
{
	struct view_twices twice;
	if (view_case_twice(where->call->reader, where->client->client, &twice, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < twice.count; i++) {
		const struct view_twice *with = &twice.items[i];
		const char *name = story_partner(&where->call->conf->rules, with->partner);
		char id[33];
		bytes_to_hex(bytes_of(with->other.data, sizeof(with->other.data)), id);
		page_format(where->facts, "perhaps", NULL,
			"the same person as %s: case %.*s of %s named both", id,
			BYTES_ARG(with->case_), name == NULL ? "a partner" : name);
		page_tone(where->facts, TERMINAL_CARE);
	}
	return OK;
}

/* What a reader of the view should know before believing it. */
static enum outcome add_age(const struct where *where, struct err *err)
{
	struct page *page = where->call->page;
	struct view_positions positions;
	char age[TERMINAL_TIME_SIZE];
	if (view_positions(where->call->reader, &positions, err) != OK)
		return err->outcome;
	page_number(where->facts, NULL, "view_at", PAGE_TIME, positions.at);
	terminal_age(page_now(page) - positions.at, age);
	if (page_now(page) - positions.at >= STALE_MS)
		page_line(page, TERMINAL_CARE,
			"The view was last written %s ago: is `lokethub serve` running?", age);
	return OK;
}

/* What is ended is faint. */
static enum terminal_tone tone_of(enum referral_state state)
{
	static const enum terminal_tone tones[REFERRAL_STATE_COUNT] = {
		[REFERRAL_STATE_ACCEPTED] = TERMINAL_GOOD,
		[REFERRAL_STATE_IN_PROGRESS] = TERMINAL_GOOD,
		[REFERRAL_STATE_SUBMITTED] = TERMINAL_CARE,
		[REFERRAL_STATE_OFFERED] = TERMINAL_CARE,
		[REFERRAL_STATE_INFO_NEEDED] = TERMINAL_CARE,
		[REFERRAL_STATE_CANCEL_REQUESTED] = TERMINAL_CARE,
		[REFERRAL_STATE_ON_HOLD] = TERMINAL_CARE,
		[REFERRAL_STATE_RETURNED] = TERMINAL_CARE,
	};
	return tones[state] == TERMINAL_PLAIN ? TERMINAL_FAINT : tones[state];
}

static const struct clock *first_clock(const struct client_referral *referral)
{
	const struct clock *first = NULL;
	for (size_t i = 0; i < referral->clocks_count; i++) {
		if (first == NULL || referral->clocks[i].due < first->due)
			first = &referral->clocks[i];
	}
	return first;
}

static void add_referral(struct page_row *row, const struct client *client,
	const struct client_referral *referral, const struct view_message *created_by)
{
	const struct clock *clock = first_clock(referral);
	struct bytes which = {0};
	if (created_by != NULL && created_by->message != NULL)
		which = created_by->message->case_;
	page_uuid(row, "REFERRAL", "referral", referral->referral.data);
	page_bytes(row, "CASE", "case", which);
	page_text(row, "KIND", "kind", referral_kind_name(referral->kind));
	page_text(row, "STATE", "state", referral_state_name(referral->state));
	page_tone(row, tone_of(referral->state));
	page_bytes(row, "FROM", "from", handover_desk(client, referral->sender));
	page_bytes(row, "TO", "to", handover_desk(client, referral->target));
	page_bytes(row, "FOR", "question", referral->question);
	page_text(row, "DELIVERY", "delivery", delivery_name(referral->delivery));
	page_number(row, "LEVEL", "level", PAGE_COUNT, referral->escalation);
	page_text(row, "CLOCK", "clock", clock == NULL ? NULL : clock_name_name(clock->clock));
	page_number(row, "DUE", "due", PAGE_DUE, clock == NULL ? PAGE_NONE : clock->due);
}

static enum outcome add_referrals(const struct where *where, struct err *err)
{
	const struct client *client = where->client;
	struct page_table *table = page_table(where->call->page, "referrals", "Referrals", NULL);
	for (size_t i = 0; i < client->referrals_count; i++) {
		const struct client_referral *referral = &client->referrals[i];
		const struct view_referral *found;
		if (view_referral(where->call->reader, referral->referral, &found, err) != OK)
			return err->outcome;
		add_referral(page_table_row(table), client, referral,
			found == NULL ? NULL : found->created_by);
	}
	return OK;
}

static void add_story(const struct where *where)
{
	struct page_table *table = page_table(where->call->page, "story", "Story", NULL);
	struct buffer text = {0};
	const struct story story = {.language = where->language,
		.rules = &where->call->conf->rules,
		.codes = where->call->conf->codes};
	for (size_t i = 0; i < where->events.count; i++) {
		const struct report_event *told = &where->events.items[i];
		bool applied = told->event->result == RESULT_APPLIED;
		struct page_row *row = page_table_row(table);
		page_number(row, "WHEN", "at", PAGE_TIME, told->event->at);
		story_who(&story, told, &text);
		page_bytes(row, "WHO", "who", buffer_bytes(&text));
		page_text(row, "RESULT", "result", result_name(told->event->result));
		page_tone(row, applied ? TERMINAL_FAINT : TERMINAL_CARE);
		story_what(&story, told, &text);
		page_bytes(row, "WHAT", "what", buffer_bytes(&text));
		page_cut(row);
	}
	buffer_done(&text);
}

static enum outcome show_client(struct cli_call *call, const struct find *find, struct err *err)
{
	struct where where = {
		.call = call, .facts = page_facts(call->page), .language = language_of(call)};
	struct pseudonym client = find->items[0].client;
	if (view_client(call->reader, client, &where.client, err) != OK ||
		report_events(call->reader, client, (int32_t)cli_number(call, "story"),
			&where.events, err) != OK)
		return err->outcome;
	bytes_to_hex(bytes_of(client.data, sizeof(client.data)), where.id);
	page_text(where.facts, "client", "client", where.id);
	add_status(&where);
	add_owner(&where);
	add_next(&where);
	add_waiting(&where, find->undecided);
	if (add_same_person(&where, err) != OK || add_same_case(&where, err) != OK ||
		add_age(&where, err) != OK || add_referrals(&where, err) != OK)
		return err->outcome;
	add_story(&where);
	page_line(call->page, TERMINAL_FAINT,
		"\nAll that was decided: lokethub tap events --client %s", where.id);
	return OK;
}

static void show_several(struct cli_call *call, const struct find *find)
{
	page_line(call->page, TERMINAL_CARE, "More than one client is meant; say which:");
	struct page_table *table = page_table(call->page, "clients", NULL, NULL);
	for (size_t i = 0; i < find->count; i++) {
		const struct find_client *item = &find->items[i];
		struct page_row *row = page_table_row(table);
		char id[33];
		bytes_to_hex(bytes_of(item->client.data, sizeof(item->client.data)), id);
		page_text(row, "CLIENT", "client", id);
		page_bytes(row, "PARTNER", "partner", item->partner);
		page_bytes(row, "SYSTEM", "system", item->system);
	}
	call->code = CLI_FOUND;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	const char *asked = cli_argument(call, 0);
	const char *name = cli_value(call, "lang");
	enum words_language language;
	struct find find;
	if (name != NULL && !words_read_language(bytes_of_string(name), &language))
		return err_set(err, REJECT, "--lang %s: neither en nor nl", name);
	if (cli_argument(call, 1) != NULL)
		return show_overview(call, err);
	enum outcome outcome = strcmp(asked, "-") == 0
		? find_by_bsn(call->reader, call->conf, &find, err)
		: find_by_text(call->reader, asked, &find, err);
	if (outcome != OK)
		return outcome;
	call->rejected = CLI_FOUND;
	if (find.count == 0 && find.undecided > 0)
		return err_set(err, REJECT, "received, and not decided yet: see lokethub flow");
	if (find.count == 0)
		return err_set(err, REJECT, "nobody by that client, referral or case is known");
	if (find.count == 1)
		return show_client(call, &find, err);
	show_several(call, &find);
	return OK;
}

static const struct cli_option options[] = {
	{"story", 'n', "N", "how many of the last events to tell (20)", STORY_PRESET, STORY_MOST},
	{"lang", 'l', "LANG", "tell the story and what is next in: en (preset) or nl", 0, 0},
	{0},
};

const struct cli_verb where_verb = {
	.name = "where",
	.arguments = "CLIENT|REFERRAL|CASE…|-",
	.needs = CLI_MOMENT,
	.least = 1,
	.most = 1000,
	.summary = "Who has a client now, what is next and by when",
	.about = "Finds the client by its pseudonym (or the first digits of it), by a\n"
		 "referral, or by the case of any partner. With - it reads a BSN from standard\n"
		 "input: type it there, never on the command line. No personal data is shown.",
	.options = options,
	.found = "nobody, or more than one client is meant",
	.examples = "  lokethub where 2026-000123\n"
		    "  lokethub where 3fa91c2e\n"
		    "  lokethub where 2026-000123 2026-000124 2026-000125\n"
		    "  lokethub where - < bsn.txt\n"
		    "  lokethub where 2026-000123 --lang nl\n"
		    "  lokethub where 2026-000123 --json | jq -r .desk",
	.run = run,
};
