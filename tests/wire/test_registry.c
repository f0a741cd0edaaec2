/* test_registry - ids, registration and other writers' schemas against a real registry; each test
 * with subjects of its own, so that it may run beside others and twice. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/wire/known.h"
#include "hub/wire/publish.h"
#include "hub/wire/registry.h"
#include "hub/wire/wire.h"
#include "schemas/types.h"

/* Fact.kind, as all versions have it. */
#define KIND_FIELD                                                                                 \
	"{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"FactKind\",\"symbols\":"        \
	"[\"HEARTBEAT\",\"OUTAGE\",\"CAPACITY\",\"HOLD\",\"CIRCUIT\",\"CURSOR\",\"SETTLED\","      \
	"\"ACCOUNT\",\"CONFIG\",\"NEWER\"],\"default\":\"NEWER\"}}"

struct fixture {
	char url[200], prefix[64], folder[40], cache[60];
	struct wire_settings settings;
	struct arena arena;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture fixture;
	static int number;
	const char *port = getenv("LOKETHUB_REGISTRY_PORT");

	memset(&fixture, 0, sizeof(fixture));
	snprintf(fixture.url, sizeof(fixture.url), "http://127.0.0.1:%s/apis/ccompat/v7",
		port == NULL ? "8081" : port);
	snprintf(fixture.prefix, sizeof(fixture.prefix), "test.%lld.%d.%d.",
		(long long)clock_wall(), (int)getpid(), number++);
	strcpy(fixture.folder, P_tmpdir "/test_registry.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	snprintf(fixture.cache, sizeof(fixture.cache), "%s/cache", fixture.folder);
	fixture.settings = (struct wire_settings){
		.url = fixture.url,
		.cache_file = fixture.cache,
		.topic_prefix = fixture.prefix,
		.timeout_ms = 10000,
	};
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->arena);
	unlink(fixture->cache);
	return rmdir(fixture->folder);
}

static void register_all(struct fixture *fixture)
{
	struct publish_row rows[PUBLISH_SUBJECTS];

	if (publish_register(&fixture->settings, rows) != OK)
		for (size_t i = 0; i < UNIT_COUNT(rows); i++)
			if (rows[i].outcome != OK)
				fail_msg("%s: %s", rows[i].subject, rows[i].text);
}

static struct wire *started(struct fixture *fixture)
{
	struct wire *wire = wire_new(&fixture->settings);

	if (wire_start(wire, &fixture->err) != OK)
		fail_msg("%s", fixture->err.text);
	return wire;
}

static uint32_t register_one(struct fixture *fixture, const char *subject, const char *json)
{
	struct registry *registry = registry_new(&fixture->settings);
	struct registry_version version;

	if (registry_register(registry, subject, json, &fixture->err) != OK ||
		registry_find(registry, subject, json, &version, &fixture->err) != OK)
		fail_msg("%s", fixture->err.text);
	registry_free(registry);
	return version.id;
}

static struct bytes record_of(struct fixture *fixture, uint32_t id, const char *hex)
{
	size_t size = strlen(hex) / 2;
	uint8_t *out = arena_get(&fixture->arena, size + WIRE_HEAD_SIZE);

	for (int i = 0; i < 4; i++)
		out[1 + i] = (uint8_t)(id >> (24 - 8 * i));
	assert_true(bytes_from_hex(bytes_of_string(hex), out + WIRE_HEAD_SIZE, size));
	return bytes_of(out, size + WIRE_HEAD_SIZE);
}

static void test_register_and_check(void **state)
{
	struct fixture *fixture = *state;
	struct publish_row rows[PUBLISH_SUBJECTS];

	assert_int_equal(publish_check(&fixture->settings, rows), REJECT);
	assert_string_equal(
		rows[0].text, "our schema is not registered: run `lokethub schemas register`");
	assert_int_equal(rows[0].versions, 0);
	register_all(fixture);
	assert_int_equal(publish_check(&fixture->settings, rows), OK);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_true(rows[i].id > 0);
		assert_int_equal(rows[i].version, 1);
		assert_int_equal(rows[i].versions, 1);
		assert_string_equal(rows[i].level, "FULL_TRANSITIVE");
		assert_string_equal(rows[i].text, "");
	}
	assert_int_equal(publish_register(&fixture->settings, rows), OK);
	assert_false(rows[0].added);
	assert_int_equal(rows[0].versions, 1);
}

/* Somebody else's version stands in the way: nothing is registered, and the text names the field.
 */
