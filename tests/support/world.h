/* world - one made-up client and a small network of desks, to tell stories about the core. */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "hub/base/arena.h"
#include "hub/handover/handover.h"

/* Desks: uwv and gemeente hold clients, school holds nobody; wsp, leerwerk and roc take them; entry
 * is the entry desk of AM22 and coordinator its coordinator; of AM23 gemeente is. Partner of each
 * desk is the desk's own but for `uwv-2`, which is uwv's too. */
#define WORLD_OUTAGES_MAX 64
#define WORLD_DESKS 9

/* The hub (desk NULL) or the delivery of a desk was down. */
struct world_outage {
	const char *desk;
	int64_t from, to;
};

struct world {
	struct handover_state state;
	struct handover_decision decision; /* of the last step */
	int64_t now;
	int64_t offset;
	uint8_t next_message;
	struct arena arena;
	struct message message;
	struct referral body;
	struct status_change change;
	struct sealed sealed;
	struct world_outage outages[WORLD_OUTAGES_MAX]; /* none overlaps another */
	size_t outages_count;
	const struct rules_override *overrides; /* of the clocks */
	size_t overrides_count;
	const char *closed_desk; /* is not active any more */
	const char *own_coordinator; /* of wsp, beside the region's */
	bool nowhere; /* no region stands for who names none */
	const char *full_desk, *full_by; /* has no room, by that kind of fact */
	struct rules_desk desks[WORLD_DESKS];
	int32_t hops, redrive; /* headers of the message */
	bool skip;
	const struct handover_fault *fault; /* that a check found in the message */
};

struct rules world_rules(void); /* static: no need to free */

/* Monday 2 March 2026, 10:00 in Amsterdam; nobody known yet. */
void world_init(struct world *world);
void world_done(struct world *world);
struct uuid world_referral(uint8_t number); /* the id that stands for a referral in the stories */

void world_outage(struct world *world, const char *desk, int64_t from, int64_t to);

/* Prepare world.message; change what the story needs, then world_send. Each has a reference of its
 * own. */
void world_refer(struct world *world, uint8_t referral, const char *from, const char *to,
	enum referral_kind kind);
void world_act(struct world *world, uint8_t referral, enum action action, const char *desk);
void world_hub(struct world *world, uint8_t referral, enum action action);
/* Decides, checks that the Event alone brings the state there, keeps it, and checks the invariants.
 */
const struct event *world_send(struct world *world);
/* Fires all clocks that are due until then, one by one; the last Event is in world.decision.
 * Returns how many. */
size_t world_pass(struct world *world, int64_t until);

/* The transitions of the last decision as "2:OFFERED 5:ACCEPTED"; lives until the next call. */
const char *world_rows(const struct world *world);
/* Its handovers as "OFFER>wsp#1 STATUS>uwv#2"; lives until the next call. */
const char *world_told(const struct world *world);
/* The same without numbers: "OFFER>wsp STATUS>uwv". */
const char *world_told_whom(const struct world *world);
const struct client_referral *world_find(const struct world *world, uint8_t referral);
struct bytes world_owner(const struct world *world);
const struct clock *world_clock(
	const struct world *world, uint8_t referral, enum clock_name name); /* 0: the client's */

#endif
