/* zgw_poll - subscribing, and the walk over all zaken that makes up for lost notifications. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_POLL_H
#define CONNECTORS_MUNICIPALITY_ZGW_POLL_H

#include "connectors/municipality/zgw.h"

/* One poll is several requests, and the cursor says which is next: the subscriptions there are; a
 * new one, or ours again, so that both probes run; the open zaken, page by page; those that ended
 * since the last whole walk. Each zaak becomes a task. "since=…" alone is a walk that is done. */
enum outcome zgw_poll_ask(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err);
/* What keeps us from subscribing is refused as a draft, so that a person hears of it, and the walk
 * goes on. REJECT: the zaken cannot be read now; the next poll asks the same again. */
enum outcome zgw_poll_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err);

#endif
