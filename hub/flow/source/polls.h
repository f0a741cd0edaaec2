/* polls - sources that are asked from time to time, each by the edge that has its part of fetch. */
#ifndef HUB_FLOW_SOURCE_POLLS_H
#define HUB_FLOW_SOURCE_POLLS_H

#include "hub/flow/source/tasks.h"

struct polls;

/* tasks: tell which are ours. */
struct polls *polls_new(struct outside *outside, const struct tasks *tasks);
void polls_free(struct polls *polls);

/* The source is to be polled before its time, once however often that is said: while a poll is
 * under way, by another one behind it. Not while it is unwell: then it is tried again soon anyway.
 */
void polls_ask(struct polls *polls, struct bytes partner, struct bytes source);

/* Begins what is due; to be called a few times a second. */
void polls_turn(struct polls *polls);

#endif
