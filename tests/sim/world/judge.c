/* judge - sees all that is committed, and says which invariant is broken. */
#include "tests/sim/world/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/wire/wire.h"
#include "tests/sim/world/region.h"
#include "tests/sim/world/ruling.h"
#include "tests/sim/world/spoil.h"

#define SUBJECTS 512

/* Of a partition's router, all edges or a desk's delivery. */
struct outage {
	struct bytes key; /* of its fact */
	int64_t from, to; /* INT64_MAX: it goes on */
};

struct answer {
	bool arrived, answered;
};

struct judge {
	struct sim *sim;
	struct arena arena;
	struct handover_state *state;
	struct buffer folded;
	struct outage *outages;
	size_t outages_count, outages_capacity;
	struct judge_client subjects[SUBJECTS];
	size_t subjects_count;
	int64_t next[SIM_PARTITIONS], last_at[SIM_PARTITIONS];
	struct answer *answers;
	size_t answers_count, answers_capacity;
	struct parked *parked;
	size_t parked_count, parked_capacity;
};

struct judge *judge_new(struct sim *sim)
{
	struct judge *judge = memory_get_zeroed(1, sizeof(*judge));

	judge->sim = sim;
	judge->state = memory_get_zeroed(1, sizeof(*judge->state));
	(void)judge_expect(judge); /* 0 is nobody's */
	return judge;
}

void judge_free(struct judge *judge)
{
	for (size_t i = 0; i < judge->subjects_count; i++) {
		buffer_done(&judge->subjects[i].record);
		free(judge->subjects[i].clocks);
	}
	arena_done(&judge->arena);
	buffer_done(&judge->folded);
	free(judge->outages);
	free(judge->state);
	free(judge->answers);
	free(judge->parked);
	free(judge);
}

/* Room for one more. */
static void *grow(void *items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return items;
	*capacity = 2 * *capacity + 16;
	return memory_resize(items, *capacity * size);
}

uint32_t judge_expect(struct judge *judge)
{
	judge->answers = grow(judge->answers, judge->answers_count, &judge->answers_capacity,
		sizeof(*judge->answers));
	judge->answers[judge->answers_count] = (struct answer){0};
	return (uint32_t)judge->answers_count++;
}

void judge_arrived(struct judge *judge, uint32_t number)
{
	judge->answers[number].arrived = true;
}

size_t judge_unanswered(const struct judge *judge, uint32_t *first)
{
	size_t count = 0;

	for (size_t i = judge->answers_count; i-- > 1;)
		if (judge->answers[i].arrived && !judge->answers[i].answered) {
			*first = (uint32_t)i;
			count++;
		}
	return count;
}

size_t judge_count(const struct judge *judge)
{
	return judge->subjects_count;
}

struct judge_client *judge_subject(struct judge *judge, size_t place)
{
	return &judge->subjects[place];
}

struct judge_client *judge_find(struct judge *judge, struct pseudonym client)
{
	for (size_t i = 0; i < judge->subjects_count; i++)
		if (memcmp(&judge->subjects[i].client, &client, sizeof(client)) == 0)
			return &judge->subjects[i];
	return NULL;
}

struct client judge_look(const struct judge_client *subject, struct arena *arena)
{
	struct client client = {.status = CLIENT_STATUS_CLOSED, .owner = -1, .duty_desk = -1};
	struct err err = {0};

	if (subject->record.size > 0 &&
		client_decode(&client, buffer_bytes(&subject->record), arena, &err) != OK)
		abort();
	return client;
}

struct parked *judge_parked(struct judge *judge, size_t *count)
{
	*count = judge->parked_count;
	return judge->parked;
}

static struct outage *outage_of(struct judge *judge, struct bytes key)
{
	for (size_t i = 0; i < judge->outages_count; i++)
		if (bytes_equal(judge->outages[i].key, key))
			return &judge->outages[i];
	judge->outages = grow(judge->outages, judge->outages_count, &judge->outages_capacity,
		sizeof(*judge->outages));
	judge->outages[judge->outages_count] =
		(struct outage){.key = arena_copy(&judge->sim->arena, key)};
	return &judge->outages[judge->outages_count++];
}

void judge_fact(struct judge *judge, struct bytes key, struct bytes value)
{
	struct wire_record record = {.value = value, .schema = &schema_fact};
	struct outage *outage;
	struct fact fact;
	struct err err = {0};

	if (wire_decode(NULL, &record, &fact, &judge->arena, &err) != OK ||
		fact.kind != FACT_KIND_OUTAGE)
		return;
	outage = outage_of(judge, key);
	outage->from = fact.from;
	outage->to = fact.has_to ? fact.to : INT64_MAX;
}

