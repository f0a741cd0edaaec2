/* json_tree - a JSON text as the tree of its values, in an arena. */
#ifndef SCHEMAS_JSON_TREE_H
#define SCHEMAS_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/bytes.h"
#include "hub/base/problems.h"

enum json_tree_kind {
	JSON_TREE_NULL,
	JSON_TREE_BOOLEAN,
	JSON_TREE_NUMBER,
	JSON_TREE_STRING,
	JSON_TREE_ARRAY,
	JSON_TREE_OBJECT,
};

/* Strings are UTF-8, and may have zero bytes where \u0000 was written. */
struct json_tree {
	enum json_tree_kind kind;
	bool yes; /* of a BOOLEAN */
	struct bytes name; /* of a member of an OBJECT */
	struct bytes text; /* of a STRING; of a NUMBER, as it is written */
	size_t count; /* of items or members */
	const struct json_tree *first; /* of them, in their order; members may be there twice */
	const struct json_tree *next; /* beside this one */
};

/* RFC 8259 to the letter, and no half of a surrogate pair. Strings without escapes point into
 * `in`, all else lies in problems->arena. depth: arrays and objects in each other, at most. NULL: a
 * problem was added. */
const struct json_tree *json_tree_parse(struct bytes in, int32_t depth, struct problems *problems);

/* The last member of that name, as most readers have it. NULL: there is none, or `in` is no
 * object. */
const struct json_tree *json_tree_member(const struct json_tree *in, const char *name);

#endif
