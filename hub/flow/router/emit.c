/* emit - the records that follow from one decision, in the order that readers rely on. */
#include "hub/flow/router/emit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "hub/flow/router/batch.h"
#include "hub/seal/seal.h"
#include "hub/wire/wire.h"

#define SOURCE "lokethub/router"

/* The records of one decision, numbered: "3-4411.0" of the intake record 3@4411, or of a client's
 * clock by the version that it made. */
struct sending {
	struct worker *worker;
	const struct emit *emit;
	char id[96];
	size_t base; /* size of what comes before the number */
	int count;
};

static struct sending begin(struct worker *worker, const struct emit *emit)
{
	struct sending sending = {.worker = worker, .emit = emit};
	int size = emit->record ? snprintf(sending.id, sizeof(sending.id), "%d-%" PRId64 ".",
					  emit->partition->number, emit->record->offset)
				: snprintf(sending.id, sizeof(sending.id), "%.*s-%d.",
					  BYTES_ARG(emit->key), worker->decision->event.version);
	sending.base = (size_t)size;
	return sending;
}

/* By hand, since it is done for each record. */
static struct bytes next_name(struct sending *sending)
{
	size_t size = sending->base;
	int number = sending->count++;
	if (number >= 100)
		sending->id[size++] = (char)('0' + number / 100 % 10);
	if (number >= 10)
		sending->id[size++] = (char)('0' + number / 10 % 10);
	sending->id[size++] = (char)('0' + number % 10);
	return bytes_of(sending->id, size);
}

/* The value is in the batch's buffer. */
static enum outcome send_one(
	struct sending *sending, enum topic topic, struct bytes key, struct err *err)
{
	const struct emit *emit = sending->emit;
	const struct record_write record = {
		.topic = topic,
		.partition = topic == TOPIC_EVENTS || topic == TOPIC_CLIENTS
			? emit->partition->number
			: RECORD_BY_KEY,
		.key = key,
		.value = buffer_bytes(&sending->worker->batch.value),
		.headers = {.id = next_name(sending),
			.source = bytes_of(SOURCE, sizeof(SOURCE) - 1),
			.time = sending->worker->decision->event.at,
			.trace = emit->message ? emit->message->trace : (struct bytes){0},
			.hops = topic == TOPIC_INTAKE ? sending->worker->decision->sent.hops : 0},
	};
	return batch_send(sending->worker, &record, err);
}

static struct buffer *begin_value(struct worker *worker, enum topic topic)
{
	buffer_clear(&worker->batch.value);
	wire_begin(worker->options->wire, topics_row(topic)->value, &worker->batch.value);
	return &worker->batch.value;
}

static enum outcome send_event(struct sending *sending, struct err *err)
{
	struct worker *worker = sending->worker;
	event_encode(&worker->decision->event, begin_value(worker, TOPIC_EVENTS));
	return send_one(sending, TOPIC_EVENTS, sending->emit->key, err);
}

static enum outcome send_client(struct sending *sending, struct err *err)
{
	struct worker *worker = sending->worker;
	if (!sending->emit->client)
		return OK;
	buffer_add_bytes(begin_value(worker, TOPIC_CLIENTS), buffer_bytes(&worker->record));
	return send_one(sending, TOPIC_CLIENTS, sending->emit->key, err);
}

static enum outcome send_handovers(struct sending *sending, struct err *err)
{
	const struct handover_decision *decision = sending->worker->decision;
	for (size_t i = 0; i < decision->handovers_count; i++) {
		const struct handover *handover = &decision->handovers[i];
		handover_encode(handover, begin_value(sending->worker, TOPIC_HANDOVERS));
		if (send_one(sending, TOPIC_HANDOVERS, handover->desk, err) != OK)
			return err->outcome;
	}
	return OK;
}

static enum outcome send_person(struct sending *sending, struct err *err)
{
	const struct handover_decision *decision = sending->worker->decision;
	char key[TOPICS_KEY_SIZE];
	if (!decision->stores_person)
		return OK;
	const struct sealed_person person = {
		.referral = decision->person_referral,
		.client = decision->event.client,
		.at = decision->event.at,
		.sealed = *sending->emit->message->sealed,
	};
	sealed_person_encode(&person, begin_value(sending->worker, TOPIC_PERSONS));
	topics_key(decision->person_referral.data, key);
	return send_one(sending, TOPIC_PERSONS, bytes_of(key, TOPICS_KEY_SIZE - 1), err);
}

