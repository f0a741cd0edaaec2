/* listing - the Rejection CASE_TWICE: one case names two clients, for a person to look at. */
#include "hub/flow/intake/listing.h"

#include <string.h>

#include "hub/base/log.h"

static const char what_to_do[] = "the case was another client's before, which the message was "
				 "applied to: if the two are one "
				 "person, merge them; else tell the partner to correct the case";

/* Who decides about the client now; absent: nobody, or the view does not know. */
static struct bytes responsible_desk(struct intake *intake, struct pseudonym id)
{
	struct view_reader *reader = *intake->options.reader;
	const struct client *client = NULL;
	struct err err = {0};
	if (reader == NULL || view_reader_begin(reader, &intake->arena, &err) != OK)
		return (struct bytes){0};
	enum outcome outcome = view_client(reader, id, &client, &err);
	view_reader_end(reader);
	if (outcome != OK || client == NULL || client->status != CLIENT_STATUS_OPEN ||
		client->owner < 0 || (size_t)client->owner >= client->desks_count)
		return (struct bytes){0};
	return client->desks[client->owner];
}

/* The same for the same pair, so that who reads the topic knows one that was stored again. */
static void name_it(struct intake_job *job, const struct message *message, const char *other)
{
	uint8_t id[16];
	const char *text =
		arena_format(&job->intake->arena, "%.*s %s", BYTES_ARG(message->case_), other);
	ids_message(job->intake->ids, message->partner, message->system, bytes_of_string(text), id);
	bytes_to_uuid(id, job->listing_id);
}

static void note(const struct intake_job *job, const struct message *message, const char *other)
{
	char message_id[37];
	bytes_to_uuid(message->id.data, message_id);
	log_info("case-twice", "partner=%.*s id=%s client=%s other=%s", BYTES_ARG(message->partner),
		message_id, job->key, other);
}

const struct keyring_record *listing_make(struct intake_job *job,
	const struct message_sender *sender, const struct message *message, struct pseudonym named,
	struct bytes original)
{
	struct intake *intake = job->intake;
	const struct keyring_record *store = NULL;
	struct bytes owner = responsible_desk(intake, message->client);
	struct buffer box = {0};
	char other[33];
	bytes_to_hex(bytes_of(named.data, sizeof(named.data)), other);
	name_it(job, message, other);
	buffer_add_bytes(&intake->clear, original);
	job_seal(job, message->client.data, &intake->clear, &box, &store);
	struct rejection rejection = {.code = REJECTION_CODE_CASE_TWICE,
		.field = bytes_of_string("person"),
		.text = bytes_of_string(what_to_do),
		.owner = owner.data != NULL ? owner
					    : bytes_of_string(sender->partner->rules->home_desk),
		.since = sender->now,
		.has_client = true,
		.client = message->client,
		.has_other = true,
		.other = named,
		.partner = message->partner,
		.case_ = message->case_,
		.has_message = true,
		.message = message->id,
		.form = ORIGINAL_FORM_SEALED,
		.has_key = true,
		.original = buffer_bytes(&box)};
	memcpy(rejection.key.data, job->data_key, SEAL_KEY_ID_SIZE);
	wire_begin(intake->options.wire, &schema_rejection, &job->listing);
	rejection_encode(&rejection, &job->listing);
	buffer_done(&box);
	note(job, message, other);
	return store;
}
