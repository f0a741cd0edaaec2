/* exchange - one document of a partner, through its connector into intake. */
#ifndef HUB_FLOW_SOURCE_EXCHANGE_H
#define HUB_FLOW_SOURCE_EXCHANGE_H

#include "hub/conf/conf.h"
#include "hub/flow/intake/intake.h"
#include "hub/http/loop.h"

/* parse · what it wants is fetched, and it is parsed again · each draft is checked, and taken or
 * refused · once all is stored the next parcel of the same document, or the end, before which a
 * document that is all that its source has open is compared with what is open here. One thread uses
 * it: that of the loop. */
struct exchange;
struct outside;

/* Gives the document of this URL; done is called later, or at once. RETRY: none now. */
typedef void exchange_fetched_fn(
	void *of, const struct document *document, enum outcome outcome, const char *why);
struct exchange_fetcher {
	void (*fetch)(void *context, const struct conf_source *source,
		const struct parcel_want *want, exchange_fetched_fn *done, void *of);
	/* Nobody waits any more for what was asked with this `of`. */
	void (*forget)(void *context, void *of);
	void *context;
};

/* What became of the document. */
struct exchange_result {
	/* OK: all that it says is stored, be it as a refusal. RETRY: not all; to be given again.
	 * REJECT: nobody understands it; that is stored. */
	enum outcome outcome;
	const char *text; /* why not OK */
	int64_t taken, refused, passed, tasks;
	bool poll_now; /* of a poll; for what was posted that is stored, as a task */
	struct bytes cursor; /* absent: as it was */
};

struct exchange_options {
	const struct conf *conf;
	struct loop *loop;
	struct intake *intake;
	const struct exchange_fetcher *fetcher; /* NULL: nothing can be fetched */
	const struct conf_source *source;
	struct document first; /* borrowed until done */
	enum documents_way way;
	struct bytes cursor; /* of a poll */
	enum conf_token_role role;
	struct bytes trace; /* traceparent; absent: none */
	const struct outside *comparing; /* complete documents; NULL: they are not compared */
	int64_t taken_at; /* what the document says was so then, epoch ms; of one that is compared
			   */
	/* Tries again, as long as it takes, what could not be stored; else that is RETRY. */
	bool persists;
	/* Called for each parcel, and then, once, when it is over: the exchange is gone behind it.
	 * What they are given lives until they return. */
	void (*parcel)(void *context, const struct documents *docs,
		const struct verdicts *verdicts); /* NULL: nobody wants to know */
	void (*done)(void *context, const struct exchange_result *result);
	void *context;
};

/* May be done before it returns. */
void exchange_start(struct exchange **out, const struct exchange_options *options);
/* Nobody waits for it any more; what is on its way to intake arrives. NULL: nothing. */
void exchange_cancel(struct exchange *exchange);

#endif
