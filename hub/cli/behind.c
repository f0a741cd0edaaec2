/* behind - how far routers and view are: what must be known before a sum can be trusted. */
#include "hub/cli/behind.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/cli/meter.h"
#include "hub/cli/reach.h"
#include "hub/kafka/consumer.h"

#define COMMITTED_MS 30000 /* a pending transaction may have to end first */
#define LOOK_EVERY_MS 50

static enum outcome ask_committed(struct consumer *consumer, struct behind *out, struct err *err)
{
	size_t count = (size_t)out->partitions;
	struct consumer_committed *places = memory_get_zeroed(count, sizeof(*places));
	for (size_t i = 0; i < count; i++)
		places[i].place = (struct consumer_place){TOPIC_INTAKE, (int32_t)i, -1};
	enum outcome outcome = consumer_committed(consumer, places, count, COMMITTED_MS, err);
	for (size_t i = 0; i < count; i++)
		out->committed[i] = places[i].place.offset;
	free(places);
	return outcome;
}

/* A partition that the view never read from has no position. */
static int64_t position_of(const struct view_positions *positions, int32_t partition)
{
	const char *events = topics_row(TOPIC_EVENTS)->name;
	for (size_t i = 0; i < positions->count; i++) {
		const struct view_position *position = &positions->items[i];
		if (position->partition == partition && bytes_equal_string(position->topic, events))
			return position->next;
	}
	return 0;
}

static enum outcome has_passed(struct view_reader *reader, const struct consumer_place *ends,
	int32_t count, bool *out, struct err *err)
{
	struct arena arena = {0};
	struct view_positions positions = {0};
	if (view_reader_begin(reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_positions(reader, &positions, err);
	*out = outcome == OK;
	for (int32_t i = 0; i < count; i++)
		*out = *out && position_of(&positions, i) >= ends[i].offset;
	view_reader_end(reader);
	arena_done(&arena);
	return outcome;
}

static enum outcome wait_for_view(struct view_reader *reader, const struct consumer_place *ends,
	int64_t deadline, struct behind *out, struct err *err)
{
	const struct timespec step = {.tv_nsec = LOOK_EVERY_MS * 1000000};
	struct meter meter = {.what = "waiting for the view, s"};
	int64_t start = clock_monotonic();
	for (;;) {
		if (has_passed(reader, ends, out->partitions, &out->is_current, err) != OK)
			return err->outcome;
		if (out->is_current || clock_monotonic() >= deadline)
			break;
		meter_step(&meter, (clock_monotonic() - start) / 1000, 0);
		nanosleep(&step, NULL);
	}
	meter_end(&meter);
	return OK;
}

static enum outcome find(const struct conf *conf, struct consumer *consumer,
	struct consumer_place *ends, struct behind *out, struct err *err)
{
	for (int32_t i = 0; i < out->partitions; i++)
		ends[i] = (struct consumer_place){TOPIC_EVENTS, i, 0};
	if (ask_committed(consumer, out, err) != OK)
		return err->outcome;
	return consumer_ends(consumer, ends, (size_t)out->partitions, conf->kafka.timeout_ms, err);
}

enum outcome behind_find(const struct conf *conf, struct view_reader *reader, int64_t until_ms,
	struct behind *out, struct err *err)
{
	struct kafka_settings kafka = reach_kafka(conf);
	struct consumer *consumer;
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP)];
	snprintf(group, sizeof(group), "%s%s", kafka.prefix, TOPICS_GROUP);
	if (consumer_new_onlooker(&consumer, &kafka, group, err) != OK)
		return err->outcome;
	size_t count = (size_t)kafka.partitions;
	struct consumer_place *ends = memory_get_zeroed(count, sizeof(*ends));
	*out = (struct behind){.partitions = kafka.partitions,
		.committed = memory_get_zeroed(count, sizeof(*out->committed))};
	enum outcome outcome = find(conf, consumer, ends, out, err);
	if (outcome == OK)
		outcome = wait_for_view(reader, ends, clock_monotonic() + until_ms, out, err);
	consumer_free(consumer);
	free(ends);
	if (outcome != OK)
		behind_done(out);
	return outcome;
}

void behind_done(struct behind *behind)
{
	free(behind->committed);
	*behind = (struct behind){0};
}
