/* queue - what waits at which desk, since when, and what is late. */
#include "hub/cli/verbs.h"
#include "hub/view/report.h"
#include "hub/view/story.h"

static const char *const age_titles[REPORT_AGES] = {
	"1 h", "4 h", "1 d", "3 d", "1 wk", "2 wk", "MORE"};

static void add_ages(struct page_row *row, const int64_t ages[REPORT_AGES])
{
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < REPORT_AGES; i++) {
		page_number(row, age_titles[i], NULL, PAGE_COUNT, ages[i]);
		json_object_array_add(list, json_object_new_int64(ages[i]));
	}
	page_json(row, "ages", list);
}

static void add_late(struct page_row *row, int64_t late)
{
	page_number(row, "LATE", "late", PAGE_COUNT, late);
	if (late > 0)
		page_tone(row, TERMINAL_BAD);
}

/* Return how many are late. */
static int64_t add_queue(struct page *page, const struct report_queue *queue)
{
	struct page_table *table = page_table(page, "queue", NULL, "Nothing waits anywhere.");
	int64_t late = 0;
	for (size_t i = 0; i < queue->count; i++) {
		const struct report_waiting *waiting = &queue->items[i];
		struct page_row *row = page_table_row(table);
		page_bytes(row, "DESK", "desk", waiting->desk);
		page_text(row, "WHAT", "what", words_clock(waiting->clock, WORDS_ENGLISH));
		page_text(row, "CLOCK", "clock", clock_name_name(waiting->clock));
		page_number(row, "WAITING", "waiting", PAGE_COUNT, waiting->count);
		add_late(row, waiting->late);
		page_number(row, "OLDEST", "oldest_age", PAGE_AGE, page_now(page) - waiting->since);
		page_number(row, "NEXT DUE", "next_due", PAGE_DUE, waiting->due);
		late += waiting->late;
	}
	page_line(page, TERMINAL_FAINT, "\nOne desk's queue, line by line: lokethub queue DESK");
	return late;
}

static void add_to(struct report_waiting *sum, const struct report_waiting *waiting)
{
	sum->count += waiting->count;
	sum->late += waiting->late;
	for (size_t i = 0; i < REPORT_AGES; i++)
		sum->ages[i] += waiting->ages[i];
}

static void add_shape(struct page_table *table, const struct report_waiting *of)
{
	struct page_row *row = page_table_row(table);
	page_bytes(row, "DESK", "desk", of->desk);
	page_number(row, "ALL", "waiting", PAGE_COUNT, of->count);
	add_late(row, of->late);
	add_ages(row, of->ages);
}

/* Desk by age, as Postfix's qshape shows its queues. Returns how many are late. */
static int64_t add_shapes(struct page *page, const struct report_queue *queue)
{
	struct page_table *table = page_table(page, "desks", NULL, "Nothing waits anywhere.");
	struct report_waiting all = {.desk = bytes_of_string("all")}, desk = {0};
	for (size_t i = 0; i < queue->count; i++) {
		const struct report_waiting *waiting = &queue->items[i];
		desk.desk = waiting->desk;
		add_to(&desk, waiting);
		add_to(&all, waiting);
		if (i + 1 < queue->count && bytes_equal(waiting->desk, queue->items[i + 1].desk))
			continue;
		add_shape(table, &desk);
		desk = (struct report_waiting){0};
	}
	if (queue->count > 0)
		add_shape(table, &all);
	page_line(page, TERMINAL_FAINT,
		"\nWaiting for at most so long, per column. What for: lokethub queue --what");
	return all.late;
}

static int64_t add_clocks(struct page *page, const struct report_clocks *clocks)
{
	struct page_table *table = page_table(page, "waiting", NULL, "Nothing waits at this desk.");
	int64_t now = page_now(page), late = 0;
	for (size_t i = 0; i < clocks->count; i++) {
		const struct report_clock *clock = &clocks->items[i];
		const struct client_referral *referral = clock->referral;
		bool is_late = clock->due < now || clock->level > 0;
		struct page_row *row = page_table_row(table);
		page_number(row, "DUE", "due", PAGE_DUE, clock->due);
		page_tone(row, is_late ? TERMINAL_BAD : TERMINAL_PLAIN);
		page_text(row, "WHAT", "what", words_clock(clock->clock, WORDS_ENGLISH));
		page_id(row, "CLIENT", "client", clock->client->client.data);
		page_uuid(row, "REFERRAL", "referral",
			referral == NULL ? NULL : referral->referral.data);
		page_bytes(row, "FOR", "question",
			referral == NULL ? (struct bytes){0} : referral->question);
		page_text(row, "STATE", "state",
			referral == NULL ? NULL : referral_state_name(referral->state));
		page_number(row, "LEVEL", "level", PAGE_COUNT, clock->level);
		page_number(row, "WAITS", "waiting_age", PAGE_AGE, now - clock->since);
		late += is_late;
	}
	page_line(page, TERMINAL_FAINT, "\nOne client: lokethub where CLIENT");
	return late;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct bytes desk = bytes_of_string(cli_argument(call, 0));
	struct report_clocks clocks;
	struct report_queue queue;
	int64_t late;
	if (desk.data == NULL) {
		if (report_queue(call->reader, desk, page_now(call->page), &queue, err) != OK)
			return err->outcome;
		late = cli_has(call, "what") ? add_queue(call->page, &queue)
					     : add_shapes(call->page, &queue);
	} else {
		int32_t limit = (int32_t)cli_number(call, "limit");
		if (rules_desk(&call->conf->rules, desk) == NULL)
			return err_set(err, REJECT, "no desk %.*s in the config", BYTES_ARG(desk));
		if (report_clocks(call->reader, desk, limit, &clocks, err) != OK)
			return err->outcome;
		late = add_clocks(call->page, &clocks);
	}
	call->code = late > 0 ? CLI_FOUND : CLI_OK;
	return OK;
}

static const struct cli_option options[] = {
	{"what", 'w', NULL, "without a desk: by what is waited for, not by age", 0, 0},
	{"limit", 'n', "N", "at most so many lines of one desk (100)", 100, 1000000},
	{0},
};

const struct cli_verb queue_verb = {
	.name = "queue",
	.arguments = "[DESK]",
	.needs = CLI_MOMENT,
	.most = 1,
	.summary = "What waits at which desk, since when, and what is late",
	.about =
		"Without a desk: for every desk how much waits, by how long it has waited. --what\n"
		"tells offers that wait for a decision from clients that wait for a next step and "
		"so\n"
		"on. With a desk: each of them, the earliest due first. Late is what is past its\n"
		"date, or has been reminded of.",
	.options = options,
	.found = "something is late",
	.examples = "  lokethub queue\n"
		    "  lokethub queue --what\n"
		    "  lokethub queue wsp-rijnmond --limit 20\n"
		    "  lokethub queue --json | jq '.desks[] | select(.late > 0)'",
	.run = run,
};
