/* people - made-up clients and what is said about them: by partners a referral, mostly a decision,
 * often an outcome; by the hub, that a referral was delivered. */
#ifndef TESTS_BENCH_PEOPLE_H
#define TESTS_BENCH_PEOPLE_H

#include "hub/base/arena.h"
#include "schemas/types.h"
#include "tests/bench/pairs.h"

/* A client's life follows from its number alone. Of 100 clients 10 are routed by the hub and go no
 * further; of the others 55 % are accepted, 20 % declined, and 60 % of those accepted completed. */
enum people_step { PEOPLE_REFERRAL, PEOPLE_DECISION, PEOPLE_OUTCOME, PEOPLE_DELIVERED };
#define PEOPLE_STEPS 3 /* of a life; PEOPLE_DELIVERED is none */

struct people {
	const struct pairs *pairs;
	struct arena arena; /* of one message */
	struct buffer clear, box; /* the sealed person, before and after */
	int64_t now; /* epoch ms; when the message happened */
};

/* Fills `out`; it is valid until the next call. false: this life has no such step. */
bool people_message(
	struct people *people, uint64_t client, enum people_step step, struct message *out);
void people_done(struct people *people);

/* The ids of such messages carry a mark and the number of client and step, so that what the hub
 * makes of a message can be told from any record that holds its id. */
uint64_t people_number(uint64_t client, enum people_step step);
uint64_t people_client(uint64_t number);
/* Looks for such an id anywhere in the bytes; false: none. */
bool people_find(struct bytes value, uint64_t *number);

#endif
