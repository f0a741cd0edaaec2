/* facts_reader - fills the facts from their topic, and follows it. */
#include "hub/flow/router/facts_reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/kafka/consumer.h"
#include "hub/wire/wire.h"

#define LOOK_UP_MS 10000
#define FETCH_QUEUE_KB 1024 /* facts are few and small */
#define FOLLOW_MAX 1000 /* records at a time */

struct facts_reader {
	struct kafka_settings kafka;
	struct facts *facts;
	struct consumer *consumer; /* NULL: the last one failed, and might hang */
	struct wire *wire;
	struct consumer_place place;
	bool following;
	struct arena arena;
};

typedef enum outcome facts_reader_work(
	struct facts_reader *reader, int timeout_ms, struct err *err);

enum outcome facts_reader_new(struct facts_reader **out, const struct kafka_settings *kafka,
	struct wire *wire, struct facts *facts, struct err *err)
{
	struct facts_reader *reader = memory_get_zeroed(1, sizeof(*reader));
	reader->kafka = *kafka;
	reader->kafka.fetch_queue_kb = FETCH_QUEUE_KB;
	reader->facts = facts;
	reader->wire = wire;
	reader->place.topic = TOPIC_FACTS;
	if (consumer_new(&reader->consumer, &reader->kafka, err) != OK ||
		consumer_begins(reader->consumer, &reader->place, 1, LOOK_UP_MS, err) != OK) {
		facts_reader_free(reader);
		return err_in(err, "facts");
	}
	*out = reader;
	return OK;
}

void facts_reader_free(struct facts_reader *reader)
{
	if (!reader)
		return;
	consumer_free(reader->consumer);
	arena_done(&reader->arena);
	free(reader);
}

/* The last fact under a key counts: what cannot be read stands there until it is overwritten. */
static void pass_over(const struct record_read *record, const struct err *why)
{
	char key[200];
	snprintf(key, sizeof(key), "%.*s", BYTES_ARG(record->key));
	log_error("facts", "key=%s offset=%lld text=%s", log_quote(key), (long long)record->offset,
		log_quote(why->text));
}

static enum outcome take(void *context, const struct record_read *record, struct err *err)
{
	struct facts_reader *reader = context;
	struct fact fact;
	struct wire_record value = {.value = record->value, .schema = &schema_fact};
	if (!record->key.data)
		return OK;
	if (!record->value.data) {
		facts_forget(reader->facts, record->key);
		return OK;
	}
	arena_reset(&reader->arena);
	enum outcome outcome = wire_decode(reader->wire, &value, &fact, &reader->arena, err);
	if (outcome == OK)
		facts_put(reader->facts, record->key, &fact);
	else if (outcome == REJECT)
		pass_over(record, err);
	else
		return err_in(err, "facts@%lld", (long long)record->offset);
	return OK;
}

static enum outcome with_client(
	struct facts_reader *reader, facts_reader_work *work, int timeout_ms, struct err *err)
{
	enum outcome outcome = OK;
	if (!reader->consumer)
		outcome = consumer_new(&reader->consumer, &reader->kafka, err);
	if (outcome == OK)
		outcome = work(reader, timeout_ms, err);
	if (outcome == OK)
		return OK;
	consumer_free(reader->consumer);
	reader->consumer = NULL;
	reader->following = false;
	return outcome;
}

static enum outcome catch_up(struct facts_reader *reader, int timeout_ms, struct err *err)
{
	reader->following = false;
	const struct consumer_reading what = {&reader->place, 1, timeout_ms, take, reader};
	return consumer_read_to_end(reader->consumer, &what, err);
}

enum outcome facts_reader_catch_up(struct facts_reader *reader, int timeout_ms, struct err *err)
{
	return with_client(reader, catch_up, timeout_ms, err);
}

static enum outcome follow(struct facts_reader *reader, int timeout_ms, struct err *err)
{
	enum consumer_news news = CONSUMER_RECORD;
	struct record_read record;
	if (!reader->following && consumer_assign(reader->consumer, &reader->place, 1, err) != OK)
		return err->outcome;
	reader->following = true;
	for (int i = 0; i < FOLLOW_MAX && news != CONSUMER_NOTHING; i++) {
		if (consumer_poll(reader->consumer, timeout_ms, &news, &record, err) != OK)
			return err->outcome;
		if (news != CONSUMER_RECORD)
			continue;
		if (take(reader, &record, err) != OK)
			return err->outcome;
		reader->place.offset = record.offset + 1;
	}
	return OK;
}

enum outcome facts_reader_follow(struct facts_reader *reader, struct err *err)
{
	return with_client(reader, follow, 0, err);
}
