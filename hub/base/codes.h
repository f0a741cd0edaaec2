/* codes - the code lists: which code stands in which list, with its Dutch label. */
#ifndef HUB_BASE_CODES_H
#define HUB_BASE_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Filled at start, then only read, from any thread. */
struct codes;

struct code {
	const char *list, *code, *label_nl;
};

struct codes *codes_new(void);
/* Copies; a code that is already in the list is REJECT. */
enum outcome codes_add(struct codes *codes, const struct code *code, struct err *err) MUST_CHECK;
/* One hash look-up. */
bool codes_has(const struct codes *codes, const char *list, struct bytes code);
/* All codes of a list in the order they were added; NULL at the end. Start with *at = 0. list NULL:
 * of all lists. */
const struct code *codes_next(const struct codes *codes, const char *list, size_t *at);
void codes_free(struct codes *codes); /* NULL is fine */

#endif
