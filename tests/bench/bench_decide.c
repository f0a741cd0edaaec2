/* bench_decide - what the core alone does in a CPU-second: decides and folds, for a client with
 * three referrals; nothing is written or read. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "tests/support/world.h"

#define REFERRALS 3

/* Accepted, and at work: one that gave the client, two services beside it. */
static void make(struct world *world)
{
	static const char *const targets[REFERRALS] = {"wsp", "leerwerk", "roc"};
	world_init(world);
	for (uint8_t i = 0; i < REFERRALS; i++) {
		world_refer(world, i + 1, i == 0 ? "uwv" : "wsp", targets[i],
			i == 0 ? REFERRAL_KIND_TRANSFER : REFERRAL_KIND_SERVICE);
		world_send(world);
		world_act(world, i + 1, ACTION_ACCEPT, targets[i]);
		world_send(world);
		assert_int_equal(world->decision.event.result, RESULT_APPLIED);
	}
}

/* usage: bench_decide [DECISIONS] */
int main(int argc, char **argv)
{
	static const char *const targets[REFERRALS] = {"wsp", "leerwerk", "roc"};
	static struct world world;
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000, told = 0, clocks = 0;
	struct rules rules = world_rules();
	make(&world);
	double began = clock_cpu_seconds();
	for (long i = 0; i < count; i++) {
		uint8_t which = (uint8_t)(i % REFERRALS);
		world_act(&world, which + 1, ACTION_PROGRESS, targets[which]);
		world.message.id.data[1] = (uint8_t)(i >> 8);
		world.message.id.data[2] = (uint8_t)(i >> 16);
		world.now += 1000;
		const struct handover_input input = {
			.offset = world.offset++, .message = &world.message, .now = world.now};
		handover_decide(&world.state, &input, &rules, &world.decision);
		handover_fold(&world.state, &world.decision.event);
		assert_int_equal(world.decision.event.result, RESULT_APPLIED);
		told += (long)world.decision.handovers_count;
		clocks += (long)world.decision.event.armed_count;
	}
	double seconds = clock_cpu_seconds() - began;
	printf("%ld decisions, folded: %.0f per CPU-second, %.2f us each; %.2f handovers and %.2f "
	       "clocks armed each\n",
		count, (double)count / seconds, seconds * 1e6 / (double)count,
		(double)told / (double)count, (double)clocks / (double)count);
	world_done(&world);
	return 0;
}
