/* intake - makes a Message of what a partner says and stores it, before anybody is told that it is.
 */
#ifndef HUB_FLOW_INTAKE_INTAKE_H
#define HUB_FLOW_INTAKE_INTAKE_H

#include "hub/base/problems.h"
#include "hub/conf/conf.h"
#include "hub/flow/intake/message.h"
#include "hub/flow/intake/sent.h"
#include "hub/http/loop.h"
#include "hub/kafka/kafka.h"
#include "hub/view/query.h"
#include "hub/view/view.h"
#include "hub/wire/wire.h"
#include "schemas/types.h"

/* The way of a message here: message_make gives it ids and a pseudonym · its case keeps the client
 * that it has · its person is sealed under the client's data key · a new key is stored first · then
 * that its case names two clients, for a person to see · the message is stored · the receipt is
 * handed on. One thread uses it: that of the loop. */
struct intake;
struct intake_job;

struct intake_options {
	const struct conf *conf;
	const struct kafka_settings *kafka;
	const struct wire *wire;
	struct loop *loop;
	struct view_reader **reader; /* for data keys and cases; *reader NULL: no view yet */
	const struct view *view; /* whose file that is */
	struct sent *sent; /* noted there */
	bool writes_facts; /* intake_fact is used */
};

/* RETRY: Kafka does not answer. REJECT: a secret is missing or malformed. */
enum outcome intake_new(
	struct intake **out, const struct intake_options *options, struct err *err) MUST_CHECK;
/* What has no receipt yet, gets one. */
void intake_free(struct intake *intake);

/* Whether a message that came now could be stored: Kafka answers, not too much waits, and the view
 * can be read and has once reached what there was when it began: else a case that has a client
 * could get a second one. */
bool intake_can_store(struct intake *intake);
/* The view is being built anew: it must be ready once more. */
void intake_forget_view(struct intake *intake);
int32_t intake_pending(const struct intake *intake);

enum intake_fate {
	INTAKE_STORED, /* by all replicas that must have it */
	INTAKE_UNKNOWN, /* no acknowledgement: may be stored or not; to be sent again as it was */
	INTAKE_TOO_LARGE, /* never will be stored */
};

struct intake_receipt {
	enum intake_fate fate;
	struct uuid message, referral; /* of a taken message */
	int32_t partition; /* STORED: where it lies, in intake or rejected */
	int64_t offset;
};

/* Called once per job, from the loop; never before the function that gave the job has returned. */
typedef void intake_done_fn(void *context, const struct intake_receipt *receipt);

struct intake_caller {
	intake_done_fn *done;
	void *context;
};

struct intake_input {
	const struct draft *draft; /* was checked */
	struct bytes original; /* as it was received */
	struct problems *problems; /* of the draft: none yet */
};

/* NULL: there will be no receipt. With a problem it must be refused, as its case stands for too
 * many, or it is a MERGE with a record that nobody knows; without one it cannot be stored now. */
struct intake_job *intake_take(struct intake *intake, const struct message_sender *sender,
	const struct intake_input *input, struct intake_caller caller);

/* The code of that refusal. */
enum rejection_code intake_refused_as(const struct draft *draft);

/* What would be the message of a draft, which was checked, were it taken now. Lies in the arena;
 * `sealed` is of nothing where there is a person. Nothing is stored, and no case is taken. */
void intake_preview(struct intake *intake, const struct message_sender *sender,
	const struct draft *draft, struct arena *arena, struct message *out);

/* Stores, in topic fetch, that a document of this source is to be fetched and parsed. NULL: it
 * cannot be stored now. */
struct intake_job *intake_fetch(struct intake *intake, const struct message_sender *sender,
	const struct conf_source *source, struct bytes resource, struct intake_caller caller);
/* Stores there, for the edge that polls this source, that it is to do so before its time. NULL: it
 * cannot be stored now. */
struct intake_job *intake_poll(struct intake *intake, const struct message_sender *sender,
	const struct conf_source *source, struct intake_caller caller);
/* Stores an action that names only a case there, until its referral is found. The receipt has no
 * ids. NULL: it cannot be stored now. */
struct intake_job *intake_defer(struct intake *intake, const struct message_sender *sender,
	const struct draft *draft, struct intake_caller caller);
/* Stores a fact. NULL: it cannot be stored now. */
struct intake_job *intake_fact(
	struct intake *intake, const struct fact *fact, struct intake_caller caller);
/* Deletes it. NULL: it cannot be stored now. */
struct intake_job *intake_forget_fact(
	struct intake *intake, const struct fact *fact, struct intake_caller caller);
/* The Draft that was deferred, to be taken with its referral. RETRY: its key cannot be looked up
 * now. REJECT: its key is not there, or not yet there, or it is damaged. */
enum outcome intake_undefer(struct intake *intake, const struct message *message,
	struct arena *arena, struct draft *out, struct err *err) MUST_CHECK;

/* What is refused, and why. */
struct intake_refusal {
	enum rejection_code code;
	const struct problems *problems;
	struct bytes original; /* as it was received */
	/* What it is about, where the hub itself looks again and again: the same reason given of
	 * the same is recorded once. Absent: each time. */
	struct bytes about;
};

/* Records a refusal in topic rejected, its original sealed under a key of the partner and month.
 * NULL: it cannot be stored now, and there will be no receipt. */
struct intake_job *intake_refuse(struct intake *intake, const struct message_sender *sender,
	const struct intake_refusal *refusal, struct intake_caller caller);
/* Whether the same of the same is recorded already. */
bool intake_has_refused(struct intake *intake, const struct message_sender *sender,
	const struct intake_refusal *refusal);

/* Nobody waits for the job any more: `done` will not be called. It goes on all the same. */
void intake_forget(struct intake_job *job);

#endif
