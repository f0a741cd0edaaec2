/* cli - the commands of lokethub: a row per verb with its options, help, needs and exit codes. */
#include "hub/cli/cli.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/cli/help.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

#define CONF_HERE "config/lokethub.conf"
#define CONF_SYSTEM "/etc/lokethub/lokethub.conf"

static int find_option(const struct cli_call *call, const char *name)
{
	for (int place = 0; place < call->options_count; place++) {
		if (strcmp(call->options[place]->name, name) == 0)
			return place;
	}
	assert(!"an option that the verb's row does not have");
	return -1;
}

const char *cli_argument(const struct cli_call *call, int place)
{
	return place < call->arguments_count ? call->arguments[place] : NULL;
}

const char *cli_value(const struct cli_call *call, const char *option)
{
	return call->values[find_option(call, option)];
}

bool cli_has(const struct cli_call *call, const char *option)
{
	return cli_value(call, option) != NULL;
}

int64_t cli_number(const struct cli_call *call, const char *option)
{
	return call->numbers[find_option(call, option)];
}

const char *cli_conf_path(const struct cli_call *call)
{
	const char *path = cli_value(call, "config");
	if (path == NULL && call->verb->conf_argument)
		path = cli_argument(call, 0);
	if (path == NULL)
		path = getenv("LOKETHUB_CONFIG");
	if (path == NULL || *path == '\0')
		path = access(CONF_HERE, R_OK) == 0 ? CONF_HERE : CONF_SYSTEM;
	return path;
}

static bool is_settled(enum outcome outcome, struct conf_problems *problems)
{
	if (outcome != OK)
		conf_problems_print(problems, stderr);
	conf_problems_done(problems);
	return outcome == OK;
}

/* For tests: without the file time is as it is. */
static void use_clock_offset(const struct conf *conf)
{
	struct err err = {0};
	if (conf->clock_offset_file != NULL &&
		clock_use_offset_file(conf->clock_offset_file, &err) != OK)
		fprintf(stderr, "lokethub: %s\n", err.text);
}

static bool load_conf(struct cli_call *call)
{
	struct conf_problems problems = {0};
	enum outcome outcome =
		conf_load(cli_conf_path(call), call->program->connectors, &call->conf, &problems);
	if (outcome == OK)
		outcome = conf_check(call->conf, NULL, 0, &problems);
	if (!is_settled(outcome, &problems))
		return false;
	use_clock_offset(call->conf);
	return true;
}

bool cli_load_secrets(struct conf *conf, uint32_t roles)
{
	struct conf_problems problems = {0};
	uint32_t all = conf->roles;
	conf->roles = roles;
	enum outcome outcome = conf_load_secrets(conf, &problems);
	conf->roles = all;
	if (outcome == OK)
		outcome = reach_check_kafka(conf, &problems);
	return is_settled(outcome, &problems);
}

enum cli_exit cli_exit_of(enum outcome outcome, enum cli_exit rejected)
{
	switch (outcome) {
	case OK:
		return CLI_OK;
	case RETRY:
		return CLI_AWAY;
	case REJECT:
		return rejected;
	case FATAL:
		break;
	}
	return CLI_BROKEN;
}

void cli_leave(struct cli_call *call)
{
	if (call->is_looking)
		view_reader_end(call->reader);
	call->is_looking = false;
}

enum outcome cli_look(struct cli_call *call, struct err *err)
{
	cli_leave(call);
	if (view_reader_begin(call->reader, &call->arena, err) != OK)
		return err->outcome;
	call->is_looking = true;
	return OK;
}

static enum outcome look_and_run(struct cli_call *call, struct err *err)
{
	unsigned needs = call->verb->needs;
	if ((needs & (CLI_VIEW | CLI_MOMENT)) != 0 &&
		view_reader_new(&call->reader, call->conf->view.path, err) != OK)
		return err->outcome;
	if ((needs & CLI_MOMENT) != 0 && cli_look(call, err) != OK)
		return err->outcome;
	call->page = page_new(call->json, clock_wall());
	enum outcome outcome = call->verb->run(call, err);
	cli_leave(call);
	return outcome;
}

static int prepare_and_run(struct cli_call *call)
{
	struct err err = {0};
	struct terminal terminal = terminal_of(stdout);
	if (call->verb->needs != 0 && !load_conf(call))
		return CLI_CONFIG;
	if ((call->verb->needs & CLI_KAFKA) != 0 && !cli_load_secrets(call->conf, 0))
		return CLI_CONFIG;
	enum outcome outcome = look_and_run(call, &err);
	if (outcome != OK) {
		fprintf(stderr, "lokethub %s: %s\n", call->verb->name, err.text);
		return (int)cli_exit_of(outcome, call->rejected);
	}
	if (!call->verb->prints)
		page_print(call->page, &terminal);
	return (int)call->code;
}

static int usage_error(const struct cli_verb *verb, const char *text, const char *what)
{
	fprintf(stderr, "lokethub %s: %s%s\n", verb->name, text, what);
	fprintf(stderr, "usage: lokethub %s%s%s; more: lokethub %s --help\n", verb->name,
		*verb->arguments == '\0' ? "" : " ", verb->arguments, verb->name);
	return CLI_USAGE;
}

