/* test_released - who runs any released version and we can read each other, on every topic. */
#include "tests/unit/unit.h"

#include <stdio.h>

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
		cmocka_unit_test(test_topics),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
