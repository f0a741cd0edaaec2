/* hub - the routers of a simulated hub: the real ones, which crash, stand still and come back. */
#include "tests/sim/world/hub.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/flow/router/worker.h"
#include "hub/wire/wire.h"
#include "tests/sim/world/broker.h"

#define WORKERS 2
#define TURNS_MAX 200000
#define LOOK_MS 20
#define LOOKS_MAX 20000
struct process {
	struct hub *hub;
	const char *node;
	bool alive, dead; /* dead: it takes no effect any more, and ends with this turn */
	bool still; /* stopped, and does not know */
	int crash_in, still_in; /* steps and turns until then; 0: not asked for */
	struct worker worker;
	struct conf conf;
	struct router_options options;
};

struct hub {
	struct sim *sim;
	struct process processes[WORKERS];
	struct process *running;
	atomic_bool stop;
	int64_t edge_back;
	int looks; /* in a row, at what was due */
	bool troubled;
};

static const struct kafka_settings kafka = {.prefix = "", .partitions = SIM_PARTITIONS};

/* What worker.c and its fellows are linked with. */

bool hub_is_dead(void)
{
	const struct process *process = sim_running()->hub->running;

	return process != NULL && process->dead;
}

bool hub_step(const char *what)
{
	struct sim *sim = sim_running();
	struct process *process = sim->hub->running;

	if (process == NULL || process->dead)
		return process != NULL;
	if (process->crash_in == 0 || --process->crash_in > 0)
		return false;
	process->dead = true;
	sim->counts.crashes++;
	sim_tell(sim, process->node, "dies at: %s", what);
	return true;
}

bool hub_fails(uint64_t one_in)
{
	struct sim *sim = sim_running();

	return sim->hub->troubled && sim_chance(sim, one_in);
}

enum outcome hub_unwell(struct err *err, const char *what)
{
	return err_set(err, hub_is_dead() ? FATAL : RETRY, "%s: Kafka is unwell", what);
}

void crash_point(const char *name)
{
	(void)hub_step(name);
}

int64_t __wrap_clock_wall(void);
int64_t __wrap_clock_monotonic(void);
int64_t __wrap_clock_offset(void);
void __wrap_clock_sleep(int64_t ms);

int64_t __wrap_clock_wall(void)
{
	return sim_running()->now + sim_running()->skew_hub;
}

int64_t __wrap_clock_monotonic(void)
{
	return sim_running()->now;
}

int64_t __wrap_clock_offset(void)
{
	return 0;
}

void __wrap_clock_sleep(int64_t ms)
{
	(void)ms;
}

void kafka_count_renewal(const char *client)
{
	(void)client;
}

const char *log_quote(const char *text)
{
	return text != NULL ? text : "";
}

/* What a router tells is part of the story; of its commits the judge tells. */
void log_line(enum log_level level, const char *at, const char *format, ...)
{
	struct sim *sim = sim_running();
	char text[300];
	va_list args;

	if (!sim->options.story || level == LOG_DEBUG)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sim_tell(sim, sim->hub->running != NULL ? sim->hub->running->node : "hub", "%s %s", at,
		text);
}

void wire_begin(const struct wire *wire, const struct schema *schema, struct buffer *out)
{
	static const uint8_t head[WIRE_HEAD_SIZE];

	(void)wire;
	(void)schema;
	buffer_add(out, head, sizeof(head));
}

/* As the real one, of a schema that is ours. */
enum outcome wire_decode(struct wire *wire, struct wire_record *record, void *out,
	struct arena *arena, struct err *err)
{
	struct bytes value = record->value;

	(void)wire;
	if (value.size < WIRE_HEAD_SIZE || value.data[0] != 0)
		return err_set(err, REJECT, "has not the form of a value on Kafka");
	return record->schema->decode(out,
		bytes_of(value.data + WIRE_HEAD_SIZE, value.size - WIRE_HEAD_SIZE), arena, err);
}

/* Processes. */

static void set_up(struct process *process)
{
	struct worker *worker = &process->worker;

	memset(worker, 0, sizeof(*worker));
	worker->options = &process->options;
	worker->number = 1;
	worker->stop = &process->hub->stop;
	(void)snprintf(worker->id, sizeof(worker->id), "%s-1", process->node);
	(void)snprintf(worker->group, sizeof(worker->group), "%s", TOPICS_GROUP);
	worker->partitions = memory_get_zeroed(SIM_PARTITIONS, sizeof(struct partition));
	worker->places = memory_get_zeroed(SIM_PARTITIONS, sizeof(struct consumer_committed));
	for (int32_t i = 0; i < SIM_PARTITIONS; i++)
		worker->partitions[i].number = i;
	worker->facts = facts_new();
	worker->state = memory_get_zeroed(1, sizeof(*worker->state));
	worker->decision = memory_get_zeroed(1, sizeof(*worker->decision));
	worker->drift_base = clock_wall() - clock_monotonic();
	worker->last_news = worker->last_heartbeat = clock_monotonic();
}

