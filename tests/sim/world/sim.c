/* sim - one seed: its time, its chances, and what will happen in it. */
#include "tests/sim/world/sim.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "tests/sim/world/broker.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/judge.h"
#include "tests/sim/world/region.h"

#define NAMES 4096

struct happening {
	sim_fn *run;
	void *what;
};

static struct sim *running;

struct sim *sim_running(void)
{
	assert(running != NULL);
	return running;
}

/* Some day of four years, so that each holiday, both clock changes and a year's end come by. */
void sim_init(struct sim *sim, uint64_t seed, const struct sim_options *options)
{
	memset(sim, 0, sizeof(*sim));
	running = sim;
	sim->options = *options;
	sim->random.state = seed;
	sim->start = sim->now =
		calendar_start((int32_t)sim_between(sim, 20454, 20454 + 4 * 365)) + CLOCK_HOUR_MS;
	sim->broker = broker_new(sim);
	sim->judge = judge_new(sim);
	sim->region = region_new(sim);
	sim->hub = hub_new(sim);
}

void sim_done(struct sim *sim)
{
	hub_free(sim->hub);
	region_free(sim->region);
	judge_free(sim->judge);
	broker_free(sim->broker);
	heap_done(&sim->agenda);
	arena_done(&sim->arena);
	running = NULL;
}

void sim_at(struct sim *sim, int64_t when, sim_fn *run, void *what)
{
	struct happening *happening = arena_get(&sim->arena, sizeof(*happening));

	*happening = (struct happening){run, what};
	heap_push(&sim->agenda, when > sim->now ? when : sim->now, happening);
}

bool sim_next(struct sim *sim, int64_t until)
{
	struct heap_entry next;
	const struct happening *happening;

	if (!heap_peek(&sim->agenda, &next) || next.when > until) {
		sim->now = until;
		return false;
	}
	(void)heap_pop(&sim->agenda, &next);
	happening = next.what;
	sim->now = next.when;
	happening->run(sim, happening->what);
	return true;
}

bool sim_chance(struct sim *sim, uint64_t one_in)
{
	return random_below(&sim->random, one_in) == 0;
}

int64_t sim_between(struct sim *sim, int64_t least, int64_t most)
{
	return least + (int64_t)random_below(&sim->random, (uint64_t)(most - least) + 1);
}

/* As FNV-1a, but eight bytes at a time. */
void sim_digest(struct sim *sim, struct bytes bytes)
{
	uint64_t word = 0;

	for (size_t i = 0; i < bytes.size; i++) {
		word = word << 8 | bytes.data[i];
		if (i % 8 == 7 || i + 1 == bytes.size)
			sim->digest = (sim->digest ^ word) * 0x100000001b3u;
	}
	sim->digest ^= sim->digest >> 29;
}

void sim_broken(struct sim *sim, const char *invariant, const char *format, ...)
{
	va_list args;

	if (sim->broken != NULL ||
		(sim->options.but != NULL && strcmp(sim->options.but, invariant) == 0))
		return;
	sim->broken = invariant;
	va_start(args, format);
	(void)vsnprintf(sim->text, sizeof(sim->text), format, args);
	va_end(args);
	sim_tell(sim, "judge", "%s is broken: %s", invariant, sim->text);
}

void sim_tell(struct sim *sim, const char *who, const char *format, ...)
{
	va_list args;
	char at[25];

	if (!sim->options.story)
		return;
	clock_to_text(calendar_local(sim->now), at);
	at[10] = ' ';
	at[19] = '\0';
	printf("%s  %-14s ", at, who);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
}

const char *sim_name(struct sim *sim, char kind, const uint8_t id[16])
{
	static char texts[8][16];
	static size_t next;
	size_t which = kind == 'c' ? 0 : 1, at = 0;
	char *text = texts[next++ % 8];

	if (!sim->options.story)
		return kind == 'c' ? "a client" : "a referral";
	if (sim->names[which] == NULL)
		sim->names[which] = arena_get_array(&sim->arena, NAMES, 16);
	while (at < sim->names_count[which] && memcmp(sim->names[which][at], id, 16) != 0)
		at++;
	if (at == sim->names_count[which] && at < NAMES)
		memcpy(sim->names[which][sim->names_count[which]++], id, 16);
	(void)snprintf(text, sizeof(texts[0]), "%c%zu", kind, at + 1);
	return text;
}
