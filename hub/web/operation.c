/* operation - what one method and path of the partner API take and give: the server works from
 * these rows, and the OpenAPI document is made of them. */
#include "hub/web/operation.h"

#include <string.h>

#define QUERIES_MAX 31

static void check_integer(
	const struct operation_parameter *parameter, struct bytes value, struct problems *problems)
{
	int64_t number;
	if (!bytes_to_int64(value, &number) || number < parameter->min || number > parameter->max)
		problems_add(problems, parameter->name, parameter->example,
			"is no whole number from %lld to %lld", (long long)parameter->min,
			(long long)parameter->max);
}

static void check_value(
	const struct operation_parameter *parameter, struct bytes value, struct problems *problems)
{
	switch (parameter->type) {
	case OPERATION_INTEGER:
		check_integer(parameter, value, problems);
		return;
	case OPERATION_BOOLEAN:
		if (!bytes_equal_string(value, "true") && !bytes_equal_string(value, "false"))
			problems_add(problems, parameter->name, parameter->example,
				"is neither true nor false");
		return;
	case OPERATION_LANGUAGE:
		if (!bytes_equal_string(value, "en") && !bytes_equal_string(value, "nl"))
			problems_add(problems, parameter->name, parameter->example,
				"is neither en nor nl");
		return;
	case OPERATION_TEXT:
		if (value.size < (size_t)parameter->min || value.size > (size_t)parameter->max)
			problems_add(problems, parameter->name, parameter->example,
				"has not %lld to %lld bytes", (long long)parameter->min,
				(long long)parameter->max);
		return;
	case OPERATION_UUID:
		break;
	}
}

static void check_query(
	const struct operation *operation, struct request *request, struct problems *problems)
{
	const char *known[QUERIES_MAX + 1] = {NULL};
	size_t count = 0;
	for (const struct operation_parameter *it = operation->parameters; it->name != NULL; it++) {
		if (it->place != OPERATION_QUERY || count == QUERIES_MAX)
			continue;
		known[count++] = it->name;
		struct bytes value = request_query(request, it->name);
		if (value.data != NULL)
			check_value(it, value, problems);
	}
	if (!request_has_only(request, known))
		problems_add(problems, "", known[0],
			"holds a name that is not taken here, one twice, or a value that is badly "
			"%%-encoded");
}

bool operation_takes_query(const struct operation *operation, struct request *request)
{
	struct arena *arena = request_arena(request);
	if (!request_has_query(request))
		return true;
	struct problems *problems = arena_get(arena, sizeof(*problems));
	problems_init(problems, arena);
	check_query(operation, request, problems);
	if (problems->count == 0)
		return true;
	request_answer_problem(request,
		&(struct problem_json){.kind = PROBLEM_JSON_INVALID,
			.detail = "mend the query and send it again: nothing was done",
			.problems = problems});
	return false;
}

int64_t operation_integer(struct request *request, const char *name, int64_t preset)
{
	int64_t number;
	return bytes_to_int64(request_query(request, name), &number) ? number : preset;
}

bool operation_flag(struct request *request, const char *name)
{
	return bytes_equal_string(request_query(request, name), "true");
}
