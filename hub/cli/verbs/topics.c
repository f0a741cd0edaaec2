/* topics - makes the topics in Kafka, and checks that they are as they must be. */
#include <inttypes.h>

#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

static void add_topic(struct page_row *row, const struct conf *conf, enum topic topic)
{
	const struct kafka_settings kafka = reach_kafka(conf);
	const struct topics_row *about = topics_row(topic);
	int64_t kept = topic == TOPIC_ACCESS ? reach_topics(conf).access_retention_ms
					     : about->retention_ms;
	char name[TOPICS_NAME_SIZE];
	topics_name(&kafka, topic, name);
	page_text(row, "TOPIC", "topic", name);
	page_number(row, "PARTITIONS", "partitions", PAGE_COUNT, topics_partitions(&kafka, topic));
	page_text(row, "KEY", "key", about->key);
	if (about->compacted)
		page_text(row, "KEPT", "kept", "the last per key");
	else
		page_format(row, "KEPT", "kept", "%" PRId64 " days", kept / CLOCK_DAY_MS);
	page_text(row, "HOLDS", "holds", about->doc);
	page_cut(row);
}

static enum outcome run_create(struct cli_call *call, struct err *err)
{
	const struct conf *conf = call->conf;
	const struct kafka_settings kafka = reach_kafka(conf);
	const struct topics_options options = reach_topics(conf);
	size_t made;
	call->rejected = CLI_FOUND;
	if (topics_create(&kafka, &options, conf->kafka.timeout_ms, &made, err) != OK)
		return err->outcome;
	page_number(page_facts(call->page), NULL, "made", PAGE_COUNT, (int64_t)made);
	page_line(call->page, TERMINAL_GOOD, "%zu made, %zu were there.", made, TOPIC_COUNT - made);
	struct page_table *table = page_table(call->page, "topics", NULL, NULL);
	for (int topic = 0; topic < TOPIC_COUNT; topic++)
		add_topic(page_table_row(table), conf, (enum topic)topic);
	page_line(call->page, TERMINAL_FAINT,
		"\nlokethub topics check compares their settings with these.");
	return OK;
}

static void add_found(void *context, const char *text)
{
	page_text(page_table_row(context), "WHAT IS NOT SO", "text", text);
}

static enum outcome run_check(struct cli_call *call, struct err *err)
{
	const struct kafka_settings kafka = reach_kafka(call->conf);
	const struct topics_options options = reach_topics(call->conf);
	struct page_table *table = page_table(call->page, "found", NULL, NULL);
	const struct topics_listener listener = {add_found, table};
	enum outcome outcome =
		topics_check(&kafka, &options, call->conf->kafka.timeout_ms, &listener, err);
	page_flag(page_facts(call->page), "ok", outcome == OK);
	if (outcome == OK) {
		page_line(call->page, TERMINAL_GOOD, "All %d topics are as they must be.",
			TOPIC_COUNT);
		return OK;
	}
	call->code = call->rejected = CLI_FOUND;
	page_line(call->page, TERMINAL_FAINT,
		"\nlokethub topics create makes those that are missing and changes nothing.");
	return page_table_rows(table) == 0 ? outcome : OK;
}

const struct cli_verb topics_check_verb = {
	.name = "topics check",
	.arguments = "",
	.needs = CLI_KAFKA,
	.summary = "Compares the topics in Kafka with what they must be",
	.about = "Looks at partitions, retention, compaction, time stamps, sizes and replicas.\n"
		 "Changes nothing. Another number of partitions than the topics have is never\n"
		 "right: the place of every client follows from it.",
	.found = "a topic is missing or not as it must be",
	.examples = "  lokethub topics check || lokethub topics create",
	.run = run_check,
};

const struct cli_verb topics_create_verb = {
	.name = "topics create",
	.arguments = "",
	.needs = CLI_KAFKA,
	.summary = "Makes the topics that are missing",
	.about = "Makes the ten topics with the prefix, partitions and replicas of the\n"
		 "configuration. What exists is left alone.",
	.found = "Kafka refused",
	.examples = "  lokethub topics create",
	.run = run_create,
};
