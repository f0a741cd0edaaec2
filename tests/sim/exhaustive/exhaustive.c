/* exhaustive - looks at every state that the core can reach in small worlds, and says what breaks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/exhaustive/couple.h"
#include "tests/sim/exhaustive/search.h"

#define AB (1u << SMALL_A | 1u << SMALL_B)
#define AC (1u << SMALL_A | 1u << SMALL_C)

static const struct moves_world worlds[] = {
	/* Two desks, of which one cannot decline. */
	{.name = "pair", .desks = AC, .most = SMALL_REFERRALS, .how = SMALL_EXACT},
	{.name = "three", .desks = AB | AC, .most = SMALL_REFERRALS, .how = SMALL_TWINS},
	{.name = "services", .desks = AC, .most = SMALL_REFERRALS, .services = true},
	{.name = "requests",
		.desks = AC,
		.most = SMALL_REFERRALS,
		.services = true,
		.requests = true},
	{.name = "askers",
		.desks = AB | AC,
		.most = SMALL_REFERRALS,
		.requests = true,
		.how = SMALL_TWINS},
	{.name = "reopened", .desks = AC, .most = SMALL_REFERRALS, .closes = true, .consent = true},
	{.name = "rests",
		.desks = AC,
		.most = SMALL_REFERRALS,
		.requests = true,
		.rests = true,
		.vanishes = true},
	/* Two records of one person, and a merge of them. */
	{.name = "couple", .desks = 1u << SMALL_A, .most = 1, .closes = true, .couple = true},
	{.name = "couples",
		.desks = AC,
		.most = 2,
		.closes = true,
		.consent = true,
		.couple = true},
	{.name = "all",
		.desks = AB | AC,
		.most = SMALL_REFERRALS,
		.services = true,
		.requests = true,
		.no_shows = true,
		.closes = true,
		.consent = true,
		.rests = true,
		.vanishes = true,
		.how = SMALL_EXACT | SMALL_TWINS},
};

#define WORLDS (sizeof(worlds) / sizeof(worlds[0]))

static size_t states = 5000;
static unsigned illegal = 1;
static size_t most = SMALL_REFERRALS;
static bool broken;
static const char *ignored;

/* Of this processor's time: what else the machine does is no concern of ours. */
static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* True when an invariant was broken. */
static bool run_client(const struct moves_world *world)
{
	struct search *search = search_new(world, states, illegal);
	double start = seconds(), took;
	struct search_result result;

	search_ignore(search, ignored);
	result = search_run(search);
	took = seconds() - start;
	printf("%-9s %9zu states%s, for %zu by order and name, %zu steps deep; %.1f s of one "
	       "processor, %.0f per second\n",
		world->name, result.states, result.complete ? ", all there are" : "", result.weight,
		result.depth, took, (double)result.states / took);
	printf("          %9zu decisions, %.0f per second; %zu of them refused as they must be; "
	       "%zu "
	       "states beyond\n",
		result.steps, (double)result.steps / took, result.refused, result.beyond);
	if (result.invariant != NULL) {
		printf("%s is broken: %s\n", result.invariant, result.text);
		search_print_story(search);
	}
	(void)fflush(stdout);
	search_free(search);
	return result.invariant != NULL;
}

/* The same of two clients. That both asked at once, and that it went well the next time, must have
 * been among what was seen where all was. */
static bool run_couple(const struct moves_world *world)
{
	struct couple *couple = couple_new(world, states);
	double start = seconds(), took;
	struct couple_result result;
	bool broken_one;

	couple_ignore(couple, ignored);
	result = couple_run(couple);
	broken_one = result.invariant != NULL;
	took = seconds() - start;
	printf("%-9s %9zu states of two%s; %zu with both asking, %zu with one merged, %zu of them "
	       "after "
	       "a refusal of both\n",
		world->name, result.states, result.complete ? ", all there are" : "",
		result.both_ask, result.merged, result.retried);
	printf("          %9zu decisions, %.0f per second; %zu states beyond; %.1f s of one "
	       "processor, %.0f states per second\n",
		result.steps, (double)result.steps / took, result.beyond, took,
		(double)result.states / took);
	if (broken_one) {
		printf("%s is broken: %s\n", result.invariant, result.text);
		couple_print_story(couple);
	} else if (result.complete && (result.both_ask == 0 || result.retried == 0)) {
		printf("two that ask at once, or a merge after that, were never seen\n");
		broken_one = true;
	}
	(void)fflush(stdout);
	couple_free(couple);
	return broken_one;
}

static bool run(const struct moves_world *of)
{
	struct moves_world world = *of;

	if (most < world.most)
		world.most = (unsigned)most;
	return world.couple ? run_couple(&world) : run_client(&world);
}

static size_t number(const char *text)
{
	return text != NULL ? strtoul(text, NULL, 10) : 0;
}

static const struct moves_world *find(const char *name)
{
	for (size_t i = 0; i < WORLDS; i++)
		if (strcmp(worlds[i].name, name) == 0)
			return &worlds[i];
	fprintf(stderr, "exhaustive: no world '%s'\n", name);
	exit(2);
}

static void print_worlds(void)
{
	for (size_t i = 0; i < WORLDS; i++)
		printf("%s\n", worlds[i].name);
	exit(0);
}

/* Takes one option; returns how many words it was, 0: it is a name. */
static int read_option(const char *word, const char *next)
{
	if (strcmp(word, "--worlds") == 0)
		print_worlds();
	if (strcmp(word, "--broken") == 0) {
		broken = true;
		return 1;
	}
	if (strcmp(word, "--states") == 0) {
		states = number(next);
		return 2;
	}
	if (strcmp(word, "--but") == 0) {
		ignored = next;
		return 2;
	}
	if (strcmp(word, "--most") == 0) {
		most = number(next);
		return 2;
	}
	if (strcmp(word, "--illegal") == 0) {
		illegal = (unsigned)number(next);
		return 2;
	}
	return 0;
}

/* usage: exhaustive [--states N] [--most N] [--illegal N] [--broken] [--worlds] [WORLD...], in any
 * order; of an option the last counts. --most: so many referrals of a client. All is well when no
 * invariant is broken; with --broken, for a program in which a guard is off, when one is. */
int main(int argc, char **argv)
{
	const struct moves_world *named[WORLDS];
	size_t count = 0;
	bool found = false;

	for (int at = 1, words; at<argc; at += words> 0 ? words : 1) {
		words = read_option(argv[at], argv[at + 1]);
		if (words == 0 && count < WORLDS)
			named[count++] = find(argv[at]);
	}
	for (size_t i = 0; count == 0 && i < WORLDS; i++)
		found = run(&worlds[i]) || found;
	for (size_t i = 0; i < count; i++)
		found = run(named[i]) || found;
	return found == broken ? 0 : 1;
}
