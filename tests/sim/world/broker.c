/* broker - a model of Kafka: logs, a group with its generations, and transactions that fence. */
#include "tests/sim/world/broker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/wire/wire.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/judge.h"

#define SEATS 4
#define SESSION_MS (10 * CLOCK_MINUTE_MS)
#define LOOSE 20 /* so many of the newest records are not compacted yet */

struct log {
	struct broker_record *records;
	size_t count, capacity;
};

/* A place in the group, under a name. */
struct seat {
	char name[64];
	struct consumer *who; /* NULL: away */
	int64_t heard;
	bool owes; /* an answer to the change that is under way */
	bool has[SIM_PARTITIONS];
};

struct broker {
	struct sim *sim;
	struct log logs[TOPIC_COUNT][TOPICS_BY_KEY_PARTITIONS];
	struct seat seats[SEATS];
	size_t seats_count;
	int32_t generation;
	bool moving; /* the partitions are shared out anew once all have let go */
	int64_t moving_since;
	struct consumer_committed committed[SIM_PARTITIONS];
	bool gave;
};

struct reading {
	struct consumer_place place;
	bool told_end;
};

struct consumer {
	struct broker *broker;
	char name[64]; /* of a member */
	bool is_member, fenced;
	int32_t generation;
	enum consumer_news change, unanswered;
	int64_t deaf; /* polls until it hears that it was left out */
	struct consumer_place assigned[SIM_PARTITIONS];
	struct reading readings[SIM_PARTITIONS];
	size_t assigned_count, readings_count, next;
};

static const struct kafka_settings spread = {.prefix = "", .partitions = SIM_PARTITIONS};

struct broker *broker_new(struct sim *sim)
{
	struct broker *broker = memory_get_zeroed(1, sizeof(*broker));

	broker->sim = sim;
	for (int32_t i = 0; i < SIM_PARTITIONS; i++)
		broker->committed[i].place = (struct consumer_place){TOPIC_INTAKE, i, -1};
	return broker;
}

void broker_free(struct broker *broker)
{
	for (size_t topic = 0; topic < TOPIC_COUNT; topic++)
		for (size_t i = 0; i < TOPICS_BY_KEY_PARTITIONS; i++)
			free(broker->logs[topic][i].records);
	free(broker);
}

/* What nobody here reads again is not kept. */
static bool is_kept(enum topic topic)
{
	return topic == TOPIC_INTAKE || topic == TOPIC_CLIENTS || topic == TOPIC_FACTS;
}

static void replace(struct log *log, const struct broker_record *by)
{
	for (size_t i = log->count; i-- > 0;)
		if (bytes_equal(log->records[i].key, by->key)) {
			log->records[i].replaced = true;
			return;
		}
}

void broker_append(struct broker *broker, struct broker_record record)
{
	struct sim *sim = broker->sim;
	struct log *log;

	record.partition = topics_partition(&spread, record.topic, record.key);
	log = &broker->logs[record.topic][record.partition];
	if (!is_kept(record.topic))
		return;
	if (log->count == log->capacity) {
		log->capacity = 2 * log->capacity + 64;
		log->records = memory_resize(log->records, log->capacity * sizeof(record));
	}
	record.offset = (int64_t)log->count;
	record.time = sim->now + sim->skew_broker;
	record.key = arena_copy(&sim->arena, record.key);
	record.value = arena_copy(&sim->arena, record.value);
	if (topics_row(record.topic)->compacted)
		replace(log, &record);
	log->records[log->count++] = record;
}

void broker_fact(struct broker *broker, const struct fact *fact)
{
	struct buffer value = {0};
	char key[TOPICS_FACT_KEY_SIZE];

	topics_fact_key(fact, key);
	wire_begin(NULL, &schema_fact, &value);
	fact_encode(fact, &value);
	broker_append(broker,
		(struct broker_record){.topic = TOPIC_FACTS,
			.key = bytes_of_string(key),
			.value = buffer_bytes(&value)});
	judge_fact(broker->sim->judge, bytes_of_string(key), buffer_bytes(&value));
	buffer_done(&value);
}

