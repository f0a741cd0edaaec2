/* refuse - the record of a refusal: why, for whom to see, and the sealed original. */
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/intake/job.h"
#include "schemas/tables.h"

#define MONTH_SIZE 7 /* "2026-03" */

static const struct record *branch_called(const struct field *field, const char *name)
{
	for (size_t i = 0; i < field->branch_count; i++)
		if (strcmp(field->branches[i].record->name, name) == 0)
			return field->branches[i].record;
	return NULL;
}

/* Whether it is made of the schema's names only. A member that the schema does not have may be
 * called anything, also by a person's name. */
static bool is_known(const char *path)
{
	const struct record *record = schema_draft.rows;
	const struct field *choice = NULL;
	char parts[200];
	char *rest = parts;
	snprintf(parts, sizeof(parts), "%s", path);
	for (char *part; (part = strsep(&rest, ".")) != NULL;) {
		part[strcspn(part, "[")] = '\0';
		if (choice != NULL) {
			record = branch_called(choice, part);
			choice = NULL;
			continue;
		}
		const struct field *field = record == NULL ? NULL : record_find_field(record, part);
		if (field == NULL)
			return false;
		choice = field->kind == FIELD_UNION ? field : NULL;
		record = field->kind == FIELD_RECORD ? field->branches[0].record : NULL;
	}
	return true;
}

static struct bytes field_of(const struct problems *problems)
{
	static const char inside_event[] = "data.";
	const char *path = problems->items[0].path;
	if (strncmp(path, inside_event, strlen(inside_event)) == 0)
		path += strlen(inside_event);
	return is_known(path) ? bytes_of_string(path) : (struct bytes){0};
}

static struct bytes text_of(const struct problems *problems, struct arena *arena)
{
	if (problems->count == 1)
		return bytes_of_string(problems->items[0].text);
	return bytes_of_string(arena_format(arena, "%zu fields are wrong; the first %s",
		problems->count, problems->items[0].text));
}

static const struct keyring_record *seal_original(struct intake_job *job,
	const struct message_sender *sender, struct bytes original, struct buffer *box)
{
	struct intake *intake = job->intake;
	const struct keyring_record *store = NULL;
	uint8_t owner[KEYRING_OWNER_SIZE];
	char at[25];
	if (intake->options.conf->lane == CONF_LANE_TEST)
		original = (struct bytes){0}; /* of somebody who is not made up, maybe */
	clock_to_text(sender->now, at);
	ids_of_month(intake->ids, bytes_of_string(sender->partner->rules->oin),
		bytes_of(at, MONTH_SIZE), owner);
	buffer_add_bytes(&intake->clear, original);
	job_seal(job, owner, &intake->clear, box, &store);
	return store;
}

/* The same for the same. */
static struct uuid id_of(struct intake *intake, const struct message_sender *sender,
	const struct intake_refusal *refusal)
{
	struct bytes oin = bytes_of_string(sender->partner->rules->oin);
	struct bytes text = text_of(refusal->problems, &intake->arena);
	struct digest digest;
	struct uuid id;
	char said[2 * sizeof(digest.data) + 1];
	buffer_add_format(&intake->clear, "%s %s %.*s\n", rejection_code_name(refusal->code),
		refusal->problems->items[0].path, BYTES_ARG(text));
	buffer_add_bytes(&intake->clear, refusal->about);
	ids_digest(intake->ids, oin, buffer_bytes(&intake->clear), digest.data);
	seal_wipe(intake->clear.data, intake->clear.size);
	buffer_clear(&intake->clear);
	bytes_to_hex(bytes_of(digest.data, sizeof(digest.data)), said);
	ids_message(intake->ids, oin, bytes_of_string("refused"), bytes_of_string(said), id.data);
	return id;
}

/* It takes a while to get into the view, and a notification and a walk may come at once. */
static struct uuid note_once(struct intake_job *job, struct uuid id)
{
	struct intake *intake = job->intake;
	job->is_once = true;
	job->refusal = id;
	intake->refused[intake->refused_next++ % INTAKE_REFUSED_KEPT] = id;
	return id;
}

bool intake_has_refused(struct intake *intake, const struct message_sender *sender,
	const struct intake_refusal *refusal)
{
	struct view_reader *reader = *intake->options.reader;
	struct err err = {0};
	bool is_known = false;
	if (refusal->about.data == NULL || reader == NULL)
		return false;
	struct uuid id = id_of(intake, sender, refusal);
	arena_reset(&intake->arena);
	for (size_t i = 0; i < INTAKE_REFUSED_KEPT; i++)
		if (memcmp(&intake->refused[i], &id, sizeof(id)) == 0)
			return true;
	return view_is_refused(reader, id, &is_known, &err) == OK && is_known;
}

static void address(struct intake_job *job, const struct message_sender *sender)
{
	job->topic = TOPIC_REJECTED;
	job->time = sender->now;
	job_take_random_id(job);
	snprintf(job->key, sizeof(job->key), "%s", sender->partner->rules->oin);
}

struct intake_job *intake_refuse(struct intake *intake, const struct message_sender *sender,
	const struct intake_refusal *refusal, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, sender);
	struct buffer box = {0};
	job->caller = caller;
	address(job, sender);
	const struct keyring_record *store = seal_original(job, sender, refusal->original, &box);
	bool has_id = refusal->about.data != NULL;
	struct rejection rejection = {.code = refusal->code,
		.field = field_of(refusal->problems),
		.text = text_of(refusal->problems, &intake->arena),
		.owner = bytes_of_string(sender->partner->rules->home_desk),
		.since = sender->now,
		.refused = true,
		.partner = bytes_of_string(sender->partner->rules->oin),
		.has_message = has_id,
		.form = ORIGINAL_FORM_SEALED,
		.has_key = true,
		.original = buffer_bytes(&box)};
	if (has_id)
		rejection.message = note_once(job, id_of(intake, sender, refusal));
	memcpy(rejection.key.data, job->data_key, SEAL_KEY_ID_SIZE);
	wire_begin(intake->options.wire, &schema_rejection, &job->value);
	rejection_encode(&rejection, &job->value);
	buffer_done(&box);
	arena_reset(&intake->arena);
	return job_start(job, store) ? job : NULL;
}
