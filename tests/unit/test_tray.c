/* test_tray - which dropped file is next, for which edge, and what does not hold up the rest. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/metrics.h"
#include "hub/flow/source/tray.h"
#include "tests/support/folder.h"

#define NOBODY 65534
#define LONG_MS 3600000

static struct folder folder;
static struct conf_source source = {.oin = "00000099000000002000", .name = "files"};

static int start(void **state)
{
	(void)state;
	folder_make(&folder);
	source.folder = folder.path;
	return 0;
}

static int end(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

static struct tray *open_tray(const char *node)
{
	struct err err = {0};
	struct tray *tray = NULL;
	assert_int_equal(tray_new(&tray, &source, node, &err), OK);
	return tray;
}

/* Long ago, so that it has settled. */
static void drop(const char *name)
{
	static const struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	folder_write(&folder, name, "text");
	assert_int_equal(utimensat(AT_FDCWD, folder_path(&folder, name), long_ago, 0), 0);
}

static bool is_there(const char *name)
{
	return access(folder_path(&folder, name), F_OK) == 0;
}

static void expect_next(struct tray *tray, int64_t now, const char *name)
{
	const char *next = tray_next(tray, now);
	if (name == NULL)
		assert_null(next);
	else
		assert_string_equal(next, name);
}

static void put_away(struct tray *tray, const char *name)
{
	struct err err = {0};
	assert_int_equal(tray_put_away(tray, name, "done", NULL, &err), OK);
}

static void expect_held(int count)
{
	struct buffer text = {0};
	char line[120];
	snprintf(line, sizeof(line),
		"lokethub_drop_files_held{source=\"00000099000000002000/files\"} %d\n", count);
	metrics_write(&text);
	assert_non_null(strstr(buffer_string(&text), line));
	buffer_done(&text);
}

static void test_the_first_by_name_that_is_whole(void **state)
{
	(void)state;
	struct tray *tray = open_tray("one");
	drop("2.csv");
	drop("1.csv");
	drop(".0.csv");
	drop("0.csv.part");
	drop("0.csv.tmp");
	folder_write(&folder, "0.csv", "still written to");
	expect_next(tray, 0, "1.csv");
	assert_true(is_there("work/one/1.csv"));
	put_away(tray, "1.csv");
	assert_false(is_there("work/one/1.csv"));
	expect_next(tray, 0, "2.csv");
	put_away(tray, "2.csv");
	expect_next(tray, 0, NULL);
	tray_free(tray);
}

static void test_a_clock_that_runs_ahead_holds_up_nothing(void **state)
{
	const struct timespec ahead[2] = {
		{.tv_sec = time(NULL) + 3600}, {.tv_sec = time(NULL) + 3600}};
	struct tray *tray = open_tray("one");
	(void)state;
	folder_write(&folder, "ahead.csv", "text");
	assert_int_equal(utimensat(AT_FDCWD, folder_path(&folder, "ahead.csv"), ahead, 0), 0);
	expect_next(tray, 0, NULL);
	for (int i = 0; i < 50 && tray_next(tray, 0) == NULL; i++)
		usleep(100000);
	expect_next(tray, 0, "ahead.csv");
	put_away(tray, "ahead.csv");
	tray_free(tray);
}

