/* queue - what waits at which desk, since when, and what is late. */
#include "hub/cli/reach.h"
#include "hub/cli/story.h"
#include "hub/cli/verbs.h"
#include "hub/view/report.h"

static const struct table_column columns[] = {
	{"DESK", "desk", TABLE_TEXT, false},
	{"WHAT", "what", TABLE_TEXT, false},
	{"CLOCK", "clock", TABLE_TEXT, false},
	{"WAITING", "waiting", TABLE_NUMBER, false},
	{"LATE", "late", TABLE_NUMBER, false},
	{"OLDEST", "oldest_age", TABLE_AGE, false},
	{"NEXT DUE", "next_due", TABLE_DUE, false},
};
static const struct page_table about_queue = {
	"queue", NULL, "Nothing waits anywhere.", columns, sizeof(columns) / sizeof(columns[0])};

static int64_t add_queue(struct page *page, const struct report_queue *queue)
{
	struct table *table = page_table(page, &about_queue);
	int64_t late = 0;
	for (size_t i = 0; i < queue->count; i++) {
		const struct report_waiting *waiting = &queue->items[i];
		table_bytes(table, waiting->desk);
		table_text(table, story_clock(waiting->clock));
		table_text(table, clock_name_name(waiting->clock));
		table_number(table, waiting->count);
		table_number(table, waiting->late);
		if (waiting->late > 0)
			table_tone(table, TERMINAL_BAD);
		table_number(table, page_now(page) - waiting->since);
		table_number(table, waiting->due);
		late += waiting->late;
	}
	return late;
}

static const struct table_column desk_columns[] = {
	{"DUE", "due", TABLE_DUE, false},
	{"WHAT", "what", TABLE_TEXT, false},
	{"CLIENT", "client", TABLE_ID, false},
	{"REFERRAL", "referral", TABLE_ID, false},
	{"FOR", "question", TABLE_TEXT, false},
	{"STATE", "state", TABLE_TEXT, false},
	{"LEVEL", "level", TABLE_NUMBER, false},
	{"WAITS", "waiting_age", TABLE_AGE, false},
};
static const struct page_table about_desk = {"waiting", NULL, "Nothing waits at this desk.",
	desk_columns, sizeof(desk_columns) / sizeof(desk_columns[0])};

static void add_referral_cells(struct table *table, const struct client_referral *referral)
{
	char id[37];
	if (referral == NULL) {
		table_none(table);
		table_none(table);
		table_none(table);
		return;
	}
	bytes_to_uuid(referral->referral.data, id);
	table_text(table, id);
	table_bytes(table, referral->question);
	table_text(table, referral_state_name(referral->state));
}

static int64_t add_clocks(struct page *page, const struct report_clocks *clocks)
{
	struct table *table = page_table(page, &about_desk);
	int64_t now = page_now(page), late = 0;
	for (size_t i = 0; i < clocks->count; i++) {
		const struct report_clock *clock = &clocks->items[i];
		bool is_late = clock->due < now || clock->level > 0;
		char id[33];
		bytes_to_hex(bytes_of(clock->client->client.data, 16), id);
		table_number(table, clock->due);
		table_tone(table, is_late ? TERMINAL_BAD : TERMINAL_PLAIN);
		table_text(table, story_clock(clock->clock));
		table_text(table, id);
		add_referral_cells(table, clock->referral);
		table_number(table, clock->level);
		table_number(table, now - clock->since);
		late += is_late;
	}
	return late;
}

static enum outcome fill(const struct cli_call *call, struct view_reader *reader, struct page *page,
	int64_t *late, struct err *err)
{
	struct bytes desk = bytes_of_string(cli_argument(call, 0));
	struct report_clocks clocks;
	struct report_queue queue;
	int64_t limit;
	if (cli_number(call, "limit", &limit, err) != OK)
		return err->outcome;
	if (desk.data == NULL) {
		if (report_queue(reader, desk, page_now(page), &queue, err) != OK)
			return err->outcome;
		*late = add_queue(page, &queue);
		page_hint(page, "\nOne desk's queue, line by line: lokethub queue DESK");
		return OK;
	}
	if (report_clocks(reader, desk, (int32_t)limit, &clocks, err) != OK)
		return err->outcome;
	*late = add_clocks(page, &clocks);
	page_hint(page, "\nOne client: lokethub where CLIENT");
	return OK;
}

static enum outcome check_desk(const struct conf *conf, const char *desk, struct err *err)
{
	if (desk == NULL || rules_desk(&conf->rules, bytes_of_string(desk)) != NULL)
		return OK;
	return err_set(err, REJECT, "no desk %s in the config", desk);
}

static int answer(struct cli_call *call, struct view_reader *reader, struct err *err)
{
	struct arena arena = {0};
	int64_t late = 0;
	if (view_reader_begin(reader, &arena, err) != OK)
		return cli_fail(call, err, CLI_USAGE);
	struct page *page = page_new(clock_wall());
	enum outcome outcome = fill(call, reader, page, &late, err);
	view_reader_end(reader);
	arena_done(&arena);
	if (outcome == OK)
		return cli_show(call, page, late > 0 ? CLI_FOUND : CLI_OK);
	page_free(page);
	return cli_fail(call, err, CLI_USAGE);
}

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf(call);
	struct view_reader *reader;
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	if (check_desk(conf, cli_argument(call, 0), &err) != OK)
		return cli_fail(call, &err, CLI_USAGE);
	if (reach_view(conf, &reader, &err) != OK)
		return cli_fail(call, &err, CLI_USAGE);
	int code = answer(call, reader, &err);
	view_reader_free(reader);
	return code;
}

static const struct cli_option options[] = {
	{"limit", 'n', "N", "at most so many lines of one desk (100)", 100, 1000000},
	{0},
};

const struct cli_verb queue_verb = {
	.name = "queue",
	.arguments = "[DESK]",
	.most = 1,
	.summary = "What waits at which desk, since when, and what is late",
	.about = "Without a desk: for every desk how many offers wait for a decision, clients for "
		 "a\n"
		 "next step, questions for an answer. With one: each of them, the earliest due "
		 "first.\n"
		 "Late is what is past its date, or has been reminded of.",
	.options = options,
	.json = true,
	.found = "something is late",
	.examples = "  lokethub queue\n"
		    "  lokethub queue wsp-rijnmond --limit 20\n"
		    "  lokethub queue --json | jq '.queue[] | select(.late > 0)'",
	.run = run,
};
