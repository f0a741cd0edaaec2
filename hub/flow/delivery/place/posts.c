/* posts - records for topics of partners, whose senders may go before their receipts come. */
#include "hub/flow/delivery/place/posts.h"

#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/kafka/foreign.h"

#define DEADLINE_MS 15000

struct posts {
	struct loop *loop;
	struct foreign *foreign;
};

struct post {
	posts_done_fn *done; /* NULL: nobody waits */
	void *context;
};

static void take_receipt(void *context, enum outcome outcome, const char *text)
{
	struct post *post = context;
	if (post->done != NULL)
		post->done(post->context, outcome, text);
	free(post);
}

static void serve(void *context)
{
	struct posts *posts = context;
	foreign_serve(posts->foreign);
}

enum outcome posts_new(
	struct posts **out, struct loop *loop, const struct kafka_settings *kafka, struct err *err)
{
	struct posts *posts = memory_get_zeroed(1, sizeof(*posts));
	posts->loop = loop;
	if (foreign_new(&posts->foreign, kafka, DEADLINE_MS, take_receipt, err) != OK ||
		loop_watch(loop, foreign_fd(posts->foreign), serve, posts, err) != OK) {
		foreign_free(posts->foreign);
		free(posts);
		return err->outcome;
	}
	*out = posts;
	return OK;
}

void posts_free(struct posts *posts)
{
	if (posts == NULL)
		return;
	loop_unwatch(posts->loop, foreign_fd(posts->foreign));
	foreign_free(posts->foreign);
	free(posts);
}

enum outcome posts_send(
	struct posts *posts, const struct posts_record *record, struct post **out, struct err *err)
{
	struct post *post = memory_get(sizeof(*post));
	*post = (struct post){record->done, record->context};
	const struct foreign_record sent = {.topic = record->topic,
		.key = record->key,
		.type = record->type,
		.value = record->value,
		.context = post};
	enum outcome outcome = foreign_send(posts->foreign, &sent, err);
	if (outcome == OK)
		*out = post;
	else
		free(post);
	return outcome;
}

void posts_forget(struct post *post)
{
	if (post != NULL)
		post->done = NULL;
}
