/* args - the command line of the bench programs: "--name value" pairs, each with a line of help. */
#ifndef TESTS_BENCH_ARGS_H
#define TESTS_BENCH_ARGS_H

#include <stddef.h>
#include <stdint.h>

/* Either text or number is set; what it points to holds the default before. */
struct args_row {
	const char *name; /* without the hyphens */
	const char **text;
	int64_t *number;
	const char *doc;
};

/* Fills in what is given. On --help prints the rows and exits; on anything it does not know says
 * what is wrong and exits with 2. */
void args_read(int argc, char **argv, const struct args_row *rows, size_t count);

/* "program: text" on standard error, and exit with 1: a bench that fails has nothing to clean up.
 */
_Noreturn void args_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
