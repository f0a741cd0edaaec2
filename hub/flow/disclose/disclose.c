/* disclose - opens handovers for the desk that receives them: cut to what it may see, and who saw
 * what is stored before anybody gets it. */
#include "hub/flow/disclose/disclose.h"

#include <assert.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/flow/disclose/item.h"
#include "hub/flow/intake/keys.h"
#include "hub/kafka/producer.h"

/* Of the time that a request may take, what Kafka gets for its acknowledgement. */
#define ACK_SHARE 3

struct disclose {
	struct disclose_options options;
	struct ids *ids;
	struct keys keys;
	struct keyring *ring;
	struct producer *producer;
	struct disclose_batch *waiting; /* for receipts, or for the next turn of the loop */
};

struct disclose_batch {
	struct disclose *disclose;
	struct disclose_caller caller; /* done NULL: nobody waits */
	struct arena arena;
	struct item *items;
	size_t count; /* of items that are opened */
	size_t asked;
	size_t receipts; /* to come */
	enum outcome outcome;
	struct loop_timer told; /* where no receipt is to come */
	bool waits, freed;
	struct disclose_batch *before, *behind; /* among those that wait */
};

static void enlist(struct disclose_batch *batch)
{
	struct disclose *disclose = batch->disclose;
	batch->behind = disclose->waiting;
	if (batch->behind != NULL)
		batch->behind->before = batch;
	disclose->waiting = batch;
	batch->waits = true;
}

static void delist(struct disclose_batch *batch)
{
	struct disclose *disclose = batch->disclose;
	*(batch->before != NULL ? &batch->before->behind : &disclose->waiting) = batch->behind;
	if (batch->behind != NULL)
		batch->behind->before = batch->before;
	loop_clear(disclose->options.loop, &batch->told);
	batch->waits = false;
}

/* What a connector rendered lies in the arena too. */
static void destroy(struct disclose_batch *batch)
{
	for (size_t i = 0; i < batch->asked; i++)
		item_done(&batch->items[i]);
	arena_wipe(&batch->arena);
	arena_done(&batch->arena);
	free(batch);
}

static void finish(struct disclose_batch *batch)
{
	struct disclose_caller caller = batch->caller;
	delist(batch);
	batch->caller.done = NULL;
	if (batch->freed)
		destroy(batch);
	else if (caller.done != NULL)
		caller.done(caller.context, batch->outcome);
}

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	struct disclose_batch *batch = receipt->context;
	(void)context;
	if (receipt->outcome != OK) {
		log_warn("access", "text=%s", log_quote(receipt->text));
		batch->outcome = RETRY;
	}
	crash_point("access-stored");
	if (--batch->receipts == 0)
		finish(batch);
}

static void serve(void *context)
{
	struct disclose *disclose = context;
	producer_serve(disclose->producer, 0);
}

static enum outcome open_producer(struct disclose *disclose, struct err *err)
{
	const struct disclose_options *options = &disclose->options;
	const struct producer_options producer = {.receipt = take_receipt,
		.context = disclose,
		.queue_max = options->conf->http.pending,
		.deadline_ms = options->conf->http.request_ms / ACK_SHARE,
		.linger_ms = 1,
		.topics = TOPIC_BIT(TOPIC_ACCESS)};
	if (producer_new(&disclose->producer, options->kafka, &producer, err) != OK)
		return err->outcome;
	return loop_watch(options->loop, producer_fd(disclose->producer), serve, disclose, err);
}

enum outcome disclose_new(
	struct disclose **out, const struct disclose_options *options, struct err *err)
{
	struct disclose *disclose = memory_get_zeroed(1, sizeof(*disclose));
	disclose->options = *options;
	disclose->keys.reader = options->reader;
	disclose->keys.view = options->view;
	const struct conf_seal *seal = &options->conf->seal;
	if (keys_open_ids(seal, &disclose->ids, err) != OK ||
		keys_open_ring(&disclose->keys, seal, &disclose->ring, err) != OK ||
		open_producer(disclose, err) != OK) {
		disclose_free(disclose);
		return err_in(err, "disclosure");
	}
	*out = disclose;
	return OK;
}

void disclose_free(struct disclose *disclose)
{
	if (disclose == NULL)
		return;
	if (disclose->producer != NULL)
		loop_unwatch(disclose->options.loop, producer_fd(disclose->producer));
	producer_free(disclose->producer);
	while (disclose->waiting != NULL) {
		disclose->waiting->outcome = RETRY;
		finish(disclose->waiting);
	}
	keyring_free(disclose->ring);
	ids_free(disclose->ids);
	keys_done(&disclose->keys);
	free(disclose);
}

/* Who withdrew a consent, and which keys are erased, the view knows: now, not as it once was. */
static enum outcome look_at_view(const struct disclose *disclose, struct err *err)
{
	const struct view *view = disclose->options.view;
	if ((view != NULL && !view_is_ready(view)) || *disclose->options.reader == NULL)
		return err_set(err, RETRY, "the view is not ready");
	return OK;
}

