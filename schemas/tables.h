/* tables - what the schemas say of every field, as data: JSON and checks work from these rows. */
#ifndef SCHEMAS_TABLES_H
#define SCHEMAS_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/schema.h"

enum field_kind {
	FIELD_BOOLEAN,
	FIELD_INT,
	FIELD_LONG,
	FIELD_STRING,
	FIELD_BYTES,
	FIELD_FIXED,
	FIELD_ENUM,
	FIELD_RECORD,
	FIELD_UNION,
};
enum field_presence { FIELD_REQUIRED, FIELD_OPTIONAL, FIELD_ARRAY };
/* How a value is written in JSON, where its kind alone does not say it. */
enum field_form { FORM_PLAIN, FORM_DATE, FORM_TIME, FORM_UUID };

struct symbols {
	const char *name;
	const char *const *names;
	size_t count;
};

/* A record that a field holds; of a union, one of those that it may hold. */
struct branch {
	const struct record *record;
	size_t offset; /* of the pointer in the struct */
};

struct field {
	const char *name, *doc, *example;
	size_t name_size;
	const char *preset; /* the default in JSON; NULL: none */
	enum field_kind kind; /* FIELD_ARRAY: of an item */
	enum field_presence presence;
	enum field_form form;
	bool by_hub;
	size_t offset; /* of the value; a pointer for FIELD_ARRAY and an optional record */
	size_t also; /* offset of has_x or x_count */
	size_t fixed_size; /* FIELD_FIXED: bytes */
	size_t item_size; /* FIELD_ARRAY: of an item in memory */
	const struct symbols *symbols;
	const struct branch *branches; /* FIELD_RECORD: one */
	size_t branch_count;
	int64_t min, max; /* of the value, the bytes of a string, or the items */
	const char *codes, *format;
};

struct record {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t count;
};

const char *symbol_name(const struct symbols *symbols, unsigned value); /* asserts range */
bool symbol_find(const struct symbols *symbols, struct bytes name, unsigned *out);

const struct field *record_find_field(const struct record *record, const char *name);

/* What schemas/schema.h says of x_to_json, x_from_json and x_check. */
struct json_object *record_to_json(const struct record *record, const void *in);
bool record_from_json(const struct record *record, void *out, const struct json_tree *in,
	struct problems *problems);

struct check {
	const struct codes *codes;
	enum check_author author;
	struct problems *problems;
};
void record_check(const struct record *record, const void *in, const struct check *check);

/* Where things lie in a struct that the rows describe. */

static inline const void *field_at(const void *record, size_t offset)
{
	return (const char *)record + offset;
}

static inline void *field_place(void *record, size_t offset)
{
	return (char *)record + offset;
}

/* The value of a field that is no array and no union; NULL: it is null. A string that must be
 * there has a place even when it is absent. */
const void *field_value(const struct field *field, const void *record);

static inline size_t field_count(const struct field *field, const void *record)
{
	return *(const size_t *)field_at(record, field->also);
}

static inline const void *field_item(const struct field *field, const void *record, size_t i)
{
	return *(const char *const *)field_at(record, field->offset) + i * field->item_size;
}

static inline const void *field_branch(const struct branch *branch, const void *record)
{
	return *(const void *const *)field_at(record, branch->offset);
}

static inline unsigned field_enum(const void *at)
{
	return *(const unsigned *)at;
}

#endif
