/* pairs - who may refer whom to whom, taken from the config: desks that hold clients and desks of
 * the same region that take a question. */
#ifndef TESTS_BENCH_PAIRS_H
#define TESTS_BENCH_PAIRS_H

#include "hub/conf/conf.h"

struct pair {
	const struct rules_desk *giver, *target;
	const struct rules_municipality *municipality; /* of their region */
	const char *question; /* that the target takes */
};

struct pairs {
	const struct conf *conf;
	struct pair *items;
	size_t count;
};

/* At most `limit`, spread over the config that lies at path. Entry desks are no targets, because
 * they may not decline. Kept until the process ends. Exits with a text if there are none. */
void pairs_load(struct pairs *pairs, const char *path, size_t limit);

#endif
