/* small - a client of a small world, packed into the few bits that decide what can happen to it. */
#ifndef TESTS_SIM_EXHAUSTIVE_SMALL_H
#define TESTS_SIM_EXHAUSTIVE_SMALL_H

#include "hub/handover/handover.h"

/* Desks a, b and c may have clients; c is the region's entry desk. k is the coordinator's desk, and
 * has nobody. Each has a partner of its own. A desk is meant by its place. */
enum { SMALL_A, SMALL_B, SMALL_C, SMALL_K, SMALL_DESKS };
#define SMALL_REFERRALS 3

/* One referral per word, the greatest first: their order means nothing to the core. Folded away are
 * versions, ids, numbers, texts, times, levels of clocks, and of a referral what nothing reads any
 * more in its state. A clock that is armed may come due at once. */
struct small {
	uint64_t client, referrals[SMALL_REFERRALS];
};

struct rules small_rules(void); /* static: no need to free */
int64_t small_now(void); /* the moment at which everything happens */
struct bytes small_desk(size_t desk); /* its name, with a zero behind it */
struct pseudonym small_client(unsigned which); /* 0 or 1 */
/* The id of a client's referral at this place, from 0. */
struct uuid small_referral(struct pseudonym client, size_t place);

enum {
	/* Also tells apart how a referral ended that was never accepted and left no clock, though
	 * nothing but ENTERED_IN_ERROR can be done with it. */
	SMALL_EXACT = 1,
	/* Desks a and b, which differ in nothing, change places where that makes it the same as
	 * another one. */
	SMALL_TWINS = 2,
};

/* The client has at most SMALL_REFERRALS. `how`: of the above. */
struct small small_pack(const struct client *client, unsigned how);
/* How many states it stands for that differ in the order of the referrals or in which of a and b is
 * which. */
size_t small_weight(struct small small, unsigned how);
/* As one of two clients; a merge is with the other one. */
void small_unpack(struct small small, unsigned which, struct handover_state *state);
bool small_equal(struct small a, struct small b);
uint64_t small_hash(struct small small);
/* As "TRANSFER a to b OFFERED"; lives until the next call but three. */
const char *small_text(const struct client *client, const struct client_referral *referral);

#endif