static bool is_about(const struct outage *outage, const char *whom)
{
	size_t size = strlen(whom);

	return outage->key.size > size && memcmp(outage->key.data, whom, size) == 0;
}

static int compare_spans(const void *a, const void *b)
{
	int64_t left = ((const struct handover_span *)a)->from,
		right = ((const struct handover_span *)b)->from;

	return (left > right) - (left < right);
}

static size_t collect(const struct judge *judge, struct pseudonym client, struct bytes desk,
	struct handover_span *out)
{
	char router[40], delivery[100];
	size_t count = 0;

	(void)snprintf(router, sizeof(router), "outage/router/%d/",
		topics_slot(client.data) % SIM_PARTITIONS);
	(void)snprintf(delivery, sizeof(delivery), "outage/desk/%.*s/", BYTES_ARG(desk));
	for (size_t i = 0; i < judge->outages_count; i++) {
		const struct outage *outage = &judge->outages[i];

		if (is_about(outage, router) || is_about(outage, "outage/edge/") ||
			(desk.data != NULL && is_about(outage, delivery)))
			out[count++] = (struct handover_span){outage->from, outage->to, false};
	}
	qsort(out, count, sizeof(*out), compare_spans);
	return count;
}

int64_t judge_lost(const struct judge *judge, struct pseudonym client, struct bytes desk,
	const struct handover_span *span)
{
	struct handover_span *outages =
		memory_get_zeroed(judge->outages_count + 1, sizeof(*outages));
	size_t count = collect(judge, client, desk, outages);
	int64_t sum = 0, from = span->from;

	for (size_t i = 0; i < count; i++) {
		int64_t to = outages[i].to < span->to ? outages[i].to : span->to;

		from = outages[i].from > from ? outages[i].from : from;
		if (to <= from)
			continue;
		sum += span->working ? calendar_working_ms(from, to) : to - from;
		from = to;
	}
	free(outages);
	return sum;
}

size_t judge_silences(const struct judge *judge, const struct handover_span *span)
{
	size_t count = 0;

	for (size_t i = 0; i < judge->outages_count; i++)
		count += is_about(&judge->outages[i], "outage/edge/") &&
			judge->outages[i].from < span->to && judge->outages[i].to > span->from;
	return count;
}

/* What one Event came with. */

static void read_value(struct judge *judge, const struct broker_record *record,
	const struct schema *schema, void *out)
{
	struct wire_record value = {.value = record->value, .schema = schema};
	struct err err = {0};

	if (wire_decode(NULL, &value, out, &judge->arena, &err) != OK)
		sim_broken(
			judge->sim, "schema", "a router writes what cannot be read: %s", err.text);
}

static void read_intake(struct judge *judge, struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	struct wire_record value = {.schema = &schema_message};
	struct err err = {0};

	ruling->intake = event->has_offset
		? broker_find(judge->sim->broker, TOPIC_INTAKE, event->partition, event->offset)
		: NULL;
	if (ruling->intake == NULL)
		return;
	value.value = ruling->intake->value;
	if (wire_decode(NULL, &value, &ruling->message, &judge->arena, &err) == OK)
		ruling->is_readable = true;
}

/* Returns how many of the records are about this Event. */
static size_t read_ruling(struct judge *judge, const struct broker_record *records, size_t count,
	struct ruling *ruling)
{
	size_t at = 1;

	read_value(judge, &records[0], &schema_event, &ruling->event);
	ruling->handovers = arena_get_array(&judge->arena, count, sizeof(struct handover));
	for (; at < count && records[at].topic != TOPIC_EVENTS; at++) {
		const struct broker_record *record = &records[at];

		if (record->topic == TOPIC_CLIENTS) {
			ruling->client = bytes_of(record->value.data + WIRE_HEAD_SIZE,
				record->value.size - WIRE_HEAD_SIZE);
		} else if (record->topic == TOPIC_HANDOVERS) {
			read_value(judge, record, &schema_handover,
				&ruling->handovers[ruling->handovers_count++]);
		} else if (record->topic == TOPIC_REJECTED) {
			ruling->has_rejection = true;
			read_value(judge, record, &schema_rejection, &ruling->rejection);
		} else if (record->topic == TOPIC_FACTS) {
			judge_fact(judge, record->key, record->value);
		}
	}
	read_intake(judge, ruling);
	return at;
}

