/* fetcher - documents from the endpoints of sources; those that do not change are kept for a day.
 */
#ifndef HUB_FLOW_SOURCE_FETCHER_H
#define HUB_FLOW_SOURCE_FETCHER_H

#include "hub/flow/source/exchange.h"

struct fetcher;

/* REJECT: a secret of an endpoint cannot be read. */
enum outcome fetcher_new(struct fetcher **out, struct loop *loop, const struct conf *conf,
	struct err *err) MUST_CHECK;
void fetcher_free(struct fetcher *fetcher);

/* As exchanges want it. */
const struct exchange_fetcher *fetcher_for_exchanges(struct fetcher *fetcher);

/* One request to the source's endpoint; `done` is called once, also at once. OK: there is an
 * answer, whatever its status but one that tells to come back later (429, 5xx), which is RETRY.
 * REJECT: none ever will be. */
void fetcher_ask(struct fetcher *fetcher, const struct conf_source *source,
	const struct connector_request *request, exchange_fetched_fn *done, void *of);
void fetcher_forget(struct fetcher *fetcher, void *of);

#endif