static void throw_away(struct process *process)
{
	struct worker *worker = &process->worker;

	transaction_free(worker->transaction);
	consumer_free(worker->member);
	facts_reader_free(worker->facts_reader);
	facts_free(worker->facts);
	for (int32_t i = 0; i < SIM_PARTITIONS; i++)
		store_free(worker->partitions[i].store);
	arena_done(&worker->arena);
	buffer_done(&worker->record);
	buffer_done(&worker->batch.value);
	free(worker->partitions);
	free(worker->places);
	free(worker->state);
	free(worker->decision);
	process->alive = process->dead = process->still = false;
	process->crash_in = process->still_in = 0;
}

static void start(struct sim *sim, void *what)
{
	struct process *process = what;
	const struct transaction_options options = {.id = process->node};
	struct worker *worker = &process->worker;
	struct err err = {0};
	bool opened;

	if (process->alive)
		return;
	sim_tell(sim, process->node, "starts");
	process->hub->running = NULL; /* it dies at work only */
	set_up(process);
	process->alive = true;
	opened = facts_reader_new(&worker->facts_reader, &kafka, NULL, worker->facts, &err) == OK &&
		transaction_new(&worker->transaction, &kafka, &options, 0, &err) == OK;
	assert(opened);
}

static void restart_after(struct process *process, int64_t ms)
{
	struct sim *sim = process->hub->sim;

	throw_away(process);
	sim_at(sim, sim->now + ms, start, process);
}

/* Mostly at once; or longer than its place is kept, or for so long that it is an outage. */
static int64_t some_pause(struct sim *sim)
{
	static const int64_t most[] = {CLOCK_MINUTE_MS, CLOCK_HOUR_MS, 60 * CLOCK_HOUR_MS};

	return sim_between(sim, 1000, most[random_below(&sim->random, 3)]);
}

static void hear_all(struct hub *hub)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (hub->processes[i].alive && !hub->processes[i].still)
			broker_hear(hub->sim->broker, hub->processes[i].worker.member);
}

/* Kafka has noticed, if it was for long. */
static void go_on(struct sim *sim, void *what)
{
	struct process *process = what;

	if (process->alive && process->still)
		sim_tell(sim, process->node, "goes on, as if nothing had been");
	hear_all(process->hub);
	broker_look_after(sim->broker);
	process->still = false;
}

/* True: it has more to do. */
static bool take_turn(struct process *process)
{
	struct hub *hub = process->hub;
	struct err err = {0};
	enum outcome outcome;

	if (!process->alive || process->still)
		return false;
	hub->running = process;
	outcome = worker_turn(&process->worker, &err);
	hub->running = NULL;
	if (process->dead || outcome != OK) {
		if (!process->dead)
			sim_broken(hub->sim, "router", "a router ends: %s", err.text);
		restart_after(process, some_pause(hub->sim));
		return false;
	}
	if (process->still_in > 0 && --process->still_in == 0) {
		process->still = true;
		sim_tell(hub->sim, process->node, "stands still, with %s",
			process->worker.batch.open ? "an open batch" : "nothing open");
		sim_at(hub->sim, hub->sim->now + some_pause(hub->sim), go_on, process);
		return false;
	}
	return broker_gave(hub->sim->broker) || process->worker.batch.open;
}

static bool has_due(const struct process *process)
{
	struct bytes client;
	int64_t due;

	for (size_t i = 0; i < SIM_PARTITIONS; i++) {
		const struct partition *partition = &process->worker.partitions[i];

		if (partition->mine && store_due(partition->store, clock_wall(), &due, &client))
			return true;
	}
	return false;
}

static void do_nothing(struct sim *sim, void *what)
{
	(void)sim;
	(void)what;
}

/* A router fires so many clocks at once, and the next ones when it looks again. */
static void look_again(struct hub *hub)
{
	bool due = false;

	for (size_t i = 0; i < WORKERS; i++) {
		const struct process *process = &hub->processes[i];

		if (process->alive && !process->still &&
			!atomic_load(&process->worker.clocks_stopped) && has_due(process))
			due = true;
	}
	hub->looks = due ? hub->looks + 1 : 0;
	if (hub->looks > LOOKS_MAX)
		sim_broken(hub->sim, "router", "what is due does not fire");
	if (due)
		sim_at(hub->sim, hub->sim->now + LOOK_MS, do_nothing, NULL);
}

void hub_run(struct hub *hub)
{
	struct sim *sim = hub->sim;
	bool busy = true;
	int turns = 0;

	hear_all(hub);
	for (; busy && sim->broken == NULL && turns < TURNS_MAX; turns++) {
		size_t first = random_below(&sim->random, WORKERS);

		busy = false;
		for (size_t i = 0; i < WORKERS; i++)
			busy = take_turn(&hub->processes[(first + i) % WORKERS]) || busy;
	}
	if (turns == TURNS_MAX)
		sim_broken(sim, "router", "the routers find no end");
	look_again(hub);
}

/* What goes wrong. */

