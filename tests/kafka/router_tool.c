/* router_tool - runs a router by itself, feeds it, and checks what it wrote. */

/* tests/e2e/test_router.py is the director.
 *
 * router_tool create
 * router_tool serve NODE          until SIGTERM
 * router_tool send FROM TO        the story of clients FROM to TO - 1: referred, delivered,
 * accepted router_tool break FROM TO       for each of these clients a record that cannot be read
 * router_tool redrive             copies what is parked back to intake in order, and leaves out
 * what cannot be read router_tool wait RECORDS SECONDS    until so many intake records have their
 * event router_tool drop router_tool check RECORDS       exactly one event each, in order, and each
 * client as its last event says In the environment: LOKETHUB_KAFKA_PORT, TEST_PREFIX,
 * TEST_PARTITIONS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "hub/base/clock.h"
#include "hub/base/map.h"
#include "hub/base/memory.h"
#include "hub/flow/router/router.h"
#include "hub/kafka/consumer.h"
#include "hub/kafka/producer.h"
#include "hub/wire/publish.h"
#include "hub/wire/wire.h"
#include "tests/kafka/broker.h"
#include "tests/support/world.h"

#define STEPS 3
#define PLACES 64 /* more than any topic has partitions */

static struct kafka_settings kafka = {.node = "tool", .partitions = 4};
static char brokers[40];
static struct wire *wire;

static void end(const char *what, const struct err *err)
{
	fprintf(stderr, "router_tool: %s: %s\n", what, err->text);
	exit(1);
}

static int64_t number_of(const char *text)
{
	int64_t number;
	if (!text || !bytes_to_int64(bytes_of_string(text), &number)) {
		fprintf(stderr, "router_tool: a number is missing\n");
		exit(2);
	}
	return number;
}

/* create */

static struct wire_settings registry(void)
{
	static char url[80];
	const char *port = getenv("LOKETHUB_REGISTRY_PORT");
	snprintf(url, sizeof(url), "http://127.0.0.1:%s/apis/ccompat/v7", port ? port : "8081");
	return (struct wire_settings){
		.url = url, .topic_prefix = kafka.prefix, .timeout_ms = 10000};
}

static void open_wire(void)
{
	static struct wire_settings settings;
	struct err err = {0};
	settings = registry();
	wire = wire_new(&settings);
	if (wire_start(wire, &err) != OK)
		end("registry", &err);
}

static int create(void)
{
	const struct topics_options options = {.replicas = 1, .min_insync = 1};
	struct err err = {0};
	size_t made;
	struct publish_row rows[PUBLISH_SUBJECTS];
	struct wire_settings settings = registry();
	if (topics_create(&kafka, &options, 15000, &made, &err) != OK)
		end("create", &err);
	if (publish_register(&settings, rows) != OK)
		err_set(&err, FATAL, "the schemas were not registered");
	if (err.outcome != OK)
		end("create", &err);
	return 0;
}

/* serve */

static const char *const codes[][2] = {
	{"question", "WERK"},
	{"origin", "PARTNER"},
	{"urgency", "NORMAL"},
	{"purpose", "GUIDANCE"},
	{"reason", "OTHER"},
	{"outcome", "ADVICE_GIVEN"},
	{"next_step", "NONE"},
	{"closing_reason", "PLACED_WORK"},
	{"hold_reason", "ILLNESS"},
	{"review", "CONTINUE"},
};

static struct codes *all_codes(void)
{
	struct codes *all = codes_new();
	struct err err = {0};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct code code = {codes[i][0], codes[i][1], "-"};
		if (codes_add(all, &code, &err) != OK)
			end("codes", &err);
	}
	return all;
}

static struct conf conf_of(const char *node)
{
	const char *open_ms = getenv("TEST_TRANSACTION_MS"), *workers = getenv("TEST_WORKERS");
	return (struct conf){
		.node = node,
		.router =
			{
				.workers = workers ? atoi(workers) : 1,
				.commit_interval_ms = 50,
				.commit_gap_ms = 20,
				.drain_idle_ms = 2,
				.session_timeout_ms = 6000,
				.transaction_timeout_ms = open_ms ? atoi(open_ms) : 4000,
				.committed_timeout_ms = 30000,
				.fetch_queue_kb = 16384,
				.send_queue_kb = 65536,
				.send_queue_messages = 100000,
				.batch_messages = 1000,
				.clocks_per_turn = 500,
				.heartbeat_ms = 1000,
				.outage_after_ms = 10000,
				.drift_max_ms = 60000,
			},
		.rules = world_rules(),
		.codes = all_codes(),
	};
}

