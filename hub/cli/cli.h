/* cli - the commands of lokethub: a row per verb with its options, help, needs and exit codes. */
#ifndef HUB_CLI_CLI_H
#define HUB_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"
#include "hub/base/err.h"
#include "hub/cli/screen/page.h"
#include "hub/conf/conf.h"
#include "hub/view/query.h"

/* A verb is one file of verbs/ with one row, and a line in the alphabetical list of verbs.c. */

enum cli_exit {
	CLI_OK,
	CLI_FOUND, /* it found something that a person should look at, or not what was asked for */
	CLI_USAGE,
	CLI_CONFIG,
	CLI_AWAY, /* Kafka, the registry or the view does not answer: try again */
	CLI_BROKEN, /* the hub itself is at fault */
};

/* What a verb finds ready when it runs; without it the command ends and says why. */
enum cli_need {
	CLI_CONF = 1, /* the config that --config names, loaded and checked */
	CLI_KAFKA = 2, /* it, with the secrets that it takes to talk to Kafka */
	CLI_VIEW = 4, /* it, and an open reader of the view that the edge of this config keeps */
	CLI_MOMENT = 8, /* the same, and cli_look done */
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
	bool prints; /* by itself, as it goes: it has no page, and does not know --json */
	bool conf_argument; /* its argument is the config, as --config is elsewhere */
	unsigned needs; /* enum cli_need */
	const char *found; /* when it exits with 1; NULL: never */
	const char *examples; /* a line each */
	/* Fills the page. OK: it is shown, and the command exits with call->code. Else why not is
	 * said, and it exits with 4 for RETRY, 5 for FATAL, call->rejected for REJECT. */
	enum outcome (*run)(struct cli_call *call, struct err *err);
};

/* What a command ends with; rejected: where the outcome is REJECT. */
enum cli_exit cli_exit_of(enum outcome outcome, enum cli_exit rejected);

/* Runs the hub with a loaded config until a signal. */
typedef enum outcome cli_serve_fn(struct conf *conf);

/* What main hands over. */
struct cli_program {
	cli_serve_fn *serve;
	const struct connector *const *connectors; /* ended by NULL; NULL: none */
};

/* One command on its way. */
struct cli_call {
	/* for the verb, as far as it needs them */
	struct conf *conf;
	struct view_reader *reader;
	bool is_looking; /* the reader sees one moment */
	struct arena arena; /* what the reader finds lies here until the command ends */
	struct page *page;
	bool json; /* the page is for scripts */
	enum cli_exit code; /* CLI_OK */
	enum cli_exit rejected; /* CLI_USAGE */
	const struct cli_program *program;

	/* how it was called */
	const struct cli_verb *verb;
	const struct cli_option *options[CLI_OPTIONS_MAX];
	const char *values[CLI_OPTIONS_MAX]; /* "" of a switch; NULL: not given */
	int64_t numbers[CLI_OPTIONS_MAX];
	int options_count;
	char **arguments;
	int arguments_count;
};

/* Finds the verb, reads its options, runs it. Returns the exit code. */
int cli_main(int argc, char **argv, const struct cli_program *program);
/* The same with another list of verbs, ended by NULL. */
int cli_run(const struct cli_verb *const *verbs, int argc, char **argv,
	const struct cli_program *program);

/* For the verbs. */
const char *cli_argument(const struct cli_call *call, int place); /* NULL: not given */
bool cli_has(const struct cli_call *call, const char *option);
const char *cli_value(const struct cli_call *call, const char *option); /* NULL: not given */
int64_t cli_number(const struct cli_call *call, const char *option);
/* The reader sees one moment from now on, until the next cli_look, cli_leave, or the verb's end.
 * Keep it short where the verb waits: the view's file grows meanwhile. */
enum outcome cli_look(struct cli_call *call, struct err *err) MUST_CHECK;
void cli_leave(struct cli_call *call);
const char *cli_conf_path(const struct cli_call *call);
/* Adds the secrets that these roles need; 0: those of Kafka. false: what is wrong is printed; exit
 * with CLI_CONFIG. */
bool cli_load_secrets(struct conf *conf, uint32_t roles);

#endif
