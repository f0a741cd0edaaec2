/* errand - one handover of a desk in memory: tried until it is settled. */
#ifndef HUB_FLOW_DELIVERY_DESK_ERRAND_H
#define HUB_FLOW_DELIVERY_DESK_ERRAND_H

#include "hub/flow/delivery/desk/desk.h"

/* What becomes of it, for the log. */
struct errand_times {
	int64_t loaded, tried; /* epoch ms */
	double opening, sending; /* seconds, of the last try */
};

/* Memory of handovers that were read together. */
struct errand_page {
	struct arena arena;
	size_t users; /* gone with the last of them */
};

struct errand_page *errand_page_new(void); /* the caller is its first user */
void errand_page_leave(struct errand_page *page);

/* Where its report lies in intake, of which the view is waited for until then, epoch ms; 0: it is
 * not waited for. */
struct errand_report {
	int64_t until, offset;
	int32_t partition, pause_ms; /* before it is looked for once more */
};

struct errand {
	struct queue_item place; /* its first member */
	struct desk *desk;
	struct errand_page *page;
	const struct handover *handover;
	int64_t written_at; /* of view_written_at */
	struct attempt *attempt; /* under way */
	struct intake_job *report; /* under way */
	bool ended; /* only to be reported, and settled */
	bool delivered;
	bool alone; /* it was refused with others, so it may be one of those */
	struct errand *with; /* the next one of those that go out with it */
	const char *why; /* it was given up */
	struct bytes partner_case;
	struct errand_report reported;
	int32_t tries;
	size_t size; /* of its record, where it came from the topic */
	struct errand_times times;
};

/* Not in the desk's queue yet. The handover lies in the page, of which it is one more user. */
struct errand *errand_new(
	struct desk *desk, struct errand_page *page, const struct view_handover *handover);
/* Tries it, or reports how it ended. It is out until then. */
void errand_start(struct errand *errand, int64_t now);
struct attempt_result;
/* How a try of it ended. */
void errand_take_result(struct errand *errand, const struct attempt_result *result);
/* Gives up what is under way, and the memory; not in the queue any more. */
void errand_free(struct errand *errand);

/* Whether the hub is told that it has arrived, or never will: an offer to its target. Of anything
 * else it would change nothing there. */
bool errand_is_reported(const struct handover *handover);

#endif