static int serve(const char *node)
{
	struct conf conf = conf_of(node);
	struct router *router;
	struct router_status status;
	struct err err = {0};
	sigset_t ends;
	struct router_options options = {.conf = &conf, .kafka = &kafka, .wire = wire};
	uint8_t secret[32];
	crypto_box_keypair(options.ops_public_key, secret);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	kafka.node = node;
	if (clock_use_offset_file(getenv("TEST_CLOCK_OFFSET"), &err) != OK)
		end("serve", &err);
	if (getenv("TEST_DEBUG"))
		log_set_level(LOG_DEBUG);
	router = router_start(&options);
	do {
		router_status(router, &status);
	} while (status.running == status.workers &&
		sigtimedwait(&ends, NULL, &(struct timespec){.tv_nsec = 100000000}) != SIGTERM);
	router_stop(router);
	if (router_join(router, &err) != OK)
		end("serve", &err);
	codes_free(conf.codes);
	wire_free(wire);
	return 0;
}

/* send */

static void id_of(int64_t client, uint8_t kind, uint8_t id[16])
{
	uint8_t mixed[crypto_hash_sha256_BYTES], from[9];
	memcpy(from, &client, 8);
	from[8] = kind;
	crypto_hash_sha256(mixed, from, sizeof(from));
	memcpy(id, mixed, 16);
	id[0] = (uint8_t)(client * 7);
	id[1] = (uint8_t)((id[1] & 0x0f) | (client & 0xf) << 4);
}

/* The step of the client's story; ids as an edge would make them. */
static void tell_step(struct world *world, int64_t client, int step)
{
	static const enum action actions[STEPS] = {0, ACTION_DELIVERED, ACTION_ACCEPT};
	if (step == 0)
		world_refer(world, 1, "gemeente", "wsp", REFERRAL_KIND_TRANSFER);
	else if (actions[step] == ACTION_DELIVERED)
		world_hub(world, 1, ACTION_DELIVERED);
	else
		world_act(world, 1, actions[step], "wsp");
	struct message *message = &world->message;
	id_of(client, (uint8_t)(10 + step), message->id.data);
	memcpy(message->digest.data, message->id.data, 16);
	message->has_client = step == 0;
	if (step == 0) {
		id_of(client, 0, message->client.data);
		id_of(client, 1, message->body_referral->referral.data);
	} else {
		id_of(client, 1, message->body_status_change->referral.data);
	}
}

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	(void)context;
	if (receipt->outcome != OK) {
		fprintf(stderr, "router_tool: %s\n", receipt->text);
		exit(1);
	}
}

static struct producer *open_producer(void)
{
	const struct producer_options options = {
		.receipt = take_receipt, .queue_max = 100000, .deadline_ms = 30000, .linger_ms = 5};
	struct producer *producer;
	struct err err = {0};
	for (int tries = 0; producer_new(&producer, &kafka, &options, &err) != OK; tries++)
		if (tries == 10)
			end("send", &err);
	return producer;
}

/* redrive: place in the queue of a parked client, 0: none; skip: leave it out. */
static void produce_again(struct producer *producer, const uint8_t id[16], struct bytes value,
	int32_t redrive, bool skip)
{
	struct err err = {0};
	char key[TOPICS_KEY_SIZE];
	topics_key(id, key);
	const struct record_write record = {
		.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = value,
		.headers = {.id = bytes_of_string("x"),
			.source = bytes_of_string("tool"),
			.time = 1,
			.redrive = redrive,
			.skip = bytes_of_string(skip ? "cannot be mended" : NULL)},
	};
	while (producer_is_pressed(producer))
		producer_serve(producer, 10);
	if (producer_send(producer, &record, &err) != OK)
		end("send", &err);
}

static void produce(struct producer *producer, const uint8_t id[16], struct bytes value)
{
	produce_again(producer, id, value, 0, false);
}

static void flush(struct producer *producer)
{
	struct err err = {0};
	if (producer_flush(producer, 30000, &err) != OK)
		end("send", &err);
	producer_free(producer);
}

static int send_stories(int64_t from, int64_t to, int steps)
{
	struct producer *producer = open_producer();
	struct world *world = memory_get_zeroed(1, sizeof(*world));
	struct buffer value = {0};
	world_init(world);
	for (int step = 0; step < steps; step++)
		for (int64_t client = from; client < to; client++) {
			tell_step(world, client, step);
			buffer_clear(&value);
			wire_begin(wire, &schema_message, &value);
			message_encode(&world->message, &value);
			uint8_t id[16];
			id_of(client, step > 0, id);
			produce(producer, id, buffer_bytes(&value));
		}
	flush(producer);
	buffer_done(&value);
	world_done(world);
	free(world);
	return 0;
}

static int send_broken(int64_t from, int64_t to)
{
	struct producer *producer = open_producer();
	for (int64_t client = from; client < to; client++) {
		uint8_t id[16];
		id_of(client, 0, id);
		produce(producer, id, bytes_of_string("no such thing"));
	}
	flush(producer);
	return 0;
}

