/* help - what --help prints, made from the rows of the verbs. */
#include "hub/cli/help.h"

#include <string.h>

#include "hub/cli/screen/terminal.h"
#include "hub/cli/verbs.h"

#define OPTION_WIDTH 16

const struct cli_option help_options[] = {
	{"config", 'c', "FILE",
		"the configuration; else $LOKETHUB_CONFIG, config/lokethub.conf or\n"
		"                       /etc/lokethub/lokethub.conf",
		0, 0},
	{"help", 'h', NULL, "print this", 0, 0},
	{0},
};

const struct cli_option help_json_option[] = {
	{"json", 0, NULL, "for scripts: JSON, times in UTC, ages in seconds", 0, 0},
	{0},
};

static int usage_width(const struct cli_verb *verb)
{
	return (int)strlen(verb->name) + 1 + terminal_width_of(verb->arguments);
}

/* "topics" has "topics check". */
static bool has_verb(const char *group, const struct cli_verb *verb)
{
	size_t size = strlen(group);
	return strncmp(verb->name, group, size) == 0 && verb->name[size] == ' ';
}

bool help_is_group(const char *word)
{
	for (const struct cli_verb *const *verb = verbs_all; *verb != NULL; verb++) {
		if (has_verb(word, *verb))
			return true;
	}
	return false;
}

void help_overview(const char *group, FILE *out)
{
	int widest = 0;
	for (const struct cli_verb *const *verb = verbs_all; *verb != NULL; verb++) {
		int width = usage_width(*verb);
		widest = width > widest ? width : widest;
	}
	if (group == NULL)
		fputs("lokethub: clients on their way between desks, none lost\n\n", out);
	for (const struct cli_verb *const *verb = verbs_all; *verb != NULL; verb++) {
		if (group == NULL || has_verb(group, *verb))
			fprintf(out, "  lokethub %s %s%*s%s\n", (*verb)->name, (*verb)->arguments,
				widest - usage_width(*verb) + 2, "", (*verb)->summary);
	}
	fputs("\nlokethub COMMAND --help tells the rest.\n", out);
}

static void print_options(const struct cli_option *option, FILE *out)
{
	for (; option != NULL && option->name != NULL; option++) {
		char name[40], letter[8] = "    ";
		if (option->letter != 0)
			snprintf(letter, sizeof(letter), "-%c, ", option->letter);
		snprintf(name, sizeof(name), "--%s%s%s", option->name,
			option->value == NULL ? "" : " ",
			option->value == NULL ? "" : option->value);
		fprintf(out, "  %s%-*s %s\n", letter, OPTION_WIDTH, name, option->doc);
	}
}

static void print_exits(const struct cli_verb *verb, FILE *out)
{
	fputs("\nexit codes\n  0  done, nothing to look at\n", out);
	if (verb->found != NULL)
		fprintf(out, "  1  %s\n", verb->found);
	fputs("  2  wrong usage\n"
	      "  3  the configuration is wrong: file and line are printed\n"
	      "  4  Kafka, the registry or the view does not answer: try again\n"
	      "  5  the hub itself is at fault: tell its makers\n",
		out);
}

void help_verb(const struct cli_verb *verb, FILE *out)
{
	fprintf(out, "usage: lokethub %s%s%s [OPTION…]\n\n%s.\n\n%s\n\noptions\n", verb->name,
		*verb->arguments == '\0' ? "" : " ", verb->arguments, verb->summary, verb->about);
	print_options(verb->options, out);
	if (!verb->prints)
		print_options(help_json_option, out);
	print_options(help_options, out);
	print_exits(verb, out);
	fprintf(out, "\nexamples\n%s\n", verb->examples);
}
