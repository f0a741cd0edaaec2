/* fuzz - what the fuzzers share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "schemas/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input that makes this false is a crash, and kept. */
static inline void fuzz_must(bool good)
{
	if (!good)
		abort();
}

/* Every schema has its numbers. */
static inline const struct schema *fuzz_schema(uint8_t number)
{
	size_t count = 0;

	while (schemas_all[count] != NULL)
		count++;
	return schemas_all[number % count];
}

#endif
