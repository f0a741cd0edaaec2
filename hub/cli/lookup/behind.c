/* behind - how far routers and view are: what must be known before a sum can be trusted. */
#include "hub/cli/lookup/behind.h"

#include <stdio.h>

#include "hub/cli/reach.h"
#include "hub/kafka/consumer.h"

#define COMMITTED_MS 30000 /* a pending transaction may have to end first */
#define WAIT_MS 5000
#define LOOK_EVERY_MS 50

/* What the commands tell of: a sum over half of one of them would be wrong. */
static const enum topic told_of[] = {TOPIC_INTAKE, TOPIC_EVENTS, TOPIC_CLIENTS, TOPIC_PERSONS,
	TOPIC_KEYS, TOPIC_HANDOVERS, TOPIC_REJECTED, TOPIC_FACTS};

/* How far those topics go. */
struct ends {
	struct consumer_place *items;
	size_t count;
};

static void list_ends(struct cli_call *call, const struct kafka_settings *kafka, struct ends *out)
{
	size_t topics = sizeof(told_of) / sizeof(told_of[0]), count = 0;
	for (size_t i = 0; i < topics; i++)
		count += (size_t)topics_partitions(kafka, told_of[i]);
	*out = (struct ends){.items = arena_get_array(&call->arena, count, sizeof(*out->items))};
	for (size_t i = 0; i < topics; i++)
		for (int32_t j = 0; j < topics_partitions(kafka, told_of[i]); j++)
			out->items[out->count++] = (struct consumer_place){told_of[i], j, 0};
}

static enum outcome ask_kafka(struct cli_call *call, struct consumer *consumer, struct ends *ends,
	int64_t *committed, struct err *err)
{
	size_t count = (size_t)call->conf->kafka.partitions;
	struct consumer_committed *places = arena_get_array(&call->arena, count, sizeof(*places));
	for (size_t i = 0; i < count; i++)
		places[i].place = (struct consumer_place){TOPIC_INTAKE, (int32_t)i, -1};
	if (consumer_committed(consumer, places, count, COMMITTED_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < count; i++)
		committed[i] = places[i].place.offset;
	return consumer_ends(consumer, ends->items, ends->count, call->conf->kafka.timeout_ms, err);
}

/* A partition that the view never read from has no position. */
static int64_t position_of(
	const struct view_positions *positions, const struct consumer_place *place)
{
	const char *topic = topics_row(place->topic)->name;
	for (size_t i = 0; i < positions->count; i++) {
		const struct view_position *position = &positions->items[i];
		if (position->partition == place->partition &&
			bytes_equal_string(position->topic, topic))
			return position->next;
	}
	return 0;
}

static enum outcome has_passed(
	struct cli_call *call, const struct ends *ends, struct behind *out, struct err *err)
{
	struct view_positions positions;
	if (cli_look(call, err) != OK || view_positions(call->reader, &positions, err) != OK)
		return err->outcome;
	out->is_current = true;
	for (size_t i = 0; i < ends->count; i++)
		out->is_current = out->is_current &&
			position_of(&positions, &ends->items[i]) >= ends->items[i].offset;
	cli_leave(call);
	return OK;
}

static enum outcome wait_for_view(
	struct cli_call *call, const struct ends *ends, struct behind *out, struct err *err)
{
	struct terminal_meter meter = {.what = "waiting for the view, s"};
	int64_t start = clock_monotonic(), waited = 0;
	for (; waited < WAIT_MS; waited = clock_monotonic() - start) {
		if (has_passed(call, ends, out, err) != OK)
			return err->outcome;
		if (out->is_current)
			break;
		terminal_meter_step(&meter, waited / 1000, 0);
		clock_sleep(LOOK_EVERY_MS);
	}
	terminal_meter_end(&meter);
	return OK;
}

enum outcome behind_find(struct cli_call *call, struct behind *out, struct err *err)
{
	struct kafka_settings kafka = reach_kafka(call->conf);
	size_t count = (size_t)kafka.partitions;
	int64_t *committed = arena_get_array(&call->arena, count, sizeof(*committed));
	struct consumer *consumer;
	struct ends ends;
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP)];
	snprintf(group, sizeof(group), "%s%s", kafka.prefix, TOPICS_GROUP);
	*out = (struct behind){{committed, kafka.partitions}, false};
	if (consumer_new_onlooker(&consumer, &kafka, group, err) != OK)
		return err->outcome;
	list_ends(call, &kafka, &ends);
	enum outcome outcome = ask_kafka(call, consumer, &ends, committed, err);
	consumer_free(consumer);
	return outcome == OK ? wait_for_view(call, &ends, out, err) : outcome;
}