static void set_time(struct sim *sim, int64_t broker, int64_t hub)
{
	sim->skew_broker = broker;
	sim->skew_hub = hub;
	sim->ahead_most = broker > sim->ahead_most ? broker : sim->ahead_most;
	sim->ahead_most = hub > sim->ahead_most ? hub : sim->ahead_most;
	sim->behind_most = -hub > sim->behind_most ? -hub : sim->behind_most;
	sim->behind_most = -broker > sim->behind_most ? -broker : sim->behind_most;
	sim_tell(sim, "time", "Kafka's clock is %.1f min off, the hub's %.1f min",
		(double)broker / CLOCK_MINUTE_MS, (double)hub / CLOCK_MINUTE_MS);
}

/* Ops sets it right. A router whose clocks have stopped for it is restarted. */
static void set_time_right(struct sim *sim, void *what)
{
	struct hub *hub = what;

	set_time(sim, 0, 0);
	for (size_t i = 0; i < WORKERS; i++)
		if (hub->processes[i].alive &&
			atomic_load(&hub->processes[i].worker.clocks_stopped))
			restart_after(&hub->processes[i], 1000);
}

static void jump(struct hub *hub)
{
	static const int64_t most[] = {
		50 * 1000, 50 * 1000, 2 * CLOCK_HOUR_MS, 2 * 24 * CLOCK_HOUR_MS};
	struct sim *sim = hub->sim;
	int64_t far = most[random_below(&sim->random, 4)], by = sim_between(sim, -far, far);
	int64_t which = sim_between(sim, 1, 3);

	set_time(sim, (which & 1) != 0 ? by : 0, (which & 2) != 0 ? by : 0);
	sim_at(sim, sim->now + sim_between(sim, CLOCK_MINUTE_MS, 12 * CLOCK_HOUR_MS),
		set_time_right, hub);
}

static void edge_beats(struct sim *sim, void *what)
{
	struct hub *hub = what;
	const struct fact fact = {
		.kind = FACT_KIND_HEARTBEAT, .id = bytes_of_string("edge/e"), .at = clock_wall()};

	if (sim->now >= hub->edge_back)
		broker_fact(sim->broker, &fact);
	sim_at(sim, sim->now + HUB_BEAT_MS, edge_beats, hub);
}

static void make_trouble(struct sim *sim, void *what)
{
	struct hub *hub = what;
	struct process *process = &hub->processes[random_below(&sim->random, WORKERS)];

	if (!hub->troubled)
		return;
	switch (random_below(&sim->random, 8)) {
	case 0:
	case 1:
	case 2:
		process->crash_in = (int)sim_between(sim, 1, 60);
		break;
	case 3:
	case 4:
		process->still_in = (int)sim_between(sim, 1, 12);
		break;
	case 5:
		broker_rebalance(sim->broker);
		break;
	case 6:
		jump(hub);
		break;
	default:
		hub->edge_back = sim->now + some_pause(sim);
		sim_tell(sim, "edge", "is away");
		break;
	}
	sim_at(sim, sim->now + sim_between(sim, CLOCK_HOUR_MS, 5 * 24 * CLOCK_HOUR_MS),
		make_trouble, hub);
}

void hub_begin_trouble(struct hub *hub)
{
	hub->troubled = true;
	make_trouble(hub->sim, hub);
}

void hub_mend(struct hub *hub)
{
	struct sim *sim = hub->sim;

	hub->troubled = false;
	hub->edge_back = sim->now;
	set_time(sim, 0, 0);
	for (size_t i = 0; i < WORKERS; i++) {
		if (hub->processes[i].alive)
			throw_away(&hub->processes[i]);
		start(sim, &hub->processes[i]);
	}
}

int64_t hub_edge_back(const struct hub *hub)
{
	return hub->edge_back;
}

struct hub *hub_new(struct sim *sim)
{
	static const char *const nodes[WORKERS] = {"router-a", "router-b"};
	struct hub *hub = memory_get_zeroed(1, sizeof(*hub));

	hub->sim = sim;
	sim->hub = hub;
	for (size_t i = 0; i < WORKERS; i++) {
		struct process *process = &hub->processes[i];

		process->hub = hub;
		process->node = nodes[i];
		process->conf.node = nodes[i];
		process->conf.rules = sim->rules;
		process->conf.codes = sim->codes;
		process->conf.router = (struct conf_router){
			.workers = 1,
			.commit_interval_ms = 50,
			.transaction_timeout_ms = 10000,
			.send_queue_kb = 100000,
			.send_queue_messages = 100000,
			.batch_messages = 20,
			.clocks_per_turn = 5,
			.heartbeat_ms = HUB_BEAT_MS,
			.outage_after_ms = HUB_OUTAGE_MS,
			.drift_max_ms = 60000,
		};
		process->options = (struct router_options){
			.conf = &process->conf, .kafka = &kafka, .ops_public_key = {9}};
		start(sim, process);
	}
	edge_beats(sim, hub);
	return hub;
}

void hub_free(struct hub *hub)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (hub->processes[i].alive)
			throw_away(&hub->processes[i]);
	free(hub);
}