static void test_incompatible(void **state)
{
	struct fixture *fixture = *state;
	struct publish_row rows[PUBLISH_SUBJECTS];
	char subject[WIRE_SUBJECT_SIZE];

	wire_subject(&fixture->settings, &schema_message, subject);
	register_one(fixture, subject,
		"{\"type\":\"record\",\"name\":\"Message\",\"namespace\":\"nl.lokethub\","
		"\"fields\":[]}");
	assert_int_equal(publish_register(&fixture->settings, rows), REJECT);
	assert_string_equal(rows[0].text,
		"we cannot read what version 1 wrote: Message.id: the writer does not have it, and "
		"it "
		"has no default");
	assert_int_equal(rows[0].id, 0);
	assert_int_equal(rows[1].outcome, OK);
}

/* A version that has another default order of fields and lacks optional ones goes together. */
static void test_older_version(void **state)
{
	struct fixture *fixture = *state;
	struct publish_row rows[PUBLISH_SUBJECTS];
	struct fact fact;
	char subject[WIRE_SUBJECT_SIZE];
	uint32_t id;

	wire_subject(&fixture->settings, &schema_fact, subject);
	id = register_one(fixture, subject,
		"{\"type\":\"record\",\"name\":\"Fact\",\"namespace\":\"nl.lokethub\",\"fields\":["
		"{\"name\":\"at\",\"type\":\"long\"},{\"name\":\"id\",\"type\":\"string\"}"
		"," KIND_FIELD ","
		"{\"name\":\"extra\",\"type\":[\"null\",\"string\"],\"default\":null}]}");
	register_all(fixture);
	assert_int_equal(publish_check(&fixture->settings, rows), OK);
	struct wire *wire = started(fixture);
	assert_true(wire_id(wire, &schema_fact) != id);
	struct wire_record record = {
		.value = record_of(fixture, id,
			"c801"
			"0261"
			"02"
			"020278"),
		.schema = &schema_fact,
	};
	assert_int_equal(wire_decode(wire, &record, &fact, &fixture->arena, &fixture->err), OK);
	assert_int_equal(record.id, id);
	assert_int_equal(fact.at, 100);
	assert_int_equal(fact.kind, FACT_KIND_OUTAGE);
	assert_true(bytes_equal_string(fact.id, "a"));
	assert_null(fact.text.data);
	wire_free(wire);
}

static void test_write_and_read(void **state)
{
	struct fixture *fixture = *state;
	struct fact in = {.id = bytes_of_string("p/1"), .at = 1772443800000}, out;
	struct buffer buffer = {0};

	register_all(fixture);
	struct wire *wire = started(fixture);
	assert_false(wire_from_cache(wire));
	wire_begin(wire, &schema_fact, &buffer);
	assert_int_equal(buffer.size, WIRE_HEAD_SIZE);
	fact_encode(&in, &buffer);
	struct wire_record record = {.value = buffer_bytes(&buffer), .schema = &schema_fact};
	assert_int_equal(wire_decode(wire, &record, &out, &fixture->arena, &fixture->err), OK);
	assert_int_equal(record.id, wire_id(wire, &schema_fact));
	assert_true(record.avro.data == buffer.data + WIRE_HEAD_SIZE);
	assert_int_equal(out.at, in.at);
	buffer_done(&buffer);
	wire_free(wire);
}

static void test_not_registered(void **state)
{
	struct fixture *fixture = *state;
	struct wire *wire = wire_new(&fixture->settings);

	assert_int_equal(wire_start(wire, &fixture->err), REJECT);
	assert_non_null(
		strstr(fixture->err.text, "does not have our schema Message under subject"));
	assert_non_null(strstr(fixture->err.text, "run `lokethub schemas register`"));
	wire_free(wire);
}

/* A registry that refuses: a port that is taken, and nobody listens there yet. */
static int take_place(char *url, size_t size)
{
	struct sockaddr_in place = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(place);
	int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(made >= 0);
	assert_int_equal(bind(made, (struct sockaddr *)&place, length), 0);
	assert_int_equal(getsockname(made, (struct sockaddr *)&place, &length), 0);
	snprintf(url, size, "http://127.0.0.1:%d/apis/ccompat/v7", ntohs(place.sin_port));
	return made;
}

static int64_t count_calls(int place)
{
	int64_t count = 0;

	for (int call; (call = accept(place, NULL, NULL)) >= 0; count++)
		close(call);
	return count;
}

