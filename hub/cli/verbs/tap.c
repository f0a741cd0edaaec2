/* tap - prints the records of a topic as JSON lines. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/kafka/consumer.h"

#define LAST_PRESET 10 /* records of each partition */
#define POLL_MS 200

struct tap {
	struct cli_call *call;
	struct kafka_settings kafka; /* the consumer borrows it */
	struct wire *wire;
	struct consumer *consumer;
	struct consumer_place *places, *ends;
	size_t count, open; /* partitions; those not read to their end */
	enum topic topic;
	const char *client; /* what --client says, or NULL */
	struct arena arena; /* of one record */
	int64_t printed, most;
};

static enum outcome find_topic(const char *name, enum topic *out, struct err *err)
{
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		if (strcmp(topics_row((enum topic)topic)->name, name) == 0) {
			*out = (enum topic)topic;
			return OK;
		}
	}
	return err_set(err, REJECT,
		"no topic %s: it is intake, events, clients, persons, keys, handovers, rejected, "
		"fetch, facts or access",
		name);
}

static void add_text(struct json_object *object, const char *key, struct bytes text)
{
	if (text.data == NULL)
		return;
	if (bytes_is_utf8(text)) {
		json_object_object_add(object, key,
			json_object_new_string_len((const char *)text.data, (int)text.size));
		return;
	}
	char *hex = memory_get(2 * text.size + 1);
	bytes_to_hex(text, hex);
	json_object_object_add(object, key, json_object_new_string(hex));
	free(hex);
}

static void add_time(struct json_object *object, const char *key, int64_t at)
{
	char text[25];
	clock_to_text(at, text);
	json_object_object_add(object, key, json_object_new_string(text));
}

static struct json_object *headers_json(const struct record_read *read)
{
	struct json_object *object = json_object_new_object();
	struct record_headers headers;
	record_headers_read(read, &headers);
	add_text(object, "id", headers.id);
	add_text(object, "source", headers.source);
	add_text(object, "traceparent", headers.trace);
	if (headers.redrive > 0)
		json_object_object_add(object, "redrive", json_object_new_int(headers.redrive));
	add_text(object, "skip", headers.skip);
	return object;
}

/* Sealed and wrapped bytes say nothing to anybody here: their size stands for them. */
static void cut_sealed(struct json_object *json)
{
	static const char *const names[] = {"box", "original", "wrapped"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *value;
		char text[40];
		if (!json_object_object_get_ex(json, names[i], &value))
			continue;
		snprintf(text, sizeof(text), "%d bytes", json_object_get_string_len(value) / 4 * 3);
		json_object_object_add(json, names[i], json_object_new_string(text));
	}
	json_object_object_foreach(json, key, below)
	{
		(void)key;
		if (json_object_is_type(below, json_type_object))
			cut_sealed(below);
	}
}

static struct json_object *value_json(
	struct tap *tap, const struct record_read *read, struct err *err)
{
	const struct schema *schema = topics_row(read->topic)->value;
	struct wire_record value = {.value = read->value, .schema = schema};
	void *record = arena_get(&tap->arena, schema->size);
	if (read->value.data == NULL ||
		wire_decode(tap->wire, &value, record, &tap->arena, err) != OK)
		return NULL;
	struct json_object *json = schema->to_json(record);
	cut_sealed(json);
	return json;
}

/* The key, or the client that the value names. */
static bool is_wanted(
	const struct tap *tap, const struct record_read *read, struct json_object *value)
{
	struct json_object *client;
	if (tap->client == NULL || bytes_equal_string(read->key, tap->client))
		return true;
	if (!json_object_object_get_ex(value, "client", &client))
		return false;
	return strncasecmp(json_object_get_string(client), tap->client, strlen(tap->client)) == 0;
}

