/* test_filing - files that others pick up, and folders that hang. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/flow/delivery/place/filing.h"
#include "tests/support/folder.h"

#define SOON_MS 300
#define NEVER_MS 60000

/* What came back, in its order: "ok 1, retry 2, ". */
struct told {
	struct loop *loop;
	size_t left; /* the loop ends with the last */
	char text[300];
};

struct sent {
	struct told *told;
	int number;
};

static void keep(void *context, enum outcome outcome, const char *text)
{
	struct sent *sent = context;
	struct told *told = sent->told;
	size_t used = strlen(told->text);
	snprintf(told->text + used, sizeof(told->text) - used, "%s %d%s%s, ", outcome_name(outcome),
		sent->number, outcome == OK ? "" : " ", text);
	if (--told->left == 0)
		loop_stop(told->loop);
}

static struct filing_job *put(struct filing *filing, struct sent *sent, const char *type)
{
	const struct filing_file file = {.sequence = sent->number,
		.type = bytes_of_string(type),
		.body = bytes_of_string("all of it"),
		.done = keep,
		.context = sent};
	return filing_put(filing, &file);
}

static struct filing *open_filing(struct loop *loop, const struct folder *folder, int32_t ms)
{
	struct filing *filing = NULL;
	struct err err = {0};
	assert_int_equal(filing_new(&filing, loop, folder->path, ms, &err), OK);
	return filing;
}

/* Until `left` more have come back. */
static void wait_for(struct told *told, size_t left)
{
	told->left = left;
	loop_run(told->loop);
}

static bool is_there(const struct folder *folder, const char *name)
{
	return access(folder_path(folder, name), F_OK) == 0;
}

/* Whoever opens the file that number 1 is written to first, hangs. */
static void make_it_hang(const struct folder *folder)
{
	assert_int_equal(mkfifo(folder_path(folder, ".00000000000000000001.part"), 0600), 0);
}

/* It goes on, and fails: what it writes to is no file. */
static void let_it_go(const struct folder *folder)
{
	char text[20];
	int fd = open(folder_path(folder, ".00000000000000000001.part"), O_RDONLY);
	assert_true(fd >= 0);
	while (read(fd, text, sizeof(text)) > 0)
		continue;
	close(fd);
}

static void each_is_there_whole(void **state)
{
	(void)state;
	static const struct {
		const char *type, *name;
	} rows[] = {
		{"application/cloudevents+json", "00000000000000000001.json"},
		{"text/csv; charset=utf-8", "00000000000000000002.csv"},
		{"text/plain", "00000000000000000003.txt"},
		{"application/octet-stream", "00000000000000000004.bin"},
		{NULL, "00000000000000000005.bin"},
		{"application/xml", "00000000000000000006.xml"},
	};
	struct folder folder;
	struct told told = {0};
	struct sent sent[UNIT_COUNT(rows)];
	struct err err = {0};
	folder_make(&folder);
	assert_int_equal(loop_new(&told.loop, &err), OK);
	struct filing *filing = open_filing(told.loop, &folder, NEVER_MS);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		sent[i] = (struct sent){&told, (int)i + 1};
		put(filing, &sent[i], rows[i].type);
	}
	wait_for(&told, UNIT_COUNT(rows));
	assert_string_equal(told.text, "ok 1, ok 2, ok 3, ok 4, ok 5, ok 6, ");
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char text[20] = "";
		FILE *file = fopen(folder_path(&folder, rows[i].name), "r");
		assert_non_null(file);
		assert_non_null(fgets(text, sizeof(text), file));
		assert_string_equal(text, "all of it");
		fclose(file);
	}
	filing_free(filing);
	loop_free(told.loop);
	folder_remove(&folder);
}

static void one_that_hangs_holds_up_itself_alone(void **state)
{
	(void)state;
	struct folder dead, well;
	struct told told = {0};
	struct sent sent[] = {{&told, 1}, {&told, 2}, {&told, 3}};
	struct err err = {0};
	folder_make(&dead);
	folder_make(&well);
	make_it_hang(&dead);
	assert_int_equal(loop_new(&told.loop, &err), OK);
	struct filing *hangs = open_filing(told.loop, &dead, NEVER_MS);
	struct filing *writes = open_filing(told.loop, &well, NEVER_MS);
	put(hangs, &sent[0], NULL);
	struct filing_job *forgotten = put(hangs, &sent[1], NULL);
	put(writes, &sent[2], NULL);
	wait_for(&told, 1);
	assert_string_equal(told.text, "ok 3, ");
	filing_forget(forgotten);
	let_it_go(&dead);
	wait_for(&told, 1);
	assert_non_null(strstr(told.text, "ok 3, retry 1 write: "));
	put(hangs, &sent[0], NULL);
	wait_for(&told, 1);
	assert_non_null(strstr(told.text, ", ok 1, "));
	assert_true(is_there(&dead, "00000000000000000001.bin"));
	assert_false(is_there(&dead, "00000000000000000002.bin"));
	filing_free(hangs);
	filing_free(writes);
	loop_free(told.loop);
	folder_remove(&dead);
	folder_remove(&well);
}

