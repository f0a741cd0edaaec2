/* test_openapi - the OpenAPI document names what the server works with, and is whole. */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "hub/web/api/api.h"
#include "hub/web/openapi/openapi.h"
#include "tests/support/edge_conf.h"

struct stage {
	struct arena arena;
	struct json_object *document;
};

static int start(void **state)
{
	static struct stage stage;
	struct bytes text = openapi_document(edge_conf(), &stage.arena);
	stage.document = json_tokener_parse(arena_string(&stage.arena, text));
	*state = &stage;
	return stage.document == NULL;
}

static int stop(void **state)
{
	struct stage *stage = *state;
	json_object_put(stage->document);
	arena_done(&stage->arena);
	return 0;
}

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *found = NULL;
	if (!json_object_object_get_ex(object, name, &found))
		fail_msg("no %s", name);
	return found;
}

static struct json_object *schema(const struct stage *stage, const char *name)
{
	return member(member(member(stage->document, "components"), "schemas"), name);
}

/* Every "$ref" leads somewhere. */
static void follow(const struct stage *stage, struct json_object *value)
{
	static const char place[] = "#/components/schemas/";
	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			follow(stage, json_object_array_get_idx(value, i));
		return;
	}
	if (!json_object_is_type(value, json_type_object))
		return;
	json_object_object_foreach(value, name, inner)
	{
		if (strcmp(name, "$ref") == 0) {
			const char *to = json_object_get_string(inner);
			assert_int_equal(strncmp(to, place, strlen(place)), 0);
			schema(stage, to + strlen(place));
		}
		follow(stage, inner);
	}
}

static void references_lead_somewhere(void **state)
{
	const struct stage *stage = *state;
	follow(stage, stage->document);
}

static size_t count_of(struct json_object *list, const char *key, const char *text)
{
	size_t count = 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *value = key == NULL ? item : member(item, key);
		count += strcmp(json_object_get_string(value), text) == 0 ? 1 : 0;
	}
	return count;
}

/* Each {name} of the path is a parameter in it, and the other way round. */
static void check_path(const char *path, struct json_object *operation)
{
	struct json_object *parameters = member(operation, "parameters");
	size_t braces = 0;
	for (const char *at = path; (at = strchr(at, '{')) != NULL; at++) {
		char name[40];
		assert_int_equal(sscanf(at, "{%39[^}]}", name), 1);
		assert_int_equal(count_of(parameters, "name", name), 1);
		braces++;
	}
	assert_int_equal(count_of(parameters, "in", "path"), braces);
}

static void every_operation_is_there(void **state)
{
	const struct stage *stage = *state;
	struct json_object *paths = member(stage->document, "paths");
	size_t found = 0, expected = 0;
	json_object_object_foreach(paths, path, item)
	{
		json_object_object_foreach(item, method, operation)
		{
			assert_true(strcmp(method, "get") == 0 || strcmp(method, "post") == 0);
			check_path(path, operation);
			member(operation, "operationId");
			member(member(operation, "responses"), "503");
			found++;
		}
	}
	for (const struct operation *it = api_operations(); it->route.method != NULL; it++)
		expected++;
	assert_int_equal(found, expected);
}

/* What only the hub may fill is not for partners to send; what is sealed is told to nobody. */
static void what_is_the_hubs_is_left_out(void **state)
{
	const struct stage *stage = *state;
	struct json_object *none;
	struct json_object *sent = member(schema(stage, "Referral"), "properties");
	struct json_object *told = member(schema(stage, "ToldReferral"), "properties");
	struct json_object *handover = member(schema(stage, "ToldHandover"), "properties");
	assert_false(json_object_object_get_ex(sent, "wished_desk", &none));
	assert_true(json_object_object_get_ex(told, "wished_desk", &none));
	assert_false(json_object_object_get_ex(handover, "sealed", &none));
	member(handover, "number");
	struct json_object *schemas = member(member(stage->document, "components"), "schemas");
	assert_false(json_object_object_get_ex(schemas, "ToldSealed", &none));
	assert_false(json_object_object_get_ex(schemas, "Sealed", &none));
}

static void codes_are_those_of_the_lists(void **state)
{
	const struct stage *stage = *state;
	struct json_object *question =
		member(member(schema(stage, "Referral"), "properties"), "question");
	struct json_object *list = member(question, "enum");
	const struct code *code;
	size_t at = 0, count = 0;
	while ((code = codes_next(edge_conf()->codes, "question", &at)) != NULL) {
		assert_int_equal(count_of(list, NULL, code->code), 1);
		count++;
	}
	assert_int_equal(json_object_array_length(list), count);
	assert_true(count > 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(references_lead_somewhere),
		TEST(every_operation_is_there),
		TEST(what_is_the_hubs_is_left_out),
		TEST(codes_are_those_of_the_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
