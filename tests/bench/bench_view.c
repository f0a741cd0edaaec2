/* bench_view - how many records a second the view takes in, and how long its answers take. */
/* usage: bench_view [CLIENTS] [RECORDS] [FILE]
 * Each client: a message, its Event and Client, an offer, a data key and a sealed person; then an
 * acceptance: a message, Event, Client and two handovers. In transactions of so many RECORDS: 2,000
 * as while catching up, or what comes in 100 ms. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/view/database.h"
#include "hub/view/query.h"
#include "tests/bench/filler.h"
#include "tests/support/random.h"

#define ASKED 1000

static void fill(struct filler *filler, int64_t clients, const char *what,
	void (*put_one)(struct filler *filler, int64_t n))
{
	int64_t start = clock_monotonic(), records = filler->records;
	double cpu = clock_cpu_seconds();
	for (int64_t n = 0; n < clients; n++)
		put_one(filler, n);
	filler_commit(filler);
	double seconds = (double)(clock_monotonic() - start) / 1000;
	cpu = clock_cpu_seconds() - cpu;
	records = filler->records - records;
	printf("%-12s %9" PRId64 " records %7.1f s %8.0f records/s %8.0f per CPU-second\n", what,
		records, seconds, (double)records / seconds, (double)records / cpu);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static void ask_referral(struct view_reader *reader, const struct filler_subject *of,
	const char *case_, struct err *err)
{
	const struct view_referral *found;
	(void)case_;
	filler_must(view_referral(reader, of->referral, &found, err), err);
	assert(found != NULL && found->created_by != NULL);
}

static void ask_case(struct view_reader *reader, const struct filler_subject *of, const char *case_,
	struct err *err)
{
	struct view_messages found;
	const struct view_case which = {.case_ = bytes_of_string(case_)};
	(void)of;
	filler_must(view_messages_of_case(reader, &which, &found, err), err);
	assert(found.count == 1);
}

static void ask_whose(struct view_reader *reader, const struct filler_subject *of,
	const char *case_, struct err *err)
{
	struct view_case_client found;
	const struct view_case which = {bytes_of_string("00000099000000001000"),
		bytes_of_string("suite"), bytes_of_string(case_)};
	filler_must(view_client_of_case(reader, &which, NULL, &found, err), err);
	assert(found.is_known && memcmp(&found.client, &of->client, sizeof(of->client)) == 0);
}

static void ask(struct filler *filler, const char *path, int64_t clients, const char *what,
	void (*one)(
		struct view_reader *, const struct filler_subject *, const char *, struct err *))
{
	struct view_reader *reader;
	struct arena arena = {0};
	struct random random = {7};
	double took[ASKED], opened = now_ms();
	filler_must(view_reader_new(&reader, path, &filler->err), &filler->err);
	opened = now_ms() - opened;
	for (int i = 0; i < ASKED; i++) {
		struct filler_subject of;
		filler_subject(filler, (int64_t)random_below(&random, (uint64_t)clients), &of);
		double start = now_ms();
		filler_must(view_reader_begin(reader, &arena, &filler->err), &filler->err);
		one(reader, &of, filler->case_, &filler->err);
		view_reader_end(reader);
		took[i] = now_ms() - start;
		arena_reset(&arena);
	}
	qsort(took, ASKED, sizeof(took[0]), by_size);
	printf("%-12s open %.2f ms, p50 %.3f ms, p99 %.3f ms, worst %.3f ms\n", what, opened,
		took[ASKED / 2], took[ASKED * 99 / 100], took[ASKED - 1]);
	view_reader_free(reader);
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	int64_t clients = argc > 1 ? atoll(argv[1]) : 20000;
	const char *path = argc > 3 ? argv[3] : P_tmpdir "/bench_view.db";
	struct filler filler = {.batch = argc > 2 ? atoll(argv[2]) : 2000};
	struct stat file;
	database_delete(path);
	filler_open(&filler, path);
	fill(&filler, clients, "offers", filler_offer);
	fill(&filler, clients, "acceptances", filler_acceptance);
	if (stat(path, &file) == 0)
		printf("%-12s %.0f bytes per client\n", "file",
			(double)file.st_size / (double)clients);
	ask(&filler, path, clients, "by referral", ask_referral);
	ask(&filler, path, clients, "by case", ask_case);
	ask(&filler, path, clients, "whose case", ask_whose);
	filler_close(&filler);
	if (argc < 4)
		database_delete(path);
	return 0;
}
