/* intake - makes a Message of what a partner says and stores it, before anybody is told that it is.
 */
#include "hub/flow/intake/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/flow/intake/job.h"
#include "hub/flow/intake/listing.h"

/* Of the time that a request may take, what Kafka gets for one acknowledgement: a new data key
 * needs two of them, and the answer must be out in time. */
#define ACK_SHARE 3

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	(void)context;
	job_go_on(receipt->context, receipt);
}

static void serve(void *context)
{
	struct intake *intake = context;
	producer_serve(intake->producer, 0);
}

static enum outcome open_producer(struct intake *intake, struct err *err)
{
	const struct intake_options *options = &intake->options;
	const struct producer_options producer = {.receipt = take_receipt,
		.context = intake,
		.queue_max = options->conf->http.pending,
		.deadline_ms = options->conf->http.request_ms / ACK_SHARE,
		.linger_ms = 1,
		.topics = TOPIC_BIT(TOPIC_INTAKE) | TOPIC_BIT(TOPIC_KEYS) |
			TOPIC_BIT(TOPIC_REJECTED) | TOPIC_BIT(TOPIC_FETCH) |
			(options->writes_facts ? TOPIC_BIT(TOPIC_FACTS) : 0)};
	enum outcome outcome = producer_new(&intake->producer, options->kafka, &producer, err);
	if (outcome == OK)
		outcome = loop_watch(
			options->loop, producer_fd(intake->producer), serve, intake, err);
	return outcome;
}

enum outcome intake_new(struct intake **out, const struct intake_options *options, struct err *err)
{
	struct intake *intake = memory_get_zeroed(1, sizeof(*intake));
	intake->options = *options;
	intake->keys.reader = options->reader;
	intake->keys.view = options->view;
	intake->cases = cases_new(options->view, options->reader);
	enum outcome outcome = keys_open_ids(&options->conf->seal, &intake->ids, err);
	if (outcome == OK)
		outcome = keys_open_ring(&intake->keys, &options->conf->seal, &intake->ring, err);
	if (outcome == OK)
		outcome = open_producer(intake, err);
	if (outcome != OK) {
		intake_free(intake);
		return err_in(err, "intake");
	}
	*out = intake;
	return OK;
}

static void free_spares(struct intake *intake)
{
	for (struct intake_job *job = intake->spares, *next; job != NULL; job = next) {
		next = job->next;
		buffer_done(&job->value);
		buffer_done(&job->listing);
		free(job);
	}
}

void intake_free(struct intake *intake)
{
	if (intake == NULL)
		return;
	if (intake->producer != NULL)
		loop_unwatch(intake->options.loop, producer_fd(intake->producer));
	producer_free(intake->producer);
	free_spares(intake);
	keyring_free(intake->ring);
	ids_free(intake->ids);
	keys_done(&intake->keys);
	cases_free(intake->cases);
	seal_wipe_buffer(&intake->clear);
	arena_done(&intake->arena);
	free(intake);
}

/* Whose a case is, and which keys there are, the view knows. */
static bool knows_the_past(struct intake *intake)
{
	const struct view *view = intake->options.view;
	if (view == NULL)
		return true;
	intake->view_was_ready = intake->view_was_ready || view_is_ready(view);
	return intake->view_was_ready && *intake->options.reader != NULL;
}

bool intake_can_store(struct intake *intake)
{
	return producer_is_well(intake->producer) && !producer_is_pressed(intake->producer) &&
		knows_the_past(intake);
}

void intake_forget_view(struct intake *intake)
{
	intake->view_was_ready = false;
}

int32_t intake_pending(const struct intake *intake)
{
	return intake->pending;
}

static void address(struct intake_job *job, const struct message *message)
{
	job_address(job, message);
	job->has_case = message->body_referral != NULL;
	if (job->has_case)
		cases_lies_at(
			job->intake->cases, job->case_key, job->case_client, CASES_ON_ITS_WAY);
}

