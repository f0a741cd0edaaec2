/* random - a seeded generator, and random records of any schema. */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

#include "hub/base/arena.h"
#include "schemas/tables.h"

/* SplitMix64 (Steele, Lea, Flood 2014): the seed is the state. */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t limit);
int64_t random_integer(struct random *random, unsigned bits); /* all magnitudes alike */
struct bytes random_bytes(struct random *random, struct arena *arena);
struct bytes random_text(struct random *random, struct arena *arena); /* UTF-8, without zeros */

/* Fills `out`, of rows->size bytes, with values that Avro allows; dates and times have a written
 * form. The strings are not in code lists and have no format. */
void random_record(
	struct random *random, struct arena *arena, const struct record *rows, void *out);

#endif