/* Far fewer questions than records, of which none waits as long as a start. */
static void read_unknown(struct fixture *fixture, struct wire *wire, int silent)
{
	struct wire_record record = {.schema = &schema_fact};
	int64_t asked = 0, start = clock_monotonic();

	for (uint32_t i = 0; i < 1000; i++) {
		int64_t begun = clock_monotonic();
		record.value = record_of(fixture, 2000000000 + i, "00");
		assert_int_equal(wire_read(wire, &record, &fixture->arena, &fixture->err), RETRY);
		assert_true(record.no_schema);
		int64_t now = clock_monotonic();
		assert_true(now - begun < fixture->settings.timeout_ms);
		asked += count_calls(silent);
		assert_in_range(asked, 1, (now - start) / WIRE_ASK_AGAIN_MS + 1);
	}
	assert_non_null(strstr(fixture->err.text, "schema 2000000999 is not known here: registry"));
}

/* With the registry away, a start and all that was ever registered still work. */
static void test_registry_away(void **state)
{
	struct fixture *fixture = *state;
	struct fact fact;
	char subject[WIRE_SUBJECT_SIZE];
	uint32_t id;

	register_all(fixture);
	wire_subject(&fixture->settings, &schema_fact, subject);
	id = register_one(fixture, subject,
		"{\"type\":\"record\",\"name\":\"Fact\",\"namespace\":\"nl.lokethub\",\"fields\":"
		"[" KIND_FIELD ","
		"{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"at\",\"type\":\"long\"}]}");
	struct wire *wire = started(fixture);
	uint32_t own = wire_id(wire, &schema_fact);
	wire_free(wire);

	/* The cache belongs to one URL; one where nobody answers stands for the registry being
	 * away. */
	char dead[64];
	int silent = take_place(dead, sizeof(dead));
	struct known known = {0};
	known_load(&known, fixture->cache, fixture->url);
	known.changed = true;
	assert_int_equal(known_save(&known, fixture->cache, dead, &fixture->err), OK);
	known_done(&known);
	fixture->settings.url = dead;
	wire = started(fixture);
	assert_true(wire_from_cache(wire));
	assert_int_equal(wire_id(wire, &schema_fact), own);
	struct wire_record record = {
		.value = record_of(fixture, id, "020261c801"), .schema = &schema_fact};
	assert_int_equal(wire_decode(wire, &record, &fact, &fixture->arena, &fixture->err), OK);
	assert_int_equal(fact.kind, FACT_KIND_OUTAGE);

	assert_int_equal(listen(silent, 100), 0);
	read_unknown(fixture, wire, silent);
	close(silent);
	wire_free(wire);
}

struct poison {
	const char *hex; /* of the whole value */
	bool no_schema;
	const char *why;
};

static const struct poison poisons[] = {
	{"", false, "no Confluent wire format: 0 bytes, shorter than its head of 5"},
	{"00000000", false, "no Confluent wire format: 4 bytes"},
	{"7b7d0a0000", false, "no Confluent wire format: begins with 0x7b instead of 0x00"},
	{"007fffffff00", true, "schema 2147483647: registry http"},
	{"00ffffffff00", true, "schema 4294967295"},
	{"000000000000", true, "schema 0"},
};

static void test_poison(void **state)
{
	struct fixture *fixture = *state;
	struct err *err = &fixture->err;

	register_all(fixture);
	struct wire *wire = started(fixture);
	for (size_t i = 0; i < UNIT_COUNT(poisons); i++) {
		size_t size = strlen(poisons[i].hex) / 2;
		uint8_t value[16];
		assert_true(bytes_from_hex(bytes_of_string(poisons[i].hex), value, size));
		struct wire_record record = {
			.value = bytes_of(value, size), .schema = &schema_message};
		enum outcome outcome = wire_read(wire, &record, &fixture->arena, err);
		if (outcome != REJECT || strstr(err->text, poisons[i].why) == NULL)
			fail_msg("row %zu: %s: %s", i, outcome_name(outcome), err->text);
		assert_int_equal(record.no_schema, poisons[i].no_schema);
	}
	/* another topic's schema, and our own with too few bytes */
	uint32_t other = wire_id(wire, &schema_access);
	struct wire_record record = {
		.value = record_of(fixture, other, "00"), .schema = &schema_message};
	assert_int_equal(wire_read(wire, &record, &fixture->arena, err), REJECT);
	assert_true(record.no_schema);
	assert_non_null(
		strstr(err->text, "cannot be read as our Message: Message: written as Access"));
	struct message message;
	record.value = record_of(fixture, wire_id(wire, &schema_message), "0011");
	assert_int_equal(wire_decode(wire, &record, &message, &fixture->arena, err), REJECT);
	assert_false(record.no_schema);
	assert_string_equal(err->text, "Message.id is cut off");
	wire_free(wire);
}