/* getopt's tables, made from the rows. */
static void getopt_tables(
	const struct cli_call *call, struct option *longs, char letters[2 * CLI_OPTIONS_MAX + 2])
{
	*letters++ = ':';
	for (int place = 0; place < call->options_count; place++) {
		const struct cli_option *option = call->options[place];
		bool switches = option->value == NULL;
		longs[place].name = option->name;
		longs[place].has_arg = switches ? no_argument : required_argument;
		if (option->letter != 0)
			letters += sprintf(letters, "%c%s", option->letter, switches ? "" : ":");
	}
	*letters = '\0';
}

/* -1: none. */
static int place_of(const struct cli_call *call, int letter)
{
	int place = call->options_count - 1;
	while (place >= 0 && call->options[place]->letter != letter)
		place--;
	return place;
}

static int read_options(struct cli_call *call, int argc, char **argv)
{
	struct option longs[CLI_OPTIONS_MAX + 1] = {0};
	char letters[2 * CLI_OPTIONS_MAX + 2];
	int got, place;
	getopt_tables(call, longs, letters);
	opterr = 0;
	optind = 0; /* so that getopt forgets what it read before */
	while ((got = getopt_long(argc, argv, letters, longs, &place)) != -1) {
		if (got == ':')
			return usage_error(
				call->verb, "a value is missing behind ", argv[optind - 1]);
		if (got != 0) /* a letter, else place is the long one's */
			place = place_of(call, got);
		if (place < 0)
			return usage_error(call->verb, "unknown option ", argv[optind - 1]);
		call->values[place] = optarg == NULL ? "" : optarg;
	}
	call->arguments = argv + optind;
	call->arguments_count = argc - optind;
	return CLI_OK;
}

static bool read_number(struct cli_call *call, int place)
{
	const struct cli_option *option = call->options[place];
	const char *value = call->values[place];
	int64_t *out = &call->numbers[place];
	*out = option->preset;
	return option->most == 0 || value == NULL ||
		(bytes_to_int64(bytes_of_string(value), out) && *out >= 0 && *out <= option->most);
}

static int check_line(struct cli_call *call)
{
	const struct cli_verb *verb = call->verb;
	char text[100];
	if (call->arguments_count < verb->least)
		return usage_error(verb, "missing: ", verb->arguments);
	if (call->arguments_count > verb->most)
		return usage_error(verb, "unexpected: ", call->arguments[verb->most]);
	for (int place = 0; place < call->options_count; place++) {
		if (read_number(call, place))
			continue;
		const struct cli_option *option = call->options[place];
		snprintf(text, sizeof(text), "--%s: a whole number from 0 to %" PRId64,
			option->name, option->most);
		return usage_error(verb, text, "");
	}
	return CLI_OK;
}

static void add_options(struct cli_call *call, const struct cli_option *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		assert(call->options_count < CLI_OPTIONS_MAX);
		call->options[call->options_count++] = options;
	}
}

static int run_verb(struct cli_call *call, int argc, char **argv)
{
	const struct cli_verb *verb = call->verb;
	add_options(call, help_options);
	add_options(call, verb->prints ? NULL : help_json_option);
	add_options(call, verb->options);
	int code = read_options(call, argc, argv);
	if (code != CLI_OK)
		return code;
	if (cli_has(call, "help")) {
		help_verb(verb, stdout);
		return CLI_OK;
	}
	call->json = !verb->prints && cli_has(call, "json");
	code = check_line(call);
	return code == CLI_OK ? prepare_and_run(call) : code;
}

/* By its two words or by its one; the longer name goes first. */
static const struct cli_verb *find_verb(
	const struct cli_verb *const *verbs, int argc, char **argv, int *words)
{
	char name[100];
	for (*words = argc > 2 ? 2 : argc - 1; *words > 0; --*words) {
		snprintf(name, sizeof(name), "%s%s%s", argv[1], *words == 2 ? " " : "",
			*words == 2 ? argv[2] : "");
		for (const struct cli_verb *const *verb = verbs; *verb != NULL; verb++) {
			if (strcmp((*verb)->name, name) == 0)
				return *verb;
		}
	}
	return NULL;
}

static bool asks_for_help(int argc, char **argv, int place)
{
	return argc > place &&
		(strcmp(argv[place], "--help") == 0 || strcmp(argv[place], "-h") == 0);
}

static int without_verb(int argc, char **argv)
{
	const char *group = argc > 1 && help_is_group(argv[1]) ? argv[1] : NULL;
	if (asks_for_help(argc, argv, group == NULL ? 1 : 2)) {
		help_overview(group, stdout);
		return CLI_OK;
	}
	if (argc > 2 || (argc > 1 && group == NULL))
		fprintf(stderr, "lokethub: no command '%s%s%s'; it is one of these:\n\n", argv[1],
			group == NULL ? "" : " ", group == NULL ? "" : argv[2]);
	help_overview(group, stderr);
	return CLI_USAGE;
}

int cli_run(const struct cli_verb *const *verbs, int argc, char **argv,
	const struct cli_program *program)
{
	int words;
	const struct cli_verb *verb = find_verb(verbs, argc, argv, &words);
	if (verb == NULL)
		return without_verb(argc, argv);
	struct cli_call call = {.verb = verb, .rejected = CLI_USAGE, .program = program};
	int code = run_verb(&call, argc - words, argv + words);
	page_free(call.page);
	view_reader_free(call.reader);
	arena_done(&call.arena);
	conf_free(call.conf);
	return code;
}

int cli_main(int argc, char **argv, const struct cli_program *program)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return cli_run(verbs_all, argc, argv, program);
}