/* What could be read is sealed where it must be; what could not may hold anything. */
static enum outcome keep_original(struct worker *worker, const struct emit *emit,
	struct rejection *out, struct buffer *box, struct err *err)
{
	out->form = ORIGINAL_FORM_RECORD;
	out->original = emit->record->value;
	if (emit->message && out->original.data)
		return OK;
	if (seal_box(worker->options->ops_public_key, emit->record->value, box) != OK)
		return err_set(
			err, FATAL, "the public key of ops is none: see seal.ops_public_key_file");
	out->form = ORIGINAL_FORM_BOX;
	out->original = buffer_bytes(box);
	return OK;
}

static struct rejection rejection_of(const struct worker *worker, const struct emit *emit)
{
	const struct event *event = &worker->decision->event;
	const char *owner = worker->decision->reject_owner;
	return (struct rejection){
		.code = event->code,
		.field = event->field,
		.text = event->text.data ? event->text : bytes_of_string(""),
		.owner = bytes_of_string(owner ? owner : "ops"),
		.since = event->at,
		.has_partition = true,
		.partition = event->partition,
		.has_offset = true,
		.offset = emit->record->offset,
		.has_client = event->has_client,
		.client = event->client,
		.partner = event->partner,
		.has_message = event->has_message,
		.message = event->message,
		.has_number = event->has_parked,
		.number = event->parked,
	};
}

static enum outcome send_rejection(struct sending *sending, struct err *err)
{
	struct worker *worker = sending->worker;
	const struct emit *emit = sending->emit;
	const struct event *event = &worker->decision->event;
	struct buffer box = {0};
	if (!emit->record || !event->has_code ||
		(event->result != RESULT_REJECTED && event->result != RESULT_PARKED))
		return OK;
	struct rejection rejection = rejection_of(worker, emit);
	if (keep_original(worker, emit, &rejection, &box, err) != OK)
		return err->outcome;
	rejection_encode(&rejection, begin_value(worker, TOPIC_REJECTED));
	buffer_done(&box);
	return send_one(sending, TOPIC_REJECTED,
		event->has_client || !event->partner.data ? emit->key : event->partner, err);
}

/* To another client, whose router reads it once this transaction is committed. */
static enum outcome send_sent(struct sending *sending, struct err *err)
{
	const struct handover_decision *decision = sending->worker->decision;
	char key[TOPICS_KEY_SIZE];
	if (!decision->sends)
		return OK;
	message_encode(&decision->sent.message, begin_value(sending->worker, TOPIC_INTAKE));
	topics_key(decision->sent.message.client.data, key);
	return send_one(sending, TOPIC_INTAKE, bytes_of(key, TOPICS_KEY_SIZE - 1), err);
}

enum outcome emit_all(struct worker *worker, const struct emit *emit, struct err *err)
{
	struct sending sending = begin(worker, emit);
	assert(emit->partition->touched); /* else a zombie's records could be committed */
	if (send_event(&sending, err) != OK || send_client(&sending, err) != OK ||
		send_handovers(&sending, err) != OK || send_person(&sending, err) != OK ||
		send_rejection(&sending, err) != OK || send_sent(&sending, err) != OK)
		return err->outcome;
	return OK;
}

enum outcome emit_fact(struct worker *worker, const struct fact *fact, struct err *err)
{
	char key[TOPICS_FACT_KEY_SIZE], id[TOPICS_FACT_KEY_SIZE + 24];
	topics_fact_key(fact, key);
	int id_size = snprintf(id, sizeof(id), "%s-%" PRId64, key, fact->at);
	fact_encode(fact, begin_value(worker, TOPIC_FACTS));
	const struct record_write record = {
		.topic = TOPIC_FACTS,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&worker->batch.value),
		.headers = {.id = bytes_of(id, (size_t)id_size),
			.source = bytes_of(SOURCE, sizeof(SOURCE) - 1),
			.time = fact->at},
	};
	return batch_send(worker, &record, err);
}
