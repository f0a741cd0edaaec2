/* delivered - what a desk reads past in its feed was delivered to it: said to intake, so that the
 * offer's clock runs against the desk. */
#ifndef HUB_WEB_DELIVERED_H
#define HUB_WEB_DELIVERED_H

#include "hub/web/edge.h"

struct delivered; /* for one thread */

struct delivered *delivered_new(struct edge *edge);
void delivered_free(struct delivered *delivered); /* behind its intake */

/* The desk has all up to this cursor. What cannot be said now is said when it asks again; what was
 * said before, by whomever, is not said again, or does no harm. */
void delivered_note(struct delivered *delivered, const struct rules_desk *desk, int64_t cursor);

#endif
