/* reading - a desk's handovers into its queue: from the topic as they come, from the view what came
 * before. */
#ifndef HUB_FLOW_DELIVERY_DESK_READING_H
#define HUB_FLOW_DELIVERY_DESK_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/kafka/record.h"

struct desk;
struct queue_item;

/* How far a desk is. Zeroed: nothing is known of it. Cursors: hub/view/query.h. */
struct reading {
	int64_t read; /* the last that was read for the queue */
	int64_t noticed; /* the last that is known to be there */
	int64_t look_until; /* offset: what lies before it may be there; 0: all that is is noticed
			     */
	/* What was noticed last and waits for those before it, without a gap. */
	struct queue_item *first, **last; /* last: where the next one is put; NULL: at first */
	size_t bytes;
	int64_t after; /* the one right before `first` */
};

/* From the place where it settled last. */
void reading_begin(struct desk *desk);
/* A handover has come to the topic. */
void reading_notice(struct desk *desk, const struct record_read *record);
/* As many as there is room for. false: there are more, which the view does not have yet. */
bool reading_fill(struct desk *desk);
/* All that is known to be there is in the queue, or was. */
bool reading_is_done(const struct desk *desk);
void reading_forget(struct desk *desk);

#endif
