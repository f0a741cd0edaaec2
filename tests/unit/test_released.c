/* test_released - who runs any released version and we can read each other, on every topic. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/kafka/topics.h"
#include "hub/wire/plan.h"
#include "schemas/types.h"

/* Absent: there is no such file. */
static struct bytes read_file(struct arena *arena, int release, const char *topic)
{
	const char *path = arena_format(arena, "schemas/released/%d/%s.avsc", release, topic);
	FILE *file = fopen(path, "r");
	char *text = arena_get(arena, 65536);

	if (file == NULL)
		return (struct bytes){0};
	size_t size = fread(text, 1, 65535, file);
	fclose(file);
	return bytes_of(text, size);
}

static void compare(const struct schema *schema, struct bytes released, struct arena *arena)
{
	struct bytes ours = bytes_of_string(schema->json);
	const struct plan *plan;
	struct err err = {0};

	if (plan_check(released, ours, &err) != OK)
		fail_msg("%s, reading what was released: %s", schema->name, err.text);
	if (plan_check(ours, released, &err) != OK)
		fail_msg("%s, read by what was released: %s", schema->name, err.text);
	if (plan_make(released, ours, arena, &plan, &err) != OK)
		fail_msg("%s: %s", schema->name, err.text);
}

static void test_every_release(void **state)
{
	struct arena arena = {0};
	int release = 1;

	(void)state;
	for (;; release++) {
		if (read_file(&arena, release, "intake").data == NULL)
			break;
		for (size_t i = 0; schemas_all[i] != NULL; i++) {
			if (schemas_all[i]->topic == NULL)
				continue;
			struct bytes released = read_file(&arena, release, schemas_all[i]->topic);
			if (released.data == NULL)
				continue; /* a topic that is younger than this release */
			compare(schemas_all[i], released, &arena);
		}
		arena_reset(&arena);
	}
	assert_true(release > 1);
	arena_done(&arena);
}

/* The schema of a next release, whose enums have one symbol more: before the last one, as
 * schemas/README.md says. */
static struct bytes grown(struct bytes schema, struct arena *arena)
{
	static const char last[] = "\"NEWER\"]", more[] = "\"ADDED\",\"NEWER\"]";
	const char *text = arena_format(arena, "%.*s", BYTES_ARG(schema)), *found;
	struct buffer out = {0};

	while ((found = strstr(text, last)) != NULL) {
		buffer_add(&out, text, (size_t)(found - text));
		buffer_add_string(&out, more);
		text = found + strlen(last);
	}
	buffer_add_string(&out, text);
	struct bytes copy = arena_copy(arena, buffer_bytes(&out));
	buffer_done(&out);
	return copy;
}

static void test_enums_can_grow(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++)
		if (schemas_all[i]->topic != NULL)
			compare(schemas_all[i],
				grown(bytes_of_string(schemas_all[i]->json), &arena), &arena);
	arena_done(&arena);
}

static enum outcome read_grown(
	struct bytes in, struct client *out, struct arena *arena, struct err *err)
{
	struct bytes next = grown(bytes_of_string(schema_client.json), arena);
	struct buffer ours = {0};
	const struct plan *plan;

	assert_int_equal(
		plan_make(next, bytes_of_string(schema_client.json), arena, &plan, err), OK);
	assert_int_equal(plan_run(plan, in, &ours, err), OK);
	enum outcome outcome =
		client_decode(out, arena_copy(arena, buffer_bytes(&ours)), arena, err);
	buffer_done(&ours);
	return outcome;
}

/* An old program reads what a new one wrote, until the new symbol comes: then it stops. */
static void test_nobody_guesses_a_state(void **state)
{
	const struct client client = {.status = CLIENT_STATUS_CLOSED, .owner = -1};
	struct arena arena = {0};
	struct buffer avro = {0};
	struct client read;
	struct err err = {0};

	(void)state;
	client_encode(&client, &avro);
	assert_int_equal(read_grown(buffer_bytes(&avro), &read, &arena, &err), OK);
	assert_int_equal(read.status, CLIENT_STATUS_CLOSED);
	uint8_t *status = memchr(avro.data, CLIENT_STATUS_CLOSED << 1, avro.size);
	assert_non_null(status);
	*status = CLIENT_STATUS_COUNT << 1; /* ADDED */
	assert_int_equal(read_grown(buffer_bytes(&avro), &read, &arena, &err), REJECT);
	assert_string_equal(
		err.text, "Client.status is no symbol of ClientStatus that this program knows");
	buffer_done(&avro);
	arena_done(&arena);
}

/* The schema names its topic, and the topic its schema. */
static void test_topics(void **state)
{
	(void)state;
	for (int i = 0; i < TOPIC_COUNT; i++) {
		const struct topics_row *row = topics_row((enum topic)i);
		assert_string_equal(row->value->topic, row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_release),
		cmocka_unit_test(test_enums_can_grow),
		cmocka_unit_test(test_nobody_guesses_a_state),
		cmocka_unit_test(test_topics),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
