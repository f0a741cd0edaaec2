/* test_known - the cache of schemas outlives the process, and never a registry that was emptied. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/wire/known.h"

#define A "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}"
#define A_WITH_DOC "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"x\",\"fields\":[]}"
#define B "{\"type\":\"record\",\"name\":\"S\",\"fields\":[]}"
#define URL "http://registry.example"

static char folder[] = P_tmpdir "/test_known.XXXXXX";
static char path[sizeof(folder) + 10];

static int setup(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/cache", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static struct known_schema *add(
	struct known *known, uint32_t id, const char *subject, int32_t version, const char *json)
{
	return known_add(known,
		&(struct known_schema){
			.id = id, .version = version, .subject = subject, .json = json});
}

static void test_find(void **state)
{
	struct known known = {0};

	(void)state;
	assert_non_null(add(&known, 1, "a-value", 1, A));
	assert_non_null(add(&known, 2, "a-value", 2, A_WITH_DOC));
	assert_non_null(add(&known, 1, "b-value", 1, A));
	assert_null(add(&known, 3, "a-value", 3, "{"));
	assert_null(known_find(&known, 3));
	assert_string_equal(known_find(&known, 2)->json, A_WITH_DOC);
	assert_true(known_has_version(&known, "a-value", 2));
	assert_false(known_has_version(&known, "b-value", 2));
	uint64_t fingerprint = known_find(&known, 1)->fingerprint;
	assert_int_equal(known_find_version(&known, "a-value", fingerprint)->id, 2);
	assert_int_equal(known_find_version(&known, "b-value", fingerprint)->id, 1);
	assert_null(known_find_version(&known, "c-value", fingerprint));
	known_done(&known);
}

static void test_another_registry(void **state)
{
	struct known known = {0};

	(void)state;
	add(&known, 1, "a-value", 1, A);
	add(&known, 1, "b-value", 1, A);
	add(&known, 2, "a-value", 2, A_WITH_DOC);
	add(&known, 1, "a-value", 1, B);
	assert_string_equal(known_find(&known, 1)->json, B);
	assert_false(known_has_version(&known, "b-value", 1));
	assert_true(known_has_version(&known, "a-value", 2));
	known_done(&known);
}

static void test_save_and_load(void **state)
{
	struct known first = {0}, second = {0}, other = {0};
	struct err err = {0};

	(void)state;
	add(&first, 7, "a-value", 1, A);
	add(&first, 4000000000, "", 0, B);
	assert_int_equal(known_save(&first, path, URL, &err), OK);
	assert_false(first.changed);
	known_load(&second, path, URL);
	assert_false(second.changed);
	assert_string_equal(known_find(&second, 7)->json, A);
	assert_string_equal(known_find(&second, 7)->subject, "a-value");
	assert_int_equal(known_find(&second, 7)->version, 1);
	assert_string_equal(known_find(&second, 4000000000)->json, B);
	known_load(&other, path, URL "/other");
	assert_null(other.first);
	known_done(&first);
	known_done(&second);
	known_done(&other);
}

static void test_damaged(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"registry\": 7}",
		"{\"registry\": \"" URL "\", \"schemas\": {}}",
		"{\"registry\": \"" URL "\", \"schemas\": [7, {}, {\"id\": 1}, {\"id\": \"x\", "
		"\"subject\": \"a\", \"schema\": \"int\"}, {\"id\": 1, \"subject\": \"a\", "
		"\"version\": 1, \"schema\": \"{\"}]}"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct known known = {0};
		FILE *file = fopen(path, "w");
		fputs(texts[i], file);
		fclose(file);
		known_load(&known, path, URL);
		assert_null(known.first);
		known_done(&known);
	}
}

static void test_disk(void **state)
{
	struct known known = {0};
	struct err err = {0};

	(void)state;
	add(&known, 1, "a-value", 1, A);
	assert_int_equal(known_save(&known, "/nowhere/cache", URL, &err), RETRY);
	assert_string_equal(err.text, "schema cache /nowhere/cache: No such file or directory");
	assert_true(known.changed);
	known_done(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_another_registry),
		cmocka_unit_test_setup_teardown(test_save_and_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test(test_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
