/* test_delivery_queue - one desk's order: who goes next, how far all are settled, and what a
 * restart finds. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/flow/delivery/desk/queue.h"

/* Cursors 10, 20, 30 … of the clients named. */
static void fill(struct queue *queue, struct queue_item *items, const char *clients)
{
	*queue = (struct queue){0};
	for (size_t i = 0; clients[i] != '\0'; i++) {
		items[i] = (struct queue_item){.cursor = 10 * (int64_t)(i + 1)};
		items[i].of[0] = clients[i] == '-' ? 0 : (uint8_t)clients[i];
	}
	for (size_t i = strlen(clients); i > 0; i--)
		queue_add(queue, &items[i - 1]);
}

static int64_t next(struct queue *queue, int64_t now)
{
	int64_t when;
	struct queue_item *item = queue_next(queue, now, &when);
	if (item == NULL)
		return 0;
	item->out = true;
	return item->cursor;
}

static void those_of_one_client_keep_their_order(void **state)
{
	(void)state;
	struct queue queue;
	struct queue_item items[6];
	fill(&queue, items, "aabab-");
	assert_int_equal(next(&queue, 0), 10);
	assert_int_equal(next(&queue, 0), 30);
	assert_int_equal(next(&queue, 0), 60);
	assert_int_equal(next(&queue, 0), 0);
	queue_settle(&queue, &items[2]);
	assert_int_equal(next(&queue, 0), 50);
	queue_settle(&queue, &items[0]);
	assert_int_equal(next(&queue, 0), 20);
	assert_int_equal(next(&queue, 0), 0);
	queue_done(&queue);
}

static void one_that_waits_holds_up_its_client_alone(void **state)
{
	(void)state;
	struct queue queue;
	struct queue_item items[4];
	int64_t when;
	fill(&queue, items, "aab-");
	items[0].due = 500;
	assert_int_equal(next(&queue, 499), 30);
	assert_int_equal(next(&queue, 499), 40);
	assert_null(queue_next(&queue, 499, &when));
	assert_int_equal(when, 500);
	assert_int_equal(next(&queue, 500), 10);
	assert_null(queue_next(&queue, 500, &when));
	assert_true(when == INT64_MAX);
	queue_done(&queue);
}

static void settled_is_what_has_nothing_open_before_it(void **state)
{
	(void)state;
	struct queue queue;
	struct queue_item items[4];
	char text[100];
	fill(&queue, items, "abcd");
	assert_int_equal(queue_settled(&queue), 0);
	queue_settle(&queue, &items[1]);
	queue_settle(&queue, &items[2]);
	assert_int_equal(queue_settled(&queue), 9);
	queue_write(&queue, text, sizeof(text));
	assert_string_equal(text, "30 10");
	assert_true(queue_is_settled(&queue, 20));
	assert_false(queue_is_settled(&queue, 10));
	assert_false(queue_is_settled(&queue, 40));
	queue_settle(&queue, &items[0]);
	assert_int_equal(queue_settled(&queue), 30);
	queue_write(&queue, text, sizeof(text));
	assert_string_equal(text, "");
	queue_settle(&queue, &items[3]);
	assert_int_equal(queue_settled(&queue), 40);
	assert_int_equal(queue.count, 0);
	queue_done(&queue);
}

/* Only what was not settled is read again, first what lies before others that were. */
static void what_is_dropped_is_read_again(void **state)
{
	(void)state;
	struct queue queue;
	struct queue_item items[5];
	fill(&queue, items, "abcde");
	queue_settle(&queue, &items[3]);
	queue_drop(&queue, &items[2]);
	queue_drop(&queue, &items[0]);
	queue_drop(&queue, &items[4]);
	assert_int_equal(queue_settled(&queue), 9);
	assert_int_equal(queue.high, 40);
	assert_false(queue_is_settled(&queue, 30));
	assert_int_equal(queue_take_left(&queue), 10);
	assert_int_equal(queue_take_left(&queue), 30);
	assert_int_equal(queue_take_left(&queue), 50);
	assert_int_equal(queue_take_left(&queue), 0);
	assert_true(queue_has(&queue, 20));
	assert_false(queue_has(&queue, 10));
	queue_done(&queue);
}

