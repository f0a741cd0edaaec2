/* defer - what cannot become a message yet: a document to fetch, a source to poll, an action whose
 * referral is not known. */
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/intake/job.h"

/* Nothing of the partner's in a key: a hash of it, which keeps what belongs together in order. */
static void address(struct intake_job *job, const struct message_sender *sender,
	const uint8_t key[KEYRING_OWNER_SIZE])
{
	job->topic = TOPIC_FETCH;
	job->time = sender->now;
	job_take_random_id(job);
	bytes_to_hex(bytes_of(key, KEYRING_OWNER_SIZE), job->key);
}

static bool start(
	struct intake_job *job, const struct fetch_task *task, const struct keyring_record *store)
{
	struct intake *intake = job->intake;
	wire_begin(intake->options.wire, &schema_fetch_task, &job->value);
	fetch_task_encode(task, &job->value);
	arena_reset(&intake->arena);
	return job_start(job, store);
}

struct intake_job *intake_fetch(struct intake *intake, const struct message_sender *sender,
	const struct conf_source *source, struct bytes resource, struct intake_caller caller)
{
	uint8_t key[KEYRING_OWNER_SIZE];
	struct intake_job *job = job_new(intake, sender);
	const struct fetch_task task = {.kind = FETCH_KIND_GET,
		.partner = bytes_of_string(source->oin),
		.system = bytes_of_string(source->system),
		.connector = bytes_of_string(source->name),
		.resource = resource,
		.at = sender->now};
	job->caller = caller;
	ids_message(intake->ids, task.partner, task.connector, resource, key);
	address(job, sender, key);
	return start(job, &task, NULL) ? job : NULL;
}

/* The key is that of the source's cursor, whose partition's edge polls it. */
struct intake_job *intake_poll(struct intake *intake, const struct message_sender *sender,
	const struct conf_source *source, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, sender);
	const struct fetch_task task = {.kind = FETCH_KIND_POLL,
		.partner = bytes_of_string(source->oin),
		.system = bytes_of_string(source->system),
		.connector = bytes_of_string(source->name),
		.at = sender->now};
	job->caller = caller;
	job->topic = TOPIC_FETCH;
	job->time = sender->now;
	job_take_random_id(job);
	snprintf(job->key, sizeof(job->key), "%s/%s", source->oin, source->name);
	return start(job, &task, NULL) ? job : NULL;
}

struct intake_job *intake_defer(struct intake *intake, const struct message_sender *sender,
	const struct draft *draft, struct intake_caller caller)
{
	uint8_t key[KEYRING_OWNER_SIZE];
	struct buffer box = {0};
	struct message message;
	struct intake_job *job = job_new(intake, sender);
	job->caller = caller;
	message_make(intake->ids, sender, draft, &intake->arena, &message);
	ids_of_case(intake->ids, message.partner, message.system, message.case_, key);
	address(job, sender, key);
	const struct keyring_record *store = job_seal_person(job, draft, key, &message, &box);
	const struct fetch_task task = {.kind = FETCH_KIND_RESOLVE,
		.partner = message.partner,
		.system = message.system,
		.case_ = message.case_,
		.at = sender->now,
		.message = &message};
	bool is_sent = start(job, &task, store);
	buffer_done(&box);
	return is_sent ? job : NULL;
}

static struct intake_job *of_fact(
	struct intake *intake, const struct fact *fact, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, NULL);
	job->caller = caller;
	job->topic = TOPIC_FACTS;
	job->time = fact->at;
	job_take_random_id(job);
	topics_fact_key(fact, job->key);
	return job;
}

struct intake_job *intake_fact(
	struct intake *intake, const struct fact *fact, struct intake_caller caller)
{
	struct intake_job *job = of_fact(intake, fact, caller);
	wire_begin(intake->options.wire, &schema_fact, &job->value);
	fact_encode(fact, &job->value);
	return job_start(job, NULL) ? job : NULL;
}

struct intake_job *intake_forget_fact(
	struct intake *intake, const struct fact *fact, struct intake_caller caller)
{
	struct intake_job *job = of_fact(intake, fact, caller);
	job->is_tombstone = true;
	return job_start(job, NULL) ? job : NULL;
}

static enum outcome open_person(struct intake *intake, const struct sealed *sealed,
	struct arena *arena, struct draft *out, struct err *err)
{
	struct seal_key key;
	struct buffer clear = {0};
	enum outcome outcome =
		keyring_to_open(intake->ring, sealed->key.data, clock_monotonic(), &key, err);
	if (outcome == OK)
		outcome = seal_open(&key, sealed->box, &clear, err);
	if (outcome == OK) {
		out->person = arena_get(arena, sizeof(*out->person));
		outcome = person_decode(
			out->person, arena_copy(arena, buffer_bytes(&clear)), arena, err);
	}
	seal_wipe(&key, sizeof(key));
	seal_wipe_buffer(&clear);
	return outcome;
}

enum outcome intake_undefer(struct intake *intake, const struct message *message,
	struct arena *arena, struct draft *out, struct err *err)
{
	/* As it was said: what message_make adds, it adds again. */
	struct status_change *change = arena_get(arena, sizeof(*change));
	*change = *message->body_status_change;
	change->has_text = false;
	change->actor.partner = (struct bytes){0};
	change->actor.has_role = false;
	*out = (struct draft){.system = message->system,
		.reference = message->derived_reference ? (struct bytes){0} : message->reference,
		.case_ = message->case_,
		.leg = message->leg,
		.has_occurred_at = true,
		.occurred_at = message->occurred_at,
		.body_status_change = change};
	if (message->sealed == NULL)
		return OK;
	return open_person(intake, message->sealed, arena, out, err);
}