/* wait, check */

struct last {
	uint8_t client[16];
	struct tag hash;
	bool has_hash;
	int32_t version;
	int64_t applied;
};

struct tally {
	int64_t events, clocks, last_clock, results[RESULT_COUNT];
	int64_t next[64]; /* the least offset that may come, per partition */
	struct map clients; /* struct last */
	int64_t wrong;
	struct arena arena;
};

static const uint8_t *key_of_last(const void *entry, const void *context)
{
	(void)context;
	return ((const struct last *)entry)->client;
}

static void complain(struct tally *tally, const struct record_read *record, const char *text)
{
	tally->wrong++;
	printf("%s[%d]@%" PRId64 ": %s\n", topics_row(record->topic)->name, record->partition,
		record->offset, text);
}

static void take_event(
	struct tally *tally, const struct record_read *record, const struct event *event)
{
	if (!event->has_offset) {
		tally->clocks++;
		tally->last_clock = event->at;
	} else {
		if (event->offset != tally->next[event->partition])
			complain(tally, record, "not the event of the next intake record");
		tally->next[event->partition] = event->offset + 1;
		tally->events++;
		tally->results[event->result]++;
	}
	if (!event->has_client || !event->has_state_hash)
		return;
	struct last *last = map_find(&tally->clients, event->client.data);
	if (!last) {
		last = memory_get_zeroed(1, sizeof(*last));
		memcpy(last->client, event->client.data, 16);
		map_put(&tally->clients, last);
	}
	if (event->version < last->version)
		complain(tally, record, "the client's version went down");
	last->version = event->version;
	last->hash = event->state_hash;
	last->has_hash = true;
}

static void take_state(
	struct tally *tally, const struct record_read *record, const struct client *client)
{
	static const uint8_t zero[16];
	struct last *last = map_find(&tally->clients, client->client.data);
	if (!last) {
		complain(tally, record, "a client without an event");
		return;
	}
	if (client->applied < last->applied)
		complain(tally, record, "an older state behind a newer one");
	last->applied = client->applied;
	uint64_t hash = bytes_hash(bytes_of(record->value.data + 5, record->value.size - 5), zero);
	if (client->version == last->version && memcmp(&hash, last->hash.data, 8) == 0)
		last->has_hash = false;
	else
		last->has_hash = true;
}

static struct consumer_place *beginning(void)
{
	struct consumer_place *places = memory_get_zeroed(PLACES, sizeof(*places));
	for (int32_t i = 0; i < PLACES; i++)
		places[i].partition = i;
	return places;
}

struct parked {
	uint8_t client[16];
	int32_t number;
	enum rejection_code code;
	struct bytes original;
};

struct queue {
	struct parked *items;
	size_t count;
	struct arena arena;
};

static enum outcome take_parked(void *context, const struct record_read *record, struct err *err)
{
	struct queue *queue = context;
	struct rejection rejection;
	struct wire_record value = {
		.value = arena_copy(&queue->arena, record->value), .schema = &schema_rejection};
	if (wire_decode(wire, &value, &rejection, &queue->arena, err) != OK)
		return err->outcome;
	if (!rejection.has_number)
		return OK;
	queue->items = memory_resize(queue->items, (queue->count + 1) * sizeof(struct parked));
	struct parked *parked = &queue->items[queue->count++];
	memcpy(parked->client, rejection.client.data, 16);
	parked->number = rejection.number;
	parked->code = rejection.code;
	parked->original = rejection.original;
	return OK;
}

static int compare_parked(const void *a, const void *b)
{
	const struct parked *left = a, *right = b;
	int order = memcmp(left->client, right->client, 16);
	return order ? order : left->number - right->number;
}

static int redrive(void)
{
	struct queue queue = {0};
	struct consumer *consumer;
	struct consumer_place *places = beginning();
	struct err err = {0};
	size_t count = (size_t)topics_partitions(&kafka, TOPIC_REJECTED);
	for (size_t i = 0; i < count; i++)
		places[i].topic = TOPIC_REJECTED;
	if (consumer_new(&consumer, &kafka, &err) != OK ||
		consumer_read_to_end(consumer,
			&(struct consumer_reading){places, count, 30000, take_parked, &queue},
			&err) != OK)
		end("redrive", &err);
	consumer_free(consumer);
	qsort(queue.items, queue.count, sizeof(struct parked), compare_parked);
	struct producer *producer = open_producer();
	for (size_t i = 0; i < queue.count; i++)
		produce_again(producer, queue.items[i].client, queue.items[i].original,
			queue.items[i].number, queue.items[i].code != REJECTION_CODE_PARKED);
	flush(producer);
	printf("redriven=%zu\n", queue.count);
	return 0;
}

