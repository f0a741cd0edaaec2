/* test_cli - the list of verbs, their help, and how command lines are read. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/cli/help.h"
#include "hub/cli/verbs.h"

static void test_verbs_are_sorted_and_told(void **state)
{
	(void)state;
	for (const struct cli_verb *const *at = verbs_all; *at != NULL; at++) {
		const struct cli_verb *verb = *at;
		char *text = NULL;
		size_t size;
		if (at != verbs_all)
			assert_true(strcmp(at[-1]->name, verb->name) < 0);
		assert_true(verb->summary[strlen(verb->summary) - 1] != '.');
		assert_true(verb->least <= verb->most);
		FILE *out = open_memstream(&text, &size);
		help_verb(verb, out);
		fclose(out);
		assert_non_null(strstr(text, verb->examples));
		assert_non_null(strstr(text, "exit codes"));
		assert_non_null(strstr(text, "--config FILE"));
		for (const struct cli_option *option = verb->options;
			option != NULL && option->name != NULL; option++)
			assert_non_null(strstr(text, option->name));
		free(text);
	}
}

/* What a verb under test was given. */
static char seen[200];

static enum outcome note(struct cli_call *call, struct err *err)
{
	(void)err;
	snprintf(seen, sizeof(seen), "%s %s limit=%d loud=%d json=%d", cli_argument(call, 0),
		cli_argument(call, 1) == NULL ? "-" : cli_argument(call, 1),
		(int)cli_number(call, "limit"), cli_has(call, "loud"), call->json);
	call->code = CLI_FOUND;
	return OK;
}

static const struct cli_option options[] = {
	{"limit", 'n', "N", "a number", 20, 100},
	{"loud", 'l', NULL, "a switch", 0, 0},
	{0},
};
static const struct cli_verb one_word = {.name = "note",
	.arguments = "A [B]",
	.least = 1,
	.most = 2,
	.summary = "s",
	.about = "a",
	.examples = "e",
	.options = options,
	.run = note};
static const struct cli_verb two_words = {.name = "note down",
	.arguments = "A",
	.least = 1,
	.most = 1,
	.summary = "s",
	.about = "a",
	.examples = "e",
	.options = options,
	.prints = true,
	.run = note};
static const struct cli_verb *const verbs[] = {&one_word, &two_words, NULL};

/* Runs with standard output and error put aside. */
static int run_with(const struct cli_verb *const *list, const char *line)
{
	char copy[200], *words[20] = {0};
	int count = 0, out = dup(1), error = dup(2);
	assert_non_null(freopen("/dev/null", "w", stderr));
	snprintf(copy, sizeof(copy), "lokethub %s", line);
	for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
		words[count++] = word;
	strcpy(seen, "");
	int code = cli_run(list, count, words, &(struct cli_program){0});
	fflush(stderr);
	dup2(out, 1);
	dup2(error, 2);
	close(out);
	close(error);
	return code;
}

static void test_command_lines(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *seen;
	} rows[] = {
		{"note a", CLI_FOUND, "a - limit=20 loud=0 json=0"},
		{"note a b", CLI_FOUND, "a b limit=20 loud=0 json=0"},
		{"note -n5 a", CLI_FOUND, "a - limit=5 loud=0 json=0"},
		{"note a --limit 7 --json", CLI_FOUND, "a - limit=7 loud=0 json=1"},
		{"note a --limit=7 -l", CLI_FOUND, "a - limit=7 loud=1 json=0"},
		{"note -- -n", CLI_FOUND, "-n - limit=20 loud=0 json=0"},
		{"note down a", CLI_FOUND, "a - limit=20 loud=0 json=0"},
		{"note -l down a", CLI_FOUND, "down a limit=20 loud=1 json=0"},
		{"note", CLI_USAGE, ""},
		{"note a b c", CLI_USAGE, ""},
		{"note a --limit", CLI_USAGE, ""},
		{"note a --limit x", CLI_USAGE, ""},
		{"note a --limit 101", CLI_USAGE, ""},
		{"note a --limit -1", CLI_USAGE, ""},
		{"note a --loudly", CLI_USAGE, ""},
		{"note a -x", CLI_USAGE, ""},
		{"note down a --json", CLI_USAGE, ""},
		{"note down", CLI_USAGE, ""},
		{"nobody", CLI_USAGE, ""},
		{"", CLI_USAGE, ""},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(run_with(verbs, rows[i].line), rows[i].code);
		assert_string_equal(seen, rows[i].seen);
	}
}

static struct err answer;

static enum outcome answer_so(struct cli_call *call, struct err *err)
{
	if (cli_argument(call, 0) != NULL)
		call->rejected = CLI_FOUND;
	*err = answer;
	return answer.outcome;
}

static const struct cli_verb failing = {.name = "fail",
	.arguments = "[A]",
	.most = 1,
	.summary = "s",
	.about = "a",
	.run = answer_so};
static const struct cli_verb without_conf = {
	.name = "conf", .arguments = "", .needs = CLI_CONF, .run = answer_so};
static const struct cli_verb *const failing_verbs[] = {&failing, &without_conf, NULL};

static void test_exit_codes(void **state)
{
	static const struct {
		const char *line;
		enum outcome outcome;
		int code;
	} rows[] = {
		{"fail", OK, CLI_OK},
		{"fail", RETRY, CLI_AWAY},
		{"fail", REJECT, CLI_USAGE},
		{"fail a", REJECT, CLI_FOUND},
		{"fail a", FATAL, CLI_BROKEN},
		{"conf -c nowhere.conf", OK, CLI_CONFIG},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		answer.outcome = rows[i].outcome;
		assert_int_equal(run_with(failing_verbs, rows[i].line), rows[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs_are_sorted_and_told),
		cmocka_unit_test(test_command_lines),
		cmocka_unit_test(test_exit_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