static void test_what_cannot_be_read_stays_and_others_go_on(void **state)
{
	(void)state;
	bool is_root = geteuid() == 0;
	if (is_root) {
		assert_int_equal(chown(folder.path, NOBODY, (gid_t)-1), 0);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	struct tray *tray = open_tray("one");
	drop("1.csv");
	drop("2.csv");
	drop("3.csv");
	chmod(folder_path(&folder, "1.csv"), 0);
	chmod(folder_path(&folder, "2.csv"), 0);
	expect_next(tray, 0, "3.csv");
	put_away(tray, "3.csv");
	expect_held(2);
	expect_next(tray, 0, NULL);
	assert_true(is_there("1.csv"));
	chmod(folder_path(&folder, "2.csv"), S_IRUSR | S_IWUSR);
	expect_next(tray, 0, "2.csv");
	put_away(tray, "2.csv");
	expect_held(1);
	unlink(folder_path(&folder, "1.csv"));
	expect_next(tray, LONG_MS, NULL);
	expect_held(0);
	tray_free(tray);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
}

static void test_what_is_held_comes_again_later_each_time(void **state)
{
	(void)state;
	struct tray *tray = open_tray("one");
	int64_t now = 0;
	drop("1.csv");
	for (int i = 0; i < 4; i++) {
		expect_next(tray, now, "1.csv");
		tray_hold(tray, "1.csv", now, "cannot be understood");
		int64_t held_at = now;
		while (tray_next(tray, now) == NULL && now < LONG_MS)
			now += 100;
		assert_in_range(now - held_at, 1000 << i, (2000 << i) + 100);
	}
	tray_free(tray);
}

static void test_another_of_the_same_name_waits(void **state)
{
	(void)state;
	struct tray *tray = open_tray("one");
	drop("1.csv");
	expect_next(tray, 0, "1.csv");
	tray_hold(tray, "1.csv", 0, "cannot be put away");
	drop("1.csv");
	drop("2.csv");
	expect_next(tray, 0, "2.csv");
	assert_true(is_there("1.csv") && is_there("work/one/1.csv"));
	put_away(tray, "2.csv");
	put_away(tray, "1.csv");
	expect_next(tray, 0, "1.csv");
	tray_free(tray);
}

static void test_files_of_a_node_that_is_gone_are_taken_over(void **state)
{
	(void)state;
	struct tray *tray = open_tray("one"), *other = open_tray("other");
	drop("1.csv");
	expect_next(other, 0, "1.csv");
	drop("work/other/.1.csv.answer");
	expect_next(tray, 0, NULL);
	tray_free(other);
	expect_next(tray, 0, NULL); /* it does not look each time */
	expect_next(tray, LONG_MS, "1.csv");
	assert_true(is_there("work/one/1.csv"));
	assert_false(is_there("work/other/.1.csv.answer"));
	tray_free(tray);
}

static void test_one_node_has_one_process(void **state)
{
	(void)state;
	struct tray *tray = open_tray("one"), *twin = open_tray("one");
	expect_next(tray, 0, NULL);
	drop("1.csv");
	expect_next(twin, 0, NULL);
	expect_held(1);
	expect_next(tray, 0, "1.csv");
	tray_free(tray);
	expect_next(twin, 0, "1.csv");
	tray_free(twin);
}

static void test_the_answer_lies_beside_it(void **state)
{
	(void)state;
	struct err err = {0};
	struct arena arena = {0};
	struct tray *tray = open_tray("one");
	drop("1.csv");
	expect_next(tray, 0, "1.csv");
	drop("work/one/.1.csv.answer");
	assert_string_equal(tray_answer_path(tray, &arena, "1.csv"),
		folder_path(&folder, "work/one/.1.csv.answer"));
	rmdir(folder_path(&folder, "refused"));
	assert_int_equal(tray_put_away(tray, "1.csv", "refused", ".csv", &err), RETRY);
	assert_true(is_there("work/one/1.csv") && is_there("work/one/.1.csv.answer"));
	assert_int_equal(tray_put_away(tray, "1.csv", "done", ".csv", &err), OK);
	assert_false(is_there("work/one/1.csv") || is_there("work/one/.1.csv.answer"));
	arena_done(&arena);
	tray_free(tray);
}

/* Who sees an answer in done/ sees its file there. */
static void test_no_answer_stays_without_its_file(void **state)
{
	(void)state;
	struct err err = {0};
	struct tray *tray = open_tray("one");
	drop("1.csv");
	expect_next(tray, 0, "1.csv");
	drop("work/one/.1.csv.answer");
	unlink(folder_path(&folder, "work/one/1.csv"));
	assert_int_equal(tray_put_away(tray, "1.csv", "done", ".csv", &err), RETRY);
	assert_int_equal(rmdir(folder_path(&folder, "done")), 0);
	tray_free(tray);
}

static void test_of_many_that_are_held_each_has_its_time(void **state)
{
	(void)state;
	enum { FILES = 300 };
	struct tray *tray = open_tray("one");
	char name[20];
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "%03d.csv", i * 7 % FILES);
		drop(name);
		expect_next(tray, 0, name);
		tray_hold(tray, name, 0, "cannot be understood");
	}
	expect_held(FILES);
	expect_next(tray, 0, NULL);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "%03d.csv", i);
		expect_next(tray, LONG_MS, name);
		put_away(tray, name);
	}
	expect_held(0);
	tray_free(tray);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_first_by_name_that_is_whole, start, end),
		cmocka_unit_test_setup_teardown(
			test_a_clock_that_runs_ahead_holds_up_nothing, start, end),
		cmocka_unit_test_setup_teardown(
			test_what_cannot_be_read_stays_and_others_go_on, start, end),
		cmocka_unit_test_setup_teardown(
			test_what_is_held_comes_again_later_each_time, start, end),
		cmocka_unit_test_setup_teardown(test_another_of_the_same_name_waits, start, end),
		cmocka_unit_test_setup_teardown(
			test_files_of_a_node_that_is_gone_are_taken_over, start, end),
		cmocka_unit_test_setup_teardown(test_one_node_has_one_process, start, end),
		cmocka_unit_test_setup_teardown(test_the_answer_lies_beside_it, start, end),
		cmocka_unit_test_setup_teardown(test_no_answer_stays_without_its_file, start, end),
		cmocka_unit_test_setup_teardown(
			test_of_many_that_are_held_each_has_its_time, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
