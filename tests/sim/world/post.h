/* post - what partners, desks and edges send to intake, and how it gets there. */
#ifndef TESTS_SIM_WORLD_POST_H
#define TESTS_SIM_WORLD_POST_H

#include "tests/sim/world/judge.h"

/* A message being written; `message` points into the rest. */
struct post {
	struct message message;
	struct referral body;
	struct status_change change;
	struct raw_status raw;
	struct employer employer;
	struct voucher voucher;
	struct sealed sealed;
};

struct pseudonym post_client(struct sim *sim); /* somebody new */
struct uuid post_referral(struct sim *sim, struct pseudonym client);

/* Fills a message of this desk's partner: an action, with all that any action needs; or a referral
 * with nothing but what it must have. */
void post_act(struct sim *sim, struct post *post, struct bytes desk, struct uuid referral,
	enum action action);
void post_refer(struct sim *sim, struct post *post, struct bytes from, struct pseudonym client);
/* The hub's own word on a referral. */
void post_hub(struct sim *sim, struct post *post, struct uuid referral, enum action action);

/* After it was copied. */
void post_repoint(struct post *post);

/* Under way from now on: late at times, and at times twice, or much later once more. */
void post_send(struct sim *sim, const struct post *post);
/* Bytes that nobody can read, under the name of a client. */
void post_garbage(struct sim *sim, struct pseudonym client);
/* What was parked goes back, with its place in the queue; what nobody can read is left out. */
void post_redrive(struct sim *sim, const struct parked *parked, int64_t after);
uint32_t post_number(struct uuid id); /* of a message; judge_expect gave it */

#endif
