/* cli - the commands of lokethub: a row per verb with its options, help and exit codes. */
#ifndef HUB_CLI_CLI_H
#define HUB_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/clock.h"
#include "hub/base/err.h"
#include "hub/cli/page.h"
#include "hub/conf/conf.h"

/* A verb is one file with one row, and a line in the alphabetical list of verbs.c. */

enum cli_exit {
	CLI_OK,
	CLI_FOUND, /* it found something that a person should look at, or not what was asked for */
	CLI_USAGE,
	CLI_CONFIG,
	CLI_AWAY, /* Kafka, the registry or the view does not answer: try again */
	CLI_BROKEN, /* the hub itself is at fault */
};

/* A list of these ends with name NULL. */
struct cli_option {
	const char *name; /* "limit" */
	char letter; /* 0: none */
	const char *value; /* what the help calls it; NULL: a switch */
	const char *doc;
	int64_t preset, most; /* of a number: when it is not given, and the greatest allowed */
};

#define CLI_OPTIONS_MAX 12 /* of one verb, with the common ones */

struct cli_call;

struct cli_verb {
	const char *name; /* "rejected show" */
	const char *arguments; /* "CLIENT|-"; "" */
	int least, most; /* how many arguments */
	const char *summary; /* what the list of verbs says */
	const char *about; /* what --help adds */
	const struct cli_option *options; /* besides --config, --json and --help; NULL: none */
	bool json; /* knows --json */
	bool conf_argument; /* its argument is the config, as --config is elsewhere */
	const char *found; /* when it exits with 1; NULL: never */
	const char *examples; /* a line each */
	int (*run)(struct cli_call *call);
};

/* Runs the hub with a loaded config until a signal; returns an exit code. */
typedef int cli_serve_fn(struct conf *conf);

/* Finds the verb, reads its options, runs it. Returns the exit code. */
int cli_main(int argc, char **argv, cli_serve_fn *serve);
/* The same with another list of verbs, ended by NULL. */
int cli_run(const struct cli_verb *const *verbs, int argc, char **argv, cli_serve_fn *serve);

/* For the verbs. */
const char *cli_argument(const struct cli_call *call, int place); /* NULL: not given */
bool cli_has(const struct cli_call *call, const char *option);
const char *cli_value(const struct cli_call *call, const char *option); /* NULL: not given */
/* Of an option that is a number. REJECT: not one, or too great. */
enum outcome cli_number(
	const struct cli_call *call, const char *option, int64_t *out, struct err *err) MUST_CHECK;

const char *cli_conf_path(const struct cli_call *call);
/* The config that --config names, loaded and checked. NULL: what is wrong is printed; return
 * CLI_CONFIG. Lives until the command ends. */
struct conf *cli_conf(struct cli_call *call);
struct conf *cli_conf_with_secrets(struct cli_call *call); /* what it takes to talk to Kafka */
struct conf *cli_conf_with_all_secrets(
	struct cli_call *call); /* also tokens and keys, if an edge */
cli_serve_fn *cli_serve(const struct cli_call *call);

/* Says why on standard error, and returns the exit code for the outcome: 4 for RETRY, 5 for FATAL,
 * `rejected` for REJECT. */
int cli_fail(const struct cli_call *call, const struct err *err, enum cli_exit rejected);
/* Prints the page for whom it is, frees it, and returns code. */
int cli_show(const struct cli_call *call, struct page *page, enum cli_exit code);
bool cli_wants_json(const struct cli_call *call);

#endif
