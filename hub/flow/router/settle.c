/* settle - one intake record or one due clock: decided, folded, and written as one Event with all
 * that follows. */
#include "hub/flow/router/settle.h"

#include <assert.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/count.h"
#include "hub/flow/router/emit.h"
#include "hub/wire/wire.h"

static const uint8_t hash_key[16]; /* Event.state_hash: SipHash with a zero key */

/* What is at hand: where it came from, and about whom it is. */
struct item {
	struct partition *partition;
	const struct record_read *record; /* NULL: a clock */
	struct handover_input input;
	struct facts_view view;
	struct route_facts room;
	struct message message;
	struct handover_fault fault;
	struct bytes known; /* the client's record; absent: unknown */
	struct pseudonym client;
	bool has_client;
	bool again; /* clocks of the client came first: it has to be looked at anew */
};

static void prepare(struct worker *worker, struct item *item, struct partition *partition)
{
	memset(item, 0, sizeof(*item));
	item->partition = partition;
	item->view = (struct facts_view){worker->facts, partition->number};
	item->room = (struct route_facts){facts_why_full, worker->facts};
	item->input = (struct handover_input){
		.partition = partition->number,
		.outage = facts_outage,
		.context = &item->view,
		.facts = &item->room,
	};
	arena_reset(&worker->arena);
}

static int64_t appended(const struct record_read *record)
{
	return record->time + clock_offset();
}

/* Time in a partition does not go back. */
static void pass_to(struct item *item, int64_t moment)
{
	struct place *place = &item->partition->place;
	if (place->now < moment)
		place->now = moment;
	item->input.now = place->now;
}

static enum outcome load_state(struct worker *worker, const struct item *item, struct err *err)
{
	struct client client;
	if (!item->known.data) {
		handover_state_new(worker->state, item->client);
		return OK;
	}
	if (client_decode(&client, item->known, &worker->arena, err) == OK &&
		handover_state_load(worker->state, &client, err) == OK)
		return OK;
	err_in(err, "partition %d: the state of a client", item->partition->number);
	return err->outcome = FATAL;
}

static bool is_of_partition(
	const struct worker *worker, const struct item *item, const uint8_t id[16])
{
	return topics_slot(id) % worker->options->kafka->partitions == item->partition->number;
}

static void take_client(struct item *item, struct bytes known)
{
	item->known = known;
	item->has_client = known.data != NULL;
	if (known.data)
		memcpy(item->client.data, known.data, sizeof(item->client.data));
}

bool settle_is_marked(const uint8_t id[16])
{
	return (id[6] & 0xF0) == 0x80 && (id[8] & 0xC0) == 0x80;
}

/* The key of a record that cannot be read names its client, or a referral of it; of a referral that
 * is unknown nobody is parked. */
static void find_by_key(const struct worker *worker, struct item *item)
{
	uint8_t id[16];
	if (!topics_key_id(item->record->key, id) || !is_of_partition(worker, item, id))
		return;
	take_client(item, store_find(item->partition->store, id));
	if (!item->has_client)
		take_client(item, store_find_referral(item->partition->store, id));
	if (item->has_client || settle_is_marked(id))
		return;
	memcpy(item->client.data, id, sizeof(item->client.data));
	item->has_client = true;
}

static const struct uuid *referral_of(const struct message *message)
{
	if (message->body_status_change)
		return message->body_status_change->has_referral
			? &message->body_status_change->referral
			: NULL;
	return message->body_referral->has_referral ? &message->body_referral->referral : NULL;
}

/* Taking the headers apart costs as much as deciding, so it is done only where one can matter. */
static void take_headers(struct item *item)
{
	struct record_headers headers;
	record_headers_read(item->record, &headers);
	item->input.redrive = headers.redrive;
	item->input.skip = headers.skip.data != NULL;
	item->input.hops = headers.hops;
}

/* A known referral keeps its client, whatever else the message says; only what was sent on after a
 * merge, the hub's own word in one, and what waited in its queue, is for the client that it names.
 */
static bool is_for_another(struct item *item)
{
	const struct message *message = &item->message;
	if (!item->has_client || !message->has_client ||
		memcmp(&item->client, &message->client, sizeof(item->client)) == 0)
		return false;
	take_headers(item);
	return item->input.hops > 0 || item->input.redrive > 0 ||
		bytes_equal_string(message->partner, "hub");
}