static enum outcome take(void *context, const struct record_read *record, struct err *err)
{
	struct tally *tally = context;
	struct event event;
	struct client client;
	struct wire_record value = {
		.value = record->value, .schema = topics_row(record->topic)->value};
	arena_reset(&tally->arena);
	void *out = record->topic == TOPIC_EVENTS ? (void *)&event : (void *)&client;
	if (wire_decode(wire, &value, out, &tally->arena, err) != OK)
		return err->outcome;
	if (record->topic == TOPIC_EVENTS)
		take_event(tally, record, &event);
	else
		take_state(tally, record, &client);
	return OK;
}

static void read_topic(struct tally *tally, enum topic topic, struct consumer_place *places)
{
	struct consumer *consumer;
	struct err err = {0};
	size_t count = (size_t)topics_partitions(&kafka, topic);
	enum outcome outcome = RETRY;
	for (size_t i = 0; i < count; i++)
		places[i].topic = topic;
	/* Right after Kafka was away not all of it answers yet; what was read counts. */
	for (int tries = 0; tries < 5 && outcome == RETRY; tries++) {
		outcome = consumer_new(&consumer, &kafka, &err);
		if (outcome != OK)
			break;
		outcome = consumer_read_to_end(consumer,
			&(struct consumer_reading){places, count, 30000, take, tally}, &err);
		consumer_free(consumer);
	}
	if (outcome != OK)
		end("read", &err);
}

static struct tally *new_tally(void)
{
	struct tally *tally = memory_get_zeroed(1, sizeof(*tally));
	map_init(&tally->clients, key_of_last, NULL);
	return tally;
}

static int wait_for(int64_t records, int64_t seconds)
{
	int64_t until = clock_monotonic() + seconds * 1000;
	struct tally *tally = new_tally();
	struct consumer_place *places = beginning();
	do {
		read_topic(tally, TOPIC_EVENTS, places);
		if (tally->events >= records)
			return 0;
		usleep(100000);
	} while (clock_monotonic() < until);
	printf("%" PRId64 " of %" PRId64 " records have their event after %" PRId64 " s\n",
		tally->events, records, seconds);
	return 1;
}

static int check(int64_t records)
{
	struct tally *tally = new_tally();
	size_t at = 0;
	const struct last *last;
	read_topic(tally, TOPIC_EVENTS, beginning());
	read_topic(tally, TOPIC_CLIENTS, beginning());
	while ((last = map_next(&tally->clients, &at)))
		if (last->has_hash) {
			tally->wrong++;
			printf("a client's state is not that of its last event\n");
		}
	if (tally->events != records) {
		tally->wrong++;
		printf("%" PRId64 " events for %" PRId64 " records\n", tally->events, records);
	}
	printf("events=%" PRId64 " clocks=%" PRId64 " last_clock=%" PRId64
	       " clients=%zu wrong=%" PRId64,
		tally->events, tally->clocks, tally->last_clock, tally->clients.count,
		tally->wrong);
	for (int i = 0; i < RESULT_COUNT; i++)
		printf(" %s=%" PRId64, result_name((enum result)i), tally->results[i]);
	printf("\n");
	return tally->wrong > 0;
}

int main(int argc, char **argv)
{
	const char *port = getenv("LOKETHUB_KAFKA_PORT"), *partitions = getenv("TEST_PARTITIONS");
	const char *verb = argc > 1 ? argv[1] : "", *first = argc > 2 ? argv[2] : NULL;
	const char *second = argc > 3 ? argv[3] : NULL;
	kafka.prefix = getenv("TEST_PREFIX") ? getenv("TEST_PREFIX") : "test-router.";
	kafka.partitions = partitions ? atoi(partitions) : 4;
	kafka.brokers = brokers;
	snprintf(brokers, sizeof(brokers), "127.0.0.1:%s", port ? port : "9092");
	if (sodium_init() < 0)
		return 1;
	if (strcmp(verb, "create") == 0)
		return create();
	if (strcmp(verb, "drop") == 0) {
		broker_delete(&kafka);
		return 0;
	}
	open_wire();
	if (strcmp(verb, "serve") == 0 && first)
		return serve(first);
	if (strcmp(verb, "send") == 0)
		return send_stories(number_of(first), number_of(second), STEPS);
	if (strcmp(verb, "refer") == 0)
		return send_stories(number_of(first), number_of(second), 1);
	if (strcmp(verb, "break") == 0)
		return send_broken(number_of(first), number_of(second));
	if (strcmp(verb, "redrive") == 0)
		return redrive();
	if (strcmp(verb, "wait") == 0)
		return wait_for(number_of(first), number_of(second));
	if (strcmp(verb, "check") == 0)
		return check(number_of(first));
	fprintf(stderr, "router_tool: see the top of its source\n");
	return 2;
}