size_t broker_count(const struct broker *broker, enum topic topic, int32_t partition)
{
	return broker->logs[topic][partition].count;
}

const struct broker_record *broker_find(
	const struct broker *broker, enum topic topic, int32_t partition, int64_t offset)
{
	const struct log *log = &broker->logs[topic][partition];

	return offset >= 0 && (size_t)offset < log->count ? &log->records[offset] : NULL;
}

int64_t broker_committed(const struct broker *broker, int32_t partition)
{
	return broker->committed[partition].place.offset;
}

bool broker_gave(const struct broker *broker)
{
	return broker->gave;
}

/* The group. */

static bool has_any(const struct seat *seat)
{
	for (size_t i = 0; i < SIM_PARTITIONS; i++)
		if (seat->has[i])
			return true;
	return false;
}

static struct seat *seat_of(const struct broker *broker, const struct consumer *consumer)
{
	for (size_t i = 0; i < broker->seats_count; i++)
		if (broker->seats[i].who == consumer)
			return (struct seat *)(uintptr_t)&broker->seats[i];
	return NULL;
}

static void give_change(struct consumer *consumer, const struct seat *seat)
{
	consumer->assigned_count = 0;
	for (int32_t i = 0; i < SIM_PARTITIONS; i++)
		if (seat->has[i])
			consumer->assigned[consumer->assigned_count++] =
				(struct consumer_place){TOPIC_INTAKE, i, -1};
	consumer->change = CONSUMER_ASSIGNED;
	consumer->generation = consumer->broker->generation;
}

void broker_rebalance(struct broker *broker)
{
	broker->moving = true;
	broker->moving_since = broker->sim->now;
	for (size_t i = 0; i < broker->seats_count; i++) {
		struct seat *seat = &broker->seats[i];
		bool holds = seat->who != NULL && seat->who->change != CONSUMER_ASSIGNED &&
			has_any(seat);

		seat->owes = holds;
		if (seat->who != NULL)
			seat->who->change = holds ? CONSUMER_REVOKED : CONSUMER_NOTHING;
	}
}

static void remove_seat(struct broker *broker, size_t at)
{
	struct consumer *who = broker->seats[at].who;

	if (who != NULL) {
		who->change = CONSUMER_LOST;
		who->deaf = sim_between(broker->sim, 0, 4);
	}
	memmove(&broker->seats[at], &broker->seats[at + 1],
		(broker->seats_count - at - 1) * sizeof(broker->seats[0]));
	broker->seats_count--;
	broker_rebalance(broker);
}

static void share_out(struct broker *broker)
{
	struct sim *sim = broker->sim;

	broker->moving = false;
	broker->generation++;
	for (size_t i = 0; i < broker->seats_count; i++)
		memset(broker->seats[i].has, 0, sizeof(broker->seats[i].has));
	for (size_t i = 0; i < SIM_PARTITIONS && broker->seats_count > 0; i++)
		broker->seats[random_below(&sim->random, broker->seats_count)].has[i] = true;
	for (size_t i = 0; i < broker->seats_count; i++)
		if (broker->seats[i].who != NULL)
			give_change(broker->seats[i].who, &broker->seats[i]);
	sim_tell(sim, "kafka", "shares out the partitions, generation %d", broker->generation);
}

void broker_hear(struct broker *broker, const struct consumer *member)
{
	struct seat *seat = seat_of(broker, member);

	if (seat != NULL)
		seat->heard = broker->sim->now;
}

/* Who was not heard of for too long is no member any more; once nobody owes an answer, all get
 * their share. */
