/* flat - the fields of a record as the columns of a table: "case", "legal_basis.kind". */
#ifndef CONNECTORS_COMMON_FLAT_H
#define CONNECTORS_COMMON_FLAT_H

#include "schemas/json_tree.h"
#include "schemas/tables.h"

#define FLAT_MAX 64 /* of a record */

struct flat_field {
	const char *name;
	const struct field *outer; /* the record that holds it; NULL: the outermost */
	const struct field *field;
};

/* The fields of a record, in the schema's order, and those of the records in it, one level deep.
 * Not those that only the hub fills in (for PARTNER), records of records and unions. Returns how
 * many. */
size_t flat_list(const struct record *record, enum check_author author, struct arena *arena,
	struct flat_field out[FLAT_MAX]);

/* What stands in a cell as the JSON of the field: codes of a list are parted by spaces, commas or
 * bars; dates and times may be written as Excel does; a BSN may have lost its zero. What it cannot
 * be is left to the reader of JSON to refuse. */
struct json_tree *flat_read(const struct field *field, struct bytes cell, struct arena *arena);
#define FLAT_RECORDS 8 /* in a record */

/* A record as the tree of its JSON, to which one field after the other is added. */
struct flat_tree {
	struct arena *arena;
	struct json_tree json;
	struct json_tree *inner[FLAT_RECORDS];
	size_t count; /* of them */
};

void flat_begin(struct flat_tree *out, struct arena *arena);
void flat_add(struct flat_tree *tree, const struct flat_field *at, struct json_tree *value);
void flat_add_tree(struct flat_tree *tree, const char *name, struct flat_tree *value);

#endif
