/* test_cloudevent - files of events of any size are read in parcels of bounded memory. */
#include "tests/unit/unit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_greedy_events),
		cmocka_unit_test(test_one_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
