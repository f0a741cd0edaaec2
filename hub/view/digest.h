/* digest - one hash over all that the view holds: two views of the same topics have the same. */
#ifndef HUB_VIEW_DIGEST_H
#define HUB_VIEW_DIGEST_H

#include <stdint.h>

#include "hub/view/query.h"

#define DIGEST_SIZE 33 /* 16 bytes in hexadecimal, with the terminating zero */

struct digest_table {
	const char *name;
	int64_t rows;
	char hash[DIGEST_SIZE];
};

/* Called for every table, in the order of the alphabet. Reads the whole file. */
enum outcome view_digest(struct view_reader *reader,
	void (*each)(void *context, const struct digest_table *table), void *context,
	char total[DIGEST_SIZE], struct err *err) MUST_CHECK;

#endif
