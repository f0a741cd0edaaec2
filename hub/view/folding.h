/* folding - a client's Events, one after the other, and its state before and after each. */
#ifndef HUB_VIEW_FOLDING_H
#define HUB_VIEW_FOLDING_H

#include "hub/handover/handover.h"
#include "hub/view/query.h"

/* Works on one client at a time. For one thread, as its reader; between view_reader_begin and
 * view_reader_end. */
struct folding;

enum outcome folding_new(
	struct folding **out, struct view_reader *reader, struct err *err) MUST_CHECK;
void folding_free(struct folding *folding); /* NULL: nothing */

/* Of the Events that lie before this place. The id must live until folding_end. */
void folding_begin(struct folding *folding, const struct pseudonym *client, int64_t place);
/* Read, not yet folded; it lives until the next call. message: place of the intake record; -1:
 * none.
 */
struct folding_event {
	struct event event;
	int64_t message;
};
enum outcome folding_next(struct folding *folding, struct folding_event *out, bool *found,
	struct err *err) MUST_CHECK;
enum outcome folding_fold(
	struct folding *folding, const struct event *event, struct err *err) MUST_CHECK;
void folding_end(struct folding *folding);

int64_t folding_count(const struct folding *folding); /* of those that were folded */
/* The first that was read is not its first: those are kept no more, and it cannot be told. */
bool folding_is_cut(const struct folding *folding);
/* After what was folded last, and before it. Valid until the next fold. */
const struct client *folding_after(const struct folding *folding);
const struct client *folding_before(const struct folding *folding);
struct bytes folding_record(const struct folding *folding); /* Avro of the state after it */

enum outcome folding_decode(
	struct bytes value, struct arena *arena, struct event *out, struct err *err) MUST_CHECK;

#endif
