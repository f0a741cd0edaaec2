/* test_http - paths, token buckets, problem+json, and the loop's timers. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/http/bucket.h"
#include "hub/http/loop.h"
#include "hub/http/server/problem_json.h"
#include "hub/http/server/route.h"

static void test_route(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path, *segment; /* NULL: does not match */
	} rows[] = {
		{"/v1/referrals", "/v1/referrals", ""},
		{"/v1/referrals", "/v1/referrals/", NULL},
		{"/v1/referrals", "/v1/referral", NULL},
		{"/v1/referrals", "/v1/referralsx", NULL},
		{"/v1/referrals", "", NULL},
		{"/v1/referrals/{}", "/v1/referrals/abc", "abc"},
		{"/v1/referrals/{}", "/v1/referrals/a%2Fb", "a%2Fb"},
		{"/v1/referrals/{}", "/v1/referrals/", NULL},
		{"/v1/referrals/{}", "/v1/referrals/abc/actions", NULL},
		{"/v1/referrals/{}/actions", "/v1/referrals/abc/actions", "abc"},
		{"/v1/referrals/{}/actions", "/v1/referrals//actions", NULL},
		{"/v1/referrals/{}/actions", "/v1/referrals/abc", NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct bytes segments[ROUTE_SEGMENTS_MAX] = {{0}};
		bool matches =
			route_matches(rows[i].pattern, bytes_of_string(rows[i].path), segments);
		assert_int_equal(matches, rows[i].segment != NULL);
		if (matches)
			assert_true(bytes_equal_string(
				bytes_of(segments[0].data == NULL ? (const void *)""
								  : segments[0].data,
					segments[0].size),
				rows[i].segment));
	}
}

static void test_bucket(void **state)
{
	(void)state;
	struct bucket bucket = {0};
	int64_t wait = 0;
	int64_t now = 1000000;
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&bucket, 10, 5, now, &wait));
	assert_false(bucket_take(&bucket, 10, 5, now, &wait));
	assert_int_equal(wait, 100);
	assert_false(bucket_take(&bucket, 10, 5, now + 99, &wait));
	assert_int_equal(wait, 1);
	assert_true(bucket_take(&bucket, 10, 5, now + 100, &wait));
	assert_false(bucket_take(&bucket, 10, 5, now + 100, &wait));
	now += 1000000000;
	for (int i = 0; i < 5; i++)
		assert_true(bucket_take(&bucket, 10, 5, now, &wait));
	assert_false(bucket_take(&bucket, 10, 5, now, &wait));
}

static void test_problem_json(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct buffer out = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	problems_add(&problems, "case", "2026-000123", "is missing");
	problems_add(&problems, "a\"b\\\n", NULL, "is \x01");
	problem_json_write(&(struct problem_json){.kind = PROBLEM_JSON_INVALID,
				   .detail = "2 fields are wrong",
				   .problems = &problems,
				   .more = "\"x\":1"},
		&out);
	assert_string_equal(buffer_string(&out),
		"{\"type\":\"urn:lokethub:problem:invalid\",\"title\":\"The request has errors\","
		"\"status\":400,\"detail\":\"2 fields are wrong\",\"errors\":["
		"{\"field\":\"case\",\"text\":\"is missing\",\"example\":\"2026-000123\"},"
		"{\"field\":\"a\\\"b\\\\\\u000a\",\"text\":\"is \\u0001\"}],\"x\":1}");
	for (size_t i = 0; i < PROBLEMS_MAX; i++)
		problems_add(&problems, "x", NULL, "is wrong");
	buffer_clear(&out);
	problem_json_write(
		&(struct problem_json){.kind = PROBLEM_JSON_INVALID, .problems = &problems}, &out);
	assert_non_null(strstr(buffer_string(&out), "],\"more_errors\":2}"));
	buffer_done(&out);
	arena_done(&arena);
}

static void test_json_string(void **state)
{
	(void)state;
	struct buffer out = {0};
	problem_json_string("é \xff", &out);
	assert_string_equal(buffer_string(&out), "\"?? ?\"");
	buffer_clear(&out);
	problem_json_string("é", &out);
	assert_string_equal(buffer_string(&out), "\"é\"");
	buffer_done(&out);
}

#define TIMERS 200

struct fired {
	struct loop *loop;
	struct loop_timer timers[TIMERS];
	int64_t last;
	size_t count, due;
};

struct one {
	struct fired *all;
	size_t place;
};

static void fire_one(void *context)
{
	const struct one *one = context;
	struct fired *all = one->all;
	const struct loop_timer *timer = &all->timers[one->place];
	assert_int_equal(timer->place, 0);
	assert_true(timer->when >= all->last);
	assert_true(timer->when <= loop_now(all->loop));
	all->last = timer->when;
	all->count++;
	if (all->count == all->due)
		loop_stop(all->loop);
}

/* Set, set anew and cleared in any order, they come in the order of their times. */
static void test_timers(void **state)
{
	(void)state;
	static struct fired all;
	static struct one ones[TIMERS];
	struct err err = {0};
	assert_int_equal(loop_new(&all.loop, &err), OK);
	srand(7);
	for (size_t i = 0; i < TIMERS; i++) {
		ones[i] = (struct one){.all = &all, .place = i};
		all.timers[i].fn = fire_one;
		all.timers[i].context = &ones[i];
	}
	for (size_t i = 0; i < 20 * TIMERS; i++) {
		struct loop_timer *timer = &all.timers[(size_t)rand() % TIMERS];
		if (rand() % 3 == 0)
			loop_clear(all.loop, timer);
		else
			loop_set(all.loop, timer, loop_now(all.loop) + rand() % 50);
	}
	for (size_t i = 0; i < TIMERS; i++)
		all.due += all.timers[i].place != 0;
	assert_true(all.due > 0);
	loop_run(all.loop);
	assert_int_equal(all.count, all.due);
	loop_free(all.loop);
}

static void ring_once(void *context)
{
	struct fired *all = context;
	all->count++;
	loop_stop(all->loop);
}

static void test_bell(void **state)
{
	(void)state;
	struct fired all = {0};
	struct loop_bell *bell = NULL;
	struct err err = {0};
	assert_int_equal(loop_new(&all.loop, &err), OK);
	assert_int_equal(loop_bell_new(&bell, all.loop, ring_once, &all, &err), OK);
	loop_ring(bell);
	loop_ring(bell);
	loop_run(all.loop);
	assert_int_equal(all.count, 1);
	loop_bell_free(bell);
	loop_free(all.loop);
	loop_free(NULL);
	loop_bell_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_problem_json),
		cmocka_unit_test(test_json_string),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_bell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
