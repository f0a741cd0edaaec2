/* facts - what a router knows from topic facts: outages, heartbeats, and whether desks have room.
 */
#include "hub/flow/router/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/map.h"
#include "hub/base/memory.h"

#define EDGE "edge" /* "edge/hub-1" beats, and "edge/1760000000000" is a time without any */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Stands for a text in a map. */
struct name {
	uint8_t hash[16];
};

/* The last fact under a key; of the kinds that a router cares for. */
struct known {
	struct name name;
	char *key; /* "outage/router/3/1760000000000" */
	const char *id; /* in key, behind the kind */
	enum fact_kind kind;
	int64_t at, from, to; /* INT64_MIN and INT64_MAX where open */
	int64_t number; /* INT64_MAX where there is none */
	/* HEARTBEAT of a router: so many of them since that beat of an edge. */
	int64_t unheard, edge_beats;
};

/* Whose outages: "router/3", "edge", "desk/wsp-rijnmond". */
struct sufferer {
	struct name name;
	struct known **outages;
	size_t count, capacity;
};

struct facts {
	struct map known, sufferers;
	int64_t edge_at; /* the last heartbeat of an edge; 0: there was none */
	int64_t edge_beats;
};

static const uint8_t *name_of_known(const void *entry, const void *context)
{
	(void)context;
	return ((const struct known *)entry)->name.hash;
}

static const uint8_t *name_of_sufferer(const void *entry, const void *context)
{
	(void)context;
	return ((const struct sufferer *)entry)->name.hash;
}

static struct name name_of(struct bytes text)
{
	static const uint8_t first[16] = {1}, second[16] = {2};
	uint64_t halves[2] = {bytes_hash(text, first), bytes_hash(text, second)};
	struct name name;
	memcpy(name.hash, halves, sizeof(name.hash));
	return name;
}

struct facts *facts_new(void)
{
	struct facts *facts = memory_get_zeroed(1, sizeof(*facts));
	map_init(&facts->known, name_of_known, NULL);
	map_init(&facts->sufferers, name_of_sufferer, NULL);
	return facts;
}

static void free_known(struct known *known)
{
	free(known->key);
	free(known);
}

void facts_free(struct facts *facts)
{
	struct known *known;
	struct sufferer *sufferer;
	if (!facts)
		return;
	for (size_t at = 0; (known = map_next(&facts->known, &at)) != NULL;)
		free_known(known);
	for (size_t at = 0; (sufferer = map_next(&facts->sufferers, &at)) != NULL;) {
		free(sufferer->outages);
		free(sufferer);
	}
	map_done(&facts->known);
	map_done(&facts->sufferers);
	free(facts);
}

static struct known *find(const struct facts *facts, struct bytes key)
{
	struct name name = name_of(key);
	return map_find(&facts->known, name.hash);
}

static struct sufferer *find_sufferer(const struct facts *facts, struct bytes whom)
{
	struct name name = name_of(whom);
	return map_find(&facts->sufferers, name.hash);
}

/* "router/3/1760000000000" is of "router/3". */
static struct bytes whose(const struct known *known)
{
	const char *end = strrchr(known->id, '/');
	return bytes_of(known->id, end != NULL ? (size_t)(end - known->id) : strlen(known->id));
}

static void list_outage(struct facts *facts, struct known *known)
{
	struct sufferer *sufferer = find_sufferer(facts, whose(known));
	if (!sufferer) {
		sufferer = memory_get_zeroed(1, sizeof(*sufferer));
		sufferer->name = name_of(whose(known));
		map_put(&facts->sufferers, sufferer);
	}
	for (size_t i = 0; i < sufferer->count; i++)
		if (sufferer->outages[i] == known)
			return;
	if (sufferer->count == sufferer->capacity) {
		sufferer->capacity = sufferer->capacity * 2 + 4;
		sufferer->outages = memory_resize(sufferer->outages,
			memory_product(sufferer->capacity, sizeof(struct known *)));
	}
	sufferer->outages[sufferer->count++] = known;
}

static void unlist_outage(struct facts *facts, const struct known *known)
{
	struct sufferer *sufferer = find_sufferer(facts, whose(known));
	for (size_t i = 0; sufferer && i < sufferer->count; i++)
		if (sufferer->outages[i] == known)
			sufferer->outages[i] = sufferer->outages[--sufferer->count];
}

void facts_forget(struct facts *facts, struct bytes key)
{
	struct name name = name_of(key);
	struct known *known = map_remove(&facts->known, name.hash);
	if (!known)
		return;
	unlist_outage(facts, known);
	free_known(known);
}

