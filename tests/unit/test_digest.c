/* test_digest - the view's content does not depend on how topics interleave, and its digest sees
 * every change. */
#include "tests/unit/unit.h"

#include "hub/view/database.h"
#include "hub/view/digest.h"
#include "tests/support/random.h"
#include "tests/support/view_file.h"

#define OFFSETS 40 /* records per partition */
#define PARTITIONS 2

struct stream {
	enum topic topic;
	int32_t partition;
	int64_t offset;
};

/* The same record for the same place, whenever it is asked for. */
static void put_random(struct view_file *file, const struct stream *stream)
{
	const struct schema *schema = topics_row(stream->topic)->value;
	struct random random = {(uint64_t)stream->topic << 40 | (uint64_t)stream->partition << 32 |
		(uint64_t)stream->offset};
	struct arena arena = {0};
	struct buffer payload = {0};
	void *value = arena_get(&arena, schema->size);
	random_record(&random, &arena, schema->rows, value);
	if (stream->topic == TOPIC_EVENTS) {
		struct event *event = value;
		event->partition = stream->partition;
		event->offset = stream->offset;
	}
	schema->encode(value, &payload);
	const struct apply_record record = {.topic = stream->topic,
		.partition = stream->partition,
		.offset = stream->offset,
		.payload = buffer_bytes(&payload),
		.value = value};
	view_file_put_record(file, &record);
	buffer_done(&payload);
	arena_done(&arena);
}

static void put_all_interleaved(struct view_file *file, uint64_t seed)
{
	struct random random = {seed};
	struct stream streams[TOPIC_COUNT * PARTITIONS];
	size_t open = 0;
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		for (int32_t partition = 0; partition < PARTITIONS; partition++) {
			bool one = topics_row((enum topic)topic)->spread == TOPICS_ONE;
			if (topic != TOPIC_FETCH && !(one && partition > 0))
				streams[open++] = (struct stream){(enum topic)topic, partition, 0};
		}
	}
	assert_int_equal(database_exec(file->db, "BEGIN", &file->err), OK);
	while (open > 0) {
		struct stream *stream = &streams[random_below(&random, open)];
		put_random(file, stream);
		if (++stream->offset == OFFSETS)
			*stream = streams[--open];
	}
	assert_int_equal(database_exec(file->db, "COMMIT", &file->err), OK);
}

static void add_rows(void *context, const struct digest_table *table)
{
	*(int64_t *)context += table->rows;
}

static void test_content_does_not_depend_on_how_topics_interleave(void **state)
{
	char digests[3][DIGEST_SIZE];
	(void)state;

	for (uint64_t i = 0; i < 3; i++) {
		struct view_file *file = view_file_new();
		int64_t rows = 0;
		put_all_interleaved(file, i);
		if (i == 2)
			view_file_put_tombstone(file, TOPIC_FACTS, "hold/nobody");
		view_file_begin(file);
		assert_int_equal(
			view_digest(file->reader, add_rows, &rows, digests[i], &file->err), OK);
		assert_true(rows > (TOPIC_COUNT - 2) * PARTITIONS * OFFSETS);
		view_file_end(file);
		view_file_free(file);
	}
	assert_string_equal(digests[0], digests[1]);
	assert_string_equal(digests[0], digests[2]);
}

static void test_digest_sees_a_change(void **state)
{
	struct view_file *file = view_file_new();
	char before[DIGEST_SIZE], after[DIGEST_SIZE];
	int64_t rows;
	(void)state;

	put_all_interleaved(file, 1);
	view_file_begin(file);
	assert_int_equal(view_digest(file->reader, add_rows, &rows, before, &file->err), OK);
	view_file_end(file);
	assert_int_equal(
		database_exec(file->db, "UPDATE clients SET version = version + 1", &file->err),
		OK);
	view_file_begin(file);
	assert_int_equal(view_digest(file->reader, add_rows, &rows, after, &file->err), OK);
	view_file_end(file);
	assert_string_not_equal(before, after);
	view_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content_does_not_depend_on_how_topics_interleave),
		cmocka_unit_test(test_digest_sees_a_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
