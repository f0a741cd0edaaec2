/* job - one value on its way to Kafka, behind the data key that it is sealed with. */
#include "hub/flow/intake/job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/memory.h"

#define VALUE_KEPT_MAX 65536 /* a larger value's memory is given back */

struct intake_job *job_new(struct intake *intake, const struct message_sender *sender)
{
	struct intake_job *job = intake->spares;
	if (job == NULL)
		job = memory_get_zeroed(1, sizeof(*job));
	else
		intake->spares = job->next;
	job->intake = intake;
	job->receipt = (struct intake_receipt){.fate = INTAKE_UNKNOWN};
	job->has_case = false;
	job->is_once = false;
	job->is_tombstone = false;
	intake->pending++;
	if (sender == NULL) {
		job->partner = JOB_OF_HUB;
		strcpy(job->source, "urn:lokethub");
		job->trace[0] = '\0';
		return job;
	}
	job->partner = (size_t)(sender->partner - intake->options.conf->partners);
	stpcpy(stpcpy(job->source, "urn:oin:"), sender->partner->rules->oin);
	assert(sender->trace.size < sizeof(job->trace));
	memcpy(job->trace, sender->trace.data == NULL ? (const void *)"" : sender->trace.data,
		sender->trace.size);
	job->trace[sender->trace.size] = '\0';
	return job;
}

void job_address(struct intake_job *job, const struct message *message)
{
	job->topic = TOPIC_INTAKE;
	job->time = message->occurred_at;
	job->receipt.message = message->id;
	job->receipt.referral = message_referral(message);
	bytes_to_hex(bytes_of(message_owner(message), 16), job->key);
	bytes_to_uuid(message->id.data, job->id);
}

void job_take_random_id(struct intake_job *job)
{
	uint8_t random[16];
	seal_random(random, sizeof(random));
	bytes_to_uuid(random, job->id);
}

void job_free(struct intake_job *job)
{
	struct intake *intake = job->intake;
	buffer_clear(&job->value);
	if (job->value.capacity > VALUE_KEPT_MAX)
		buffer_done(&job->value);
	buffer_done(&job->listing);
	job->caller = (struct intake_caller){0};
	job->next = intake->spares;
	intake->spares = job;
	intake->pending--;
}

void job_seal(struct intake_job *job, const uint8_t owner[KEYRING_OWNER_SIZE], struct buffer *clear,
	struct buffer *out, const struct keyring_record **store)
{
	struct seal_key key;
	keyring_to_seal(job->intake->ring, owner, clock_monotonic(), &key, store);
	seal_put(&key, buffer_bytes(clear), out);
	memcpy(job->data_key, key.id, SEAL_KEY_ID_SIZE);
	seal_wipe(&key, sizeof(key));
	seal_wipe(clear->data, clear->size);
	buffer_clear(clear);
}

const struct keyring_record *job_seal_person(struct intake_job *job, const struct draft *draft,
	const uint8_t owner[KEYRING_OWNER_SIZE], struct message *message, struct buffer *box)
{
	struct intake *intake = job->intake;
	const struct keyring_record *store = NULL;
	if (draft->person == NULL)
		return NULL;
	person_encode(draft->person, &intake->clear);
	job_seal(job, owner, &intake->clear, box, &store);
	message->sealed = arena_get(&intake->arena, sizeof(*message->sealed));
	memcpy(message->sealed->key.data, job->data_key, SEAL_KEY_ID_SIZE);
	message->sealed->box = buffer_bytes(box);
	return store;
}

static bool send_key(struct intake_job *job, const struct keyring_record *store)
{
	struct intake *intake = job->intake;
	struct data_key record = keys_record(store, clock_wall());
	struct buffer value = {0};
	char key[KEYS_KEY_SIZE];
	struct err err = {0};
	wire_begin(intake->options.wire, &schema_data_key, &value);
	data_key_encode(&record, &value);
	keys_key(store->id, key);
	const struct record_write write = {.topic = TOPIC_KEYS,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&value),
		.headers = {.id = bytes_of_string(key),
			.source = bytes_of_string("urn:lokethub"),
			.time = record.made_at},
		.context = job};
	enum outcome outcome = producer_send(intake->producer, &write, &err);
	buffer_done(&value);
	return outcome == OK;
}

