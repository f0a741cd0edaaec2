/* world - a region, its hub and months of its time, made by a seed; says which invariant broke. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "tests/sim/world/ends.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/region.h"
#include "tests/sim/world/sim.h"

#define DAYS 100
#define YEARS 8 /* of so many seeds, one goes on for a year after its end */

static struct sim_options options = {.days = DAYS, .fence = true};
static struct sim_counts sums;
static uint64_t from = 1, to = 20;
static double seconds_most;
static bool broken, twice, covers;
static const char *list;
static int64_t days, longest, calm_from; /* by then all that waited has been dealt with */

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Routers look at least so often, and after everything that happens. */
static void wake(struct sim *sim, void *what)
{
	sim_at(sim, sim->now + sim_between(sim, CLOCK_MINUTE_MS, 2 * CLOCK_HOUR_MS), wake, what);
}

static void run_until(struct sim *sim, int64_t until)
{
	while (sim->broken == NULL && sim_next(sim, until)) {
		hub_run(sim->hub);
		if (sim->stage != SIM_CHAOS && sim->now >= calm_from)
			ends_check_due(sim);
	}
}

static void begin(struct sim *sim, enum sim_stage stage)
{
	static const char *const names[] = {"chaos", "silence", "mending"};

	sim->stage = stage;
	sim_tell(sim, "world", "%s begins", names[stage]);
}

/* Until all has come to an end; or the time for that is over. */
static void mend(struct sim *sim)
{
	int64_t since = sim->now, until = calendar_next_same_time(since, ENDS_MENDING);

	begin(sim, SIM_MENDING);
	while (sim->broken == NULL && sim->now < until && !ends_are_reached(sim, false))
		run_until(sim, sim->now + CLOCK_DAY_MS);
	if (sim->broken == NULL)
		(void)ends_are_reached(sim, true);
	if ((sim->now - since) / CLOCK_DAY_MS > longest)
		longest = (sim->now - since) / CLOCK_DAY_MS;
}

/* A year later nothing is armed any more. */
static void forget(struct sim *sim)
{
	begin(sim, SIM_MENDING);
	run_until(sim, calendar_next_same_time(sim->now, 366));
	for (size_t i = 0; i < judge_count(sim->judge); i++)
		if (judge_subject(sim->judge, i)->has_clock)
			sim_broken(sim, "I3", "%s is closed for a year, and a clock is armed",
				sim_name(sim, 'c', judge_subject(sim->judge, i)->client.data));
}

static void live(struct sim *sim)
{
	int64_t since;

	begin(sim, SIM_CHAOS);
	wake(sim, NULL);
	region_begin(sim->region);
	hub_begin_trouble(sim->hub);
	run_until(sim, calendar_next_same_time(sim->start, sim->options.days));
	if (sim->broken != NULL)
		return;
	begin(sim, SIM_SILENCE);
	calm_from = sim->now + CLOCK_HOUR_MS;
	hub_mend(sim->hub);
	region_mend(sim->region);
	hub_run(sim->hub);
	since = sim->now;
	run_until(sim, calendar_next_same_time(since, ENDS_SILENCE));
	if (sim->broken == NULL)
		ends_check_silence(sim, since);
	if (sim->broken == NULL)
		mend(sim);
	if (sim->broken == NULL && sim->digest % YEARS == 0)
		forget(sim);
}

static void add(const struct sim_counts *counts)
{
	const int64_t *each = (const int64_t *)counts;
	int64_t *sum = (int64_t *)&sums;

	for (size_t i = 0; i < sizeof(sums) / sizeof(*sum); i++)
		sum[i] += each[i];
}

/* True: an invariant was broken. */
static bool run(uint64_t seed, uint64_t *digest)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	bool is_broken;

	if (sim == NULL)
		abort();
	sim_init(sim, seed, &options);
	live(sim);
	is_broken = sim->broken != NULL &&
		(options.spoil == NULL || strcmp(sim->broken, options.spoil) == 0);
	if (sim->broken != NULL)
		printf("seed %llu: %s is broken: %s\n  to see how: world --seed %llu --days %d%s "
		       "--story\n",
			(unsigned long long)seed, sim->broken, sim->text, (unsigned long long)seed,
			sim->options.days, sim->options.fence ? "" : " --no-fence");
	days += (sim->now - sim->start) / CLOCK_DAY_MS;
	add(&sim->counts);
	if (digest != NULL)
		*digest = sim->digest;
	sim_done(sim);
	free(sim);
	return is_broken;
}

/* The same seed is the same story. */
static bool run_twice(uint64_t seed)
{
	uint64_t first, second;
	bool is_broken = run(seed, &first);

	is_broken = run(seed, &second) || is_broken;
	printf("seed %llu: %016llx, %016llx\n", (unsigned long long)seed, (unsigned long long)first,
		(unsigned long long)second);
	return is_broken || first != second;
}

