/* sim - one seed: its time, its chances, and what will happen in it. */
#ifndef TESTS_SIM_WORLD_SIM_H
#define TESTS_SIM_WORLD_SIM_H

#include "hub/base/arena.h"
#include "hub/base/heap.h"
#include "hub/flow/router/router.h"
#include "hub/handover/row/table.h"
#include "tests/support/random.h"

#define SIM_PARTITIONS 3 /* of what is spread by slot */
/* The farthest day that anybody names here: not_before, the end of a hold, the next action. */
#define SIM_DAYS_NAMED 60

/* What goes on. */
enum sim_stage {
	/* Partners refer, desks have moods, everything fails that may. */
	SIM_CHAOS,
	/* All machines are well, and nobody acts: only clocks and the delivery run. */
	SIM_SILENCE,
	/* Nobody remembers anything, and whoever is told of a client does what is to be done. */
	SIM_MENDING,
};

struct sim_options {
	int32_t days; /* of chaos */
	bool story; /* is printed as it happens */
	const char *spoil; /* NULL; or an invariant that what the judge sees shall break */
	const char *but; /* NULL; or an invariant that is left out */
	bool fence; /* false: Kafka takes commits from who is no member any more */
};

struct sim_counts {
	int64_t decisions, messages, clocks, handovers, commits, refused, duplicates, forwarded,
		parked, crashes, fenced, doubts;
	int64_t rows[TABLE_ROWS], due[CLOCK_NAME_COUNT]; /* how often each was taken */
};

struct sim {
	struct sim_options options;
	enum sim_stage stage;
	int64_t start, now; /* the true time */
	int64_t skew_broker, skew_hub; /* what their clocks are ahead of it */
	int64_t ahead_most; /* ever: so far may a partition's `now` be ahead */
	int64_t behind_most; /* ever: so early may an outage seem to begin, and a message come */
	struct random random;
	struct arena arena; /* of all that stays until the end of the seed */
	struct heap agenda;
	struct sim_counts counts;
	uint64_t digest; /* of all that was committed */
	const char *broken; /* the first invariant that was; NULL: none */
	char text[300]; /* what it said */
	struct rules rules;
	struct codes *codes;
	struct broker *broker;
	struct hub *hub;
	struct region *region;
	struct judge *judge;
	uint8_t (*names[2])[16]; /* of clients and referrals, in the order in which they came up */
	size_t names_count[2];
};

void sim_init(struct sim *sim, uint64_t seed, const struct sim_options *options);
void sim_done(struct sim *sim);

/* The one that runs: what stands in for Kafka, the clock and the log asks here. */
struct sim *sim_running(void);

typedef void sim_fn(struct sim *sim, void *what);
void sim_at(struct sim *sim, int64_t when, sim_fn *run, void *what);
/* Goes to the next thing that happens; false: none until then, and it is `until` now. */
bool sim_next(struct sim *sim, int64_t until);

bool sim_chance(struct sim *sim, uint64_t one_in);
int64_t sim_between(struct sim *sim, int64_t least, int64_t most);
void sim_digest(struct sim *sim, struct bytes bytes);
/* An invariant is broken: the seed ends. */
void sim_broken(struct sim *sim, const char *invariant, const char *format, ...) PRINTF_LIKE(3, 4);
/* One line of the story. */
void sim_tell(struct sim *sim, const char *who, const char *format, ...) PRINTF_LIKE(3, 4);
/* "c3" and "r12" in the story. */
const char *sim_name(struct sim *sim, char kind, const uint8_t id[16]);

#endif
