/* cli - the commands of lokethub: a row per verb with its options, help and exit codes. */
#include "hub/cli/cli.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/cli/help.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

#define CONF_HERE "config/lokethub.conf"
#define CONF_SYSTEM "/etc/lokethub/lokethub.conf"

struct cli_call {
	const struct cli_verb *verb;
	const struct cli_option *options[CLI_OPTIONS_MAX];
	const char *values[CLI_OPTIONS_MAX]; /* "" of a switch; NULL: not given */
	int options_count;
	char **arguments;
	int arguments_count;
	cli_serve_fn *serve;
	struct conf *conf;
};

static void add_options(struct cli_call *call, const struct cli_option *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		assert(call->options_count < CLI_OPTIONS_MAX);
		call->options[call->options_count++] = options;
	}
}

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

bool cli_wants_json(const struct cli_call *call)
{
	return call->verb->json && cli_has(call, "json");
}

enum outcome cli_number(
	const struct cli_call *call, const char *option, int64_t *out, struct err *err)
{
	int place = find_option(call, option);
	const struct cli_option *row = call->options[place];
	int64_t number = row->preset;
	const char *value = call->values[place];
	if (value != NULL && !bytes_to_int64(bytes_of_string(value), &number))
		return err_set(err, REJECT, "--%s: not a whole number", option);
	if (number < 0 || number > row->most)
		return err_set(err, REJECT, "--%s: from 0 to %" PRId64, option, row->most);
	*out = number;
	return OK;
}

cli_serve_fn *cli_serve(const struct cli_call *call)
{
	return call->serve;
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

/* Prints the problems and lets go of the config where there are errors. */
static struct conf *settle_conf(
	struct cli_call *call, enum outcome outcome, struct conf_problems *problems)
{
	if (outcome != OK) {
		conf_problems_print(problems, stderr);
		conf_free(call->conf);
		call->conf = NULL;
	}
	conf_problems_done(problems);
	return call->conf;
}

/* For tests: without the file time is as it is. */
static void use_clock_offset(const struct conf *conf)
{
	struct err err = {0};
	if (conf->clock_offset_file != NULL &&
		clock_use_offset_file(conf->clock_offset_file, &err) != OK)
		fprintf(stderr, "lokethub: %s\n", err.text);
}

struct conf *cli_conf(struct cli_call *call)
{
	struct conf_problems problems = {0};
	if (call->conf != NULL)
		return call->conf;
	enum outcome outcome = conf_load(cli_conf_path(call), &call->conf, &problems);
	if (outcome == OK)
		outcome = conf_check(call->conf, NULL, 0, &problems);
	if (settle_conf(call, outcome, &problems) != NULL)
		use_clock_offset(call->conf);
	return call->conf;
}

static struct conf *load_secrets(struct cli_call *call, uint32_t roles)
{
	struct conf_problems problems = {0};
	uint32_t all = call->conf->roles;
	call->conf->roles = roles;
	enum outcome outcome = conf_load_secrets(call->conf, &problems);
	call->conf->roles = all;
	if (outcome == OK)
		outcome = reach_check_kafka(call->conf, &problems);
	return settle_conf(call, outcome, &problems);
}

struct conf *cli_conf_with_secrets(struct cli_call *call)
{
	return cli_conf(call) == NULL ? NULL : load_secrets(call, 0);
}

struct conf *cli_conf_with_all_secrets(struct cli_call *call)
{
	return cli_conf(call) == NULL ? NULL : load_secrets(call, call->conf->roles);
}

int cli_fail(const struct cli_call *call, const struct err *err, enum cli_exit rejected)
{
	fprintf(stderr, "lokethub %s: %s\n", call->verb->name, err->text);
	switch (err->outcome) {
	case OK:
		break;
	case RETRY:
		return CLI_AWAY;
	case REJECT:
		return (int)rejected;
	case FATAL:
		return CLI_BROKEN;
	}
	return CLI_BROKEN;
}

int cli_show(const struct cli_call *call, struct page *page, enum cli_exit code)
{
	struct terminal terminal = terminal_of(stdout);
	if (cli_wants_json(call))
		page_print_json(page, stdout);
	else
		page_print(page, &terminal);
	page_free(page);
	return (int)code;
}

static int usage_error(const struct cli_verb *verb, const char *text, const char *what)
{
	fprintf(stderr, "lokethub %s: %s%s\n", verb->name, text, what);
	fprintf(stderr, "usage: lokethub %s %s; more: lokethub %s --help\n", verb->name,
		verb->arguments, verb->name);
	return CLI_USAGE;
}

/* getopt's tables, made from the rows. The place of an option is its value. */
static void getopt_tables(
	const struct cli_call *call, struct option *longs, char letters[2 * CLI_OPTIONS_MAX + 2])
{
	char *letter = letters;
	*letter++ = ':';
	for (int place = 0; place < call->options_count; place++) {
		const struct cli_option *option = call->options[place];
		longs[place] = (struct option){
			.name = option->name,
			.has_arg = option->value == NULL ? no_argument : required_argument,
			.val = 256 + place,
		};
		if (option->letter == 0)
			continue;
		*letter++ = option->letter;
		if (option->value != NULL)
			*letter++ = ':';
	}
	*letter = '\0';
}

static int place_of(const struct cli_call *call, int got)
{
	for (int place = 0; place < call->options_count; place++) {
		if (got == 256 + place || got == call->options[place]->letter)
			return place;
	}
	return -1;
}

static int read_options(struct cli_call *call, int argc, char **argv)
{
	struct option longs[CLI_OPTIONS_MAX + 1] = {0};
	char letters[2 * CLI_OPTIONS_MAX + 2];
	int got;
	getopt_tables(call, longs, letters);
	opterr = 0;
	optind = 0; /* so that getopt forgets what it read before */
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (got == ':')
			return usage_error(
				call->verb, "a value is missing behind ", argv[optind - 1]);
		int place = got == '?' ? -1 : place_of(call, got);
		if (place < 0)
			return usage_error(call->verb, "unknown option ", argv[optind - 1]);
		call->values[place] = optarg == NULL ? "" : optarg;
	}
	call->arguments = argv + optind;
	call->arguments_count = argc - optind;
	return CLI_OK;
}

