/* undelivered - what could not be brought to its desk: who is told of it. */
#ifndef HUB_FLOW_DELIVERY_DESK_UNDELIVERED_H
#define HUB_FLOW_DELIVERY_DESK_UNDELIVERED_H

#include "hub/flow/delivery/desk/desk.h"

struct undelivered {
	int64_t cursor;
	const struct handover *handover;
	const char *why; /* never personal data */
	bool waits; /* it is tried on; else that was all */
};

#define UNDELIVERED_ID_SIZE 150
void undelivered_id(const struct desk *desk, enum handover_kind kind, int64_t cursor,
	char out[UNDELIVERED_ID_SIZE]);

/* An offer's sender is told, by the hub; of anything else ops is, by a fact: UNDELIVERED, with the
 * id "wsp-rijnmond/STATUS/17592186044417" (desk or second channel, kind, cursor), from: since when
 * it waits, to: when it was given up, none where it waits on; number: the hub was told that nobody
 * has the notice (notices.h). Twice is as once. NULL: it cannot be stored now, and there will be no
 * receipt. */
struct intake_job *undelivered_tell(
	const struct desk *desk, const struct undelivered *what, struct intake_caller caller);

/* Such a fact, taken apart. */
struct undelivered_fact {
	const struct fact *fact;
	struct bytes channel, desk, kind; /* channel: the desk, or "wsp-rijnmond/mail" */
	int64_t cursor;
};
bool undelivered_read(const struct fact *fact, struct undelivered_fact *out);
/* Nobody need see to it any more: it has come after all, as far as the channel's fact SETTLED says,
 * or a person has released the desk since. NULL: there is no such fact. */
bool undelivered_is_over(
	const struct undelivered_fact *what, const struct fact *settled, const struct fact *hold);
/* Deletes those facts of the desks that are ours. Looks seldom, however often it is called. */
void undelivered_sweep(struct ground *ground);

#endif
