/* snapshots - those that are held for a person: counted, and carried out once they are released. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_SNAPSHOTS_H
#define HUB_FLOW_SOURCE_SNAPSHOT_SNAPSHOTS_H

#include "hub/flow/source/tasks.h"

struct snapshots;

/* tasks: tell which sources are ours; one edge carries out a release. Both borrowed. */
struct snapshots *snapshots_new(struct outside *outside, const struct tasks *tasks);
void snapshots_free(struct snapshots *snapshots);

/* To be called a few times a second. */
void snapshots_turn(struct snapshots *snapshots);

#endif
