/* operation - what one method and path of the partner API take and give: the server works from
 * these rows, and the OpenAPI document is made of them. */
#ifndef HUB_WEB_OPERATION_H
#define HUB_WEB_OPERATION_H

#include "hub/http/server/server.h"

enum operation_place { OPERATION_PATH, OPERATION_QUERY, OPERATION_HEADER };
enum operation_type {
	OPERATION_TEXT,
	OPERATION_UUID,
	OPERATION_INTEGER,
	OPERATION_BOOLEAN,
	OPERATION_LANGUAGE /* en or nl */
};

struct operation_parameter {
	const char *name; /* NULL: ends the list */
	enum operation_place place;
	enum operation_type type;
	int64_t min, max; /* of an integer; of a text its bytes */
	const char *doc, *example;
};

#define OPERATION_NO_BODY "" /* in place of a schema */

/* An answer of its own; those of every operation are in operation.c. */
struct operation_answer {
	int status; /* 0: ends the list */
	const char *doc;
	const char *schema; /* of its body: openapi's name; NULL: a problem */
};

struct operation {
	struct server_route route; /* method NULL: ends the list */
	const char *id, *summary;
	const char *body; /* schema of what it takes; NULL: none, or none that is described */
	const char *example; /* of that, as JSON */
	/* Those of the path come first, in its order; the server takes no other query. */
	const struct operation_parameter *parameters;
	const struct operation_answer *answers;
	bool is_open; /* to anybody, without a token */
};

/* Whether the query holds what the operation takes, each in its form; else the request is answered.
 */
bool operation_takes_query(const struct operation *operation, struct request *request);
/* The value of a parameter of the query that was taken; absent: the preset. */
int64_t operation_integer(struct request *request, const char *name, int64_t preset);
bool operation_flag(struct request *request, const char *name);

#endif
