/* bench_parse - what connectors make of large tables per second of CPU time, beside a plain reading
 * of the same bytes: where its lines end, and their sum. */
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "hub/base/clock.h"
#include "tests/bench/args.h"
#include "tests/support/connector_conf.h"
#include "tests/support/made_sheet.h"

#define MB 1e6

struct run {
	double seconds;
	size_t drafts, passed, parcels, arena;
};

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
	return 0;
}
