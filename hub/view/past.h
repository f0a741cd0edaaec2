/* past - a client as of a moment: its Events folded in their order. */
#ifndef HUB_VIEW_PAST_H
#define HUB_VIEW_PAST_H

#include "hub/view/query.h"

/* Works on one client at a time, whatever the view holds. For one thread, as its reader. */
struct past;

enum outcome past_new(struct past **out, struct view_reader *reader, struct err *err) MUST_CHECK;
void past_free(struct past *past);

/* Where a moment lies in each partition of events: what was decided before it has a lower place, as
 * the time of a partition's decisions never goes back. */
struct past_moment {
	int64_t *places; /* by partition; lies in past */
	int32_t partitions; /* those that have Events */
};
/* Outside of view_reader_begin and view_reader_end. */
enum outcome past_moment(
	struct past *past, int64_t at, struct past_moment *out, struct err *err) MUST_CHECK;

typedef enum outcome past_visit_fn(
	struct past *past, struct pseudonym client, void *context, struct err *err);
/* Visits every client that has a record or an Event, by id, up to the first failure; a thousand of
 * them see one moment of the view. Outside of view_reader_begin and view_reader_end. */
enum outcome past_each(
	struct past *past, past_visit_fn *visit, void *context, struct err *err) MUST_CHECK;

/* For visits, and between view_reader_begin and view_reader_end. */

/* Whether something was decided about the client from one moment to another. */
enum outcome past_has(struct past *past, struct pseudonym client, const struct past_moment span[2],
	bool *out, struct err *err) MUST_CHECK;

struct past_client {
	const struct client *client; /* valid until the next call; NULL: there was none */
	bool is_cut; /* its first Events are kept no more: it cannot be told */
};
enum outcome past_client(struct past *past, struct pseudonym client,
	const struct past_moment *moment, struct past_client *out, struct err *err) MUST_CHECK;
/* As what was decided at this place of events found it. */
enum outcome past_before(struct past *past, struct pseudonym client, int64_t place,
	struct past_client *out, struct err *err) MUST_CHECK;

#endif
