/* opened - a handover as its desk may see it. */
#ifndef HUB_CONNECTOR_OPENED_H
#define HUB_CONNECTOR_OPENED_H

#include "hub/base/arena.h"
#include "schemas/types.h"

#define OPENED_ERASED "ERASED"
#define OPENED_WITHDRAWN "CONSENT_WITHDRAWN"
#define OPENED_UNREADABLE "UNREADABLE" /* damaged: ops sees it in the log */

/* Cut to the fields on the desk's list for this phase; who sees it is in `access` already. */
struct opened {
	/* `sealed` is empty, and `client` is the receiving partner's own pseudonym. */
	const struct handover *handover;
	const struct person *person; /* NULL: none of it may be seen, or there is none */
	/* Why there is no person though one was sent: OPENED_ERASED …; NULL: none is missing. */
	const char *withheld;
	const char *id; /* the same at each try: letters, digits, hyphens */
	const char *source; /* CloudEvents: the hub, a URN */
	const char *url; /* of the referral in the partner API; NULL: not known */
	const char *desk_name, *partner; /* of the receiver; partner: OIN */
	int64_t sequence; /* grows along one desk's handovers */
	struct bytes own_case; /* the receiver's own reference of it; absent: it never named one */
	struct arena *arena; /* for what is rendered */
};

#endif