void broker_look_after(struct broker *broker)
{
	bool waits = false;

	for (size_t i = broker->seats_count; i-- > 0;)
		if (broker->sim->now - broker->seats[i].heard > SESSION_MS) {
			sim_tell(broker->sim, "kafka", "%s is no member any more",
				broker->seats[i].name);
			remove_seat(broker, i);
		}
	for (size_t i = 0; i < broker->seats_count; i++)
		waits = waits || broker->seats[i].owes;
	if (broker->moving && !waits)
		share_out(broker);
}

static void join(struct consumer *consumer)
{
	struct broker *broker = consumer->broker;
	struct seat *seat = NULL;
	bool is_new;

	for (size_t i = 0; i < broker->seats_count; i++)
		if (strcmp(broker->seats[i].name, consumer->name) == 0)
			seat = &broker->seats[i];
	is_new = seat == NULL;
	if (is_new) {
		assert(broker->seats_count < SEATS);
		seat = &broker->seats[broker->seats_count++];
		*seat = (struct seat){0};
		memcpy(seat->name, consumer->name, sizeof(seat->name));
	} else if (seat->who != NULL && seat->who != consumer) {
		seat->who->fenced = true;
	}
	seat->who = consumer;
	seat->heard = broker->sim->now;
	seat->owes = false;
	if (is_new)
		broker_rebalance(broker);
	else if (!broker->moving)
		give_change(consumer, seat);
}

/* hub/kafka/consumer.h */

enum outcome consumer_new(
	struct consumer **out, const struct kafka_settings *settings, struct err *err)
{
	(void)settings;
	if (hub_step("consumer"))
		return hub_unwell(err, "consumer");
	*out = memory_get_zeroed(1, sizeof(**out));
	(*out)->broker = sim_running()->broker;
	return OK;
}

enum outcome consumer_new_onlooker(struct consumer **out, const struct kafka_settings *settings,
	const char *group, struct err *err)
{
	(void)group;
	return consumer_new(out, settings, err);
}

enum outcome consumer_new_member(struct consumer **out, const struct kafka_settings *settings,
	const struct consumer_member_options *options, struct err *err)
{
	if (consumer_new(out, settings, err) != OK)
		return err->outcome;
	(*out)->is_member = true;
	(void)snprintf((*out)->name, sizeof((*out)->name), "%s", options->instance);
	join(*out);
	return OK;
}

/* Its place is kept for who comes back under its name. */
void consumer_free(struct consumer *consumer)
{
	struct seat *seat = consumer != NULL ? seat_of(consumer->broker, consumer) : NULL;

	if (seat != NULL) {
		seat->who = NULL;
		seat->owes = false;
	}
	free(consumer);
}

enum outcome consumer_assign(struct consumer *consumer, const struct consumer_place *places,
	size_t count, struct err *err)
{
	enum consumer_news answers = consumer->unanswered;
	struct seat *seat = seat_of(consumer->broker, consumer);

	if (hub_step("assign"))
		return hub_unwell(err, "assign");
	consumer->unanswered = CONSUMER_NOTHING;
	consumer->readings_count = count;
	for (size_t i = 0; i < count; i++)
		consumer->readings[i] = (struct reading){places[i], false};
	if (answers == CONSUMER_REVOKED && seat != NULL)
		seat->owes = false;
	if (answers == CONSUMER_LOST)
		join(consumer);
	return OK;
}

const struct consumer_place *consumer_assigned(const struct consumer *consumer, size_t *count)
{
	*count = consumer->assigned_count;
	return consumer->assigned;
}

static void give_record(const struct broker_record *from, struct record_read *out)
{
	*out = (struct record_read){
		.topic = from->topic,
		.partition = from->partition,
		.offset = from->offset,
		.time = from->time,
		.key = from->key,
		.value = from->value,
		.message = (const void *)from,
	};
}

static enum consumer_news read_one(
	struct broker *broker, struct reading *reading, struct record_read *out)
{
	struct consumer_place *place = &reading->place;
	const struct broker_record *record =
		broker_find(broker, place->topic, place->partition, place->offset);

