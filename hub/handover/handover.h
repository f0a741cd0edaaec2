/* handover - the core: decides what a message or a due clock means for one client, and folds the
 * decision into its state. */
#ifndef HUB_HANDOVER_HANDOVER_H
#define HUB_HANDOVER_HANDOVER_H

#include "hub/handover/rule/route.h"
#include "hub/handover/rule/rules.h"
#include "schemas/types.h"

/* Nothing here does I/O, allocates or reads a global; `now` is an argument, so a decision can be
 * repeated at will. */

/* Of one client; when full, the oldest ended one is forgotten; all open: refused. */
#define HANDOVER_REFERRALS_MAX 64
#define HANDOVER_CLOCKS_MAX 6 /* of one referral, and of a client itself */
#define HANDOVER_DESKS_MAX 400 /* named in one client */
#define HANDOVER_DESKS_SPARE 64 /* of these, kept for what happens to referrals that are there */
#define HANDOVER_NUMBERS_MAX 16 /* desks told about one referral; further ones get number 0 */
#define HANDOVER_RECENT_MAX 8
#define HANDOVER_VISITED_MAX 16
#define HANDOVER_FORWARDED_MAX 32
#define HANDOVER_HOPS_MAX 4 /* from merged client to merged client */
#define HANDOVER_OUT_MAX 320 /* handovers, transitions and clock changes of one decision, each */
#define HANDOVER_ACTIONS_MAX 2048
#define HANDOVER_FACT_SIZE 160 /* "capacity/roc=0" */
/* Of next_date and not_before: a slip of the pen must not silence a clock. */
#define HANDOVER_DAYS_AHEAD_MAX 731
#define HANDOVER_STATE_VERSION 1

/* One client being worked on, with room to grow. Strings point into what it was loaded from, or
 * into `names`. About 60 KB; one per worker, reused. */
struct handover_state {
	struct client client; /* its arrays are those below */
	bool known; /* false: nobody by this pseudonym yet; client.client is set all the same */
	struct client_referral referrals[HANDOVER_REFERRALS_MAX];
	struct clock referral_clocks[HANDOVER_REFERRALS_MAX][HANDOVER_CLOCKS_MAX];
	struct desk_number numbers[HANDOVER_REFERRALS_MAX][HANDOVER_NUMBERS_MAX];
	struct clock clocks[HANDOVER_CLOCKS_MAX];
	struct recent recent[HANDOVER_RECENT_MAX];
	struct visit visited[HANDOVER_VISITED_MAX];
	struct uuid forwarded[HANDOVER_FORWARDED_MAX];
	struct bytes desks[HANDOVER_DESKS_MAX];
	char names[8192]; /* strings that fold copied in */
	size_t names_size;
};

/* Nobody known yet by this pseudonym. */
void handover_state_new(struct handover_state *state, struct pseudonym client);
/* From a decoded record, whose strings stay borrowed. REJECT: more of something than the room
 * above. */
enum outcome handover_state_load(
	struct handover_state *state, const struct client *from, struct err *err) MUST_CHECK;
/* The desk at a place of client.desks, by which a record names it; absent: it names none (-1). */
struct bytes handover_desk(const struct client *client, int32_t place);
/* NULL: the client never had this referral, or it is forgotten. */
struct client_referral *handover_referral(const struct client *client, struct uuid referral);
/* The earliest due time of all its clocks, and which; false: none armed. */
bool handover_next_due(const struct client *client, int64_t *due, struct clock_id *which);

/* What is wrong with the fields of a message that could be read. */
struct handover_fault {
	enum rejection_code code;
	const char *field, *text;
};

/* From one moment to another, in ms; or in working ms (calendar_working_ms). */
struct handover_span {
	int64_t from, to;
	bool working;
};