/* A message comes under the client that it names, or else its referral; or under the client in
 * whose queue it waited. It keeps its place there, whoever has the referral by now, or has
 * forgotten it: else the queue behind it would wait for ever. */
static bool was_parked(struct item *item)
{
	const struct message *message = &item->message;
	const struct uuid *referral = referral_of(message);
	const uint8_t *named = message->has_client ? message->client.data
		: referral                         ? referral->data
						   : NULL;
	uint8_t key[16];
	if (named && topics_key_id(item->record->key, key) && memcmp(key, named, sizeof(key)) == 0)
		return false;
	take_headers(item);
	return item->input.redrive > 0;
}

static void find_by_message(const struct worker *worker, struct item *item)
{
	const struct message *message = &item->message;
	const struct uuid *referral = referral_of(message);
	if (was_parked(item)) {
		find_by_key(worker, item);
		return;
	}
	if (referral)
		take_client(item, store_find_referral(item->partition->store, referral->data));
	if ((item->has_client && !is_for_another(item)) || !message->has_client)
		return;
	item->client = message->client;
	item->has_client = is_of_partition(worker, item, message->client.data);
	if (item->has_client)
		item->known = store_find(item->partition->store, message->client.data);
	else
		item->fault = (struct handover_fault){REJECTION_CODE_INVALID, "client",
			"belongs to another partition: send it under the key of its client"};
}

static bool is_code(const struct problem *problem)
{
	return strncmp(problem->text, CHECK_NO_CODE, sizeof(CHECK_NO_CODE) - 1) == 0;
}

/* The first thing that is wrong with the fields stands for all. */
static void check(struct worker *worker, struct item *item)
{
	struct problems problems;
	problems_init(&problems, &worker->arena);
	message_check(&item->message, worker->options->conf->codes, CHECK_HUB, &problems);
	if (problems.count > 0) {
		const struct problem *first = &problems.items[0];
		item->fault = (struct handover_fault){
			is_code(first) ? REJECTION_CODE_UNKNOWN_CODE : REJECTION_CODE_INVALID,
			first->path, first->text};
	} else if (item->message.body_referral &&
		!(item->message.has_client && item->message.body_referral->has_referral)) {
		item->fault = (struct handover_fault){
			REJECTION_CODE_INVALID, "client", "is missing, or the id of the referral"};
	}
}

static bool was_settled(const struct worker *worker, const struct item *item)
{
	return item->known.data && worker->state->client.applied >= item->record->offset;
}

/* Its offset is committed all the same. */
static enum outcome skip(struct worker *worker, const struct item *item, struct err *err)
{
	count_skipped();
	return batch_touch(worker, item->partition, err);
}

static void fold(struct worker *worker)
{
	struct event *event = &worker->decision->event;
	handover_fold(worker->state, event);
	buffer_clear(&worker->record);
	client_encode(&worker->state->client, &worker->record);
	uint64_t hash = bytes_hash(buffer_bytes(&worker->record), hash_key);
	event->has_state_hash = true;
	memcpy(event->state_hash.data, &hash, sizeof(event->state_hash.data));
}

/* Writes what was decided. The store changes last: until then the decision points into its records.
 */
static enum outcome write_down(struct worker *worker, const struct item *item, struct err *err)
{
	const struct handover_decision *decision = worker->decision;
	char key[TOPICS_KEY_SIZE];
	topics_key(item->client.data, key);
	const struct emit emit = {
		.partition = item->partition,
		.key = decision->event.has_client || !item->record
			? bytes_of(key, TOPICS_KEY_SIZE - 1)
			: item->record->key,
		.message = item->input.message,
		.record = item->record,
		.client = decision->changes_client ? &worker->state->client : NULL,
	};
	if (decision->changes_client)
		fold(worker);
	crash_point("after-decide");
	if (batch_touch(worker, item->partition, err) != OK || emit_all(worker, &emit, err) != OK)
		return err->outcome;
	crash_point("after-produce");
	if (decision->changes_client)
		store_put(item->partition->store, &worker->state->client,
			buffer_bytes(&worker->record));
	count_event(worker, item->record);
	return OK;
}

/* The client's own clocks that are due by the message's time come before it; those of others need
 * not (rule 5). */
static bool clock_comes_first(const struct worker *worker, const struct item *item)
{
	const struct place *place = &item->partition->place;
	int64_t due;
	struct clock_id which;
	return item->known.data && !atomic_load(&worker->clocks_stopped) &&
		handover_next_due(&worker->state->client, &due, &which) &&
		(due <= place->now || due <= appended(item->record));
}