static struct item_kit kit_of(struct disclose_batch *batch, const struct rules_desk *desk)
{
	const struct disclose *disclose = batch->disclose;
	const struct rules *rules = &disclose->options.conf->rules;
	const struct conf_delivery *delivery = conf_delivery(disclose->options.conf, desk->id);
	struct item_kit kit = {.conf = disclose->options.conf,
		.ids = disclose->ids,
		.ring = disclose->ring,
		.desk = desk,
		.partner = rules_partner(rules, bytes_of_string(desk->partner)),
		.system = delivery != NULL ? delivery->system : NULL,
		.view = disclose->options.view,
		.arena = &batch->arena,
		.now = clock_wall()};
	assert(kit.partner != NULL);
	return kit;
}

/* As many as the view has all of. */
static enum outcome find_all(struct disclose_batch *batch, const struct item_kit *kit,
	const struct view_handovers *from, struct err *err)
{
	struct view_reader *reader = *batch->disclose->options.reader;
	enum outcome outcome = view_reader_begin(reader, &batch->arena, err);
	if (outcome != OK)
		return outcome;
	for (size_t i = 0; i < from->count && outcome == OK; i++) {
		outcome = item_find(&batch->items[i], kit, reader, &from->items[i], err);
		batch->count += outcome == OK ? 1 : 0;
	}
	view_reader_end(reader);
	return outcome == RETRY && batch->count > 0 ? OK : outcome;
}

static enum outcome open_all(
	struct disclose_batch *batch, const struct item_kit *kit, struct err *err)
{
	size_t found = batch->count;
	for (size_t i = 0; i < found; i++) {
		enum outcome outcome = item_open(&batch->items[i], kit, err);
		if (outcome == OK)
			continue;
		batch->count = i;
		return outcome == RETRY && i > 0 ? OK : outcome;
	}
	return OK;
}

static enum outcome send_access(struct disclose_batch *batch, const struct item *item,
	const struct item_kit *kit, struct err *err)
{
	struct disclose *disclose = batch->disclose;
	struct buffer value = {0};
	struct access access;
	char key[TOPICS_KEY_SIZE];
	const char *id;
	item_access(item, kit, &access);
	id = arena_format(kit->arena, "access-%s-%lld", item->opened.id, (long long)access.at);
	topics_key(access.client.data, key);
	wire_begin(disclose->options.wire, &schema_access, &value);
	access_encode(&access, &value);
	const struct record_write record = {.topic = TOPIC_ACCESS,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&value),
		.headers = {.id = bytes_of_string(id),
			.source = bytes_of_string(item->opened.source),
			.time = access.at},
		.context = batch};
	enum outcome outcome = producer_send(disclose->producer, &record, err);
	buffer_done(&value);
	return outcome;
}

static enum outcome send_all(
	struct disclose_batch *batch, const struct item_kit *kit, struct err *err)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (!item_is_access(&batch->items[i]))
			continue;
		if (send_access(batch, &batch->items[i], kit, err) != OK)
			return err->outcome = RETRY;
		batch->receipts++;
	}
	return OK;
}

static void tell_later(void *context)
{
	finish(context);
}

static struct disclose_batch *batch_new(struct disclose *disclose, size_t count)
{
	struct disclose_batch *batch = memory_get_zeroed(1, sizeof(*batch));
	batch->disclose = disclose;
	batch->asked = count;
	batch->told = (struct loop_timer){.fn = tell_later, .context = batch};
	batch->items = arena_get_array(&batch->arena, count + 1, sizeof(*batch->items));
	enlist(batch);
	return batch;
}

enum outcome disclose_open(struct disclose *disclose, const struct disclose_request *request,
	struct disclose_batch **out, struct err *err)
{
	if (look_at_view(disclose, err) != OK)
		return err->outcome;
	struct disclose_batch *batch = batch_new(disclose, request->handovers.count);
	struct item_kit kit = kit_of(batch, request->desk);
	enum outcome outcome = find_all(batch, &kit, &request->handovers, err);
	if (outcome == OK)
		outcome = open_all(batch, &kit, err);
	if (outcome == OK)
		outcome = send_all(batch, &kit, err);
	if (outcome != OK) {
		disclose_batch_free(batch);
		return outcome;
	}
	batch->caller = request->caller;
	if (batch->receipts == 0)
		loop_set(disclose->options.loop, &batch->told, loop_now(disclose->options.loop));
	*out = batch;
	return OK;
}

size_t disclose_batch_count(const struct disclose_batch *batch)
{
	return batch->count;
}

const struct opened *disclose_batch_at(const struct disclose_batch *batch, size_t i)
{
	assert(i < batch->count);
	return &batch->items[i].opened;
}

void disclose_batch_free(struct disclose_batch *batch)
{
	if (batch == NULL)
		return;
	batch->freed = true;
	batch->caller.done = NULL;
	if (batch->receipts > 0)
		return;
	if (batch->waits)
		delist(batch);
	destroy(batch);
}