/* A message from intake, or a clock that came due (message NULL). */
struct handover_input {
	int32_t partition;
	int64_t offset; /* of the intake record; of no meaning for a clock */
	const struct message *message; /* decoded and checked against the code lists */
	/* What the check found: the message is rejected with this when its turn comes; NULL:
	 * nothing. */
	const struct handover_fault *fault;
	struct clock_id clock;
	int64_t now; /* epoch ms */
	int32_t redrive; /* place in the parked queue that the record's header names; 0: none */
	bool skip; /* a redrive that says: leave this one out */
	int32_t hops; /* how often it was sent on by clients that were merged away */
	/* How long the hub, or that desk's delivery (absent: the hub only), was down within the
	 * span. Where an outage goes on at its end, `until` becomes when that one ends, INT64_MAX
	 * if that is not known, and else 0. NULL function: never. */
	int64_t (*outage)(const void *context, struct bytes desk, const struct handover_span *span,
		int64_t *until);
	const void *context;
	const struct route_facts *facts;
};

/* A message to another client, whose record's key it gets. */
struct handover_sent {
	struct message message; /* `client` says to whom; points at `change`, or into the input */
	struct status_change change;
	struct raw_status raw;
	int32_t hops; /* of its header; 0: the hub's own word */
};

struct handover_decision {
	/* Arrays point below; state_hash is left to the caller, after the fold. */
	struct event event;
	struct handover handovers[HANDOVER_OUT_MAX]; /* complete; in order */
	size_t handovers_count;
	bool changes_client; /* fold and write the Client */
	bool stores_person; /* copy the message's sealed to `persons`, under person_referral */
	struct uuid person_referral;
	const char *reject_owner; /* REJECTED: desk that must act, or "ops" */
	/* Goes into intake with all else: a word of a merge, or the input itself, sent on. */
	bool sends;
	struct handover_sent sent;
	struct transition transitions[HANDOVER_OUT_MAX];
	struct clock_armed armed[HANDOVER_OUT_MAX];
	struct clock_id stopped[HANDOVER_OUT_MAX];
	struct handover_id handover_ids[HANDOVER_OUT_MAX];
	struct owner_change owner;
	struct next_action next_action;
	struct clock_id clock;
	struct routing routing;
	struct bytes routing_facts[ROUTE_FULL_MAX];
	char routing_fact[ROUTE_FULL_MAX][HANDOVER_FACT_SIZE];
	struct recent remembered;
	enum action actions[HANDOVER_ACTIONS_MAX]; /* of all handovers together */
	size_t actions_count;
	char text[240];
};

/* Decides. The strings of `out` point into state, input, rules and out itself. An asked-for action
 * that is illegal is an Event REJECTED, never an error: there is always exactly one Event. The
 * state is not touched. */
void handover_decide(const struct handover_state *state, const struct handover_input *input,
	const struct rules *rules, struct handover_decision *out);
/* Decides about a record that could not be read: input.fault says UNREADABLE, or NO_SCHEMA where
 * its schema cannot be had. It is rejected and parks its client, or queues behind what parked it.
 * input.message is NULL, input.clock of no meaning. */
void handover_park(const struct handover_state *state, const struct handover_input *input,
	const struct rules *rules, struct handover_decision *out);
/* Brings the state to what it is after the event. Needs nothing but the two. Copies the strings
 * that it keeps. */
void handover_fold(struct handover_state *state, const struct event *event);

/* What the desk may do with a referral of this client now, in the order of the transition table;
 * out has ACTION_COUNT places. */
size_t handover_actions(const struct client *client, const struct client_referral *referral,
	struct bytes desk, const struct rules *rules, enum action *out);

/* Checks every invariant that one client can show; calls `found` for each that is broken: "I1", a
 * guard "G1" or a row "1d", and one English line, which lives during the call. */
void handover_invariants(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

/* One Event, and the client before it and after its fold. */
struct handover_step {
	const struct client *before; /* NULL, and so is after: only the Event is known */
	const struct event *event;
	const struct client *after;
	const struct message *message; /* NULL: a clock, a redrive, or it is not at hand */
};

/* The same of the invariants that a step can break: that responsibility moves by the rows that may
 * move it, that clocks fire once and end nothing, that a refusal leaves a duty, that repeats and
 * stale updates change nothing, that messages keep their order, and that numbers have no gaps. */
void handover_step_invariants(const struct handover_step *step,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

#endif