/* A case keeps its first client. If it named another one: `named`. */
static enum cases_answer keep_client(struct intake_job *job, const struct draft *draft,
	struct message *message, struct pseudonym *named)
{
	struct intake *intake = job->intake;
	const struct view_case which = {message->partner, message->system, message->case_};
	if (message->body_referral == NULL)
		return CASES_KNOWN;
	*named = message->client;
	job->case_key = cases_key(intake->cases, &which);
	struct pseudonym client = cases_take(intake->cases, job->case_key, &which, *named);
	job->case_client = client;
	if (memcmp(&client, named, sizeof(client)) == 0)
		return CASES_KNOWN;
	message_move(intake->ids, client, message);
	if (!message_names_client(draft))
		return CASES_KNOWN;
	return cases_take_other(intake->cases, job->case_key, &which, *named);
}

/* MERGE names the other record by a referral; whose it is only the view knows, since the two lie in
 * different partitions. REJECT: nobody's. */
static enum outcome name_other(struct intake *intake, struct message *message, struct err *err)
{
	struct view_reader *reader = *intake->options.reader;
	struct status_change *change = message->body_status_change;
	const struct view_referral *found = NULL;
	if (change == NULL || change->action != ACTION_MERGE)
		return OK;
	if (reader == NULL)
		return err_set(err, RETRY, "there is no view yet");
	if (view_reader_begin(reader, &intake->arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_referral(reader, change->other_referral, &found, err);
	view_reader_end(reader);
	if (outcome != OK)
		return outcome;
	if (found == NULL)
		return err_set(err, REJECT,
			"is no referral that the hub knows: name one of the other record, and if "
			"it was sent just now, try again in a moment");
	change->has_other_client = true;
	change->other_client = found->client_id;
	return OK;
}

static struct intake_job *leave_out(struct intake_job *job)
{
	arena_reset(&job->intake->arena);
	job_free(job);
	return NULL;
}

static bool may_go_in(struct intake *intake, struct message *message, enum cases_answer answer,
	struct problems *problems)
{
	struct err err = {0};
	if (answer == CASES_TOO_MANY) {
		problems_add(problems, "case", "2026-000123",
			"stands for %d other persons already: give each client a case of its own",
			CASES_OTHERS_MAX);
		return false;
	}
	enum outcome outcome = name_other(intake, message, &err);
	if (outcome == REJECT)
		problems_add(problems, "body.StatusChange.other_referral",
			"a3f1c2d4-0000-8000-8000-000000000000", "%s", err.text);
	return outcome == OK;
}

enum rejection_code intake_refused_as(const struct draft *draft)
{
	return draft->body_referral != NULL ? REJECTION_CODE_CASE_TWICE
					    : REJECTION_CODE_UNKNOWN_CASE;
}

struct intake_job *intake_take(struct intake *intake, const struct message_sender *sender,
	const struct intake_input *input, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, sender);
	struct buffer box = {0};
	struct message message;
	struct pseudonym named;
	job->caller = caller;
	message_make(intake->ids, sender, input->draft, &intake->arena, &message);
	enum cases_answer answer = keep_client(job, input->draft, &message, &named);
	if (!may_go_in(intake, &message, answer, input->problems))
		return leave_out(job);
	address(job, &message);
	const struct keyring_record *store =
		job_seal_person(job, input->draft, message_owner(&message), &message, &box);
	if (answer == CASES_LIST)
		store = listing_make(job, sender, &message, named, input->original);
	wire_begin(intake->options.wire, &schema_message, &job->value);
	message_encode(&message, &job->value);
	buffer_done(&box);
	arena_reset(&intake->arena);
	return job_start(job, store) ? job : NULL;
}

void intake_preview(struct intake *intake, const struct message_sender *sender,
	const struct draft *draft, struct arena *arena, struct message *out)
{
	struct view_reader *reader = *intake->options.reader;
	struct view_case_client found;
	struct err err = {0};
	message_make(intake->ids, sender, draft, arena, out);
	if (draft->person != NULL)
		out->sealed = arena_get(arena, sizeof(*out->sealed));
	const struct view_case which = {out->partner, out->system, out->case_};
	if (out->body_referral != NULL && reader != NULL &&
		view_client_of_case(reader, &which, NULL, &found, &err) == OK && found.is_known)
		message_move(intake->ids, found.client, out);
}

void intake_forget(struct intake_job *job)
{
	job->caller = (struct intake_caller){0};
}
