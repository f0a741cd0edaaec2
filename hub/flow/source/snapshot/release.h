/* release - the referrals of a snapshot that was held and then released: their senders are told. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_RELEASE_H
#define HUB_FLOW_SOURCE_SNAPSHOT_RELEASE_H

#include "hub/flow/source/outside.h"
#include "hub/flow/source/snapshot/holding.h"

/* Of those that were missing then, the ones that nobody has said anything of since, and that are
 * still open, are told as the comparison would have: VANISHED. Then the fact that it was held is
 * deleted. Done again it comes to the same. */
struct release;

struct release_options {
	const struct outside *outside; /* borrowed until it is done */
	const struct conf_source *source; /* the same */
	const struct holding *holding; /* what was released; copied */
	struct bytes list; /* of holding_list; copied */
	void (*done)(void *context); /* once, from the loop; the release is gone behind it */
	void *context;
};

void release_start(struct release **out, const struct release_options *options);
/* What is on its way to intake arrives. NULL: nothing. */
void release_cancel(struct release *release);

#endif