static struct judge_client *subject_of(struct judge *judge, struct pseudonym client)
{
	struct judge_client *subject = judge_find(judge, client);

	if (subject != NULL)
		return subject;
	if (judge->subjects_count == SUBJECTS)
		abort();
	subject = &judge->subjects[judge->subjects_count++];
	subject->client = client;
	return subject;
}

/* I5, I12, and that a client has one place only. */
static void check_order(struct judge *judge, struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	int32_t p = event->partition;

	if (event->has_offset && event->offset != judge->next[p])
		sim_broken(judge->sim, "I5",
			"record %lld of partition %d is decided, where %lld is the next",
			(long long)event->offset, p, (long long)judge->next[p]);
	if (event->has_offset)
		judge->next[p] = event->offset + 1;
	if (event->at < judge->last_at[p])
		sim_broken(judge->sim, "I12", "time goes back in partition %d", p);
	ruling->last_at = judge->last_at[p];
	judge->last_at[p] = event->at;
	if (event->has_client && topics_slot(event->client.data) % SIM_PARTITIONS != p)
		sim_broken(judge->sim, "I12", "a client is decided about in two partitions");
}

/* I20 */
static void check_state(struct judge *judge, struct ruling *ruling)
{
	static const uint8_t zero_key[16];
	const struct event *event = &ruling->event;
	struct handover_state *state = judge->state;
	struct err err = {0};
	uint64_t hash;

	ruling->before = judge_look(ruling->subject, &judge->arena);
	if (ruling->subject->record.size == 0)
		handover_state_new(state, event->client);
	else if (handover_state_load(state, &ruling->before, &err) != OK)
		sim_broken(judge->sim, "I20", "a client cannot be loaded: %s", err.text);
	if (ruling->subject->record.size == 0)
		ruling->before = state->client;
	handover_fold(state, event);
	buffer_clear(&judge->folded);
	client_encode(&state->client, &judge->folded);
	hash = bytes_hash(buffer_bytes(&judge->folded), zero_key);
	if (!bytes_equal(buffer_bytes(&judge->folded), ruling->client) ||
		memcmp(&hash, event->state_hash.data, sizeof(event->state_hash.data)) != 0)
		sim_broken(judge->sim, "I20", "the Event does not lead to the state beside it");
	if (client_decode(&ruling->after, buffer_bytes(&judge->folded), &judge->arena, &err) != OK)
		sim_broken(judge->sim, "I20", "the state cannot be read: %s", err.text);
}

/* I10: among the newest ones. */
static void remember(struct judge *judge, struct ruling *ruling)
{
	struct judge_client *subject = ruling->subject;
	const struct event *event = &ruling->event;

	(void)judge;
	if (event->remembered == NULL || !event->has_message)
		return;
	memmove(&subject->recent[1], &subject->recent[0],
		sizeof(subject->recent) - sizeof(subject->recent[0]));
	subject->recent[0] = event->message;
}

static bool same_clock(const struct clock_id *a, const struct clock_id *b)
{
	return a->clock == b->clock && a->has_referral == b->has_referral &&
		memcmp(&a->referral, &b->referral, sizeof(a->referral)) == 0;
}

static void forget_clock(struct judge_client *subject, const struct clock_id *id)
{
	for (size_t i = subject->clocks_count; i-- > 0;)
		if (same_clock(&subject->clocks[i].id, id))
			subject->clocks[i] = subject->clocks[--subject->clocks_count];
}

static void keep_clocks(struct ruling *ruling)
{
	struct judge_client *subject = ruling->subject;
	const struct event *event = &ruling->event;

	for (size_t i = 0; i < event->stopped_count; i++)
		forget_clock(subject, &event->stopped[i]);
	for (size_t i = 0; i < event->armed_count; i++) {
		const struct clock_armed *armed = &event->armed[i];
		const struct clock_id id = {armed->clock, armed->has_referral, armed->referral};

		if (!ruling_arms(event, armed))
			continue;
		forget_clock(subject, &id);
		subject->clocks = grow(subject->clocks, subject->clocks_count,
			&subject->clocks_capacity, sizeof(*subject->clocks));
		subject->clocks[subject->clocks_count++] =
			(struct pending){id, event->at, armed->due};
	}
}

