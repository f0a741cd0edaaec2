/* json_content - what a JSON value says, whatever the order it says it in. */
#ifndef CONNECTORS_COMMON_JSON_CONTENT_H
#define CONNECTORS_COMMON_JSON_CONTENT_H

#include "connectors/common/member.h"

/* The nth string, number or yes and no ("true", "false"), as it is written, at a path such as
 * "contractvorm.codeTypeOvereenkomst", through every list on the way, counted from 0. Absent: there
 * are no so many; what is empty or null does not count. */
struct bytes json_content_at(const struct json_tree *in, const char *path, size_t nth);

/* 16 bytes that differ if the content does: the order of members and of a list's items says
 * nothing, nor does what is null or empty. Members of the object itself that are named in
 * `without`, which ends in NULL, do not count. Not secret: whoever keeps it keys it anew. */
struct bytes json_content_fingerprint(
	const struct json_tree *in, const char *const *without, struct arena *arena);

#endif
