/* bench_parse - what connectors make of files and notifications, per second of CPU time. */
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "hub/base/clock.h"
#include "tests/bench/args.h"
#include "tests/connectors/case.h"
#include "tests/support/connector_conf.h"
#include "tests/support/made_sheet.h"

#define MB 1e6
#define NOTIFICATIONS 20000
#define ZGW "tests/data/zgw/"
#define MESSAGES 10000
#define STUF "tests/data/stuf/create"

struct run {
	double seconds;
	size_t drafts, passed, parcels, arena;
};

/* What stands beside it: where the lines of the same bytes end, and their sum. */
static double read_plainly(struct bytes text, size_t *lines)
{
	double began = clock_cpu_seconds();
	const uint8_t *at = text.data, *end = at + text.size;
	uint64_t sum = 0;
	for (*lines = 0; at < end; ++*lines) {
		const uint8_t *found = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *stop = found != NULL ? found : end - 1;
		while (at <= stop)
			sum += *at++;
	}
	if (sum == 0)
		args_die("nothing was read");
	return clock_cpu_seconds() - began;
}

static struct run parse(const struct connector *connector, const void *config, struct bytes text)
{
	const struct document document = {.body = text, .status = 200};
	struct documents docs = {.items = &document, .count = 1, .way = DOCUMENTS_DROPPED};
	struct arena arena = {0};
	struct run run = {0};
	struct err err = {0};
	double began = clock_cpu_seconds();
	for (bool more = true; more; run.parcels++) {
		struct parcel parcel = {.arena = &arena};
		if (connector->parse(config, &docs, &parcel, &err) != OK)
			args_die("%s: %s", connector->name, err.text);
		run.drafts += parcel.drafts_count;
		run.passed += parcel.passed;
		run.arena = arena.used > run.arena ? arena.used : run.arena;
		more = parcel.more;
		docs.from = parcel.next;
		docs.line = parcel.next_line;
		arena_reset(&arena);
	}
	run.seconds = clock_cpu_seconds() - began;
	arena_done(&arena);
	return run;
}

/* The best of several runs: others use the machine too. */
static void measure(const struct made_sheet *sheet, size_t size, int64_t rounds)
{
	const struct connector *connector =
		connector_find(connectors, bytes_of_string(sheet->connector));
	struct connector_conf conf;
	struct buffer text = {0};
	struct run best = {.seconds = 1e9};
	double plain = 1e9;
	size_t lines = 0, rows = made_sheet_fill(sheet, size, &text);
	if (!connector_conf_read(&conf, connector, sheet->settings))
		args_die("the settings of %s are refused", sheet->connector);
	for (int64_t i = 0; i < rounds; i++) {
		double seconds = read_plainly(buffer_bytes(&text), &lines);
		struct run run = parse(connector, conf.config, buffer_bytes(&text));
		plain = seconds < plain ? seconds : plain;
		best = run.seconds < best.seconds ? run : best;
	}
	if (best.drafts + best.passed != rows)
		args_die("%s: rows are missing", sheet->connector);
	printf("%-22s %4.0f MB %8zu rows %8zu drafts %6.0f MB/s %9.0f rows/s  plain reading %6.0f "
	       "MB/s "
	       "(%4.1f times as long)  arena %zu KiB\n",
		sheet->about, (double)text.size / MB, rows, best.drafts,
		(double)text.size / MB / best.seconds, (double)rows / best.seconds,
		(double)text.size / MB / plain, best.seconds / plain, best.arena / 1024);
	connector_conf_done(&conf);
	buffer_done(&text);
}

/* A notification, and the zaak that is then fetched, first of all that is fetched for it. */
struct told {
	const struct connector *connector;
	struct connector_conf conf;
	struct document notification;
	struct document fetched[CONNECTOR_DOCUMENTS];
	size_t count, bytes;
};

static void open_told(struct told *told, struct arena *arena)
{
	struct case_folder notified, zaak;
	case_open(&notified, ZGW "notified-status", arena);
	case_open(&zaak, ZGW "status-mapped", arena);
	told->connector = connector_find(connectors, bytes_of_string("zgw"));
	if (!connector_conf_load(&told->conf, told->connector, zaak.settings, "config/codes.csv"))
		args_die("the settings of zgw are refused");
	told->notification = case_document(&notified, json_tree_member(notified.json, "document"));
	told->fetched[told->count++] =
		case_document(&zaak, json_tree_member(zaak.json, "document"));
	const struct json_tree *item = json_tree_member(zaak.json, "documents")->first;
	for (; item != NULL && told->count < CONNECTOR_DOCUMENTS; item = item->next) {
		told->fetched[told->count] = case_document(&zaak, item);
		told->fetched[told->count++].name = item->name;
	}
	told->bytes = told->notification.body.size;
	for (size_t i = 0; i < told->count; i++)
		told->bytes += told->fetched[i].body.size;
}

