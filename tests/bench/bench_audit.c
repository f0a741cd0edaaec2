/* bench_audit - what an audit of the whole view costs, and how far the log of its file grows. */
/* usage: bench_audit [CLIENTS] [RECORDS] [SECONDS] [FILE]
 * First an audit of all without rests, and one of what changed since. Then so many RECORDS a second
 * come in for SECONDS, committed as an edge does: while nobody reads, while an edge audits, and
 * while a reader holds one transaction all the time. A FILE that is there is taken as it is, and
 * stays. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/view/audit.h"
#include "hub/view/auditor.h"
#include "hub/view/database.h"
#include "hub/view/query.h"
#include "tests/bench/args.h"
#include "tests/bench/filler.h"
#include "tests/bench/spread.h"

#define BATCH 2000
#define COMMIT_MS 100

struct reading {
	const char *path;
	const struct rules *rules;
	atomic_bool stop;
	int audits;
};

static char desk_names[2 * FILLER_DESKS][16];
static struct rules_desk desks[2 * FILLER_DESKS];

static struct rules make_rules(void)
{
	for (size_t i = 0; i < FILLER_DESKS; i++) {
		snprintf(desk_names[i], sizeof(desk_names[i]), "gemeente-%03zu", i);
		snprintf(desk_names[FILLER_DESKS + i], sizeof(desk_names[i]), "wsp-%03zu", i);
	}
	for (size_t i = 0; i < 2 * FILLER_DESKS; i++)
		desks[i] = (struct rules_desk){.id = desk_names[i],
			.name = desk_names[i],
			.partner = "",
			.kind = "",
			.active = true,
			.holds = true};
	return (struct rules){.desks = desks, .desks_count = 2 * FILLER_DESKS};
}

static void take_finding(void *context, const struct audit_finding *finding)
{
	(void)context;
	args_die("%s: %s", finding->invariant, finding->text);
}

static bool go_on(void *context, int64_t done, int64_t of)
{
	(void)context;
	(void)done;
	(void)of;
	return true;
}

static void audit_once(struct view_reader *reader, const struct rules *rules,
	struct audit_memory *memory, bool folds)
{
	static const int64_t offsets[1];
	static const struct report_committed committed = {offsets, 1};
	struct audit_sums sums;
	struct err err = {0};
	const struct audit audit = {.rules = rules,
		.memory = memory,
		.now = clock_wall(),
		.folds = folds,
		.committed = &committed,
		.found = take_finding,
		.progress = go_on};
	const char *what = memory->whole ? "audit again" : folds ? "audit, folds" : "audit";
	int64_t start = clock_monotonic();
	double cpu = clock_cpu_seconds();
	filler_must(audit_run(reader, &audit, &sums, &err), &err);
	printf("%-12s %" PRId64 " messages, %" PRId64
	       " ms, %.0f ms of CPU, longest transaction %" PRId64 " ms\n",
		what, sums.flow.received, clock_monotonic() - start,
		(clock_cpu_seconds() - cpu) * 1000, sums.longest_ms);
}

/* As an edge does, which folds the Events of clients that changed; and as `lokethub orphans`, which
 * folds all. */
static void audit_each_way(const char *path, const struct rules *rules)
{
	struct audit_memory memory = {0}, nothing = {0};
	struct view_reader *reader;
	struct err err = {0};
	filler_must(view_reader_new(&reader, path, &err), &err);
	audit_once(reader, rules, &memory, false);
	audit_once(reader, rules, &memory, true);
	audit_once(reader, rules, &nothing, true);
	view_reader_free(reader);
	audit_memory_done(&memory);
	audit_memory_done(&nothing);
}

