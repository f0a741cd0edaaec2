/* moves - all that can happen next to a client of a small world. */
#ifndef TESTS_SIM_EXHAUSTIVE_MOVES_H
#define TESTS_SIM_EXHAUSTIVE_MOVES_H

#include "tests/sim/exhaustive/small.h"

#define MOVES_MAX 512

/* What happens in it beside the life of TRANSFER referrals, their groups and clocks. */
struct moves_world {
	const char *name;
	unsigned desks; /* a bit for each of a, b, c */
	size_t most; /* referrals from outside; at most SMALL_REFERRALS */
	bool services, requests;
	bool no_shows; /* told apart from other progress */
	bool closes; /* and is opened again */
	bool consent; /* is withdrawn and given again */
	bool rests; /* not_before */
	bool vanishes;
	bool couple; /* two clients, for couple */
	unsigned how; /* as small_pack says */
};

enum move_kind { MOVE_REFER, MOVE_AMEND, MOVE_ACT, MOVE_HUB, MOVE_CLOCK };

struct move {
	enum move_kind kind;
	uint8_t referral; /* its place; SMALL_REFERRALS: the client */
	uint8_t desk, to;
	enum action action;
	enum clock_name clock;
	enum referral_kind of; /* REFER */
	/* In a group; rests; with consent; by the client, no show, with a date; at its last level.
	 */
	bool group, rests, consent, other_way, last_level;
	bool stale; /* names a version that is gone */
};

/* A handover_input points into it. */
struct moves_room {
	struct message message;
	struct referral body;
	struct status_change change;
};

/* What is legal by handover_actions, what the hub and the clocks may do, and referrals, which may
 * be refused. Returns how many. */
size_t moves_list(const struct moves_world *world, const struct handover_state *state,
	const struct rules *rules, struct move *out);
/* One that must be refused, picked by `chance`; false: what it picked is legal. */
bool moves_illegal(const struct handover_state *state, const struct rules *rules, uint64_t chance,
	struct move *out);
/* A clock at its last level is set so in the state. */
void moves_input(const struct move *move, struct handover_state *state, struct moves_room *room,
	struct handover_input *input);
/* "b: ACCEPT (TRANSFER a to b OFFERED)"; lives until the next call. */
const char *moves_text(const struct move *move, const struct client *client);

#endif