/* Garbage with ever new ids: the registry is asked a bounded number of times, in any so and so many
 * seconds, however long the flood takes. */
static void test_flood(void **state)
{
	enum { ASKED_MAX = 256 };
	struct fixture *fixture = *state;
	int64_t rejected = 0, later = 0, start = clock_monotonic();

	register_all(fixture);
	struct wire *wire = started(fixture);
	for (uint32_t i = 0; i < 600; i++) {
		struct wire_record record = {
			.value = record_of(fixture, 1500000000 + i, "00"), .schema = &schema_fact};
		enum outcome outcome = wire_read(wire, &record, &fixture->arena, &fixture->err);
		assert_true(record.no_schema);
		rejected += outcome == REJECT;
		later += outcome == RETRY;
	}
	int64_t windows = (clock_monotonic() - start) / WIRE_ASK_AGAIN_MS + 1;
	assert_int_equal(rejected + later, 600);
	assert_in_range(rejected, 1, ASKED_MAX * windows);
	wire_free(wire);
}

/* A schema that somebody registers while we run is found; the same one is asked for once. */
static void test_new_writer(void **state)
{
	struct fixture *fixture = *state;
	struct fact fact;
	char subject[WIRE_SUBJECT_SIZE];

	register_all(fixture);
	struct wire *wire = started(fixture);
	wire_subject(&fixture->settings, &schema_fact, subject);
	char *json = arena_format(&fixture->arena,
		"{\"type\":\"record\",\"name\":\"Fact\",\"namespace\":\"nl.lokethub\",\"doc\":\"%"
		"s\","
		"\"fields\":[" KIND_FIELD ",{\"name\":\"id\",\"type\":\"string\"},"
		"{\"name\":\"at\",\"type\":\"long\"},{\"name\":\"new\",\"type\":[\"null\","
		"\"double\"],"
		"\"default\":null}]}",
		fixture->prefix);
	uint32_t id = register_one(fixture, subject, json);
	struct wire_record record = {.value = record_of(fixture, id,
					     "060264c801"
					     "02"
					     "0000000000000000"),
		.schema = &schema_fact};
	assert_int_equal(wire_decode(wire, &record, &fact, &fixture->arena, &fixture->err), OK);
	assert_int_equal(fact.kind, FACT_KIND_HOLD);
	assert_true(bytes_equal_string(fact.id, "d"));
	wire_free(wire);
}

#define THREADS 4
#define READS 5000

/* What one thread reads, and with what. */
struct reading {
	struct wire *wire;
	struct bytes values[3];
	pthread_t thread;
	int wrong;
};

static void *read_many(void *context)
{
	struct reading *reading = context;
	struct arena arena = {0};
	struct err err = {0};

	for (int i = 0; i < READS; i++) {
		struct wire_record record = {
			.value = reading->values[i % 3], .schema = &schema_fact};
		struct fact fact;
		if (wire_decode(reading->wire, &record, &fact, &arena, &err) != OK ||
			!bytes_equal_string(fact.id, "a"))
			reading->wrong++;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

/* One wire for all threads: our own schema, and two others that none of them knows at first. */
static void test_threads(void **state)
{
	struct fixture *fixture = *state;
	struct reading readings[THREADS];
	char subject[WIRE_SUBJECT_SIZE];

	register_all(fixture);
	struct wire *wire = started(fixture);
	wire_subject(&fixture->settings, &schema_fact, subject);
	uint32_t ids[2];
	for (int i = 0; i < 2; i++)
		ids[i] = register_one(fixture, subject,
			arena_format(&fixture->arena,
				"{\"type\":\"record\",\"name\":\"Fact\",\"namespace\":"
				"\"nl.lokethub\",\"doc\":\"%s%d\",\"fields\":[" KIND_FIELD
				",{\"name\":\"id\","
				"\"type\":\"string\"},{\"name\":\"at\",\"type\":\"long\"}]}",
				fixture->prefix, i));
	for (int i = 0; i < THREADS; i++) {
		readings[i] = (struct reading){.wire = wire,
			.values = {record_of(fixture, ids[0], "00026102"),
				record_of(fixture, ids[1], "00026102"),
				record_of(fixture, wire_id(wire, &schema_fact),
					"00026102"
					"00000000")}};
		assert_int_equal(
			pthread_create(&readings[i].thread, NULL, read_many, &readings[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(readings[i].thread, NULL);
		assert_int_equal(readings[i].wrong, 0);
	}
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_register_and_check, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incompatible, setup, teardown),
		cmocka_unit_test_setup_teardown(test_older_version, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_and_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_registered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_registry_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poison, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flood, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new_writer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
