/* refold - whether a client's Events agree with the hash in each, with what each step must keep,
 * and with the client's record. */
#ifndef HUB_VIEW_REFOLD_H
#define HUB_VIEW_REFOLD_H

#include "hub/view/query.h"

struct refold;

enum outcome refold_new(
	struct refold **out, struct view_reader *reader, struct err *err) MUST_CHECK;
void refold_free(struct refold *refold); /* NULL: nothing */

struct refold_check {
	bool states_only; /* in: hashes are not looked at */
	int64_t events; /* that were folded */
	/* Its first Events are kept no more: the later ones were looked at, each for itself. */
	bool is_cut;
	/* The first thing that is wrong, in one English line; "": nothing. Of which invariant. */
	char invariant[8], fault[200];
};
/* Between view_reader_begin and view_reader_end. */
enum outcome refold_client(struct refold *refold, struct pseudonym client,
	struct refold_check *check, struct err *err) MUST_CHECK;

#endif
