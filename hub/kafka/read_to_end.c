/* read_to_end - reads topics to the ends that they have now, and returns. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"
#include "hub/kafka/consumer.h"

#define POLL_MS 100

struct reading {
	struct consumer *consumer;
	const struct consumer_reading *what;
	struct consumer_place *ends;
	size_t open, last;
	int64_t until; /* as clock_steady counts */
};

static size_t find(struct reading *reading, const struct record_read *record)
{
	for (size_t i = 0; i < reading->what->count; i++) {
		size_t at = (reading->last + i) % reading->what->count;
		const struct consumer_place *place = &reading->what->places[at];
		if (place->topic == record->topic && place->partition == record->partition)
			return reading->last = at;
	}
	assert(!"a record of a partition that was not asked for");
	return 0;
}

static void advance(struct reading *reading, size_t at, int64_t offset)
{
	reading->what->places[at].offset = offset;
	if (offset >= reading->ends[at].offset)
		reading->open--;
}

static enum outcome take(struct reading *reading, enum consumer_news news,
	const struct record_read *record, struct err *err)
{
	size_t at = find(reading, record);
	if (reading->what->places[at].offset >= reading->ends[at].offset)
		return OK;
	if (news == CONSUMER_DRAINED) {
		if (record->offset > reading->what->places[at].offset)
			advance(reading, at, record->offset);
		return OK;
	}
	enum outcome outcome = reading->what->each(reading->what->context, record, err);
	if (outcome == OK)
		advance(reading, at, record->offset + 1);
	return outcome;
}

static enum outcome start(struct reading *reading, struct err *err)
{
	size_t behind = 0;
	struct consumer_place *todo = memory_get_zeroed(reading->what->count, sizeof(*todo));
	for (size_t i = 0; i < reading->what->count; i++)
		if (reading->what->places[i].offset < reading->ends[i].offset)
			todo[behind++] = reading->what->places[i];
	reading->open = behind;
	enum outcome outcome = consumer_assign(reading->consumer, todo, behind, err);
	free(todo);
	return outcome;
}

static enum outcome run(struct reading *reading, struct err *err)
{
	while (reading->open > 0) {
		enum consumer_news news;
		struct record_read record;
		enum outcome outcome =
			consumer_poll(reading->consumer, POLL_MS, &news, &record, err);
		if (outcome == OK && news != CONSUMER_NOTHING) {
			reading->until = clock_steady() + reading->what->timeout_ms;
			outcome = take(reading, news, &record, err);
		}
		if (outcome != OK)
			return outcome;
		if (news == CONSUMER_NOTHING && clock_steady() > reading->until)
			return err_set(err, RETRY, "reading to the end: nothing more comes");
	}
	return OK;
}

enum outcome consumer_read_to_end(
	struct consumer *consumer, const struct consumer_reading *what, struct err *err)
{
	struct reading reading = {
		.consumer = consumer,
		.what = what,
		.ends = memory_get_zeroed(what->count, sizeof(*what->places)),
		.until = clock_steady() + what->timeout_ms,
	};
	memcpy(reading.ends, what->places, what->count * sizeof(*what->places));
	enum outcome outcome =
		consumer_high_ends(consumer, reading.ends, what->count, what->timeout_ms, err);
	if (outcome == OK)
		outcome = start(&reading, err);
	if (outcome == OK)
		outcome = run(&reading, err);
	if (outcome == OK)
		outcome = consumer_assign(consumer, NULL, 0, err);
	free(reading.ends);
	return outcome;
}
