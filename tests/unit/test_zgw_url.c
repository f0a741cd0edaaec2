/* test_zgw_url - what names the same resource of a zaak system, and what must not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "connectors/municipality/zgw_url.h"

static void test_below(void **state)
{
	static const struct row {
		const char *base, *url, *path; /* NULL: it lies elsewhere */
	} rows[] = {
		{"https://z.example/api/v1/", "https://z.example/api/v1/zaken/1", "zaken/1"},
		{"https://z.example/api/v1", "http://Z.example:80/api/v1/zaken/1", "zaken/1"},
		{"http://z.example:443/api/v1//", "https://z.example/api/v1/zaken/1", "zaken/1"},
		{"https://z.example:8443/a", "https://z.example:8443/a/b", "b"},
		{"https://z.example", "https://z.example/b/c~d_e.f-g", "b/c~d_e.f-g"},
		{"https://z.example/api/v1", "/api/v1/zaken/1", "zaken/1"},
		{"https://z.example/api/v1", "zaken/1", "zaken/1"},
		{"https://z.example:8443/a", "https://z.example/a/b", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v12/zaken/1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/", NULL},
		{"https://z.example/api/v1", "https://z.example.evil.example/api/v1/zaken/1", NULL},
		{"https://z.example/api/v1", "https://z.example@evil.example/api/v1/zaken/1", NULL},
		{"https://z.example/api/v1", "//evil.example/api/v1/zaken/1", NULL},
		{"https://z.example/api/v1", "ftp://z.example/api/v1/zaken/1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken/../1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/./zaken", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken//1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken/%2e%2e/1", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken/1?x=y", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken/1#x", NULL},
		{"https://z.example/api/v1", "https://z.example/api/v1/zaken\\1", NULL},
		{"https://z.example/api/v1", "", NULL},
		{NULL, "https://z.example/api/v1/zaken/1", NULL},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct bytes path = zgw_url_below(rows[i].base, bytes_of_string(rows[i].url));
		if (!bytes_equal(path, bytes_of_string(rows[i].path)))
			fail_msg("row %zu: %.*s", i, BYTES_ARG(path));
	}
}

static void test_too_long(void **state)
{
	char path[200];
	(void)state;
	memset(path, 'a', sizeof(path));
	assert_int_equal(zgw_url_below("https://z.example", bytes_of(path, 120)).size, 120);
	assert_null(zgw_url_below("https://z.example", bytes_of(path, 121)).data);
}

static void test_parts(void **state)
{
	struct arena arena = {0};
	struct bytes path = bytes_of_string("zaken/1");
	(void)state;
	assert_true(bytes_equal_string(zgw_url_at(&arena, "https://z.example/api//", path),
		"https://z.example/api/zaken/1"));
	assert_true(bytes_equal_string(zgw_url_last(path), "1"));
	assert_null(zgw_url_last((struct bytes){0}).data);
	assert_true(bytes_equal_string(
		zgw_url_escape(&arena, bytes_of_string("https://z/a b~\xc3\xab")),
		"https%3A%2F%2Fz%2Fa%20b~%C3%AB"));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
