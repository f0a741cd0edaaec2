/* facts - what a router knows from topic facts: outages, heartbeats, and whether desks have room.
 */
#include "hub/flow/router/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/memory.h"

#define EDGE "edge/" /* "edge/hub-1" beats, and "edge/1760000000000" is a time without any */

/* The last fact under a key; of the kinds that a router cares for. */
struct known {
	char *key; /* "outage/router/3/1760000000000" */
	const char *id; /* in key, behind the kind */
	enum fact_kind kind;
	int64_t at, from, to; /* INT64_MIN and INT64_MAX where open */
	int64_t number; /* INT64_MAX where there is none */
	int64_t unheard; /* HEARTBEAT of a router: so many of them since the last one of an edge */
};

struct facts {
	struct known *items;
	size_t count, capacity;
	int64_t edge_at; /* the last heartbeat of an edge; 0: there was none */
};

struct facts *facts_new(void)
{
	return memory_get_zeroed(1, sizeof(struct facts));
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	for (size_t i = 0; i < facts->count; i++)
		free(facts->items[i].key);
	free(facts->items);
	free(facts);
}

static struct known *find(const struct facts *facts, struct bytes key)
{
	for (size_t i = 0; i < facts->count; i++)
		if (bytes_equal_string(key, facts->items[i].key))
			return &facts->items[i];
	return NULL;
}

void facts_forget(struct facts *facts, struct bytes key)
{
	struct known *known = find(facts, key);
	if (!known)
		return;
	free(known->key);
	*known = facts->items[--facts->count];
}

static struct known *place_for(struct facts *facts, struct bytes key)
{
	struct known *known = find(facts, key);
	if (known)
		return known;
	if (facts->count == facts->capacity) {
		facts->capacity = facts->capacity * 2 + 16;
		facts->items = memory_resize(
			facts->items, memory_product(facts->capacity, sizeof(struct known)));
	}
	known = &facts->items[facts->count++];
	*known = (struct known){0};
	known->key = memory_get(key.size + 1);
	memcpy(known->key, key.data, key.size);
	known->key[key.size] = '\0';
	const char *slash = strchr(known->key, '/');
	known->id = slash ? slash + 1 : known->key;
	return known;
}

static bool is_of_interest(enum fact_kind kind)
{
	return kind == FACT_KIND_HEARTBEAT || kind == FACT_KIND_OUTAGE ||
		kind == FACT_KIND_CAPACITY || kind == FACT_KIND_HOLD;
}

static bool is_of(const struct known *known, const char *whom)
{
	return strncmp(known->id, whom, strlen(whom)) == 0;
}

/* In the order of the topic, in which a router reads its own beats too: what it cannot read it does
 * not miss, and a jump of time is one beat at most. */
static void note_beat(struct facts *facts, struct known *beat)
{
	if (!is_of(beat, EDGE)) {
		beat->unheard++;
		return;
	}
	facts->edge_at = beat->at;
	for (size_t i = 0; i < facts->count; i++)
		facts->items[i].unheard = 0;
}

void facts_put(struct facts *facts, struct bytes key, const struct fact *fact)
{
	if (!is_of_interest(fact->kind))
		return;
	struct known *known = place_for(facts, key);
	known->kind = fact->kind;
	known->at = fact->at;
	known->from = fact->has_from ? fact->from : INT64_MIN;
	known->to = fact->has_to ? fact->to : INT64_MAX;
	known->number = fact->has_number ? fact->number : INT64_MAX;
	if (fact->kind == FACT_KIND_HEARTBEAT)
		note_beat(facts, known);
}

static const struct known *find_beat(const struct facts *facts, int32_t partition)
{
	char key[40];
	snprintf(key, sizeof(key), "heartbeat/router/%d", partition);
	return find(facts, bytes_of_string(key));
}

int64_t facts_heartbeat(const struct facts *facts, int32_t partition)
{
	const struct known *known = find_beat(facts, partition);
	return known ? known->at : 0;
}

