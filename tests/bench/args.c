/* args - the command line of the bench programs: "--name value" pairs, each with a line of help. */
#include "tests/bench/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/bytes.h"

static void print_help(const struct args_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("  --%-12s %s", rows[i].name, rows[i].doc);
		if (rows[i].number)
			printf(" (%lld)", (long long)*rows[i].number);
		else if (*rows[i].text)
			printf(" (%s)", *rows[i].text);
		putchar('\n');
	}
}

static _Noreturn void refuse(const char *what, const char *text)
{
	fprintf(stderr, "%s: %s '%s': see --help\n", program_invocation_short_name, what, text);
	exit(2);
}

static const struct args_row *find(const struct args_row *rows, size_t count, const char *argument)
{
	if (strncmp(argument, "--", 2) == 0)
		for (size_t i = 0; i < count; i++)
			if (strcmp(rows[i].name, argument + 2) == 0)
				return &rows[i];
	refuse("unknown option", argument);
}

void args_read(int argc, char **argv, const struct args_row *rows, size_t count)
{
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0) {
			print_help(rows, count);
			exit(0);
		}
		const struct args_row *row = find(rows, count, argv[i]);
		if (i + 1 == argc)
			refuse("no value for", argv[i]);
		if (row->text)
			*row->text = argv[i + 1];
		else if (!bytes_to_int64(bytes_of_string(argv[i + 1]), row->number))
			refuse("not a whole number", argv[i + 1]);
	}
}

void args_die(const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}