static void a_restart_finds_what_was_written(void **state)
{
	(void)state;
	static const struct {
		int64_t settled;
		const char *text;
		int64_t high, left[4];
	} rows[] = {
		{0, "", 0, {0}},
		{40, "", 40, {0}},
		{9, "40 10 30", 40, {10, 30}},
		{9, "40 30 10", 40, {10, 30}},
		{9, "40 10 50 x", 40, {10}},
		{9, "40 5 10", 40, {10}},
		{50, "40 10", 50, {0}},
		{9, "nonsense", 9, {0}},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct queue queue = {0};
		queue_read(&queue, rows[i].settled, bytes_of_string(rows[i].text));
		if (queue.high != rows[i].high)
			fail_msg("row %zu: %d", i, (int)queue.high);
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(queue_take_left(&queue), rows[i].left[j]);
		queue_done(&queue);
	}
}

/* Whatever happens in between: nothing is lost, and what is written says exactly what is open. */
static void nothing_is_lost_in_any_order(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int round = 0; round < 2000; round++) {
		struct queue queue, again = {0};
		struct queue_item items[8];
		bool open[8];
		char text[200];
		fill(&queue, items, "aabbccdd");
		memset(open, true, sizeof(open));
		for (size_t i = 0; i < 8; i++) {
			uint64_t dice = unit_random(&seed) % 3;
			if (dice == 0) {
				queue_settle(&queue, &items[i]);
				open[i] = false;
			} else if (dice == 1) {
				queue_drop(&queue, &items[i]);
			}
		}
		queue_write(&queue, text, sizeof(text));
		queue_read(&again, queue_settled(&queue), bytes_of_string(text));
		for (size_t i = 0; i < 8; i++) {
			int64_t cursor = items[i].cursor;
			if (queue_is_settled(&again, cursor) == open[i])
				fail_msg("round %d, cursor %d: %s", round, (int)cursor, text);
		}
		queue_done(&again);
		queue_done(&queue);
	}
}

static void they_lie_in_order_however_they_come_and_go(void **state)
{
	(void)state;
	enum { ITEMS = 6, STEPS = 20000 };
	struct queue queue = {0};
	struct queue_item items[ITEMS];
	bool is_in[ITEMS] = {false};
	size_t count = 0;
	srand(1);
	for (int step = 0; step < STEPS; step++) {
		size_t i = (size_t)rand() % ITEMS;
		if (is_in[i]) {
			queue_settle(&queue, &items[i]);
		} else {
			items[i] = (struct queue_item){.cursor = (int64_t)i + 1};
			queue_add(&queue, &items[i]);
		}
		is_in[i] = !is_in[i];
		count += is_in[i] ? 1 : (size_t)-1;
		assert_int_equal(queue.count, count);
		const struct queue_item *last = NULL, *item = queue.first;
		for (size_t j = 0; j < ITEMS; j++)
			if (is_in[j]) {
				assert_ptr_equal(item, &items[j]);
				last = item;
				item = item->behind;
			}
		assert_null(item);
		assert_ptr_equal(queue.last, last);
	}
	queue_done(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_one_client_keep_their_order),
		cmocka_unit_test(one_that_waits_holds_up_its_client_alone),
		cmocka_unit_test(settled_is_what_has_nothing_open_before_it),
		cmocka_unit_test(what_is_dropped_is_read_again),
		cmocka_unit_test(a_restart_finds_what_was_written),
		cmocka_unit_test(nothing_is_lost_in_any_order),
		cmocka_unit_test(they_lie_in_order_however_they_come_and_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
