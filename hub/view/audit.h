/* audit - looks for what must never be, over the whole view: the invariants of ops/README.md. */
#ifndef HUB_VIEW_AUDIT_H
#define HUB_VIEW_AUDIT_H

#include "hub/handover/rule/rules.h"
#include "hub/view/audit_memory.h"
#include "hub/view/report.h"

struct audit_finding {
	const char *invariant; /* "I20" */
	const struct pseudonym *client; /* NULL: of no client */
	const char *text; /* one English line */
};

struct audit {
	const struct rules *rules;
	struct audit_memory *memory; /* NULL: looks at all, and remembers nothing */
	int64_t now;
	bool folds; /* each client's Events, too */
	const struct report_committed *committed; /* NULL: what no router has decided is not looked
						     at */
	void (*found)(void *context, const struct audit_finding *finding);
	bool (*progress)(void *context, int64_t done, int64_t of); /* clients; false: stop */
	void *context;
};

struct audit_sums {
	struct report_flow flow; /* of all partners, without committed: zero */
	int64_t longest_ms; /* of a transaction */
};

/* Those that it checks, and guards (G) and rows (1d) where they are broken; ended by NULL. */
struct audit_rule {
	const char *invariant, *todo; /* todo: what a person does about it */
};
extern const struct audit_rule audit_rules[];

/* A clock that nobody fired for so long after it was due: the routers are not at work. */
#define AUDIT_CLOCK_LATE_MS INT64_C(300000)

/* Per client: what handover_invariants finds; its state is what the last Event left (I20); as many
 * handovers lie in topic handovers as it counts (I19); nothing personal went to anybody after
 * consent was withdrawn (I15); with `folds`, what handover_step_invariants finds in the steps from
 * its first Event to its state, and that nobody OPEN has Events and no record. Over all: every
 * message read has one Event (I5); every Rejection has reason, owner and age, and every rejected
 * message one (I6); the queues of parked clients are whole (I12); clocks fire (I4); whoever was
 * sent personal data, it is known why (I14); no case of a partner has two OPEN clients (I17). Reads
 * in many short transactions, with calls of progress between them, so that what the view writes
 * meanwhile does not pile up. While messages flow, topics are seen at slightly different moments:
 * what is found once may be gone a second later (suspects.h). RETRY: stopped, or the view is away.
 */
enum outcome audit_run(struct view_reader *reader, const struct audit *audit,
	struct audit_sums *sums, struct err *err) MUST_CHECK;

#endif
