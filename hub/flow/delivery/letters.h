/* letters - a mail a day to each partner that wants one: what was open at midnight, in numbers. */
#ifndef HUB_FLOW_DELIVERY_LETTERS_H
#define HUB_FLOW_DELIVERY_LETTERS_H

#include "hub/flow/delivery/desk/desk.h"
#include "hub/flow/delivery/inlet.h"

/* What lokethub balance counts, from an hour after midnight on, by the edge that serves the
 * partner's home desk. That it went out is a fact; after a kill in between it goes out again. One
 * balance is counted at a time, on a thread of its own. */
struct letters;

/* How many partners want one. */
size_t letters_count(const struct conf *conf);
/* All borrowed. REJECT: the password of the mail server cannot be read. */
enum outcome letters_new(struct letters **out, struct ground *ground, const char *view_path,
	struct err *err) MUST_CHECK;
/* From the loop, now and then. */
void letters_turn(struct letters *letters, const struct inlet *inlet);
void letters_free(struct letters *letters); /* while the loop does not run; NULL: nothing */

#endif