static void parse_told(const struct told *told, struct documents *docs, struct parcel *out)
{
	struct err err = {0};
	struct arena *arena = out->arena;
	arena_reset(arena);
	*out = (struct parcel){.arena = arena};
	if (told->connector->parse(told->conf.config, docs, out, &err) != OK)
		args_die("zgw: %s", err.text);
}

/* As an edge does it: the notification becomes a task; the zaak is fetched, and parsed again with
 * what it wants, until it wants nothing more. */
static void take_told(const struct told *told, struct arena *arena)
{
	struct document items[CONNECTOR_DOCUMENTS] = {told->notification};
	struct documents docs = {.items = items, .count = 1, .way = DOCUMENTS_POSTED};
	const struct documents all = {.items = told->fetched, .count = told->count};
	struct parcel parcel = {.arena = arena};
	parse_told(told, &docs, &parcel);
	if (parcel.tasks_count != 1)
		args_die("a notification is no task");
	items[0] = told->fetched[0];
	docs.way = DOCUMENTS_FETCHED;
	parse_told(told, &docs, &parcel);
	while (parcel.wants_count > 0) {
		for (size_t i = 0; i < parcel.wants_count; i++) {
			const struct document *found = parcel_find(&all, parcel.wants[i].url);
			if (found == NULL)
				args_die("a document is wanted that is not there");
			items[docs.count++] = *found;
		}
		parse_told(told, &docs, &parcel);
	}
	if (parcel.drafts_count != 2)
		args_die("a zaak is not what it was");
}

static void measure_told(int64_t rounds)
{
	struct told told = {0};
	struct arena arena = {0}, scratch = {0};
	double best = 1e9;
	open_told(&told, &arena);
	for (int64_t i = 0; i < rounds; i++) {
		double began = clock_cpu_seconds();
		for (int j = 0; j < NOTIFICATIONS; j++)
			take_told(&told, &scratch);
		double seconds = clock_cpu_seconds() - began;
		best = seconds < best ? seconds : best;
	}
	printf("%-22s %8d notifications, each with %zu documents, %zu bytes in all: %6.0f /s %6.0f "
	       "MB/s\n",
		"zgw", NOTIFICATIONS, told.count, told.bytes, NOTIFICATIONS / best,
		(double)told.bytes * NOTIFICATIONS / MB / best);
	arena_done(&scratch);
	arena_done(&arena);
	connector_conf_done(&told.conf);
}

/* One message, as it is posted, and its answer. */
static void take_message(const struct connector *connector, const void *config,
	const struct documents *docs, struct arena *arena)
{
	struct parcel parcel = {.arena = arena};
	struct verdict verdict = {.fate = VERDICT_TAKEN};
	struct connector_answer answer = {0};
	struct err err = {0};
	if (connector->parse(config, docs, &parcel, &err) != OK || parcel.drafts_count != 1)
		args_die("stuf: a message is not what it was: %s", err.text);
	verdict.of = parcel.drafts[0];
	const struct verdicts verdicts = {.items = &verdict, .count = 1, .arena = arena};
	if (connector->acknowledge(config, docs, &verdicts, &answer, &err) != OK ||
		answer.body.size == 0)
		args_die("stuf: a message has no answer: %s", err.text);
	arena_reset(arena);
}

static void measure_messages(int64_t rounds)
{
	struct case_folder folder;
	struct connector_conf conf;
	struct arena arena = {0}, scratch = {0};
	const struct connector *connector = connector_find(connectors, bytes_of_string("stuf"));
	double best = 1e9;
	case_open(&folder, STUF, &arena);
	if (!connector_conf_load(&conf, connector, folder.settings, "config/codes.csv"))
		args_die("the settings of stuf are refused");
	const struct document document = case_document(&folder, NULL);
	const struct documents docs = {.items = &document, .count = 1, .way = DOCUMENTS_POSTED};
	for (int64_t i = 0; i < rounds; i++) {
		double began = clock_cpu_seconds();
		for (int j = 0; j < MESSAGES; j++)
			take_message(connector, conf.config, &docs, &scratch);
		double seconds = clock_cpu_seconds() - began;
		best = seconds < best ? seconds : best;
	}
	printf("%-22s %8d messages of %zu bytes, each with its answer: %6.0f /s %6.0f MB/s\n",
		"stuf", MESSAGES, document.body.size, MESSAGES / best,
		(double)document.body.size * MESSAGES / MB / best);
	arena_done(&scratch);
	arena_done(&arena);
	connector_conf_done(&conf);
}

int main(int argc, char **argv)
{
	int64_t mb = 20, rounds = 3;
	const struct args_row rows[] = {
		{"mb", NULL, &mb, "so many MB per connector"},
		{"rounds", NULL, &rounds, "the best of so many runs"},
	};
	args_read(argc, argv, rows, sizeof(rows) / sizeof(rows[0]));
	for (const struct made_sheet *sheet = made_sheets; sheet->connector != NULL; sheet++)
		measure(sheet, (size_t)mb * 1000000, rounds);
	measure_told(rounds);
	measure_messages(rounds);
	return 0;
}
