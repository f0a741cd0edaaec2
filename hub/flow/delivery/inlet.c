/* inlet - topic handovers, by the partitions that this edge serves: what comes is noticed by its
 * desk. */
#include "hub/flow/delivery/inlet.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/flow/delivery/desk/holds.h"
#include "hub/kafka/member.h"

#define LOOK_UP_MS 10000

struct inlet {
	struct ground *ground;
	struct member *member;
	bool must_begin; /* a desk is ours that does not know yet where it was */
	bool serves[TOPICS_BY_KEY_PARTITIONS];
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
	size_t count = ground->desks_count / 2;
	struct desk *desk = bsearch(&id, ground->desks, count, sizeof(*ground->desks), compare);
	if (desk != NULL && is_second)
		desk += count;
	return desk != NULL && desk->outlet != NULL ? desk : NULL;
}

static void let_go_all(void *context)
{
	struct inlet *inlet = context;
	struct ground *ground = inlet->ground;
	memset(inlet->serves, 0, sizeof(inlet->serves));
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].ours)
			desk_let_go(&ground->desks[i]);
}

static enum outcome take_over(void *context, struct consumer *consumer,
	struct consumer_place *places, size_t count, struct err *err)
{
	struct inlet *inlet = context;
	struct ground *ground = inlet->ground;
	if (consumer_ends(consumer, places, count, LOOK_UP_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < ground->desks_count; i++) {
		struct desk *desk = &ground->desks[i];
		for (size_t j = 0; j < count; j++)
			if (desk->outlet != NULL && desk->partition == places[j].partition)
				desk_take_over(desk, places[j].offset);
	}
	for (size_t j = 0; j < count; j++)
		inlet->serves[places[j].partition] = true;
	inlet->must_begin = true;
	return OK;
}

bool inlet_serves(const struct inlet *inlet, int32_t partition)
{
	return inlet->serves[partition];
}

static enum outcome take_record(void *context, const struct record_read *record, struct err *err)
{
	const struct inlet *inlet = context;
	(void)err;
	for (int is_second = 0; is_second < 2 && record->value.data != NULL; is_second++) {
		struct desk *desk = find(inlet->ground, record->key, is_second == 1);
		if (desk != NULL && desk->ours)
			reading_notice(desk, record);
	}
	return OK;
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
	view_reader_release(ground->reader); /* who had them before may have told more meanwhile */
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

enum outcome inlet_turn(struct inlet *inlet, struct err *err)
{
	enum outcome outcome = member_read(inlet->member, err);
	if (outcome == OK && inlet->must_begin) {
		outcome = begin(inlet, err);
		if (outcome != OK)
			member_renew(inlet->member);
	}
	return outcome;
}

enum outcome inlet_new(struct inlet **out, struct ground *ground, struct err *err)
{
	struct inlet *inlet = memory_get_zeroed(1, sizeof(*inlet));
	const struct member_options options = {.kafka = ground->kafka,
		.group = TOPICS_GROUP_DELIVERY,
		.instance = ground->conf->node,
		.topic = TOPIC_HANDOVERS,
		.take_over = take_over,
		.let_go = let_go_all,
		.take = take_record,
		.context = inlet};
	inlet->ground = ground;
	if (member_new(&inlet->member, &options, err) != OK) {
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
	member_free(inlet->member);
	free(inlet);
}