static void nap(int64_t ms)
{
	if (ms > 0)
		nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static bool pause_audit(void *context, int64_t ms)
{
	struct reading *reading = context;
	for (; ms > 0 && !atomic_load(&reading->stop); ms -= COMMIT_MS)
		nap(ms < COMMIT_MS ? ms : COMMIT_MS);
	return !atomic_load(&reading->stop);
}

static void *read_nothing(void *context)
{
	(void)context;
	return NULL;
}

static void *audit_always(void *context)
{
	struct reading *reading = context;
	const struct auditor_options options = {
		.path = reading->path, .rules = reading->rules, .partitions = 1};
	struct err err = {0};
	struct auditor *auditor = auditor_new(&options);
	while (auditor_look(auditor, pause_audit, reading, &err) == OK)
		reading->audits++;
	auditor_free(auditor);
	return NULL;
}

static void *hold(void *context)
{
	struct reading *reading = context;
	struct view_reader *reader;
	struct view_positions positions;
	struct arena arena = {0};
	struct err err = {0};
	filler_must(view_reader_new(&reader, reading->path, &err), &err);
	filler_must(view_reader_begin(reader, &arena, &err), &err);
	filler_must(view_positions(reader, &positions, &err), &err);
	while (pause_audit(reading, COMMIT_MS))
		;
	view_reader_end(reader);
	view_reader_free(reader);
	arena_done(&arena);
	return NULL;
}

static double log_megabytes(const char *path)
{
	char name[4096];
	struct stat file;
	snprintf(name, sizeof(name), "%s-wal", path);
	return stat(name, &file) == 0 ? (double)file.st_size / 1e6 : 0;
}

static void write_some(struct filler *filler, int64_t records)
{
	for (int64_t end = filler->records + records; filler->records < end;) {
		filler_offer(filler, filler->clients);
		filler_acceptance(filler, filler->clients);
		filler->clients++;
	}
	filler_commit(filler);
}

struct load {
	struct filler *filler;
	const char *path;
	int64_t rate, seconds;
};

static void write_along(const struct load *load, const char *what, struct reading *reading)
{
	struct spread took = {0};
	double most = 0;
	int64_t start = clock_monotonic();
	for (int64_t due = start; due < start + load->seconds * 1000; due += COMMIT_MS) {
		nap(due - clock_monotonic());
		int64_t begin = spread_now();
		write_some(load->filler, load->rate * COMMIT_MS / 1000);
		spread_add(&took, spread_now() - begin);
		double size = log_megabytes(load->path);
		most = size > most ? size : most;
	}
	printf("%-12s log at most %.0f MB, at the end %.0f MB, %d audits, ", what, most,
		log_megabytes(load->path), reading->audits);
	spread_print(&took, "ms of a commit", stdout);
	puts("");
	spread_done(&took);
}

static void measure(const struct load *load, const struct rules *rules)
{
	static const struct {
		const char *what;
		void *(*read)(void *context);
	} rows[] = {{"no reader", read_nothing}, {"an audit", audit_always}, {"a long read", hold},
		{"afterwards", read_nothing}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = {.path = load->path, .rules = rules};
		pthread_t thread;
		if (pthread_create(&thread, NULL, rows[i].read, &reading) != 0)
			args_die("no thread");
		write_along(load, rows[i].what, &reading);
		atomic_store(&reading.stop, true);
		pthread_join(thread, NULL);
	}
}

int main(int argc, char **argv)
{
	int64_t clients = argc > 1 ? atoll(argv[1]) : 20000;
	const char *path = argc > 4 ? argv[4] : P_tmpdir "/bench_audit.db";
	const struct rules rules = make_rules();
	struct filler filler = {.batch = BATCH};
	const struct load load = {.filler = &filler,
		.path = path,
		.rate = argc > 2 ? atoll(argv[2]) : 2000,
		.seconds = argc > 3 ? atoll(argv[3]) : 5};
	if (argc < 5)
		database_delete(path);
	filler_open(&filler, path);
	for (int64_t n = filler.clients; n < clients; n++) {
		filler_offer(&filler, n);
		filler_acceptance(&filler, n);
	}
	filler.clients = filler.clients > clients ? filler.clients : clients;
	filler_commit(&filler);
	filler.batch = 0;
	audit_each_way(path, &rules);
	measure(&load, &rules);
	filler_close(&filler);
	if (argc < 5)
		database_delete(path);
	return 0;
}
