/* where - who has a client now, what is next and by when, and how it came to be so. */
#include <inttypes.h>
#include <string.h>

#include "hub/cli/find.h"
#include "hub/cli/overview.h"
#include "hub/cli/reach.h"
#include "hub/cli/story.h"
#include "hub/cli/verbs.h"
#include "hub/view/report.h"

#define STORY_PRESET 20
#define STORY_MOST 10000
#define STALE_MS 15000

struct where {
	struct cli_call *call;
	const struct conf *conf;
	struct view_reader *reader;
	struct arena arena;
	struct page *page;
	const struct client *client;
	struct report_events events;
	struct buffer text;
};

static const char *desk_name(const struct where *where, struct bytes id)
{
	const struct rules_desk *desk = rules_desk(&where->conf->rules, id);
	return desk == NULL ? NULL : desk->name;
}

static struct bytes desk_at(const struct client *client, int32_t place)
{
	if (place < 0 || (size_t)place >= client->desks_count)
		return (struct bytes){0};
	return client->desks[place];
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

static void add_text(struct page *page, const char *key, struct bytes text)
{
	if (text.data != NULL)
		page_value(page, key,
			json_object_new_string_len((const char *)text.data, (int)text.size));
}

static void add_owner(struct where *where)
{
	const struct client *client = where->client;
	struct bytes desk = desk_at(client, client->owner);
	const char *name = desk.data == NULL ? NULL : desk_name(where, desk);
	int64_t since = owned_since(where);
	char when[TERMINAL_TIME_SIZE + 8] = "", time[TERMINAL_TIME_SIZE];
	if (since > 0) {
		terminal_time(since, page_now(where->page), time);
		snprintf(when, sizeof(when), ", since %s", time);
		page_value_time(where->page, "since", since);
	}
	add_text(where->page, "desk", desk);
	if (desk.data == NULL)
		page_fact(where->page, NULL, "with", TERMINAL_BAD, "nobody yet");
	else
		page_fact(where->page, NULL,
			client->status == CLIENT_STATUS_OPEN ? "with" : "last with", TERMINAL_TITLE,
			"%.*s%s%s%s", BYTES_ARG(desk), name == NULL ? "" : ", ",
			name == NULL ? "" : name, when);
}

static void add_next(struct where *where)
{
	const struct client *client = where->client;
	struct bytes desk = desk_at(client, client->duty_desk);
	int64_t now = page_now(where->page);
	char time[TERMINAL_TIME_SIZE], due[TERMINAL_TIME_SIZE];
	if (client->status != CLIENT_STATUS_OPEN || desk.data == NULL)
		return;
	terminal_time(client->duty_due, now, time);
	terminal_due(client->duty_due, now, due);
	page_value(where->page, "next", json_object_new_string(duty_name(client->duty)));
	add_text(where->page, "next_desk", desk);
	page_value_time(where->page, "next_due", client->duty_due);
	page_fact(where->page, NULL, "next", client->duty_due < now ? TERMINAL_BAD : TERMINAL_PLAIN,
		"%.*s: %s, by %s (%s)", BYTES_ARG(desk), story_duty(client->duty), time, due);
}

static void add_parked(struct where *where, const char *id)
{
	int32_t waiting = where->client->parked - where->client->redriven;
	page_value(where->page, "parked", json_object_new_int(waiting));
	if (waiting > 0)
		page_fact(where->page, NULL, "parked", TERMINAL_BAD,
			"%d message%s wait%s behind one that could not be read: lokethub rejected "
			"--client %s",
			(int)waiting, waiting == 1 ? "" : "s", waiting == 1 ? "s" : "", id);
}

/* Shown, so that a person may merge them; never done by the hub. */
static enum outcome add_same_person(struct where *where, struct err *err)
{
	struct view_clients same;
	if (!where->client->has_match)
		return OK;
	if (view_clients_by_match(where->reader, where->client->match, &same, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < same.count && same.count > 1; i++) {
		char id[33];
		if (memcmp(&same.items[i], &where->client->client, sizeof(same.items[i])) == 0)
			continue;
		bytes_to_hex(bytes_of(same.items[i].data, sizeof(same.items[i].data)), id);
		page_fact(where->page, NULL, "perhaps", TERMINAL_CARE,
			"the same person as %s: same name and birth date", id);
	}
	return OK;
}

static void add_status(struct where *where)
{
	const struct client *client = where->client;
	const struct rules_region *region = NULL;
	bool closed = client->status == CLIENT_STATUS_CLOSED;
	if (client->region.data != NULL)
		region = rules_region(&where->conf->rules, client->region);
	page_fact(where->page, "status", "status", closed ? TERMINAL_FAINT : TERMINAL_GOOD, "%s",
		client_status_name(client->status));
	if (closed)
		page_fact(where->page, "closing_reason", "because", TERMINAL_PLAIN, "%.*s",
			BYTES_ARG(client->closing_reason));
	add_text(where->page, "region", client->region);
	if (client->region.data != NULL)
		page_fact(where->page, NULL, "region", TERMINAL_PLAIN, "%.*s %s",
			BYTES_ARG(client->region), region == NULL ? "" : region->name);
	if (client->consent == CONSENT_WITHDRAWN)
		page_fact(where->page, "consent", "consent", TERMINAL_CARE,
			"WITHDRAWN: nothing more is shared; the duty stays");
}

static const struct table_column referral_columns[] = {
	{"REFERRAL", "referral", TABLE_ID, false},
	{"CASE", "case", TABLE_TEXT, false},
	{"KIND", "kind", TABLE_TEXT, false},
	{"STATE", "state", TABLE_TEXT, false},
	{"FROM", "from", TABLE_TEXT, false},
	{"TO", "to", TABLE_TEXT, false},
	{"FOR", "question", TABLE_TEXT, false},
	{"DELIVERY", "delivery", TABLE_TEXT, false},
	{"LEVEL", "level", TABLE_NUMBER, false},
	{"CLOCK", "clock", TABLE_TEXT, false},
	{"DUE", "due", TABLE_DUE, false},
};
static const struct page_table about_referrals = {"referrals", "Referrals", NULL, referral_columns,
	sizeof(referral_columns) / sizeof(referral_columns[0])};

static enum terminal_tone tone_of(enum referral_state state)
{
	switch (state) {
	case REFERRAL_STATE_ACCEPTED:
	case REFERRAL_STATE_IN_PROGRESS:
		return TERMINAL_GOOD;
	case REFERRAL_STATE_SUBMITTED:
	case REFERRAL_STATE_OFFERED:
	case REFERRAL_STATE_INFO_NEEDED:
	case REFERRAL_STATE_CANCEL_REQUESTED:
	case REFERRAL_STATE_ON_HOLD:
	case REFERRAL_STATE_RETURNED:
		return TERMINAL_CARE;
	case REFERRAL_STATE_DECLINED:
	case REFERRAL_STATE_CANCELLED:
	case REFERRAL_STATE_COMPLETED:
	case REFERRAL_STATE_CLOSED:
	case REFERRAL_STATE_RECALLED:
	case REFERRAL_STATE_ENTERED_IN_ERROR:
		return TERMINAL_FAINT;
	}
	return TERMINAL_PLAIN;
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

static void add_clock_cells(struct table *table, const struct clock *clock)
{
	if (clock == NULL) {
		table_none(table);
		table_none(table);
		return;
	}
	table_text(table, clock_name_name(clock->clock));
	table_number(table, clock->due);
}

static enum outcome add_referral(struct where *where, struct table *table,
	const struct client_referral *referral, struct err *err)
{
	const struct client *client = where->client;
	const struct view_referral *found;
	char id[37];
	if (view_referral(where->reader, referral->referral, &found, err) != OK)
		return err->outcome;
	bytes_to_uuid(referral->referral.data, id);
	table_text(table, id);
	if (found == NULL || found->created_by == NULL || found->created_by->message == NULL)
		table_none(table);
	else
		table_bytes(table, found->created_by->message->case_);
	table_text(table, referral_kind_name(referral->kind));
	table_text(table, referral_state_name(referral->state));
	table_tone(table, tone_of(referral->state));
	table_bytes(table, desk_at(client, referral->sender));
	table_bytes(table, desk_at(client, referral->target));
	table_bytes(table, referral->question);
	table_text(table, delivery_name(referral->delivery));
	table_number(table, referral->escalation);
	add_clock_cells(table, first_clock(referral));
	return OK;
}

static enum outcome add_referrals(struct where *where, struct err *err)
{
	struct table *table = page_table(where->page, &about_referrals);
	for (size_t i = 0; i < where->client->referrals_count; i++) {
		if (add_referral(where, table, &where->client->referrals[i], err) != OK)
			return err->outcome;
	}
	return OK;
}

static const struct table_column story_columns[] = {
	{"WHEN", "at", TABLE_TIME, false},
	{"WHO", "who", TABLE_TEXT, false},
	{"RESULT", "result", TABLE_TEXT, false},
	{"WHAT", "what", TABLE_TEXT, true},
};
static const struct page_table about_story = {
	"story", "Story", NULL, story_columns, sizeof(story_columns) / sizeof(story_columns[0])};

static void add_story(struct where *where)
{
	struct table *table = page_table(where->page, &about_story);
	for (size_t i = 0; i < where->events.count; i++) {
		const struct report_event *told = &where->events.items[i];
		bool applied = told->event->result == RESULT_APPLIED;
		table_number(table, told->event->at);
		story_who(told, &where->conf->rules, &where->text);
		table_bytes(table, buffer_bytes(&where->text));
		table_text(table, result_name(told->event->result));
		table_tone(table, applied ? TERMINAL_FAINT : TERMINAL_CARE);
		story_what(told, &where->text);
		table_bytes(table, buffer_bytes(&where->text));
	}
}

/* What a reader of the view should know before believing it. */
static enum outcome add_age(struct where *where, struct err *err)
{
	struct view_positions positions;
	char age[TERMINAL_TIME_SIZE];
	if (view_positions(where->reader, &positions, err) != OK)
		return err->outcome;
	int64_t old = page_now(where->page) - positions.at;
	page_value_time(where->page, "view_at", positions.at);
	if (old < STALE_MS)
		return OK;
	terminal_age(old, age);
	page_line(where->page, TERMINAL_CARE,
		"The view was last written %s ago: is `lokethub serve` running?", age);
	return OK;
}

static enum outcome fill(struct where *where, const struct find *find, struct err *err)
{
	int64_t limit;
	char id[33];
	struct pseudonym client = find->items[0].client;
	if (cli_number(where->call, "story", &limit, err) != OK ||
		view_client(where->reader, client, &where->client, err) != OK ||
		report_events(where->reader, client, (int32_t)limit, &where->events, err) != OK)
		return err->outcome;
	bytes_to_hex(bytes_of(client.data, sizeof(client.data)), id);
	page_fact(where->page, "client", "client", TERMINAL_PLAIN, "%s", id);
	add_status(where);
	add_owner(where);
	add_next(where);
	add_parked(where, id);
	if (find->undecided > 0)
		page_fact(where->page, NULL, "undecided", TERMINAL_CARE,
			"%zu message%s wait for a router", find->undecided,
			find->undecided == 1 ? "" : "s");
	if (add_same_person(where, err) != OK || add_age(where, err) != OK ||
		add_referrals(where, err) != OK)
		return err->outcome;
	add_story(where);
	page_hint(where->page, "\nAll that was decided: lokethub tap events --client %s", id);
	return OK;
}

static const struct table_column meant_columns[] = {
	{"CLIENT", "client", TABLE_TEXT, false},
	{"PARTNER", "partner", TABLE_TEXT, false},
	{"SYSTEM", "system", TABLE_TEXT, false},
};
static const struct page_table about_meant = {
	"clients", NULL, NULL, meant_columns, sizeof(meant_columns) / sizeof(meant_columns[0])};

static int show_several(struct where *where, const struct find *find)
{
	page_line(where->page, TERMINAL_CARE, "More than one client is meant; say which:");
	struct table *table = page_table(where->page, &about_meant);
	for (size_t i = 0; i < find->count; i++) {
		char id[33];
		bytes_to_hex(bytes_of(find->items[i].client.data, 16), id);
		table_text(table, id);
		table_bytes(table, find->items[i].partner);
		table_bytes(table, find->items[i].system);
	}
	int code = cli_show(where->call, where->page, CLI_FOUND);
	where->page = NULL;
	return code;
}

static int show(struct where *where, const struct find *find, struct err *err)
{
	if (find->count == 0 && find->undecided > 0)
		err_set(err, REJECT, "received, and not decided yet: see lokethub flow");
	else if (find->count == 0)
		err_set(err, REJECT, "nobody by that client, referral or case is known");
	if (find->count == 0)
		return cli_fail(where->call, err, CLI_FOUND);
	where->page = page_new(clock_wall());
	if (find->count > 1)
		return show_several(where, find);
	if (fill(where, find, err) != OK)
		return cli_fail(where->call, err, CLI_USAGE);
	int code = cli_show(where->call, where->page, CLI_OK);
	where->page = NULL;
	return code;
}

static int answer(struct where *where, struct err *err)
{
	const char *text = cli_argument(where->call, 0);
	struct find find;
	if (cli_argument(where->call, 1) != NULL)
		return overview_show(where->call, where->reader);
	enum outcome outcome = strcmp(text, "-") == 0
		? find_by_bsn(where->reader, where->conf, &find, err)
		: find_by_text(where->reader, text, &find, err);
	if (outcome != OK)
		return cli_fail(where->call, err, CLI_USAGE);
	return show(where, &find, err);
}

static int run(struct cli_call *call)
{
	struct where where = {.call = call, .conf = cli_conf(call)};
	struct err err = {0};
	if (where.conf == NULL)
		return CLI_CONFIG;
	if (reach_view(where.conf, &where.reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	int code = CLI_AWAY;
	if (view_reader_begin(where.reader, &where.arena, &err) == OK) {
		code = answer(&where, &err);
		view_reader_end(where.reader);
	} else {
		code = cli_fail(call, &err, CLI_FOUND);
	}
	view_reader_free(where.reader);
	page_free(where.page);
	buffer_done(&where.text);
	arena_done(&where.arena);
	return code;
}

static const struct cli_option options[] = {
	{"story", 'n', "N", "how many of the last events to tell (20)", STORY_PRESET, STORY_MOST},
	{0},
};

const struct cli_verb where_verb = {
	.name = "where",
	.arguments = "CLIENT|REFERRAL|CASE…|-",
	.least = 1,
	.most = 1000,
	.summary = "Who has a client now, what is next and by when",
	.about = "Finds the client by its pseudonym (or the first digits of it), by a referral, or "
		 "by\n"
		 "the case of any partner. With - it reads a BSN from standard input: type it "
		 "there,\n"
		 "never on the command line. No personal data is shown.",
	.options = options,
	.json = true,
	.found = "nobody, or more than one client is meant",
	.examples = "  lokethub where 2026-000123\n"
		    "  lokethub where 3fa91c2e\n"
		    "  lokethub where 2026-000123 2026-000124 2026-000125\n"
		    "  lokethub where - < bsn.txt\n"
		    "  lokethub where 2026-000123 --json | jq -r .desk",
	.run = run,
};
