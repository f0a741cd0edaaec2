/* topics - makes the topics in Kafka, and checks that they are as they must be. */
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

static const struct table_column columns[] = {
	{"TOPIC", "topic", TABLE_TEXT, false},
	{"PARTITIONS", "partitions", TABLE_NUMBER, false},
	{"KEY", "key", TABLE_TEXT, false},
	{"KEPT", "kept", TABLE_TEXT, false},
	{"HOLDS", "holds", TABLE_TEXT, true},
};
static const struct page_table about_topics = {
	"topics", NULL, NULL, columns, sizeof(columns) / sizeof(columns[0])};

static void add_kept(struct table *table, const struct topics_row *row, int64_t retention_ms)
{
	if (row->compacted)
		table_text(table, "the last per key");
	else
		table_format(table, "%d days", (int)(retention_ms / CLOCK_DAY_MS));
}

static void add_topics(
	struct page *page, const struct kafka_settings *kafka, const struct topics_options *options)
{
	struct table *table = page_table(page, &about_topics);
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		const struct topics_row *row = topics_row((enum topic)topic);
		char name[TOPICS_NAME_SIZE];
		topics_name(kafka, (enum topic)topic, name);
		table_text(table, name);
		table_number(table, topics_partitions(kafka, (enum topic)topic));
		table_text(table, row->key);
		add_kept(table, row,
			topic == TOPIC_ACCESS ? options->access_retention_ms : row->retention_ms);
		table_text(table, row->doc);
	}
}

/* The config with its secrets, and what it says of Kafka. NULL: what is wrong is printed. */
static const struct conf *prepare(
	struct cli_call *call, struct kafka_settings *kafka, struct topics_options *options)
{
	const struct conf *conf = cli_conf_with_secrets(call);
	if (conf != NULL) {
		*kafka = reach_kafka(conf);
		*options = reach_topics(conf);
	}
	return conf;
}

static int run_create(struct cli_call *call)
{
	struct kafka_settings kafka;
	struct topics_options options;
	struct err err = {0};
	size_t made;
	const struct conf *conf = prepare(call, &kafka, &options);
	if (conf == NULL)
		return CLI_CONFIG;
	if (topics_create(&kafka, &options, conf->kafka.timeout_ms, &made, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	struct page *page = page_new(clock_wall());
	page_value(page, "made", json_object_new_int64((int64_t)made));
	page_line(page, TERMINAL_GOOD, "%zu made, %zu were there.", made, TOPIC_COUNT - made);
	add_topics(page, &kafka, &options);
	page_hint(page, "\nlokethub topics check compares their settings with these.");
	return cli_show(call, page, CLI_OK);
}

static const struct table_column found_columns[] = {
	{"WHAT IS NOT SO", "text", TABLE_TEXT, false},
};
static const struct page_table about_found = {"found", NULL, NULL, found_columns, 1};

static void add_found(void *context, const char *text)
{
	table_text(context, text);
}

static int run_check(struct cli_call *call)
{
	struct kafka_settings kafka;
	struct topics_options options;
	struct err err = {0};
	const struct conf *conf = prepare(call, &kafka, &options);
	if (conf == NULL)
		return CLI_CONFIG;
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_found);
	enum outcome outcome = topics_check(&kafka, &options, conf->kafka.timeout_ms,
		&(struct topics_listener){add_found, table}, &err);
	page_value(page, "ok", json_object_new_boolean(outcome == OK));
	if (outcome == OK) {
		page_line(page, TERMINAL_GOOD, "All %d topics are as they must be.", TOPIC_COUNT);
		return cli_show(call, page, CLI_OK);
	}
	if (table_rows(table) == 0) {
		page_free(page);
		return cli_fail(call, &err, CLI_FOUND);
	}
	page_hint(
		page, "\nlokethub topics create makes those that are missing and changes nothing.");
	return cli_show(call, page, CLI_FOUND);
}

const struct cli_verb topics_check_verb = {
	.name = "topics check",
	.arguments = "",
	.summary = "Compares the topics in Kafka with what they must be",
	.about = "Looks at partitions, retention, compaction, time stamps, sizes and replicas. "
		 "Changes\n"
		 "nothing. Another number of partitions than the topics have is never right: the\n"
		 "place of every client follows from it.",
	.json = true,
	.found = "a topic is missing or not as it must be",
	.examples = "  lokethub topics check || lokethub topics create",
	.run = run_check,
};

const struct cli_verb topics_create_verb = {
	.name = "topics create",
	.arguments = "",
	.summary = "Makes the topics that are missing",
	.about = "Makes the ten topics with the prefix, partitions and replicas of the "
		 "configuration.\n"
		 "What exists is left alone.",
	.json = true,
	.found = "Kafka refused",
	.examples = "  lokethub topics create",
	.run = run_create,
};