static struct known *place_for(struct facts *facts, struct bytes key)
{
	struct known *known = find(facts, key);
	if (known)
		return known;
	known = memory_get_zeroed(1, sizeof(*known));
	known->name = name_of(key);
	known->key = memory_get(key.size + 1);
	memcpy(known->key, key.data, key.size);
	known->key[key.size] = '\0';
	const char *slash = strchr(known->key, '/');
	known->id = slash ? slash + 1 : known->key;
	map_put(&facts->known, known);
	return known;
}

static bool is_of_interest(enum fact_kind kind)
{
	return kind == FACT_KIND_HEARTBEAT || kind == FACT_KIND_OUTAGE ||
		kind == FACT_KIND_CAPACITY || kind == FACT_KIND_HOLD;
}

/* In the order of the topic, in which a router reads its own beats too: what it cannot read it does
 * not miss, and a jump of time is one beat at most. */
static void note_beat(struct facts *facts, struct known *beat)
{
	if (strncmp(beat->id, EDGE "/", strlen(EDGE "/")) == 0) {
		facts->edge_at = beat->at;
		facts->edge_beats++;
		return;
	}
	if (beat->edge_beats != facts->edge_beats)
		beat->unheard = 0;
	beat->edge_beats = facts->edge_beats;
	beat->unheard++;
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
	else if (fact->kind == FACT_KIND_OUTAGE)
		list_outage(facts, known);
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
	const struct sufferer *edge = find_sufferer(facts, bytes_of_string(EDGE));
	bool is_silent = beat && beat->edge_beats == facts->edge_beats && beat->unheard > beats &&
		facts->edge_at != 0;
	for (size_t i = 0; edge && i < edge->count; i++) {
		const struct known *known = edge->outages[i];
		is_silent = is_silent && known->from != facts->edge_at;
		if (known->to != INT64_MAX || known->from >= facts->edge_at)
			continue;
		*out = (struct handover_span){.from = known->from, .to = facts->edge_at};
		return true;
	}
	*out = (struct handover_span){.from = facts->edge_at, .to = INT64_MAX};
	return is_silent;
}

static int compare_spans(const void *a, const void *b)
{
	int64_t left = ((const struct handover_span *)a)->from,
		right = ((const struct handover_span *)b)->from;
	return (left > right) - (left < right);
}

/* Those outages that touch the span. */
static size_t collect(const struct sufferer *sufferer, const struct handover_span *within,
	struct handover_span *out)
{
	size_t count = 0;
	for (size_t i = 0; sufferer && i < sufferer->count; i++) {
		const struct known *known = sufferer->outages[i];
		if (known->to > within->from && known->from < within->to)
			out[count++] = (struct handover_span){.from = known->from, .to = known->to};
	}
	return count;
}

int64_t facts_outage(
	const void *context, struct bytes desk, const struct handover_span *span, int64_t *until)
{
	const struct facts_view *view = context;
	char hub[24], name[100];
	int64_t sum = 0, from = span->from;
	size_t count = 0;
	snprintf(hub, sizeof(hub), "router/%d", view->partition);
	snprintf(name, sizeof(name), "desk/%.*s", BYTES_ARG(desk));
	const struct sufferer *sufferers[] = {
		find_sufferer(view->facts, bytes_of_string(EDGE)),
		find_sufferer(view->facts, bytes_of_string(hub)),
		find_sufferer(view->facts, bytes_of_string(name)),
	};
	*until = 0;
	for (size_t i = 0; i < COUNT(sufferers); i++)
		count += sufferers[i] ? sufferers[i]->count : 0;
	if (count == 0)
		return 0;
	struct handover_span *outages = memory_get_zeroed(count, sizeof(*outages));
	count = 0;
	for (size_t i = 0; i < COUNT(sufferers); i++)
		count += collect(sufferers[i], span, outages + count);
	qsort(outages, count, sizeof(*outages), compare_spans);
	for (size_t i = 0; i < count; i++) {
		int64_t to = outages[i].to < span->to ? outages[i].to : span->to;
		if (outages[i].to > span->to && outages[i].to > *until)
			*until = outages[i].to;
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

static const struct known *find_now(
	const struct facts *facts, const char *kind, struct bytes id, int32_t day)
{
	char key[180];
	snprintf(key, sizeof(key), "%s/%.*s", kind, BYTES_ARG(id));
	const struct known *known = find(facts, bytes_of_string(key));
	return known && is_now(known, day) ? known : NULL;
}

const char *facts_why_full(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	const struct facts *facts = context;
	char name[160];
	if (voucher_kind.data)
		snprintf(name, sizeof(name), "%s/%.*s", desk->id, BYTES_ARG(voucher_kind));
	else
		snprintf(name, sizeof(name), "%s", desk->id);
	if (find_now(facts, "hold", bytes_of_string(desk->id), day))
		return "hold";
	const struct known *room = find_now(facts, "capacity", bytes_of_string(name), day);
	return room && room->number <= 0 ? "capacity" : NULL;
}
