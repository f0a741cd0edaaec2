/* spoil - makes of what was committed what no hub may commit, to show that the judge sees it. */
#include "tests/sim/world/spoil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As if it had been applied, and nothing come of it. */
static void apply(struct ruling *ruling)
{
	ruling->event.result = RESULT_APPLIED;
	ruling->event.has_parked = ruling->has_rejection = false;
	ruling->event.version = ruling->before.version + 1;
}

static void lose_rejection(struct ruling *ruling)
{
	ruling->has_rejection = false;
}

static void apply_again(struct ruling *ruling)
{
	if (ruling->event.result == RESULT_DUPLICATE)
		apply(ruling);
}

static void apply_stale(struct ruling *ruling)
{
	if (ruling->event.has_code && ruling->event.code == REJECTION_CODE_STALE)
		apply(ruling);
}

static void overtake(struct ruling *ruling)
{
	if (ruling->event.result == RESULT_PARKED)
		apply(ruling);
}

static void share(struct ruling *ruling)
{
	static struct sealed sealed;

	for (size_t i = 0; i < ruling->handovers_count; i++)
		ruling->handovers[i].sealed = &sealed;
}

static void send_round(struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->event.transitions_count; i++)
		ruling->event.transitions[i].after.escalation = 0;
}

static void leave_gap(struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->handovers_count; i++)
		ruling->handovers[i].number += ruling->handovers[i].number > 0;
}

static void tell_nobody(struct ruling *ruling)
{
	if (ruling->event.clock != NULL)
		ruling->handovers_count = 0;
}

static const struct {
	const char *invariant;
	void (*spoil)(struct ruling *ruling);
} spoils[] = {
	{"I6", lose_rejection},
	{"I10", apply_again},
	{"I11", apply_stale},
	{"I12", overtake},
	{"I15", share},
	{"I16", send_round},
	{"I19", leave_gap},
	{"clock", tell_nobody},
};

void spoil_ruling(struct sim *sim, const char *invariant, struct ruling *ruling)
{
	size_t i = 0;

	while (i < sizeof(spoils) / sizeof(spoils[0]) &&
		strcmp(spoils[i].invariant, invariant) != 0)
		i++;
	if (i == sizeof(spoils) / sizeof(spoils[0])) {
		sim_broken(sim, "spoil", "nothing spoils %s", invariant);
		return;
	}
	if (ruling->client.data != NULL)
		spoils[i].spoil(ruling);
}
