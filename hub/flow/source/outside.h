/* outside - what the modules of the sources' thread share. */
#ifndef HUB_FLOW_SOURCE_OUTSIDE_H
#define HUB_FLOW_SOURCE_OUTSIDE_H

#include "hub/flow/source/exchange.h"
#include "hub/view/query.h"

struct polls;

struct outside {
	const struct conf *conf;
	const struct kafka_settings *kafka;
	struct wire *wire;
	struct view *view;
	struct loop *loop;
	struct intake *intake;
	struct view_reader *reader; /* NULL: no view yet */
	struct fetcher *fetcher;
	const struct exchange_fetcher *exchange_fetcher; /* the same, as exchanges want it */
	struct polls *polls;
	struct sent *sent; /* what this thread has stored */
	int64_t views; /* how often the reader's view became another one */
	int64_t *compared; /* per source: when its newest snapshot was taken that was compared
			    * here, as soon as that is about to be stored */
};

/* All that an exchange has of the thread's; the rest is the caller's to fill in. It persists. */
static inline struct exchange_options outside_exchange(
	const struct outside *outside, const struct conf_source *source)
{
	return (struct exchange_options){.conf = outside->conf,
		.loop = outside->loop,
		.intake = outside->intake,
		.fetcher = outside->exchange_fetcher,
		.source = source,
		.comparing = outside,
		.persists = true};
}

#endif
