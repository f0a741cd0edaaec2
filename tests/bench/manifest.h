/* manifest - documents under the URLs that they are asked by, each for any number. */
#ifndef TESTS_BENCH_MANIFEST_H
#define TESTS_BENCH_MANIFEST_H

#include "hub/base/arena.h"

struct manifest {
	struct arena arena;
	struct manifest_row *rows;
};

/* The file: on each line a URL, a space, and the path of a file. In both the URL and the document
 * stands what numbers.h fills in. Ends the program where one cannot be read. */
void manifest_read(struct manifest *out, const char *path);

/* The document under this URL, with the number of the URL in it: its last 12 digits in a row, if it
 * has any. Lies in the arena. Absent: there is none. */
struct bytes manifest_find(const struct manifest *manifest, struct bytes url, struct arena *arena);

#endif
