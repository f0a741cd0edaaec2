/* json_rows - the rows of a JSON document, one behind the other. */
#ifndef CONNECTORS_COMMON_JSON_ROWS_H
#define CONNECTORS_COMMON_JSON_ROWS_H

#include "connectors/common/member.h"
#include "hub/connector/parcel.h"

/* A longer row is not read. A usual one has 400 to 4,000 bytes. */
#define JSON_ROWS_MAX ((size_t)65536)
#define JSON_ROWS_DEPTH 16

/* tree is NULL: why_not says why it cannot be read. */
struct json_rows_row {
	struct bytes text; /* whole */
	const struct json_tree *tree;
	const char *why_not;
	size_t place; /* of its first byte */
};

struct json_rows_taker {
	void (*take)(void *of, const struct json_rows_row *row);
	void *of;
};

/* A row; a list of them; or an object of which one member is such a list, beside which any others
 * may stand. */
struct json_rows {
	struct member_walk walk;
	const char *wrapper; /* the name of that member */
	const uint8_t *head; /* behind the bracket that opens the list; NULL: it is one row */
	bool is_wrapped; /* the list is a member */
	bool is_over; /* behind the last row */
	uint8_t mark; /* that followed the row; 0: it was the end */
};

/* from: where to go on, as the walk stood behind a row. REJECT: it is none of these. */
enum outcome json_rows_open(struct json_rows *out, struct bytes body, size_t from,
	const char *wrapper, struct err *err) MUST_CHECK;
/* The next one. false: there is none. */
bool json_rows_read(struct json_rows *rows, struct arena *arena, struct json_rows_row *out);
/* The object around a list that is over, without its rows. NULL: there is none. */
const struct json_tree *json_rows_around(const struct json_rows *rows, struct arena *arena);

/* A connector's parse: hands out as many rows as a parcel may hold but one, whose place is for what
 * is to be said of the list as a whole, and says where the next one goes on. REJECT: not all of the
 * document is JSON; nothing of it was handed out. What is larger than a row may be is not looked
 * at. */
enum outcome json_rows_parse(struct json_rows *rows, const struct documents *docs,
	struct parcel *out, struct json_rows_taker taker, struct err *err) MUST_CHECK;

#endif