	if (record != NULL) {
		give_record(record, out);
		place->offset++;
		reading->told_end = false;
		return CONSUMER_RECORD;
	}
	if (reading->told_end)
		return CONSUMER_NOTHING;
	*out = (struct record_read){
		.topic = place->topic, .partition = place->partition, .offset = place->offset};
	reading->told_end = true;
	return CONSUMER_DRAINED;
}

static bool change_news(struct consumer *consumer, enum consumer_news *news)
{
	broker_hear(consumer->broker, consumer);
	broker_look_after(consumer->broker);
	if (consumer->change == CONSUMER_NOTHING || (consumer->deaf > 0 && consumer->deaf-- > 0))
		return false;
	*news = consumer->unanswered = consumer->change;
	consumer->change = CONSUMER_NOTHING;
	return true;
}

enum outcome consumer_poll(struct consumer *consumer, int timeout_ms, enum consumer_news *news,
	struct record_read *record, struct err *err)
{
	struct broker *broker = consumer->broker;

	(void)timeout_ms;
	*news = CONSUMER_NOTHING;
	if (hub_step("poll") || consumer->fenced)
		return hub_unwell(err, "poll");
	if (consumer->is_member && change_news(consumer, news)) {
		broker->gave = true;
		return OK;
	}
	for (size_t i = 0; i < consumer->readings_count && *news == CONSUMER_NOTHING; i++)
		*news = read_one(broker,
			&consumer->readings[consumer->next++ % consumer->readings_count], record);
	if (consumer->is_member)
		broker->gave = *news != CONSUMER_NOTHING;
	return OK;
}

bool consumer_is_fenced(const struct consumer *consumer)
{
	return consumer->fenced;
}

enum outcome consumer_begins(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err)
{
	(void)consumer;
	(void)timeout_ms;
	if (hub_step("begins"))
		return hub_unwell(err, "begins");
	for (size_t i = 0; i < count; i++)
		places[i].offset = 0;
	return OK;
}

enum outcome consumer_ends(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err)
{
	(void)timeout_ms;
	if (hub_step("ends"))
		return hub_unwell(err, "ends");
	for (size_t i = 0; i < count; i++)
		places[i].offset = (int64_t)broker_count(
			consumer->broker, places[i].topic, places[i].partition);
	return OK;
}

enum outcome consumer_committed(struct consumer *consumer, struct consumer_committed *places,
	size_t count, int timeout_ms, struct err *err)
{
	(void)timeout_ms;
	if (hub_step("committed"))
		return hub_unwell(err, "committed");
	for (size_t i = 0; i < count; i++)
		places[i] = consumer->broker->committed[places[i].place.partition];
	return OK;
}

/* Somewhere before the newest records ends what is compacted already. */
enum outcome consumer_read_to_end(
	struct consumer *consumer, const struct consumer_reading *what, struct err *err)
{
	struct record_read record;

	if (hub_step("read to the end"))
		return hub_unwell(err, "read to the end");
	for (size_t i = 0; i < what->count; i++) {
		struct consumer_place *place = &what->places[i];
		struct log *log = &consumer->broker->logs[place->topic][place->partition];

		for (; (size_t)place->offset < log->count; place->offset++) {
			const struct broker_record *from = &log->records[place->offset];

			if (from->replaced && (size_t)place->offset + LOOSE < log->count)
				continue;
			give_record(from, &record);
			if (what->each(what->context, &record, err) != OK)
				return err->outcome;
		}
	}
	return OK;
}

void record_headers_read(const struct record_read *record, struct record_headers *out)
{
	const struct broker_record *from = (const void *)record->message;

	*out = (struct record_headers){.redrive = from->redrive, .hops = from->hops};
	if (from->skip)
		out->skip = bytes_of_string("left out");
}

bool broker_is_member(const struct broker *broker, const struct consumer *member)
{
	return seat_of(broker, member) != NULL && member->generation == broker->generation;
}

void broker_commit(struct broker *broker, const struct consumer_committed *offsets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		broker->committed[offsets[i].place.partition] = offsets[i];
}
