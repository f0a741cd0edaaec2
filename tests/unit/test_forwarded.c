/* test_forwarded - a proxy is the one at its address, by whichever kind of socket it comes. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "hub/http/server/forwarded.h"

static struct sockaddr_storage peer_at(const char *text)
{
	struct sockaddr_storage peer = {0};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = 4711};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = 4711};
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		memcpy(&peer, &v4, sizeof(v4));
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
		memcpy(&peer, &v6, sizeof(v6));
	}
	return peer;
}

static void test_addresses(void **state)
{
	static const struct {
		const char *proxies[3], *peer;
		bool is_listed;
	} rows[] = {
		{{"10.0.0.5"}, "10.0.0.5", true},
		{{"10.0.0.5"}, "10.0.0.6", false},
		{{"fd00::5"}, "fd00::5", true},
		{{"fd00:0:0::0:5"}, "fd00::5", true},
		{{"fd00::5"}, "fd00::6", false},
		{{"10.0.0.5"}, "::ffff:10.0.0.5", true},
		{{"10.0.0.5"}, "::ffff:10.0.0.6", false},
		{{"::ffff:10.0.0.5"}, "10.0.0.5", true},
		{{"::ffff:10.0.0.5"}, "::ffff:a00:5", true},
		{{"192.0.2.1", "10.0.0.5"}, "::ffff:10.0.0.5", true},
		{{"10.0.0.5"}, "::10.0.0.5", false},
		{{"10.0.0.5"}, "64:ff9b::10.0.0.5", false},
		{{NULL}, "::ffff:10.0.0.5", false},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct sockaddr_storage peer = peer_at(rows[i].peer);
		if (forwarded_lists(rows[i].proxies, &peer) != rows[i].is_listed)
			fail_msg("row %zu: %s", i, rows[i].peer);
	}
}

static void test_no_address(void **state)
{
	static const char *const proxies[] = {"0.0.0.0", "::", NULL};
	const struct sockaddr_storage local = {.ss_family = AF_UNIX};
	(void)state;
	assert_false(forwarded_lists(proxies, &local));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_no_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
