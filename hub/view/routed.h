/* routed - the referrals for which the hub chose a desk, with what the choice went by. */
#ifndef HUB_VIEW_ROUTED_H
#define HUB_VIEW_ROUTED_H

#include "hub/view/query.h"

struct routed {
	const struct event *event; /* its routing is set */
	const struct message *message; /* its body is the Referral */
	struct bytes
		region; /* of the client before, where the Referral names no place; or absent */
	const struct client *client; /* as it is now; NULL: forgotten */
};

typedef enum outcome routed_visit_fn(const struct routed *routed, void *context, struct err *err);
/* Visits those since a moment, by partition and place, up to the first failure; what is visited is
 * valid until the visit returns. Left out are those whose message is kept no more. Outside of
 * view_reader_begin and view_reader_end. */
enum outcome routed_each(struct view_reader *reader, int64_t since, routed_visit_fn *visit,
	void *context, struct err *err) MUST_CHECK;

#endif