static void print_record(struct tap *tap, const struct record_read *read)
{
	struct err err = {0};
	struct json_object *value = value_json(tap, read, &err);
	if (!is_wanted(tap, read, value)) {
		json_object_put(value);
		return;
	}
	struct json_object *line = json_object_new_object();
	add_text(line, "topic", bytes_of_string(topics_row(read->topic)->name));
	json_object_object_add(line, "partition", json_object_new_int(read->partition));
	json_object_object_add(line, "offset", json_object_new_int64(read->offset));
	add_time(line, "time", read->time);
	add_text(line, "key", read->key);
	json_object_object_add(line, "headers", headers_json(read));
	json_object_object_add(line, "value", value);
	if (err.outcome != OK)
		add_text(line, "unreadable", bytes_of_string(err.text));
	printf("%s\n",
		json_object_to_json_string_ext(
			line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(line);
	tap->printed++;
}

static enum outcome read_from(const struct cli_call *call, int64_t *last, struct err *err)
{
	const char *from = cli_value(call, "from");
	*last = cli_has(call, "follow") ? 0 : LAST_PRESET;
	if (cli_has(call, "client"))
		*last = INT64_MAX;
	if (from == NULL)
		return OK;
	if (strcmp(from, "beginning") == 0) {
		*last = INT64_MAX;
		return OK;
	}
	if (!bytes_to_int64(bytes_of_string(from), last) || *last < 0)
		return err_set(err, REJECT, "--from: beginning, or a number of records");
	return OK;
}

static enum outcome find_places(struct tap *tap, int64_t last, struct err *err)
{
	int timeout = tap->call->conf->kafka.timeout_ms;
	for (size_t i = 0; i < tap->count; i++)
		tap->places[i] = tap->ends[i] = (struct consumer_place){tap->topic, (int32_t)i, 0};
	if (consumer_begins(tap->consumer, tap->places, tap->count, timeout, err) != OK ||
		consumer_ends(tap->consumer, tap->ends, tap->count, timeout, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < tap->count; i++) {
		int64_t begin = tap->places[i].offset, end = tap->ends[i].offset;
		if (end - begin > last)
			tap->places[i].offset = end - last;
		tap->open += tap->places[i].offset < end;
	}
	return OK;
}

static void note_place(struct tap *tap, int32_t partition, int64_t next)
{
	struct consumer_place *place = &tap->places[partition];
	int64_t end = tap->ends[partition].offset;
	if (place->offset < end && next >= end)
		tap->open--;
	place->offset = next;
}

static enum outcome read_records(struct tap *tap, struct err *err)
{
	bool follow = cli_has(tap->call, "follow");
	if (consumer_assign(tap->consumer, tap->places, tap->count, err) != OK)
		return err->outcome;
	while ((follow || tap->open > 0) && tap->printed < tap->most && !ferror(stdout)) {
		enum consumer_news news;
		struct record_read read;
		if (consumer_poll(tap->consumer, POLL_MS, &news, &read, err) != OK)
			return err->outcome;
		if (news == CONSUMER_RECORD) {
			arena_reset(&tap->arena);
			print_record(tap, &read);
			note_place(tap, read.partition, read.offset + 1);
		} else if (news == CONSUMER_DRAINED) {
			note_place(tap, read.partition, read.offset);
		}
	}
	return OK;
}

static enum outcome tap_topic(struct tap *tap, struct err *err)
{
	int64_t last;
	if (find_topic(cli_argument(tap->call, 0), &tap->topic, err) != OK ||
		read_from(tap->call, &last, err) != OK)
		return err->outcome;
	tap->kafka = reach_kafka(tap->call->conf);
	tap->client = cli_value(tap->call, "client");
	tap->most = cli_number(tap->call, "limit");
	tap->count = (size_t)topics_partitions(&tap->kafka, tap->topic);
	tap->places = arena_get_array(&tap->call->arena, tap->count, sizeof(*tap->places));
	tap->ends = arena_get_array(&tap->call->arena, tap->count, sizeof(*tap->ends));
	if (reach_wire(tap->call->conf, &tap->wire, err) != OK ||
		consumer_new(&tap->consumer, &tap->kafka, err) != OK ||
		find_places(tap, last, err) != OK)
		return err->outcome;
	return read_records(tap, err);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct tap tap = {.call = call};
	enum outcome outcome = tap_topic(&tap, err);
	consumer_free(tap.consumer);
	wire_free(tap.wire);
	arena_done(&tap.arena);
	return outcome;
}

static const struct cli_option options[] = {
	{"client", 0, "CLIENT", "only records of this client (32 hexadecimal digits)", 0, 0},
	{"from", 0, "WHERE", "beginning, or so many records of each partition (10)", 0, 0},
	{"follow", 'f', NULL, "go on with what comes", 0, 0},
	{"limit", 'n', "N", "stop after so many", INT64_MAX, 1000000000},
	{0},
};

const struct cli_verb tap_verb = {
	.name = "tap",
	.prints = true,
	.arguments = "TOPIC",
	.needs = CLI_KAFKA,
	.least = 1,
	.most = 1,
	.summary = "Prints the records of a topic as JSON lines",
	.about = "Decodes each with the schema it was written with. What is sealed stays\n"
		 "sealed: its size is printed. Topics: intake, events, clients, persons, keys,\n"
		 "handovers, rejected, fetch, facts, access. Reads only, and moves nobody's\n"
		 "offsets.",
	.options = options,
	.examples = "  lokethub tap events --client 3fa91c2e0d… | jq .value.transitions\n"
		    "  lokethub tap intake --follow\n"
		    "  lokethub tap rejected --from beginning | jq -r .value.code | sort | uniq -c",
	.run = run,
};
