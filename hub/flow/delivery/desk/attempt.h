/* attempt - one try to bring one handover to its desk, or several as one. */
#ifndef HUB_FLOW_DELIVERY_DESK_ATTEMPT_H
#define HUB_FLOW_DELIVERY_DESK_ATTEMPT_H

#include "hub/conf/conf.h"
#include "hub/flow/delivery/place/filing.h"
#include "hub/flow/delivery/place/posts.h"
#include "hub/flow/disclose/disclose.h"
#include "hub/http/client/sign.h"

enum attempt_end {
	ATTEMPT_TAKEN,
	ATTEMPT_LATER, /* not now, and that is not the place's fault */
	ATTEMPT_FAILED, /* the place does not answer, or is unwell */
	ATTEMPT_REFUSED_NOW, /* the place is well, but did not take this one */
	ATTEMPT_REFUSED, /* and never will */
	ATTEMPT_GONE, /* the place says that it is no more */
};

/* What it points to lives until `done` returns. */
struct attempt_result {
	enum attempt_end end;
	size_t told; /* so many of the handovers, from the first on; the rest did not go out */
	bool is_told; /* of the place: by another handover that went with this one */
	int64_t after_ms; /* the receiver asked for so much time; 0: it did not */
	struct bytes partner_case; /* the receiver's own id; absent: not told */
	const char *text; /* why it was not taken; never personal data */
	double opening, sending; /* seconds */
};

typedef void attempt_done_fn(void *context, const struct attempt_result *result);

struct attempt_options {
	struct disclose *disclose;
	struct loop *loop;
	const struct rules_desk *desk;
	const struct conf_delivery *delivery;
	struct endpoint *endpoint; /* way webhook */
	struct filing *filing; /* way file */
	struct posts *posts; /* way topic */
	const struct sign *sign; /* NULL: it is not signed */
	/* Several only where the connector bundles. What they point to is borrowed until done. */
	struct view_handovers handovers;
	attempt_done_fn *done; /* called once, never before attempt_start has returned */
	void *context;
};

struct attempt;
/* RETRY: it cannot be opened now. REJECT: it never can. `done` is not called then. */
enum outcome attempt_start(
	struct attempt **out, const struct attempt_options *options, struct err *err) MUST_CHECK;
/* What has gone out may still arrive. NULL: nothing. */
void attempt_cancel(struct attempt *attempt);

#endif