static enum outcome send_next(struct intake_job *job)
{
	struct err err = {0};
	bool lists = job->step == JOB_KEY && job->listing.size > 0;
	struct bytes value = job->is_tombstone ? (struct bytes){0} : buffer_bytes(&job->value);
	job->step = lists ? JOB_LISTING : JOB_VALUE;
	const struct record_write write = {.topic = lists ? TOPIC_REJECTED : job->topic,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(job->key),
		.value = lists ? buffer_bytes(&job->listing) : value,
		.headers = {.id = bytes_of_string(lists ? job->listing_id : job->id),
			.source = bytes_of_string(job->source),
			.time = job->time,
			.trace = job->trace[0] == '\0' ? (struct bytes){0}
						       : bytes_of_string(job->trace)},
		.context = job};
	return producer_send(job->intake->producer, &write, &err);
}

/* What was not stored must not hold its case, nor pass for recorded. */
static void forget(struct intake_job *job)
{
	struct intake *intake = job->intake;
	if (job->has_case)
		cases_forget(intake->cases, job->case_key);
	for (size_t i = 0; job->is_once && i < INTAKE_REFUSED_KEPT; i++)
		if (memcmp(&intake->refused[i], &job->refusal, sizeof(job->refusal)) == 0)
			intake->refused[i] = (struct uuid){0};
}

bool job_start(struct intake_job *job, const struct keyring_record *store)
{
	job->step = JOB_KEY;
	bool is_sent = store != NULL ? send_key(job, store) : send_next(job) == OK;
	if (!is_sent) {
		forget(job);
		job_free(job);
	}
	return is_sent;
}

static void finish(struct intake_job *job, enum intake_fate fate)
{
	job->receipt.fate = fate;
	if (fate != INTAKE_STORED)
		forget(job);
	if (job->caller.done != NULL)
		job->caller.done(job->caller.context, &job->receipt);
	job_free(job);
}

static enum intake_fate fate_of(enum outcome outcome)
{
	switch (outcome) {
	case OK:
		return INTAKE_STORED;
	case REJECT:
		return INTAKE_TOO_LARGE;
	case RETRY:
	case FATAL:
		break;
	}
	return INTAKE_UNKNOWN;
}

static void go_on(struct intake_job *job)
{
	enum outcome outcome = send_next(job);
	if (outcome != OK)
		finish(job, fate_of(outcome));
}

static void key_is_stored(struct intake_job *job)
{
	keyring_stored(job->intake->ring, job->data_key);
	crash_point("intake-key-stored");
	go_on(job);
}

static void listing_is_stored(struct intake_job *job)
{
	crash_point("intake-listed");
	go_on(job);
}

static void value_is_stored(struct intake_job *job, const struct producer_receipt *receipt)
{
	job->receipt.partition = receipt->partition;
	job->receipt.offset = receipt->offset;
	if (job->has_case)
		cases_lies_at(job->intake->cases, job->case_key, job->case_client, receipt->offset);
	if (job->topic == TOPIC_INTAKE && job->partner != JOB_OF_HUB)
		sent_note(job->intake->options.sent, job->partner, receipt->partition,
			receipt->offset);
	crash_point("intake-stored");
	finish(job, INTAKE_STORED);
}

void job_go_on(struct intake_job *job, const struct producer_receipt *receipt)
{
	if (receipt->outcome != OK)
		finish(job, fate_of(receipt->outcome));
	else if (job->step == JOB_KEY)
		key_is_stored(job);
	else if (job->step == JOB_LISTING)
		listing_is_stored(job);
	else
		value_is_stored(job, receipt);
}