/* The message itself is gone afterwards: the clocks took its place. */
static enum outcome fire_first(struct worker *worker, struct item *item, struct err *err)
{
	const struct pseudonym client = item->client;
	item->again = true;
	while (clock_comes_first(worker, item))
		if (settle_clock(worker, item->partition,
			    store_find(item->partition->store, client.data), err) != OK)
			return err->outcome;
	return OK;
}

/* A record that was left out on purpose need not be readable. */
static enum outcome settle_unreadable(struct worker *worker, struct item *item, struct err *err)
{
	static const struct message nothing = {.partner = {(const uint8_t *)"hub", 3}};
	find_by_key(worker, item);
	take_headers(item);
	if (load_state(worker, item, err) != OK)
		return err->outcome;
	if (was_settled(worker, item))
		return skip(worker, item, err);
	if (clock_comes_first(worker, item))
		return fire_first(worker, item, err);
	pass_to(item, appended(item->record));
	if (item->input.skip) {
		item->input.message = &nothing;
		handover_decide(worker->state, &item->input, &worker->options->conf->rules,
			worker->decision);
		worker->decision->event.has_message = false;
		item->input.message = NULL;
	} else {
		handover_park(worker->state, &item->input, &worker->options->conf->rules,
			worker->decision);
	}
	if (!item->has_client)
		worker->decision->changes_client = worker->decision->event.has_client = false;
	return write_down(worker, item, err);
}

/* Parked, merged away, or it is an action under a client's name, which partners do not give. */
static bool headers_matter(const struct worker *worker, const struct item *item)
{
	const struct client *client = &worker->state->client;
	return client->parked > 0 || client->has_merged_into ||
		(item->message.body_status_change && item->message.has_client);
}

static enum outcome settle_message(struct worker *worker, struct item *item, struct err *err)
{
	check(worker, item);
	find_by_message(worker, item);
	if (load_state(worker, item, err) != OK)
		return err->outcome;
	if (was_settled(worker, item))
		return skip(worker, item, err);
	if (clock_comes_first(worker, item))
		return fire_first(worker, item, err);
	if (headers_matter(worker, item))
		take_headers(item);
	pass_to(item, appended(item->record));
	item->input.message = &item->message;
	item->input.fault = item->fault.text ? &item->fault : NULL;
	handover_decide(
		worker->state, &item->input, &worker->options->conf->rules, worker->decision);
	return write_down(worker, item, err);
}

static enum outcome settle_value(struct worker *worker, struct item *item, struct err *err)
{
	struct wire_record value = {.value = item->record->value, .schema = &schema_message};
	struct err why = {0};
	if (wire_decode(worker->options->wire, &value, &item->message, &worker->arena, &why) == OK)
		return settle_message(worker, item, err);
	item->fault = (struct handover_fault){
		value.no_schema ? REJECTION_CODE_NO_SCHEMA : REJECTION_CODE_UNREADABLE, NULL,
		why.text};
	item->input.fault = &item->fault;
	return settle_unreadable(worker, item, err);
}

enum outcome settle_record(struct worker *worker, struct partition *partition,
	const struct record_read *record, struct err *err)
{
	struct item item;
	do {
		prepare(worker, &item, partition);
		item.record = record;
		item.input.offset = record->offset;
		if (settle_value(worker, &item, err) != OK)
			return err->outcome;
	} while (item.again);
	partition->place.next = record->offset + 1;
	worker->batch.messages++;
	return OK;
}

enum outcome settle_clock(
	struct worker *worker, struct partition *partition, struct bytes client, struct err *err)
{
	struct item item;
	int64_t due, after;
	struct clock_id which;
	prepare(worker, &item, partition);
	take_client(&item, client);
	if (load_state(worker, &item, err) != OK)
		return err->outcome;
	bool armed = handover_next_due(&worker->state->client, &due, &item.input.clock);
	assert(armed);
	pass_to(&item, due);
	handover_decide(
		worker->state, &item.input, &worker->options->conf->rules, worker->decision);
	assert(worker->decision->changes_client);
	if (write_down(worker, &item, err) != OK)
		return err->outcome;
	bool again = handover_next_due(&worker->state->client, &after, &which);
	assert(!again || after != due || memcmp(&which, &item.input.clock, sizeof(which)) != 0);
	worker->batch.clocks++;
	return OK;
}