static void print_sums(uint64_t seeds, double took)
{
	printf("%llu seeds, %lld days, %lld decisions (%lld messages, %lld clocks), %lld "
	       "handovers, "
	       "%lld commits; %.1f s of one processor\n",
		(unsigned long long)seeds, (long long)days, (long long)sums.decisions,
		(long long)sums.messages, (long long)sums.clocks, (long long)sums.handovers,
		(long long)sums.commits, took);
	printf("  refused %lld, repeated %lld, sent on %lld, parked %lld; crashes %lld, zombies "
	       "fenced %lld, commits in doubt %lld; the longest mending took %lld days\n",
		(long long)sums.refused, (long long)sums.duplicates, (long long)sums.forwarded,
		(long long)sums.parked, (long long)sums.crashes, (long long)sums.fenced,
		(long long)sums.doubts, (long long)longest);
}

/* False: something never happened, and so nothing was shown of it. */
static bool print_cover(void)
{
	bool all = true;

	for (size_t i = 0; i < TABLE_ROWS; i++)
		if (sums.rows[i] == 0) {
			printf("  row %s was never taken\n", table[i].number);
			all = false;
		}
	for (int i = 0; i < CLOCK_NAME_COUNT; i++)
		if (sums.due[i] == 0) {
			printf("  %s never came due\n", clock_name_name((enum clock_name)i));
			all = false;
		}
	return all;
}

/* Those that once found something: "SEED DAYS what". */
static bool run_list(void)
{
	FILE *file = fopen(list, "r");
	char line[300];
	bool found = false;
	int32_t usual = options.days;

	if (file == NULL) {
		fprintf(stderr, "world: %s cannot be read\n", list);
		exit(2);
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		char *rest;
		uint64_t seed = strtoull(line, &rest, 10);

		if (rest == line)
			continue;
		options.days = (int32_t)strtol(rest, NULL, 10);
		found = run(seed, NULL) || found;
	}
	options.days = usual;
	(void)fclose(file);
	return found;
}

static uint64_t number(const char *text)
{
	return text != NULL ? strtoull(text, NULL, 10) : 0;
}

static void read_seeds(const char *text)
{
	const char *dash = text != NULL ? strchr(text, '-') : NULL;

	from = number(text);
	to = dash != NULL ? number(dash + 1) : from;
}

/* Takes one option; returns how many words it was. */
static int read_option(const char *word, const char *next)
{
	if (strcmp(word, "--story") == 0)
		options.story = true;
	else if (strcmp(word, "--no-fence") == 0)
		options.fence = false;
	else if (strcmp(word, "--broken") == 0)
		broken = true;
	else if (strcmp(word, "--twice") == 0)
		twice = true;
	else if (strcmp(word, "--covers") == 0)
		covers = true;
	else if (strcmp(word, "--seed") == 0 || strcmp(word, "--seeds") == 0)
		return read_seeds(next), 2;
	else if (strcmp(word, "--days") == 0)
		return options.days = (int32_t)number(next), 2;
	else if (strcmp(word, "--seconds") == 0)
		return seconds_most = (double)number(next), 2;
	else if (strcmp(word, "--spoil") == 0)
		return options.spoil = next, 2;
	else if (strcmp(word, "--but") == 0)
		return options.but = next, 2;
	else if (strcmp(word, "--list") == 0)
		return list = next, 2;
	else
		fprintf(stderr, "world: no option '%s'\n", word), exit(2);
	return 1;
}

/* usage: world [--seed N | --seeds FROM-TO] [--days D] [--seconds S] [--list FILE] [--story]
 *              [--twice] [--covers] [--no-fence] [--spoil I6] [--but I6]
 *              [--broken]
 * Runs the seeds, those of the list first, until one breaks an invariant or the time is over. All
 * is well when none does; with --broken, for a program or a Kafka in which something is off, when
 * one does. --twice: each seed twice, which must come to the same. --covers: each row of the table
 * must have been taken, and each clock have come due. --spoil: the judge sees what breaks this
 * invariant, and must say so. */
int main(int argc, char **argv)
{
	double start = seconds();
	uint64_t seed, run_so_far = 0;
	bool found = false;

	for (int at = 1; at < argc;)
		at += read_option(argv[at], at + 1 < argc ? argv[at + 1] : NULL);
	if (sodium_init() < 0)
		return 2;
	if (list != NULL)
		found = run_list();
	for (seed = from; seed <= to && !found; seed++, run_so_far++) {
		if (seconds_most > 0 && seconds() - start >= seconds_most)
			break;
		found = twice ? run_twice(seed) : run(seed, NULL);
	}
	print_sums(run_so_far, seconds() - start);
	if (covers && !print_cover())
		return 1;
	return found == broken ? 0 : 1;
}
