/* problem_json - why a request was refused, as application/problem+json (RFC 9457). */
#ifndef HUB_HTTP_SERVER_PROBLEM_JSON_H
#define HUB_HTTP_SERVER_PROBLEM_JSON_H

#include "hub/base/bytes.h"
#include "hub/base/problems.h"

#define PROBLEM_JSON_TYPE "application/problem+json"

enum problem_json_kind {
	PROBLEM_JSON_MALFORMED, /* not the HTTP or JSON that it should be */
	PROBLEM_JSON_INVALID, /* the fields in `errors` are wrong */
	PROBLEM_JSON_UNAUTHORIZED,
	PROBLEM_JSON_NOT_FOUND,
	PROBLEM_JSON_METHOD_NOT_ALLOWED,
	PROBLEM_JSON_NOT_ACCEPTABLE,
	PROBLEM_JSON_TOO_SLOW,
	PROBLEM_JSON_CONFLICT, /* what is asked for does not fit the state */
	PROBLEM_JSON_TOO_LARGE,
	PROBLEM_JSON_UNSUPPORTED_TYPE,
	PROBLEM_JSON_TOO_MANY,
	PROBLEM_JSON_HEADERS_TOO_LARGE,
	PROBLEM_JSON_NOT_IMPLEMENTED,
	PROBLEM_JSON_UNAVAILABLE,
};

struct problem_json {
	enum problem_json_kind kind;
	const char *detail; /* what to do about it; never what was sent */
	const struct problems *problems; /* all that is wrong with the fields; NULL: none */
	const char *more; /* further members as JSON, `"state":"DECLINED"`; NULL: none */
};

int problem_json_status(enum problem_json_kind kind);
/* Appends an object: type, title, status, detail, errors [{field, text, example}]. */
void problem_json_write(const struct problem_json *problem, struct buffer *out);
/* Appends text as a JSON string with its quotes (RFC 8259); what is not UTF-8 comes out as "?". */
void problem_json_string(const char *text, struct buffer *out);

#endif
