/* numbers - documents that are sent over and over, each time about somebody else. */
#ifndef TESTS_BENCH_NUMBERS_H
#define TESTS_BENCH_NUMBERS_H

#include "hub/base/bytes.h"

/* In the document: the number, 12 digits; and a valid BSN, another for each of the numbers. */
#define NUMBERS_HASHES "############"
#define NUMBERS_BSN "%%%%%%%%%"

/* Fills both in, wherever they stand. people: different BSNs; 0: another one for each number. */
void numbers_fill_in(struct buffer *document, int64_t number, int64_t people);

#endif
