/* member - a place in a consumer group that outlives its consumer. */
#include "hub/kafka/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

#define SESSION_MS 20000
#define RECORDS_MAX 1000 /* of one reading */
#define GROUP_SIZE (TOPICS_NAME_SIZE + 32)

struct member {
	struct member_options options;
	char group[GROUP_SIZE];
	struct consumer *consumer; /* NULL: to be made */
};

static enum outcome join(struct member *member, struct err *err)
{
	const struct consumer_member_options options = {.group = member->group,
		.instance = member->options.instance,
		.topic = member->options.topic,
		.session_timeout_ms = SESSION_MS};
	return consumer_new_member(&member->consumer, member->options.kafka, &options, err);
}

static enum outcome take_over(struct member *member, struct err *err)
{
	size_t count;
	const struct consumer_place *assigned = consumer_assigned(member->consumer, &count);
	struct consumer_place places[TOPICS_BY_KEY_PARTITIONS];
	if (count > TOPICS_BY_KEY_PARTITIONS)
		return err_set(err, FATAL, "group %s: %zu partitions, but topics have %d",
			member->group, count, TOPICS_BY_KEY_PARTITIONS);
	memcpy(places, assigned, count * sizeof(*places));
	if (member->options.take_over(
		    member->options.context, member->consumer, places, count, err) != OK)
		return err->outcome;
	return consumer_assign(member->consumer, places, count, err);
}

static enum outcome take_news(struct member *member, enum consumer_news news,
	const struct record_read *record, struct err *err)
{
	switch (news) {
	case CONSUMER_NOTHING:
	case CONSUMER_DRAINED:
		return OK;
	case CONSUMER_RECORD:
		return member->options.take(member->options.context, record, err);
	case CONSUMER_ASSIGNED:
		return take_over(member, err);
	case CONSUMER_REVOKED:
	case CONSUMER_LOST:
		break;
	}
	member->options.let_go(member->options.context);
	return consumer_assign(member->consumer, NULL, 0, err);
}

static enum outcome read_all(struct member *member, struct err *err)
{
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		struct record_read record;
		enum consumer_news news;
		if (consumer_poll(member->consumer, 0, &news, &record, err) != OK ||
			take_news(member, news, &record, err) != OK)
			return err->outcome;
		if (news == CONSUMER_NOTHING)
			break;
	}
	return OK;
}

enum outcome member_read(struct member *member, struct err *err)
{
	enum outcome outcome = OK;
	if (member->consumer == NULL)
		outcome = join(member, err);
	if (outcome == OK)
		outcome = read_all(member, err);
	if (outcome != OK)
		member_renew(member);
	return outcome;
}

void member_renew(struct member *member)
{
	member->options.let_go(member->options.context);
	consumer_free(member->consumer);
	member->consumer = NULL;
}

struct consumer *member_consumer(struct member *member)
{
	return member->consumer;
}

enum outcome member_new(struct member **out, const struct member_options *options, struct err *err)
{
	struct member *member = memory_get_zeroed(1, sizeof(*member));
	member->options = *options;
	snprintf(member->group, sizeof(member->group), "%s%s", options->kafka->prefix,
		options->group);
	if (join(member, err) != OK) {
		free(member);
		return err->outcome;
	}
	*out = member;
	return OK;
}

void member_free(struct member *member)
{
	if (member == NULL)
		return;
	member_renew(member);
	free(member);
}
