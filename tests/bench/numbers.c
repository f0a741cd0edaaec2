/* numbers - documents that are sent over and over, each time about somebody else. */
#include "tests/bench/numbers.h"

#include <stdio.h>
#include <string.h>

/* Eight digits and the ninth that makes it pass the 11-test. Of two in a row, of which the first is
 * even, one has such a ninth. */
static int64_t bsn_of(int64_t number)
{
	for (int64_t digits = 10000000 + number % 40000000 * 2;; digits++) {
		int64_t sum = 0, rest = digits;
		for (int weight = 2; weight <= 9; weight++, rest /= 10)
			sum += weight * (rest % 10);
		if (sum % 11 < 10)
			return digits * 10 + sum % 11;
	}
}

static void fill_in(struct buffer *document, const char *hashes, int64_t number)
{
	char digits[24];
	size_t size = strlen(hashes);
	uint8_t *at = document->data, *end = document->data + document->size;
	snprintf(digits, sizeof(digits), "%0*lld", (int)size, (long long)number);
	while ((at = memmem(at, (size_t)(end - at), hashes, size)))
		memcpy(at, digits, size);
}

void numbers_fill_in(struct buffer *document, int64_t number, int64_t people)
{
	fill_in(document, NUMBERS_HASHES, number);
	fill_in(document, NUMBERS_BSN, bsn_of(people > 0 ? number % people : number));
}
