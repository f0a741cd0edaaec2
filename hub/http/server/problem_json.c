/* problem_json - why a request was refused, as application/problem+json (RFC 9457). */
#include "hub/http/server/problem_json.h"

#include <string.h>

static const struct {
	int status;
	const char *name, *title;
} kinds[] = {
	[PROBLEM_JSON_MALFORMED] = {400, "malformed", "The request is malformed"},
	[PROBLEM_JSON_INVALID] = {400, "invalid", "The request has errors"},
	[PROBLEM_JSON_UNAUTHORIZED] = {401, "unauthorized", "A valid token is needed"},
	[PROBLEM_JSON_NOT_FOUND] = {404, "not-found", "There is nothing here"},
	[PROBLEM_JSON_METHOD_NOT_ALLOWED] = {405, "method-not-allowed",
		"This path does not take this method"},
	[PROBLEM_JSON_NOT_ACCEPTABLE] = {406, "not-acceptable",
		"The answer has no form that is accepted"},
	[PROBLEM_JSON_TOO_SLOW] = {408, "too-slow", "The request took too long to arrive"},
	[PROBLEM_JSON_CONFLICT] = {409, "conflict", "This cannot be done now"},
	[PROBLEM_JSON_TOO_LARGE] = {413, "too-large", "The body is too large"},
	[PROBLEM_JSON_UNSUPPORTED_TYPE] = {415, "unsupported-type",
		"The body has a type that is not taken here"},
	[PROBLEM_JSON_TOO_MANY] = {429, "too-many", "Too many requests"},
	[PROBLEM_JSON_HEADERS_TOO_LARGE] = {431, "headers-too-large", "The headers are too large"},
	[PROBLEM_JSON_NOT_IMPLEMENTED] = {501, "not-implemented",
		"This transfer coding is not taken"},
	[PROBLEM_JSON_UNAVAILABLE] = {503, "unavailable", "The hub cannot store messages now"},
};

int problem_json_status(enum problem_json_kind kind)
{
	return kinds[kind].status;
}

static void add_escaped(unsigned char c, struct buffer *out)
{
	if (c == '"' || c == '\\')
		buffer_add(out, "\\", 1);
	if (c >= 0x20)
		buffer_add(out, &c, 1);
	else
		buffer_add_format(out, "\\u%04x", c);
}

void problem_json_string(const char *text, struct buffer *out)
{
	bool is_utf8 = bytes_is_utf8(bytes_of_string(text));
	buffer_add(out, "\"", 1);
	for (; *text != '\0'; text++)
		add_escaped((unsigned char)(is_utf8 || *text > 0 ? *text : '?'), out);
	buffer_add(out, "\"", 1);
}

static void add_member(const char *name, const char *text, struct buffer *out)
{
	buffer_add_format(out, "\"%s\":", name);
	problem_json_string(text, out);
}

static void add_errors(const struct problems *problems, struct buffer *out)
{
	size_t kept = problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
	buffer_add_string(out, ",\"errors\":[");
	for (size_t i = 0; i < kept; i++) {
		const struct problem *problem = &problems->items[i];
		buffer_add_string(out, i == 0 ? "{" : ",{");
		add_member("field", problem->path, out);
		buffer_add(out, ",", 1);
		add_member("text", problem->text, out);
		if (problem->example != NULL) {
			buffer_add(out, ",", 1);
			add_member("example", problem->example, out);
		}
		buffer_add(out, "}", 1);
	}
	buffer_add(out, "]", 1);
	if (problems->count > kept)
		buffer_add_format(out, ",\"more_errors\":%zu", problems->count - kept);
}

void problem_json_write(const struct problem_json *problem, struct buffer *out)
{
	buffer_add_format(out,
		"{\"type\":\"urn:lokethub:problem:%s\",\"title\":\"%s\",\"status\":%d",
		kinds[problem->kind].name, kinds[problem->kind].title, kinds[problem->kind].status);
	if (problem->detail != NULL) {
		buffer_add(out, ",", 1);
		add_member("detail", problem->detail, out);
	}
	if (problem->problems != NULL && problem->problems->count > 0)
		add_errors(problem->problems, out);
	if (problem->more != NULL)
		buffer_add_format(out, ",%s", problem->more);
	buffer_add(out, "}", 1);
}
