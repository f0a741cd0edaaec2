/* test_url - which URLs lie below which, however they are written. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/http/client/url.h"

static void whole_urls_are_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text, *host, *path;
		int32_t port; /* 0: it is none */
	} rows[] = {
		{"http://a", "a", "", 80},
		{"HTTPS://A.example/b/c?d=/../", "A.example", "/b/c", 443},
		{"https://a:8443/", "a", "/", 8443},
		{"http://[::1]:80/x", "[::1]", "/x", 80},
		{"http://a/b/@me/..c/%20", "a", "/b/@me/..c/%20", 80},
		{"http://a/...", "a", "/...", 80},
		{"ftp://a", .port = 0},
		{"http:/a", .port = 0},
		{"http://", .port = 0},
		{"http:///a", .port = 0},
		{"http://u@a/", .port = 0},
		{"http://u:p@a/", .port = 0},
		{"http://a:0/", .port = 0},
		{"http://a:65536/", .port = 0},
		{"http://a:/", .port = 0},
		{"http://a:1:2/", .port = 0},
		{"http://[::1/", .port = 0},
		{"http://[::1]x/", .port = 0},
		{"http://a b/", .port = 0},
		{"http://a\\b/", .port = 0},
		{"http://a/b#c", .port = 0},
		{"http://a/..", .port = 0},
		{"http://a/./b", .port = 0},
		{"http://a/b/../c", .port = 0},
		{"http://a/%2e%2E/c", .port = 0},
		{"http://a/.%2e", .port = 0},
		{"http://a/b%2f..%2fc", .port = 0},
		{"http://a/b%5c..%5cc", .port = 0},
		{"http://a/%zz", .port = 0},
		{"http://a/%0", .port = 0},
		{"http://a/%00", .port = 0},
		{"http://a/\xc3\xa9", .port = 0},
		{"http://\xc3\xa9/", .port = 0},
		{"", .port = 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct url url;
		bool fine = url_parse(bytes_of_string(rows[i].text), &url);
		if (fine != (rows[i].port != 0))
			fail_msg("%s", rows[i].text);
		if (!fine)
			continue;
		assert_true(bytes_equal_string(url.host, rows[i].host));
		assert_true(bytes_equal_string(url.path, rows[i].path));
		assert_int_equal(url.port, rows[i].port);
	}
}

static void references_lead_below_the_base_or_nowhere(void **state)
{
	(void)state;
	static const char *const also[] = {"https://b.example/docs", "https://c.example", NULL};
	static const struct {
		const char *base, *reference, *out; /* NULL: rejected */
	} rows[] = {
		{"https://a.example/api", NULL, "https://a.example/api"},
		{"https://a.example/api", "", "https://a.example/api"},
		{"https://a.example/api", "x/y?z=1", "https://a.example/api/x/y?z=1"},
		{"https://a.example/api/", "x", "https://a.example/api/x"},
		{"https://a.example/api", "?z=1", "https://a.example/api?z=1"},
		{"https://a.example/api", "/api/x", "https://a.example/api/x"},
		{"https://a.example/api", "/x", NULL},
		{"https://a.example", "/x", "https://a.example/x"},
		{"https://a.example", "x", "https://a.example/x"},
		{"https://a.example", "@evil/x", "https://a.example/@evil/x"},
		{"https://a.example", ".evil/x", "https://a.example/.evil/x"},
		{"https://a.example", ":8080/x", NULL},
		{"https://a.example/api", "x/../../y", NULL},
		{"https://a.example/api", "x/%2e%2e/%2e%2e/y", NULL},
		{"https://a.example/api", "//evil/api", NULL},
		{"https://a.example/api", "\\\\evil/api", NULL},
		{"https://a.example/api", "x y", NULL},
		{"https://a.example/api", "javascript:x", NULL},
		{"https://a.example/api", "https://a.example/api/x", "https://a.example/api/x"},
		{"https://a.example/api", "HTTPS://A.EXAMPLE:443/api", "HTTPS://A.EXAMPLE:443/api"},
		{"https://a.example/api", "https://a.example/apix", NULL},
		{"https://a.example/api", "https://a.example/API/x", NULL},
		{"https://a.example/api", "https://a.example/", NULL},
		{"https://a.example/api", "http://a.example/api/x", NULL},
		{"https://a.example/api", "https://a.example:444/api/x", NULL},
		{"https://a.example/api", "https://a.example.evil/api/x", NULL},
		{"https://a.example/api", "https://a.example@evil/api/x", NULL},
		{"https://a.example/api", "https://evil/?https://a.example/api/x", NULL},
		{"https://a.example/api", "https://b.example/docs/1", "https://b.example/docs/1"},
		{"https://a.example/api", "https://b.example/other", NULL},
		{"https://a.example/api", "https://c.example/any/x", "https://c.example/any/x"},
		{"https://a.example/api", "/docs/1", NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct arena arena = {0};
		struct err err = {0};
		const char *out = NULL;
		struct url_roots roots = {rows[i].base, also};
		enum outcome outcome =
			url_resolve(&roots, bytes_of_string(rows[i].reference), &arena, &out, &err);
		if (outcome != (rows[i].out != NULL ? OK : REJECT))
			fail_msg("row %zu: %s", i, outcome == OK ? out : err.text);
		if (outcome == OK)
			assert_string_equal(out, rows[i].out);
		arena_done(&arena);
	}
}

static void a_host_stands_in_a_url_as_it_must(void **state)
{
	(void)state;
	static const char *const rows[][2] = {{"127.0.0.1", "127.0.0.1"},
		{"hub.example.nl", "hub.example.nl"}, {"::1", "[::1]"}, {"[::1]", "[::1]"}};
	struct arena arena = {0};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *host = url_host(rows[i][0], &arena);
		struct url url;
		assert_string_equal(host, rows[i][1]);
		const char *whole = arena_format(&arena, "http://%s:9100/x", host);
		assert_true(url_parse(bytes_of_string(whole), &url));
		assert_int_equal(url.port, 9100);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_urls_are_taken_apart),
		cmocka_unit_test(references_lead_below_the_base_or_nowhere),
		cmocka_unit_test(a_host_stands_in_a_url_as_it_must),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