static int run_verb(struct cli_call *call, int argc, char **argv)
{
	const struct cli_verb *verb = call->verb;
	add_options(call, help_options);
	if (verb->json)
		add_options(call, help_json_option);
	add_options(call, verb->options);
	int code = read_options(call, argc, argv);
	if (code != CLI_OK)
		return code;
	if (cli_has(call, "help")) {
		help_verb(verb, stdout);
		return CLI_OK;
	}
	if (call->arguments_count < verb->least)
		return usage_error(verb, "missing: ", verb->arguments);
	if (call->arguments_count > verb->most)
		return usage_error(verb, "unexpected: ", call->arguments[verb->most]);
	return verb->run(call);
}

/* How many words of the command line name this verb; 0: not this one. */
static int words_of(const struct cli_verb *verb, int argc, char **argv)
{
	const char *space = strchr(verb->name, ' ');
	if (space == NULL)
		return strcmp(argv[1], verb->name) == 0 ? 1 : 0;
	size_t size = (size_t)(space - verb->name);
	if (argc < 3 || strlen(argv[1]) != size || strncmp(argv[1], verb->name, size) != 0)
		return 0;
	return strcmp(argv[2], space + 1) == 0 ? 2 : 0;
}

static const struct cli_verb *find_verb(
	const struct cli_verb *const *verb, int argc, char **argv, int *words)
{
	const struct cli_verb *found = NULL;
	*words = 0;
	for (; *verb != NULL; verb++) {
		int count = words_of(*verb, argc, argv);
		if (count > *words) {
			*words = count;
			found = *verb;
		}
	}
	return found;
}

static int without_verb(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0) {
		fprintf(stderr, "lokethub: no command '%s'; it is one of these:\n\n", argv[1]);
		help_overview(stderr);
		return CLI_USAGE;
	}
	help_overview(argc > 1 ? stdout : stderr);
	return argc > 1 ? CLI_OK : CLI_USAGE;
}

int cli_run(const struct cli_verb *const *verbs, int argc, char **argv, cli_serve_fn *serve)
{
	int words;
	const struct cli_verb *verb = argc > 1 ? find_verb(verbs, argc, argv, &words) : NULL;
	if (verb == NULL)
		return without_verb(argc, argv);
	struct cli_call call = {.verb = verb, .serve = serve};
	int code = run_verb(&call, argc - words, argv + words);
	conf_free(call.conf);
	return code;
}

int cli_main(int argc, char **argv, cli_serve_fn *serve)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return cli_run(verbs_all, argc, argv, serve);
}
