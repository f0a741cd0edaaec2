/* life - a client's life as routers decide it, put into a view's file. */
#ifndef TESTS_SUPPORT_LIFE_H
#define TESTS_SUPPORT_LIFE_H

#include "hub/kafka/topics.h"
#include "tests/support/view_file.h"
#include "tests/support/world.h"

struct life {
	struct world world;
	struct rules rules;
	struct view_file *file;
	int64_t offsets[TOPIC_COUNT]; /* of the next records */
};

void life_init(struct life *life);
void life_done(struct life *life);

/* What happens, and what becomes of it in all topics. */
void life_refer(struct life *life, uint8_t referral, const char *from, const char *to);
void life_act(struct life *life, uint8_t referral, enum action action, const char *desk);
void life_deliver(struct life *life, uint8_t referral);
/* A referral from uwv to wsp that is accepted. */
void life_live(struct life *life);

/* The same of the decision at hand, and one record. */
void life_put_decision(struct life *life);
void life_put(struct life *life, enum topic topic, const void *value);
/* Changes the file as nothing in Kafka would. */
void life_spoil(struct life *life, const char *statement);

#endif
