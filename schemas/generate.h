/* generate - makes typed C from the Avro schemas: what its parts share. */
#ifndef SCHEMAS_GENERATE_H
#define SCHEMAS_GENERATE_H

#include <avro.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A program that runs during the build: what it allocates it keeps, and what is wrong ends it with
 * one line that names file or schema. */

#define TYPES_MAX 256
#define SCHEMAS_MAX 32

enum kind { BOOLEAN, INT, LONG, STRING, BYTES, FIXED, ENUM, RECORD, ARRAY, UNION };

/* The use of a type. json: the object with its annotations (max, codes, …); NULL: none. */
struct type {
	enum kind kind;
	struct named *named; /* FIXED, ENUM, RECORD */
	struct type *items; /* ARRAY */
	struct named **branches; /* UNION of records; null does not count */
	size_t branch_count;
	struct json_object *json;
};

struct field {
	const char *name, *c_name;
	struct type *type; /* without null */
	bool optional; /* null is allowed, and the first branch */
	struct json_object *json;
};

struct named {
	enum kind kind;
	const char *name, *c_name; /* "StatusChange", "status_change" */
	const char *doc;
	struct field *fields; /* RECORD */
	size_t count; /* of fields, symbols or (FIXED) bytes */
	const char **symbols; /* ENUM */
};

struct schema_text {
	const char *c_name, *name;
	const char *json; /* self-contained */
	const char *topic; /* NULL: its records are not on Kafka by themselves */
	uint64_t fingerprint;
	bool part; /* only found inside of others: not in schemas_all */
};

/* Named types stand behind everything that they hold. */
struct model {
	struct named *types[TYPES_MAX];
	size_t type_count;
	struct schema_text schemas[SCHEMAS_MAX];
	size_t schema_count;
};

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *keep(size_t count, size_t size); /* zeroed; never freed */
char *keep_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *snake_case(const char *name); /* "StatusChange" → "status_change", never a C keyword */
char *upper_case(const char *name); /* "status_change" → "STATUS_CHANGE" */
const char *json_text(struct json_object *object, const char *name); /* NULL: not there */
/* Writes the template with the strings behind it in the places of $0 to $9. */
void fill(FILE *out, const char *template, ...);
void write_c_string(FILE *out, const char *text); /* with quotes; "NULL" for NULL */
size_t type_minimum(const struct type *type); /* fewest bytes that a value takes */

/* Reads the files; names reach across files and into nested definitions. */
void load_files(char **paths, size_t count);
/* The definition in file number `file`, with every type that it names put in at its first use. */
struct json_object *load_inlined(size_t file);
/* Adds one schema and the types that it brings. */
void model_add(struct model *model, struct json_object *schema, bool part);

void generate_header(FILE *out, const struct model *model);
void generate_encoder(FILE *out, const struct model *model);
void generate_decoder(FILE *out, const struct model *model);
void generate_tables(FILE *out, const struct model *model);

#endif
