/* job - one value on its way to Kafka, behind the data key that it is sealed with. */
#ifndef HUB_FLOW_INTAKE_JOB_H
#define HUB_FLOW_INTAKE_JOB_H

#include "hub/flow/intake/cases.h"
#include "hub/flow/intake/intake.h"
#include "hub/flow/intake/keys.h"
#include "hub/kafka/producer.h"

#define INTAKE_REFUSED_KEPT 256

struct intake {
	struct intake_options options;
	struct ids *ids;
	struct keyring *ring;
	struct keys keys;
	struct cases *cases;
	struct producer *producer;
	struct buffer clear; /* what is about to be sealed; overwritten after each use */
	struct arena arena; /* of the message at hand */
	struct intake_job *spares;
	int32_t pending;
	bool view_was_ready; /* since it was begun */
	/* Refusals that may not be in the view yet; the oldest goes first. */
	struct uuid refused[INTAKE_REFUSED_KEPT];
	size_t refused_next;
};

enum job_step { JOB_KEY, JOB_LISTING, JOB_VALUE };

struct intake_job {
	struct intake *intake;
	enum job_step step;
	struct intake_caller caller; /* done NULL: nobody waits */
	struct intake_receipt receipt;
	size_t partner; /* its place in the configuration, or JOB_OF_HUB */
	enum topic topic; /* of the value: intake, rejected, fetch or facts */
	bool has_case; /* a Referral: case_key */
	bool is_tombstone; /* it has no value */
	bool is_once; /* a refusal that is recorded once: its id */
	struct uuid refusal;
	struct cases_key case_key;
	struct pseudonym case_client;
	/* The value and its key, kept until they can be sent. */
	struct buffer value;
	struct buffer listing; /* a Rejection that is stored before the value; empty: none */
	char listing_id[40];
	char key[TOPICS_FACT_KEY_SIZE], id[40], source[40], trace[56];
	int64_t time;
	uint8_t data_key[SEAL_KEY_ID_SIZE];
	struct intake_job *next; /* among the spares */
};

#define JOB_OF_HUB SIZE_MAX

/* sender NULL: the hub itself. */
struct intake_job *job_new(struct intake *intake, const struct message_sender *sender);
/* It is this message, of no case. */
void job_address(struct intake_job *job, const struct message *message);
/* An id of no meaning. */
void job_take_random_id(struct intake_job *job);
void job_free(struct intake_job *job);

/* Seals clear for its owner and appends it to out. *store as of keyring_to_seal. Overwrites
 * clear. */
void job_seal(struct intake_job *job, const uint8_t owner[KEYRING_OWNER_SIZE], struct buffer *clear,
	struct buffer *out, const struct keyring_record **store);
/* The draft's person, under its owner's key, becomes the message's sealed part, which lies in box;
 * none: nothing. Returns the data key to store first, as job_seal. */
const struct keyring_record *job_seal_person(struct intake_job *job, const struct draft *draft,
	const uint8_t owner[KEYRING_OWNER_SIZE], struct message *message, struct buffer *box);
/* Sends the data key if it must be stored, else what comes behind it. false: it cannot be sent now,
 * and the job is gone. */
bool job_start(struct intake_job *job, const struct keyring_record *store);
/* A receipt came: the next step, or the end. */
void job_go_on(struct intake_job *job, const struct producer_receipt *receipt);

#endif
