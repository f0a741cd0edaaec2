/* test_cloudevent - files of events of any size are read in parcels of bounded memory. */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "connectors/common/cloudevent.h"

#define MEMORY_MAX ((size_t)24 << 20)

/* About 400 bytes, as a small referral has. */
static const char event[] =
	"{\"specversion\":\"1.0\",\"type\":\"nl.voorbeeld.verwezen\",\"source\":\"urn:nld:oin:"
	"00000099000000002000:systeem:klantvolg\",\"id\":\"e-1\",\"time\":\"2026-03-02T09:15:00Z\","
	"\"data\":{\"case\":\"2026-000123\",\"person\":{\"bsn\":\"999990019\",\"family_name\":"
	"\"Voorbeeld\"},\"body\":{\"StatusChange\":{\"action\":\"CANCEL\",\"reason\":"
	"\"CLIENT_DECLINED\"}}}}";

/* The text again and again, with `between` behind each. */
static struct bytes repeat(struct buffer *out, const char *text, const char *between, size_t size)
{
	while (out->size < size) {
		buffer_add_string(out, text);
		buffer_add_string(out, between);
	}
	return buffer_bytes(out);
}

struct count {
	size_t taken, refused, parcels, memory;
};

static struct count read_all(struct bytes body)
{
	struct document document = {.name = bytes_of_string("file"), .body = body, .status = 200};
	struct documents docs = {.items = &document, .count = 1, .way = DOCUMENTS_DROPPED};
	struct count count = {0};
	struct arena arena = {0};
	bool more = true;
	while (more) {
		struct parcel parcel = {.arena = &arena};
		struct err err = {0};
		arena_reset(&arena);
		assert_int_equal(cloudevent.parse(NULL, &docs, &parcel, &err), OK);
		for (size_t i = 0; i < parcel.drafts_count; i++)
			*(parcel.drafts[i]->problems.count == 0 ? &count.taken : &count.refused) +=
				1;
		if (arena.used > count.memory)
			count.memory = arena.used;
		count.parcels++;
		more = parcel.more;
		assert_true(!more || parcel.next > docs.from);
		docs.from = parcel.next;
	}
	arena_done(&arena);
	return count;
}

static void test_large_files(void **state)
{
	static const struct row {
		const char *before, *between, *behind;
		size_t size;
	} rows[] = {{"", "\n", "", 100 << 20}, {"[", ",\n", "]", 20 << 20}};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct buffer text = {0};
		buffer_add_string(&text, rows[i].before);
		repeat(&text, event, rows[i].between, rows[i].size);
		size_t events = text.size / (sizeof(event) - 1 + strlen(rows[i].between));
		buffer_add_string(&text, rows[i].behind);
		struct count count = read_all(buffer_bytes(&text));
		assert_int_equal(count.taken, events);
		assert_int_equal(count.refused, 0);
		assert_true(count.memory < MEMORY_MAX);
		buffer_done(&text);
	}
}

/* Each of them needs far more memory than it has bytes. */
static void test_greedy_events(void **state)
{
	struct buffer inner = {0}, text = {0};
	(void)state;
	buffer_add_string(&inner, "{\"data\":[");
	repeat(&inner, "0", ",", 200000);
	buffer_add_string(&inner, "0]}");
	repeat(&text, buffer_string(&inner), "\n", 40 << 20);
	struct count count = read_all(buffer_bytes(&text));
	assert_int_equal(count.taken, 0);
	assert_int_equal(count.refused, text.size / (inner.size + 1));
	assert_true(count.memory < 2 * MEMORY_MAX);
	buffer_done(&inner);
	buffer_done(&text);
}

static void test_one_too_large(void **state)
{
	struct buffer text = {0};
	(void)state;
	buffer_add_format(&text, "[%s,{\"id\":\"", event);
	repeat(&text, "x", "", text.size + 262144);
	buffer_add_format(&text, "\"},%s]", event);
	struct count count = read_all(buffer_bytes(&text));
	assert_int_equal(count.taken, 2);
	assert_int_equal(count.refused, 1);
	buffer_done(&text);
}

#define NOTICES 100

static size_t put_together(size_t count, const char *url, struct connector_request *out)
{
	static struct arena arena;
	static const struct handover reminder = {.kind = HANDOVER_KIND_REMINDER,
		.desk = {(const uint8_t *)"wsp-rijnmond", 12},
		.at = 1772442900000};
	void *config = arena_get(&arena, cloudevent.config_size);
	struct opened items[NOTICES];
	const struct opened *all[NOTICES];
	struct err err = {0};
	*(const char **)config = "nl.lokethub";
	for (size_t i = 0; i < count; i++) {
		items[i] = (struct opened){.handover = &reminder,
			.id = arena_format(&arena, "handover-%zu", i),
			.source = "urn:nld:oin:00000099000000009000:systeem:lokethub",
			.url = url,
			.sequence = (int64_t)i,
			.arena = &arena};
		all[i] = &items[i];
	}
	assert_int_equal(cloudevent.bundle(config, all, &count, out, &err), OK);
	return count;
}

static size_t count_events(struct bytes body)
{
	struct json_tokener *reader = json_tokener_new();
	struct json_object *list =
		json_tokener_parse_ex(reader, (const char *)body.data, (int)body.size);
	json_tokener_free(reader);
	assert_true(json_object_is_type(list, json_type_array));
	size_t count = json_object_array_length(list);
	for (size_t i = 0; i < count; i++) {
		char id[40];
		struct json_object *each = json_object_array_get_idx(list, i);
		snprintf(id, sizeof(id), "handover-%zu", i);
		assert_string_equal(json_object_get_string(json_object_object_get(each, "id")), id);
	}
	json_object_put(list);
	return count;
}

static void test_notices_in_one_batch(void **state)
{
	char url[1200];
	struct connector_request request;
	(void)state;
	assert_int_equal(put_together(40, NULL, &request), 40);
	assert_true(bytes_equal_string(request.type, "application/cloudevents-batch+json"));
	assert_int_equal(count_events(request.body), 40);

	memset(url, 'u', sizeof(url) - 1);
	url[sizeof(url) - 1] = '\0';
	size_t taken = put_together(NOTICES, url, &request);
	assert_true(taken > 20 && taken < 60); /* the rest goes in another one */
	assert_int_equal(count_events(request.body), taken);
	assert_true(request.body.size <= 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_greedy_events),
		cmocka_unit_test(test_one_too_large),
		cmocka_unit_test(test_notices_in_one_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
