/* small_conf - a small configuration in files, of which a test changes one thing. */
#ifndef TESTS_SUPPORT_SMALL_CONF_H
#define TESTS_SUPPORT_SMALL_CONF_H

#include "hub/conf/conf.h"
#include "tests/support/folder.h"

/* The text of each file; NULL: as small_conf.c has it. */
struct small_conf {
	const char *main; /* what stands before the includes */
	const char *partners, *kinds, *desks, *regions, *programmes, *routes, *clocks;
	const char *codes, *regions_csv, *municipalities, *mergers;
};

/* Writes main.conf and the others into the folder. */
void small_conf_write(const struct small_conf *conf, const struct folder *folder);
/* Writes and loads; then, if that goes well, checks. NULL: neither, or problems has errors. */
struct conf *small_conf_load(
	const struct small_conf *conf, const struct folder *folder, struct conf_problems *problems);
/* The problems as they are printed, with the folder left out; free it. */
char *small_conf_text(const struct conf_problems *problems, const struct folder *folder);

/* What differs from the small configuration, and all problems in full. */
struct small_conf_row {
	const char *text; /* what the row is about */
	struct small_conf conf;
	const char *problems;
};

/* How many rows have other problems than they say; those are printed. */
size_t small_conf_wrong(const struct small_conf_row *rows, size_t count);

#endif