/* What is behind it is not written when it goes on: somebody was told that it is not there. */
static void one_that_hangs_for_long_has_failed(void **state)
{
	(void)state;
	struct folder folder;
	struct told told = {0};
	struct sent sent[] = {{&told, 1}, {&told, 2}, {&told, 3}};
	struct err err = {0};
	folder_make(&folder);
	make_it_hang(&folder);
	assert_int_equal(loop_new(&told.loop, &err), OK);
	struct filing *filing = open_filing(told.loop, &folder, SOON_MS);
	put(filing, &sent[0], NULL);
	put(filing, &sent[1], NULL);
	wait_for(&told, 2);
	assert_non_null(strstr(told.text, "retry 1 the folder does not answer, "));
	assert_non_null(strstr(told.text, "retry 2 the folder does not answer, "));
	let_it_go(&folder);
	put(filing, &sent[2], NULL);
	wait_for(&told, 1);
	assert_non_null(strstr(told.text, "ok 3, "));
	assert_false(is_there(&folder, "00000000000000000002.bin"));
	filing_free(filing);
	loop_free(told.loop);
	folder_remove(&folder);
}

static void one_that_hangs_is_left_to_itself(void **state)
{
	(void)state;
	struct folder folder;
	struct told told = {0};
	struct sent sent = {&told, 1};
	struct err err = {0};
	folder_make(&folder);
	make_it_hang(&folder);
	assert_int_equal(loop_new(&told.loop, &err), OK);
	struct filing *filing = open_filing(told.loop, &folder, NEVER_MS);
	struct filing_job *job = put(filing, &sent, NULL);
	usleep(1000 * SOON_MS);
	filing_forget(job);
	filing_free(filing);
	let_it_go(&folder); /* it is there, and waits */
	while (is_there(&folder, ".00000000000000000001.part"))
		usleep(1000);
	loop_free(told.loop);
	assert_string_equal(told.text, "");
	folder_remove(&folder);
}

/* Milliseconds until so many that hang are left to themselves. */
static int64_t free_hanging(struct loop *loop, size_t count)
{
	enum { MOST = 6 };
	struct told told = {.loop = loop};
	struct sent sent = {&told, 1};
	struct folder folders[MOST];
	struct filing *filings[MOST];
	for (size_t i = 0; i < count; i++) {
		folder_make(&folders[i]);
		make_it_hang(&folders[i]);
		filings[i] = open_filing(loop, &folders[i], NEVER_MS);
		struct filing_job *job = put(filings[i], &sent, NULL);
		usleep(1000 * SOON_MS);
		filing_forget(job);
	}
	int64_t start = clock_monotonic();
	for (size_t i = 0; i < count; i++)
		filing_stop(filings[i]);
	for (size_t i = 0; i < count; i++)
		filing_free(filings[i]);
	int64_t took = clock_monotonic() - start;
	for (size_t i = 0; i < count; i++) {
		let_it_go(&folders[i]);
		while (is_there(&folders[i], ".00000000000000000001.part"))
			usleep(1000);
		folder_remove(&folders[i]);
	}
	return took;
}

static void many_that_hang_are_waited_for_together(void **state)
{
	(void)state;
	struct loop *loop;
	struct err err = {0};
	assert_int_equal(loop_new(&loop, &err), OK);
	int64_t one = free_hanging(loop, 1), six = free_hanging(loop, 6);
	assert_in_range(six, 1, 3 * one);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_there_whole),
		cmocka_unit_test(one_that_hangs_holds_up_itself_alone),
		cmocka_unit_test(one_that_hangs_for_long_has_failed),
		cmocka_unit_test(one_that_hangs_is_left_to_itself),
		cmocka_unit_test(many_that_hang_are_waited_for_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
