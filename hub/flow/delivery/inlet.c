/* inlet - topic handovers, by the partitions that this edge serves: what comes is noticed by its
 * desk. */
#include "hub/flow/delivery/inlet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/flow/delivery/holds.h"
#include "hub/kafka/consumer.h"

#define LOOK_UP_MS 10000
#define SESSION_MS 20000
#define RECORDS_MAX 1000 /* of one turn */

struct inlet {
	struct ground *ground;
	struct consumer *member;
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP_DELIVERY)];
	bool must_begin; /* a desk is ours that does not know yet where it was */
};

static int compare(const void *key, const void *item)
{
	const struct bytes *id = key;
	const struct desk *desk = item;
	return bytes_compare(*id, bytes_of_string(desk->conf->desk));
}

/* NULL: it is not in the list, or that channel of it does not bring anything. */
static struct desk *find(const struct ground *ground, struct bytes id, bool is_second)
{
	size_t count = ground->conf->deliveries_count;
	struct desk *desk = bsearch(&id, ground->desks, count, sizeof(*ground->desks), compare);
	if (desk != NULL && is_second)
		desk += count;
	return desk != NULL && desk->outlet != NULL ? desk : NULL;
}

static void let_go_all(struct inlet *inlet)
{
	struct ground *ground = inlet->ground;
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].ours)
			desk_let_go(&ground->desks[i]);
}

static enum outcome take_over(struct inlet *inlet, struct err *err)
{
	struct ground *ground = inlet->ground;
	size_t count;
	const struct consumer_place *assigned = consumer_assigned(inlet->member, &count);
	struct consumer_place places[TOPICS_BY_KEY_PARTITIONS];
	memcpy(places, assigned, count * sizeof(*places));
	if (consumer_ends(inlet->member, places, count, LOOK_UP_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < ground->desks_count; i++) {
		struct desk *desk = &ground->desks[i];
		for (size_t j = 0; j < count; j++)
			if (desk->outlet != NULL && desk->partition == places[j].partition)
				desk_take_over(desk, places[j].offset);
	}
	inlet->must_begin = true;
	return consumer_assign(inlet->member, places, count, err);
}

static void take_record(struct inlet *inlet, const struct record_read *record)
{
	for (int is_second = 0; is_second < 2 && record->value.data != NULL; is_second++) {
		struct desk *desk = find(inlet->ground, record->key, is_second == 1);
		if (desk != NULL && desk->ours)
			reading_notice(desk, record);
	}
}

static enum outcome take_news(struct inlet *inlet, enum consumer_news news,
	const struct record_read *record, struct err *err)
{
	switch (news) {
	case CONSUMER_NOTHING:
	case CONSUMER_DRAINED:
		return OK;
	case CONSUMER_RECORD:
		take_record(inlet, record);
		return OK;
	case CONSUMER_ASSIGNED:
		return take_over(inlet, err);
	case CONSUMER_REVOKED:
	case CONSUMER_LOST:
		break;
	}
	let_go_all(inlet);
	return consumer_assign(inlet->member, NULL, 0, err);
}

static bool cut_start(struct bytes *id, const char *text)
{
	size_t size = strlen(text);
	if (id->size < size || memcmp(id->data, text, size) != 0)
		return false;
	*id = bytes_of(id->data + size, id->size - size);
	return true;
}

static bool cut_end(struct bytes *id, const char *text)
{
	size_t size = strlen(text);
	if (id->size < size || memcmp(id->data + id->size - size, text, size) != 0)
		return false;
	id->size -= size;
	return true;
}

/* "desk/wsp-rijnmond/1760000000000" is about wsp-rijnmond, "wsp-rijnmond/mail" about its second
 * channel. */
static struct desk *desk_of(const struct ground *ground, const struct fact *fact)
{
	struct bytes id = fact->id;
	if (fact->kind != FACT_KIND_OUTAGE) {
		bool is_second = cut_end(&id, DESK_SECOND);
		return find(ground, id, is_second);
	}
	if (!cut_start(&id, "desk/"))
		return NULL;
	const uint8_t *slash = memchr(id.data, '/', id.size);
	id.size = slash != NULL ? (size_t)(slash - id.data) : 0;
	return find(ground, id, false);
}

static enum outcome learn(struct inlet *inlet, enum fact_kind kind, struct err *err)
{
	struct ground *ground = inlet->ground;
	struct view_facts facts = {0};
	if (view_facts(ground->reader, kind, &facts, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < facts.count; i++) {
		struct desk *desk = desk_of(ground, facts.items[i]);
		if (desk != NULL && desk->ours && !desk->begun)
			desk_learn(desk, facts.items[i]);
	}
	return OK;
}

/* Once the view has reached what there was when it began. */
static enum outcome begin(struct inlet *inlet, struct err *err)
{
	struct ground *ground = inlet->ground;
	struct arena arena = {0};
	if (!view_is_ready(ground->view) || ground->reader == NULL)
		return OK;
	enum outcome outcome = view_reader_begin(ground->reader, &arena, err);
	if (outcome != OK)
		return outcome;
	if (learn(inlet, FACT_KIND_SETTLED, err) != OK ||
		learn(inlet, FACT_KIND_CIRCUIT, err) != OK ||
		learn(inlet, FACT_KIND_OUTAGE, err) != OK)
		outcome = err->outcome;
	else
		outcome = holds_read(ground, clock_wall(), err);
	view_reader_end(ground->reader);
	for (size_t i = 0; outcome == OK && i < ground->desks_count; i++)
		if (ground->desks[i].ours && !ground->desks[i].begun)
			desk_begin(&ground->desks[i]);
	inlet->must_begin = outcome != OK;
	arena_done(&arena);
	return outcome;
}

static enum outcome read_all(struct inlet *inlet, struct err *err)
{
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		struct record_read record;
		enum consumer_news news;
		if (consumer_poll(inlet->member, 0, &news, &record, err) != OK ||
			take_news(inlet, news, &record, err) != OK)
			return err->outcome;
		if (news == CONSUMER_NOTHING)
			break;
	}
	return OK;
}

static enum outcome open_member(struct inlet *inlet, struct err *err)
{
	const struct consumer_member_options options = {.group = inlet->group,
		.instance = inlet->ground->conf->node,
		.topic = TOPIC_HANDOVERS,
		.session_timeout_ms = SESSION_MS};
	return consumer_new_member(&inlet->member, inlet->ground->kafka, &options, err);
}

enum outcome inlet_turn(struct inlet *inlet, struct err *err)
{
	enum outcome outcome = OK;
	if (inlet->member == NULL)
		outcome = open_member(inlet, err);
	if (outcome == OK)
		outcome = read_all(inlet, err);
	if (outcome == OK && inlet->must_begin)
		outcome = begin(inlet, err);
	if (outcome == OK)
		return OK;
	let_go_all(inlet);
	consumer_free(inlet->member);
	inlet->member = NULL;
	return outcome;
}

enum outcome inlet_new(struct inlet **out, struct ground *ground, struct err *err)
{
	struct inlet *inlet = memory_get_zeroed(1, sizeof(*inlet));
	inlet->ground = ground;
	snprintf(inlet->group, sizeof(inlet->group), "%s%s", ground->kafka->prefix,
		TOPICS_GROUP_DELIVERY);
	if (open_member(inlet, err) != OK) {
		inlet_free(inlet);
		return err->outcome;
	}
	*out = inlet;
	return OK;
}

void inlet_free(struct inlet *inlet)
{
	if (inlet == NULL)
		return;
	let_go_all(inlet);
	consumer_free(inlet->member);
	free(inlet);
}
