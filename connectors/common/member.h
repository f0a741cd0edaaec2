/* member - what lies in a partner's JSON, as a connector wants it. */
#ifndef CONNECTORS_COMMON_MEMBER_H
#define CONNECTORS_COMMON_MEMBER_H

#include "schemas/json_tree.h"

/* Absent also where it is null, empty, or no string; in may be NULL. */
struct bytes member_text(const struct json_tree *in, const char *name);
/* The number as it is written; a string that is one counts too. Absent: it is none. */
struct bytes member_number(const struct json_tree *in, const char *name);
bool member_flag(const struct json_tree *in, const char *name); /* false also where there is none */
/* The items of a list, which stands alone or is the member `results` of a page. NULL: none. */
const struct json_tree *member_items(const struct json_tree *page);
/* Behind the value that begins at `at`: where a comma or bracket stands that is not inside of it,
 * or end. Whether it is JSON is not looked at. */
const uint8_t *member_end(const uint8_t *at, const uint8_t *end);

/* A document that is read value by value, so that a long one needs no more memory than its longest.
 */
struct member_walk {
	const uint8_t *begin, *at, *end;
};

/* Stands on the first character, behind a byte order mark (as of files from Windows) and spaces; or
 * at the end, where there is none. */
struct member_walk member_walk_of(struct bytes body);
bool member_is_space(uint8_t c);
void member_skip_space(struct member_walk *walk);

#endif
