/* circuit - whether a place answers at all, so that one that does not costs one request now and
 * then. */
#ifndef HUB_FLOW_DELIVERY_PLACE_CIRCUIT_H
#define HUB_FLOW_DELIVERY_PLACE_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

#define CIRCUIT_FAILURES 5 /* one after another, until it opens */

/* Zeroed: closed, and nothing is known against it. All times epoch ms. */
struct circuit {
	bool open;
	bool gone; /* open, and it said itself that it is no more */
	bool probing; /* open, and one request is on its way all the same */
	int32_t failures; /* since the last success */
	int64_t since; /* the first of them */
	int64_t retry_at; /* not before: it asked for it, or is open */
};

/* Whether a request may go out now. While open: one at a time, when its time has come. Whoever was
 * told yes tells how it ended. */
bool circuit_may_send(struct circuit *circuit, int64_t now);
/* It answered. true: that closed the circuit. */
bool circuit_succeed(struct circuit *circuit);
/* It did not, or is unwell. asked_ms: for so long it wants to be left alone; 0: it did not say.
 * true: that opened the circuit. */
bool circuit_fail(struct circuit *circuit, int64_t now, uint32_t random, int64_t asked_ms);
/* It said that it is no more: no probes until it is released. true: that is new. */
bool circuit_give_up(struct circuit *circuit, int64_t now);
/* A person says that it can be tried again: probed at once. true: it was open. */
bool circuit_release(struct circuit *circuit);
/* A request that was let out ended without telling anything of the place. */
void circuit_let_go(struct circuit *circuit);
/* As another process left it: open since then; probed at once. */
void circuit_restore(struct circuit *circuit, int64_t since);

#endif
