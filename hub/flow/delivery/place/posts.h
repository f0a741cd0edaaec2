/* posts - records for topics of partners, whose senders may go before their receipts come. */
#ifndef HUB_FLOW_DELIVERY_PLACE_POSTS_H
#define HUB_FLOW_DELIVERY_PLACE_POSTS_H

#include "hub/http/loop.h"
#include "hub/kafka/kafka.h"

struct posts;

enum outcome posts_new(struct posts **out, struct loop *loop, const struct kafka_settings *kafka,
	struct err *err) MUST_CHECK;
void posts_free(struct posts *posts); /* after all were forgotten */

/* OK: durable. REJECT: never will be. RETRY: not known to be. */
typedef void posts_done_fn(void *context, enum outcome outcome, const char *text);

struct posts_record {
	const char *topic;
	struct bytes key, type, value; /* copied */
	posts_done_fn *done; /* called once, never within posts_send */
	void *context;
};

struct post;
/* Not OK: `done` is not called. */
enum outcome posts_send(struct posts *posts, const struct posts_record *record, struct post **out,
	struct err *err) MUST_CHECK;
/* `done` will not be called; it arrives all the same. NULL: nothing. */
void posts_forget(struct post *post);

#endif
