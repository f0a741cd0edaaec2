/* desk - one desk's handovers on their way to it: read, tried, settled. */
#ifndef HUB_FLOW_DELIVERY_DESK_DESK_H
#define HUB_FLOW_DELIVERY_DESK_DESK_H

#include "hub/conf/conf.h"
#include "hub/flow/delivery/desk/queue.h"
#include "hub/flow/delivery/desk/reading.h"
#include "hub/flow/delivery/place/circuit.h"
#include "hub/flow/disclose/disclose.h"
#include "hub/flow/intake/intake.h"
#include "hub/http/client/sign.h"

/* A notice that was not told is on its way to the hub (notices.h). */
struct notices {
	struct intake_job *job; /* NULL: none */
	int64_t due; /* none is looked for before, epoch ms */
	struct desk *desk;
	int64_t cursor;
	struct fact mark; /* to be written then; id absent: none */
	struct arena arena; /* of the mark */
};

/* What all desks of an edge's thread share. */
struct ground {
	const struct conf *conf;
	const struct kafka_settings *kafka;
	struct wire *wire;
	struct view *view;
	struct loop *loop;
	struct intake *intake;
	struct disclose *disclose;
	struct posts *posts; /* NULL: nobody has a topic */
	struct mailer *mailer; /* NULL: nobody is mailed */
	struct view_reader *reader; /* NULL: no view yet */
	/* By their ids, ops among them; then, in the same order, their second channels: those that
	 * have none, and desks that ask for all, have no outlet. */
	struct desk *desks;
	size_t desks_count;
	struct outlet *outlets;
	size_t outlets_count;
	struct conf_delivery ops; /* those who run the hub; mail_to NULL: are not mailed */
	bool stopping; /* nothing new goes out */
	struct notices notices;
	int64_t sweep_due; /* no sweep of what was undelivered before, as loop_now counts */
	struct arena arena; /* names */
};

/* A place that things are brought to; desks that share an endpoint share it. */
struct outlet {
	struct ground *ground;
	enum conf_way way;
	const char *name;
	struct endpoint *endpoint; /* WEBHOOK */
	struct filing *filing; /* FILE */
	struct circuit circuit;
};

/* A fact about the desk, and whether it is told. */
enum desk_fact { DESK_SETTLED, DESK_CIRCUIT, DESK_OUTAGE, DESK_FACTS };

struct desk_note {
	struct desk *desk;
	bool is_due;
	struct intake_job *job; /* on its way */
	int64_t at; /* it was told last, as loop_now counts */
};

/* Behind the id of a desk, for its second channel. */
#define DESK_SECOND "/mail"

struct desk {
	struct ground *ground;
	const struct conf_delivery *conf;
	const struct rules_desk *rules;
	struct outlet *outlet;
	struct sign *sign; /* NULL: nothing is signed */
	bool is_second; /* only escalations, by mail */
	const char *name; /* "wsp-rijnmond", "wsp-rijnmond/mail": in facts, metrics and logs */
	struct mail *mail; /* on its way */
	int64_t from; /* what is older is not brought, epoch ms */
	int32_t partition; /* of handovers */
	bool held; /* by ops: nothing goes out */
	int64_t hold_at; /* when the last fact of that was written; 0: there is none */
	bool ours; /* this edge serves it */
	bool begun; /* and knows where it was */
	int64_t begun_at; /* since when, epoch ms */
	int64_t late_seen; /* up to this cursor none waits that the hub has not been told of */
	struct queue queue;
	struct reading reading;
	int32_t out;
	int64_t due; /* nothing is to be done before, epoch ms */
	struct loop_timer kick; /* to go on at once */
	struct desk_note notes[DESK_FACTS];
	/* While it is shut (hub/flow/delivery/fault.h): */
	int64_t outage_from, outage_to; /* as it is told; 0: there is none; still on */
	const char *outage_why;
	int64_t circuit_from, circuit_to; /* the same of the circuit, or the hold */
	int64_t scanned; /* up to this cursor who waits too long was told so */
	int64_t scan_due;
	struct intake_job *scan_job;
};

/* is_second: not the desk's own way, but its second channel. */
enum outcome desk_open(struct desk *desk, struct ground *ground, const struct conf_delivery *conf,
	bool is_second, struct err *err) MUST_CHECK;
/* Whether this one is to be brought. */
bool desk_is_for(const struct desk *desk, const struct handover *handover);
/* How its handovers go out. */
enum conf_way desk_way(const struct desk *desk);
/* Its partition is ours from now on; what lies before `end` is looked up in the view. */
void desk_take_over(struct desk *desk, int64_t end);
/* A fact of before, while it is ours and not yet begun. */
void desk_learn(struct desk *desk, const struct fact *fact);
void desk_begin(struct desk *desk);
/* What is on its way may still arrive, and will be brought again by who has it then. */
void desk_let_go(struct desk *desk);

/* Does what is due. now: epoch ms. */
void desk_turn(struct desk *desk, int64_t now);
/* Nothing of it is on its way, and what it settled is told. */
bool desk_is_at_rest(const struct desk *desk);
/* Soon, from the loop, as there may be something to do. */
void desk_kick(struct desk *desk);
void desk_done(struct desk *desk); /* after desk_let_go */

/* Sets its metrics. */
void desk_measure(const struct desk *desk, int64_t now);

#endif