static void keep_parked(struct judge *judge, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;

	for (size_t i = 0; i < judge->parked_count && event->has_redriven; i++)
		if (memcmp(&judge->parked[i].client, &event->client, sizeof(event->client)) == 0 &&
			judge->parked[i].number == event->redriven)
			judge->parked[i].redriven = true;
	if (!event->has_parked)
		return;
	judge->parked = grow(judge->parked, judge->parked_count, &judge->parked_capacity,
		sizeof(*judge->parked));
	judge->parked[judge->parked_count++] = (struct parked){
		.client = event->client,
		.number = event->parked,
		.is_copy = ruling->intake->hops > 0,
		.value = ruling->is_readable ? ruling->intake->value : (struct bytes){0},
	};
}

static void count_rows(struct sim_counts *counts, const struct event *event)
{
	for (size_t i = 0; i < event->transitions_count; i++)
		for (size_t row = 0; row < TABLE_ROWS; row++)
			if (bytes_equal_string(event->transitions[i].row, table[row].number))
				counts->rows[row]++;
	if (event->clock != NULL)
		counts->due[event->clock->clock]++;
}

static void keep_answer(struct judge *judge, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	struct sim_counts *counts = &judge->sim->counts;
	uint32_t number = event->has_message ? post_number(event->message) : 0;

	counts->decisions++;
	counts->messages += event->clock == NULL;
	counts->clocks += event->clock != NULL;
	counts->handovers += (int64_t)ruling->handovers_count;
	counts->refused += event->result == RESULT_REJECTED;
	counts->duplicates += event->result == RESULT_DUPLICATE;
	counts->forwarded += event->result == RESULT_FORWARDED;
	counts->parked += event->has_parked;
	count_rows(counts, event);
	if (event->result == RESULT_FORWARDED || event->result == RESULT_PARKED ||
		number >= judge->answers_count || !ruling->is_readable ||
		bytes_equal_string(ruling->message.reference, "merge"))
		return;
	judge->answers[number].answered = true;
}

/* What is asked for often. */
static void keep_dates(struct judge_client *subject, const struct client *after)
{
	struct clock_id which = {0};

	subject->is_open = after->status == CLIENT_STATUS_OPEN;
	subject->has_clock = handover_next_due(after, &subject->due, &which);
	subject->clock = which.clock;
	subject->has_action = after->duty_desk >= 0;
	subject->action_due = after->duty_due;
}

static void rule(struct judge *judge, struct ruling *ruling)
{
	const struct event *event = &ruling->event;

	check_order(judge, ruling);
	if (event->has_client) {
		ruling->subject = subject_of(judge, event->client);
		if (ruling->client.data != NULL)
			check_state(judge, ruling);
		else if (event->result != RESULT_REJECTED && event->result != RESULT_DUPLICATE)
			sim_broken(judge->sim, "I20", "an Event changes a client, and no Client");
	}
	if (judge->sim->options.spoil != NULL)
		spoil_ruling(judge->sim, judge->sim->options.spoil, ruling);
	ruling_check(judge->sim, ruling);
	keep_answer(judge, ruling);
	if (ruling->client.data == NULL || judge->sim->broken != NULL)
		return;
	remember(judge, ruling);
	keep_clocks(ruling);
	keep_parked(judge, ruling);
	keep_dates(ruling->subject, &ruling->after);
	buffer_clear(&ruling->subject->record);
	buffer_add_bytes(&ruling->subject->record, ruling->client);
}

void judge_commit(struct judge *judge, const struct broker_record *records, size_t count)
{
	struct sim *sim = judge->sim;

	arena_reset(&judge->arena);
	for (size_t at = 0; at < count && sim->broken == NULL;) {
		struct ruling ruling = {0};

		if (records[at].topic == TOPIC_FACTS) {
			judge_fact(judge, records[at].key, records[at].value);
			at++;
			continue;
		}
		sim_digest(sim, records[at].value);
		at += read_ruling(judge, records + at, count - at, &ruling);
		rule(judge, &ruling);
		ruling_tell(sim, &ruling);
		region_hear(sim->region, &ruling);
	}
	for (int32_t i = 0; i < SIM_PARTITIONS; i++)
		if (sim->broken == NULL && broker_committed(sim->broker, i) >= 0 &&
			broker_committed(sim->broker, i) != judge->next[i])
			sim_broken(sim, "I5", "partition %d: %lld is committed, and %lld decided",
				i, (long long)broker_committed(sim->broker, i),
				(long long)judge->next[i]);
}
