/* recognitions - whoever has a client is told when the client's employer may train nobody any more.
 */
#ifndef HUB_FLOW_SOURCE_RECOGNITIONS_H
#define HUB_FLOW_SOURCE_RECOGNITIONS_H

#include "hub/flow/source/tasks.h"

/* It compares what the facts say of companies (hub/flow/intake/recognition.h) with the open
 * referrals that name them, time and again, and sends a word for each that none was sent for yet.
 * So it does not matter which came first, nor when anything was killed: a referral that comes later
 * is found as those that were there. One edge looks after a company, as after a poller; and a word
 * that two send all the same is a repeat to the router. */
struct recognitions;

struct recognitions *recognitions_new(const struct outside *outside, const struct tasks *tasks);
void recognitions_free(struct recognitions *recognitions);

/* To be called a few times a second. */
void recognitions_turn(struct recognitions *recognitions);

#endif
