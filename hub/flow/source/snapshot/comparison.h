/* comparison - a document that names all that its source has open, against what is open here. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_COMPARISON_H
#define HUB_FLOW_SOURCE_SNAPSHOT_COMPARISON_H

#include "hub/flow/source/outside.h"
#include "hub/flow/source/snapshot/roll.h"

/* Waits until the view has what was decided of all that the document said · goes through the open
 * referrals of the source's partner and system · of whose case the document does not have, nobody
 * having said anything of it since the document was made, the sender is told: VANISHED. More of
 * them than the source's settings allow are written down for a person instead (holding.h), and
 * nobody is told. Done again after a kill it comes to the same, with the same ids. */
struct comparison;

struct comparison_options {
	const struct outside *outside;
	const struct conf_source *source;
	struct roll *roll; /* its cases, all added; changed */
	struct bytes document; /* where it was fetched; absent: it is a file */
	int64_t taken_at; /* what it says was so then, epoch ms */
	/* Called once, from the loop; the comparison is gone behind it. RETRY: why not. */
	void (*done)(void *context, enum outcome outcome, const char *why);
	void *context;
};

/* Borrows all of it until it is done. */
void comparison_start(struct comparison **out, const struct comparison_options *options);
/* What is on its way to intake arrives. NULL: nothing. */
void comparison_cancel(struct comparison *comparison);

#endif
