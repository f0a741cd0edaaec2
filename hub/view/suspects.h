/* suspects - what audits found, and found again each time that they looked since. */
#ifndef HUB_VIEW_SUSPECTS_H
#define HUB_VIEW_SUSPECTS_H

#include "hub/base/map.h"
#include "hub/view/audit.h"

/* Topics are seen at slightly different moments: what is wrong is so in so many looks, a second
 * apart. */
#define SUSPECTS_LOOKS 3
#define SUSPECTS_MAX 10000 /* more are not kept */

struct suspect {
	uint8_t key[16]; /* what is the same has the same */
	char invariant[8];
	bool has_client;
	struct pseudonym client;
	char text[200];
	int look; /* the last one that saw it */
	struct suspect *next;
};

/* Zeroed is in the first look. */
struct suspects {
	struct arena arena;
	struct map known; /* of the first look */
	struct suspect *first, *last; /* in the order that they were found in */
	int look;
};

/* In the first look all are taken, later only what is there already is seen again. */
void suspects_take(struct suspects *suspects, const struct audit_finding *finding);
/* Ends a look: keeps what was seen in it. Whether to look again, a second later. */
bool suspects_sift(struct suspects *suspects);
void suspects_done(struct suspects *suspects);

#endif
