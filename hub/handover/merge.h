/* merge - two records of one person become one: a conversation between two clients. */
#ifndef HUB_HANDOVER_MERGE_H
#define HUB_HANDOVER_MERGE_H

#include "hub/handover/decider.h"

/* The two live in different partitions, so each decides for itself. MERGE (row 28) marks the
 * survivor and sends CLOSE to the loser. The loser closes, or refuses, and answers MERGED or
 * NOT_MERGED. The answer clears the mark. The mark forbids closing, merging and being merged away,
 * so of two that merge each other at once both are refused, and never both close. */

/* Row 28: marks the survivor, and has CLOSE sent. */
void merge_begin(struct decider *d, struct referral_after *referral);
/* The input is the hub's own word in that: it is settled even where ops leaves a message out, else
 * the other one would wait for ever. */
bool merge_is_word(const struct decider *d);
/* True when the input was such a word, or a consent withdrawn under a record that was merged into
 * this one; then all is decided. */
bool merge_hear(struct decider *d);
/* True when the client was merged away and the input concerns the survivor: it is sent on there, or
 * refused after too many hops. What names a referral that the client itself has is decided here, as
 * of any closed client. */
bool merge_forward(struct decider *d);

#endif
