/* bench_core - what a message costs the router without Kafka: read, check, decide, fold, write and
 * keep, each timed. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/conf/conf.h"
#include "hub/flow/store/store.h"
#include "hub/handover/handover.h"
#include "hub/seal/seal.h"
#include "tests/bench/args.h"
#include "tests/bench/people.h"

#define PAIRS_MAX 200000
#define BATCH 10000

enum step { READ, CHECK, FIND, DECIDE, FOLD, WRITE_CLIENT, WRITE_EVENT, WRITE_HANDOVERS, KEEP };
#define STEPS (KEEP + 1)
static const char *const names[STEPS] = {"read message", "check it", "find client, read it",
	"decide", "fold", "write client", "write event", "write handovers", "keep client"};

struct core {
	const struct conf *conf;
	struct store *store;
	struct arena arena;
	struct handover_state state;
	struct handover_decision decision;
	struct buffer client, event, handovers;
	int64_t nanoseconds[STEPS], mark;
	int64_t messages, applied, told, bytes;
};

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void took(struct core *core, enum step step)
{
	int64_t at = now();
	core->nanoseconds[step] += at - core->mark;
	core->mark = at;
}

static void find(struct core *core, const struct message *message)
{
	struct err err = {0};
	struct client client;
	struct bytes known = message->has_client
		? store_find(core->store, message->client.data)
		: store_find_referral(core->store, message->body_status_change->referral.data);
	if (!known.data) {
		handover_state_new(&core->state, message->client);
		return;
	}
	if (client_decode(&client, known, &core->arena, &err) != OK ||
		handover_state_load(&core->state, &client, &err) != OK)
		args_die("%s", err.text);
}

static void decide(struct core *core, const struct message *message)
{
	const struct handover_input input = {
		.offset = core->messages,
		.message = message,
		.now = clock_wall(),
	};
	core->mark = now();
	handover_decide(&core->state, &input, &core->conf->rules, &core->decision);
	took(core, DECIDE);
	if (core->decision.changes_client)
		handover_fold(&core->state, &core->decision.event);
	took(core, FOLD);
}

static void write(struct core *core)
{
	buffer_clear(&core->client);
	buffer_clear(&core->event);
	buffer_clear(&core->handovers);
	core->mark = now();
	if (core->decision.changes_client)
		client_encode(&core->state.client, &core->client);
	took(core, WRITE_CLIENT);
	event_encode(&core->decision.event, &core->event);
	took(core, WRITE_EVENT);
	for (size_t i = 0; i < core->decision.handovers_count; i++)
		handover_encode(&core->decision.handovers[i], &core->handovers);
	took(core, WRITE_HANDOVERS);
	if (core->decision.changes_client)
		store_put(core->store, &core->state.client, buffer_bytes(&core->client));
	took(core, KEEP);
}

static void take(struct core *core, struct bytes avro)
{
	struct err err = {0};
	struct message message;
	struct problems problems;
	arena_reset(&core->arena);
	core->mark = now();
	if (message_decode(&message, avro, &core->arena, &err) != OK)
		args_die("%s", err.text);
	took(core, READ);
	problems_init(&problems, &core->arena);
	message_check(&message, core->conf->codes, CHECK_HUB, &problems);
	assert(problems.count == 0);
	took(core, CHECK);
	find(core, &message);
	took(core, FIND);
	decide(core, &message);
	write(core);
	core->messages++;
	core->applied += core->decision.event.result == RESULT_APPLIED;
	core->told += (int64_t)core->decision.handovers_count;
	core->bytes += (int64_t)(core->client.size + core->event.size + core->handovers.size);
	if (core->messages % BATCH == 0)
		store_commit(core->store);
}

/* One step of every client after the other, so that each has left the caches when it comes again.
 */
static void take_step(struct core *core, struct people *people, uint64_t clients, int step)
{
	struct buffer avro = {0};
	for (uint64_t client = 0; client < clients; client++) {
		struct message message;
		people->now = clock_wall();
		if (!people_message(people, client, (enum people_step)step, &message))
			continue;
		buffer_clear(&avro);
		message_encode(&message, &avro);
		take(core, buffer_bytes(&avro));
	}
	buffer_done(&avro);
}

static void report(const struct core *core)
{
	int64_t all = 0;
	for (int i = 0; i < STEPS; i++) {
		all += core->nanoseconds[i];
		printf("%-22s %7.0f ns\n", names[i],
			(double)core->nanoseconds[i] / (double)core->messages);
	}
	printf("%-22s %7.0f ns per message: %lld messages, %.1f %% applied, %.2f handovers and "
	       "%.0f bytes each\n",
		"all", (double)all / (double)core->messages, (long long)core->messages,
		100.0 * (double)core->applied / (double)core->messages,
		(double)core->told / (double)core->messages,
		(double)core->bytes / (double)core->messages);
}

/* usage: bench_core [CONFIG [CLIENTS]] */
int main(int argc, char **argv)
{
	static struct core core;
	const char *path = argc > 1 ? argv[1] : "config/demo.conf";
	uint64_t clients = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
	struct pairs pairs;
	struct err err = {0};
	struct people people = {.pairs = &pairs};
	pairs_load(&pairs, path, PAIRS_MAX);
	if (seal_start(&err) != OK)
		args_die("%s", err.text);
	core.conf = pairs.conf;
	core.store = store_new();
	for (int step = 0; step < PEOPLE_STEPS; step++)
		take_step(&core, &people, clients, step);
	report(&core);
	people_done(&people);
	return 0;
}
