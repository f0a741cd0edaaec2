/* case - one folder of tests/data: what comes in or goes out, and with which settings. */
#ifndef TESTS_CONNECTORS_CASE_H
#define TESTS_CONNECTORS_CASE_H

#include "schemas/json_tree.h"
#include "tests/support/connector_conf.h"

/* Of what is wrong with the case itself: says so on stderr and ends the program. */
_Noreturn void case_bad(const char *what, struct bytes which);

struct case_folder {
	struct arena *arena;
	const char *path;
	const struct json_tree *json; /* case.json; NULL: there is none */
	const char *settings; /* NULL: none */
	const char *input; /* the file whose name begins with "input."; NULL: none */
};

void case_open(struct case_folder *out, const char *path, struct arena *arena);
/* Absent, NULL or the preset where there is none. */
struct bytes case_text(const struct json_tree *in, const char *name);
int64_t case_number(const struct json_tree *in, const char *name, int64_t preset);
int64_t case_time(const struct json_tree *in, const char *name, const char *preset);
/* A file of the case, whole. */
struct bytes case_file(const struct case_folder *folder, struct bytes name);
/* {"file" or "body", "type", "status", "name"}; in NULL: the input. */
struct document case_document(const struct case_folder *folder, const struct json_tree *in);
/* A record of the schema, there in JSON or as the name of a file; NULL: none. */
void *case_record(
	const struct case_folder *folder, const struct json_tree *in, const struct schema *schema);

#endif
