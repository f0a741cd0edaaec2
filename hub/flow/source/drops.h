/* drops - folders that partners put files into: picked up whole, and answered beside them. */
#ifndef HUB_FLOW_SOURCE_DROPS_H
#define HUB_FLOW_SOURCE_DROPS_H

#include "hub/flow/source/outside.h"

/* A file that has not changed for a while goes to work/NODE/ (only one edge gets it), is copied, so
 * that who still writes to it disturbs nobody, and goes through an exchange. Then it is in done/,
 * or in refused/ if nobody understands it, under its name behind a time, with what became of each
 * row in an answer file beside it. Names that begin with a dot or end in .part or .tmp are left
 * alone. What is in work/ of a process that is gone is done again: it has the same ids. A file that
 * cannot be read, understood or put away now is tried again, while others go on. */
struct drops;

/* FATAL: a folder cannot be made or read. */
enum outcome drops_new(struct drops **out, struct outside *outside, struct err *err) MUST_CHECK;
void drops_free(struct drops *drops);

/* Looks for files; to be called a few times a second. */
void drops_turn(struct drops *drops);

#endif