bool facts_silence(
	const struct facts *facts, int32_t partition, int64_t beats, struct handover_span *out)
{
	const struct known *beat = find_beat(facts, partition);
	bool is_silent = beat && beat->unheard > beats && facts->edge_at != 0;
	for (size_t i = 0; i < facts->count; i++) {
		const struct known *known = &facts->items[i];
		if (known->kind != FACT_KIND_OUTAGE || !is_of(known, EDGE))
			continue;
		is_silent = is_silent && known->from != facts->edge_at;
		if (known->to != INT64_MAX || known->from >= facts->edge_at)
			continue;
		*out = (struct handover_span){.from = known->from, .to = facts->edge_at};
		return true;
	}
	*out = (struct handover_span){.from = facts->edge_at, .to = INT64_MAX};
	return is_silent;
}

/* "router/3/1760000000000" is of "router/3". */
static bool is_about(const struct known *known, const char *whom)
{
	size_t size = strlen(whom);
	return strncmp(known->id, whom, size) == 0 && known->id[size] == '/';
}

static int compare_spans(const void *a, const void *b)
{
	int64_t left = ((const struct handover_span *)a)->from,
		right = ((const struct handover_span *)b)->from;
	return (left > right) - (left < right);
}

/* Those outages that touch the span, in order. */
static size_t collect(const struct facts *facts, const char *hub, const char *desk,
	const struct handover_span *within, struct handover_span *out)
{
	size_t count = 0;
	for (size_t i = 0; i < facts->count; i++) {
		const struct known *known = &facts->items[i];
		if (known->kind != FACT_KIND_OUTAGE || known->to <= within->from ||
			known->from >= within->to ||
			!(is_of(known, EDGE) || is_about(known, hub) || is_about(known, desk)))
			continue;
		out[count++] = (struct handover_span){.from = known->from, .to = known->to};
	}
	qsort(out, count, sizeof(*out), compare_spans);
	return count;
}

int64_t facts_outage(
	const void *context, struct bytes desk, const struct handover_span *span, bool *running)
{
	const struct facts_view *view = context;
	char hub[24], name[100];
	int64_t sum = 0, from = span->from;
	snprintf(hub, sizeof(hub), "router/%d", view->partition);
	snprintf(name, sizeof(name), "desk/%.*s", BYTES_ARG(desk));
	struct handover_span *outages = memory_get_zeroed(view->facts->count, sizeof(*outages));
	size_t count = collect(view->facts, hub, name, span, outages);
	*running = false;
	for (size_t i = 0; i < count; i++) {
		int64_t to = outages[i].to < span->to ? outages[i].to : span->to;
		*running |= outages[i].to > span->to;
		from = outages[i].from > from ? outages[i].from : from;
		if (to <= from)
			continue;
		sum += span->working ? calendar_working_ms(from, to) : to - from;
		from = to;
	}
	free(outages);
	return sum;
}

static bool is_now(const struct known *known, int32_t day)
{
	return (known->from == INT64_MIN || calendar_date(known->from) <= day) &&
		(known->to == INT64_MAX || calendar_date(known->to) >= day);
}

bool facts_has_room(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	const struct facts *facts = context;
	char name[160];
	if (voucher_kind.data)
		snprintf(name, sizeof(name), "%s/%.*s", desk->id, BYTES_ARG(voucher_kind));
	else
		snprintf(name, sizeof(name), "%s", desk->id);
	for (size_t i = 0; i < facts->count; i++) {
		const struct known *known = &facts->items[i];
		if (!is_now(known, day))
			continue;
		if (known->kind == FACT_KIND_HOLD && strcmp(known->id, desk->id) == 0)
			return false;
		if (known->kind == FACT_KIND_CAPACITY && strcmp(known->id, name) == 0 &&
			known->number <= 0)
			return false;
	}
	return true;
}
