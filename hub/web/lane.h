/* lane - a request with a test token goes on to the test lane as it is, and its answer comes back.
 */
#ifndef HUB_WEB_LANE_H
#define HUB_WEB_LANE_H

#include "hub/web/call.h"

struct lane; /* for one thread */

/* *out is NULL where the configuration names none. */
enum outcome lane_new(
	struct lane **out, const struct conf *conf, struct loop *loop, struct err *err) MUST_CHECK;
void lane_free(struct lane *lane); /* behind the server */

/* Answers later: as the test lane does, or 503 where it does not. Request and answer are bounded by
 * what the server takes and the endpoint's answer_kb. Nothing of them is stored here. */
void lane_pass(struct call *call);
/* It has not answered in time: 503. */
void lane_give_up(struct call *call);

#endif
