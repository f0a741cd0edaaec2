/* places - partitions and offsets as librdkafka's lists: where a topic begins, ends, and what a
 * group committed. */
#include "hub/kafka/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"

#define AGAIN_MS 50

static rd_kafka_topic_partition_t *add(const struct kafka_settings *settings,
	rd_kafka_topic_partition_list_t *list, const struct consumer_place *place)
{
	char name[TOPICS_NAME_SIZE];
	topics_name(settings, place->topic, name);
	return rd_kafka_topic_partition_list_add(list, name, place->partition);
}

rd_kafka_topic_partition_list_t *places_list(
	const struct kafka_settings *settings, const struct consumer_place *places, size_t count)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++)
		add(settings, list, &places[i])->offset = places[i].offset;
	return list;
}

static enum outcome first_error(const rd_kafka_topic_partition_list_t *list, struct err *err)
{
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err)
			return err_set(err, kafka_outcome(list->elems[i].err),
				"offset of %s[%d]: %s", list->elems[i].topic,
				list->elems[i].partition, rd_kafka_err2str(list->elems[i].err));
	return OK;
}

/* A moment after a topic was made or a broker came back the first answers still send us elsewhere,
 * and librdkafka passes them on; so a call is made again as long as it may last. */
typedef rd_kafka_resp_err_t attempt_fn(
	rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int timeout_ms);

static enum outcome attempt(struct consumer *consumer, attempt_fn *call,
	rd_kafka_topic_partition_list_t *list, int timeout_ms, struct err *err)
{
	int64_t until = clock_steady() + timeout_ms;
	rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_copy(list);
	enum outcome outcome;
	for (;;) {
		rd_kafka_resp_err_t code = call(consumer_client(consumer), list, timeout_ms);
		outcome = kafka_err(err, code, "looking up offsets");
		if (outcome == OK)
			outcome = first_error(list, err);
		if (outcome != RETRY || clock_steady() + AGAIN_MS > until)
			break;
		for (int i = 0; i < list->cnt; i++) {
			list->elems[i].offset = asked->elems[i].offset;
			list->elems[i].err = RD_KAFKA_RESP_ERR_NO_ERROR;
		}
		nanosleep(&(struct timespec){.tv_nsec = AGAIN_MS * 1000000}, NULL);
	}
	rd_kafka_topic_partition_list_destroy(asked);
	return outcome;
}

/* which: as in Kafka's ListOffsets; under read_committed the end is the last stable offset. */
struct query {
	struct consumer *consumer;
	int64_t which;
	int timeout_ms;
};

static enum outcome find(
	const struct query *query, struct consumer_place *places, size_t count, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++)
		add(consumer_settings(query->consumer), list, &places[i])->offset = query->which;
	enum outcome outcome =
		attempt(query->consumer, rd_kafka_offsets_for_times, list, query->timeout_ms, err);
	for (size_t i = 0; i < count && outcome == OK; i++)
		places[i].offset = list->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return outcome;
}

enum outcome consumer_begins(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err)
{
	return find(&(struct query){consumer, RD_KAFKA_OFFSET_BEGINNING, timeout_ms}, places, count,
		err);
}

enum outcome consumer_ends(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err)
{
	return find(&(struct query){consumer, RD_KAFKA_OFFSET_END, timeout_ms}, places, count, err);
}

rd_kafka_topic_partition_list_t *places_committed_list(const struct kafka_settings *settings,
	const struct consumer_committed *places, size_t count)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++) {
		char text[48];
		rd_kafka_topic_partition_t *to = add(settings, list, &places[i].place);
		snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, places[i].numbers[0],
			places[i].numbers[1]);
		to->offset = places[i].place.offset;
		to->metadata = memory_string(text); /* librdkafka frees it with the list */
		to->metadata_size = strlen(text);
	}
	return list;
}

static void take_committed(struct consumer_committed *out, const rd_kafka_topic_partition_t *from)
{
	char text[48] = "";
	out->place.offset = from->offset < 0 ? -1 : from->offset;
	out->numbers[0] = out->numbers[1] = 0;
	if (from->metadata && from->metadata_size < sizeof(text))
		memcpy(text, from->metadata, from->metadata_size);
	sscanf(text, "%" SCNd64 " %" SCNd64, &out->numbers[0], &out->numbers[1]);
}

enum outcome consumer_committed(struct consumer *consumer, struct consumer_committed *places,
	size_t count, int timeout_ms, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++)
		add(consumer_settings(consumer), list, &places[i].place);
	enum outcome outcome = attempt(consumer, rd_kafka_committed, list, timeout_ms, err);
	for (size_t i = 0; i < count && outcome == OK; i++)
		take_committed(&places[i], &list->elems[i]);
	rd_kafka_topic_partition_list_destroy(list);
	return outcome;
}
