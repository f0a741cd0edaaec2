/* test_log - what a line looks like, read back from standard error. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"

/* Standard error goes to a file meanwhile. */
static FILE *captured;
static int real_stderr;

static void capture(void)
{
	captured = tmpfile();
	assert_non_null(captured);
	real_stderr = dup(STDERR_FILENO);
	dup2(fileno(captured), STDERR_FILENO);
}

/* All that was written since capture, up to the capacity. */
static void release(char *text, size_t capacity)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	rewind(captured);
	size_t size = fread(text, 1, capacity - 1, captured);
	text[size] = '\0';
	fclose(captured);
}

static void test_line(void **state)
{
	(void)state;
	char text[4096];
	capture();
	log_set_node("n1");
	log_info("settle", "partner=%s tries=%d", "p", 2);
	log_set_node(NULL);
	log_error("start", "why=%s", log_quote("a \"b\" c:\\d\ne"));
	release(text, sizeof(text));
	char *second = strchr(text, '\n') + 1;
	assert_int_equal(strlen("ts=2026-03-02T09:30:00.123Z"), 27);
	assert_memory_equal(text, "ts=2", 4);
	char *rest = strchr(text, ' ');
	second[-1] = '\0';
	assert_string_equal(rest, " level=info node=n1 at=settle partner=p tries=2");
	rest = strchr(second, ' ');
	assert_string_equal(rest, " level=error at=start why=\"a \\\"b\\\" c:\\\\d e\"\n");
}

static void test_levels(void **state)
{
	(void)state;
	char text[8192];
	capture();
	for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++) {
		log_set_level(level);
		log_error("e", "below=%d", (int)level);
		log_warn("w", "below=%d", (int)level);
		log_info("i", "below=%d", (int)level);
		log_debug("d", "below=%d", (int)level);
	}
	log_set_level(LOG_INFO);
	release(text, sizeof(text));
	char seen[64] = "";
	for (char *at = strstr(text, " at="); at != NULL; at = strstr(at + 1, " at="))
		strncat(seen, at + 4, 1);
	assert_string_equal(seen, "eewewiewid");
	assert_non_null(strstr(text, "level=debug at=d below=3\n"));
	assert_non_null(strstr(text, "level=warn at=w below=1\n"));
}

/* One line is one line, whatever is in it, and has an end. */
static void test_hostile_text(void **state)
{
	(void)state;
	char text[8192], value[3000];
	for (size_t shift = 0; shift < 3; shift++) {
		memset(value, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(value); i += 3)
			memcpy(value + i, "€", 4);
		capture();
		log_info("long", "value=%s", value);
		log_info("long", "value=a\nts=forged level=error\r\x1b[0m");
		release(text, sizeof(text));
		char *second = strchr(text, '\n') + 1;
		assert_true(second - text <= 2052 && second - text > 2040);
		assert_memory_equal(second - 1 - strlen("…"), "…\n", strlen("…\n"));
		assert_memory_equal(second - 1 - strlen("€…"), "€", strlen("€"));
		assert_int_equal(strcspn(second, "\n"), strlen(second) - 1);
		assert_null(strpbrk(second, "\r\x1b"));
	}
}

static void test_quote(void **state)
{
	(void)state;
	assert_string_equal(log_quote(NULL), "\"\"");
	assert_string_equal(log_quote(""), "\"\"");
	assert_string_equal(log_quote("\t\x7f"), "\"  \"");
	const char *a = log_quote("a"), *b = log_quote("b"), *c = log_quote("c"),
		   *d = log_quote("d");
	assert_true(a[1] == 'a' && b[1] == 'b' && c[1] == 'c' && d[1] == 'd');
	char value[2000];
	for (size_t size = 490; size < 530; size++) {
		memset(value, '"', size);
		value[size] = '\0';
		const char *quote = log_quote(value);
		assert_true(strlen(quote) < 520);
		assert_string_equal(quote + strlen(quote) - strlen("\\\"…\""), "\\\"…\"");
		memset(value, 0, sizeof(value));
		for (size_t i = 0; i < size; i += 2)
			memcpy(value + i + size % 2, "é", 2);
		value[0] = size % 2 != 0 ? 'x' : value[0];
		quote = log_quote(value);
		size_t kept = strlen(quote) - 1;
		kept -= memcmp(quote + kept - strlen("…"), "…", strlen("…")) == 0 ? strlen("…") : 0;
		assert_memory_equal(quote + 1, value, kept - 1);
		assert_memory_equal(quote + kept - 2, "é", 2);
	}
}

static void *log_much(void *argument)
{
	for (int i = 0; i < 500; i++)
		log_info("thread", "who=%s n=%d end=%s", (const char *)argument, i,
			log_quote("x y"));
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	enum { THREADS = 4, CAPACITY = 400000 };
	static char names[THREADS][2] = {"a", "b", "c", "d"};
	char *text = malloc(CAPACITY);
	pthread_t threads[THREADS];
	capture();
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_much, names[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	release(text, CAPACITY);
	size_t lines = 0;
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
		assert_memory_equal(line, "ts=", 3);
		assert_memory_equal(end - 9, "end=\"x y\"", 9);
	}
	assert_int_equal(lines, THREADS * 500);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
