/* openapi - the partner API as an OpenAPI 3.1 document, made from what the server works with: the
 * operations, the rows of the schemas, the code lists, and the rows of what it answers. */
#include "hub/web/openapi/openapi.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "hub/http/server/problem_json.h"
#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/openapi/answers.h"
#include "hub/web/openapi/schema.h"

static const char about[] =
	"Referring people to work and training: send a referral, answer one, ask who has a client. "
	"Whatever was answered with 202 is stored for good; send the same message again whenever "
	"you are in doubt.";

/* What any operation may answer besides its own. */
static const struct {
	int status;
	bool of_posts, of_open; /* only of those that take a body; also of those without a token */
	const char *doc;
} common[] = {
	{400, false, false, "The request has errors: all of them, at once."},
	{401, false, false, "There is no token that the hub knows."},
	{406, false, true, "The answer has no form that is accepted."},
	{408, false, true, "The request took too long to arrive."},
	{413, true, false, "The body is too large."},
	{415, true, false, "The body has a type that is not taken."},
	{429, false, false, "Too many requests: wait as long as Retry-After says."},
	{431, false, true, "The headers are too large."},
	{503, false, true, "Not now: send the same again after the time in Retry-After."},
};

static void put_schema(struct json_object *content, const char *type, const char *name)
{
	json_object_object_add(json_put_object(content, type), "schema", openapi_schema_ref(name));
}

static void put_type(const struct operation_parameter *parameter, struct json_object *schema)
{
	static const char *const types[] = {[OPERATION_TEXT] = "string",
		[OPERATION_UUID] = "string",
		[OPERATION_INTEGER] = "integer",
		[OPERATION_BOOLEAN] = "boolean",
		[OPERATION_LANGUAGE] = "string"};
	json_put_text(schema, "type", types[parameter->type]);
	if (parameter->type == OPERATION_UUID)
		json_put_text(schema, "format", "uuid");
	if (parameter->type == OPERATION_LANGUAGE)
		json_put_parsed(schema, "enum", "[\"en\", \"nl\"]");
	if (parameter->type == OPERATION_TEXT && parameter->place != OPERATION_HEADER) {
		json_put_number(schema, "minLength", parameter->min);
		json_put_number(schema, "maxLength", parameter->max);
	} else if (parameter->type == OPERATION_INTEGER) {
		json_put_number(schema, "minimum", parameter->min);
		json_put_number(schema, "maximum", parameter->max);
	}
}

static struct json_object *describe_parameter(const struct operation_parameter *parameter)
{
	static const char *const places[] = {[OPERATION_PATH] = "path",
		[OPERATION_QUERY] = "query",
		[OPERATION_HEADER] = "header"};
	struct json_object *object = json_object_new_object();
	json_put_text(object, "name", parameter->name);
	json_put_text(object, "in", places[parameter->place]);
	json_put_text(object, "description", parameter->doc);
	if (parameter->place == OPERATION_PATH)
		json_put_flag(object, "required", true);
	put_type(parameter, json_put_object(object, "schema"));
	if (parameter->type == OPERATION_INTEGER || parameter->type == OPERATION_BOOLEAN)
		json_put_parsed(object, "example", parameter->example);
	else
		json_put_text(object, "example", parameter->example);
	return object;
}

static void put_parameters(const struct operation *operation, struct json_object *object)
{
	struct json_object *list = json_put_array(object, "parameters");
	for (const struct operation_parameter *it = operation->parameters; it->name != NULL; it++)
		json_object_array_add(list, describe_parameter(it));
}

static struct json_object *put_response(struct json_object *responses, int status, const char *doc)
{
	char name[12];
	snprintf(name, sizeof(name), "%d", status);
	struct json_object *object = json_put_object(responses, name);
	json_put_text(object, "description", doc);
	struct json_object *headers = json_put_object(object, "headers");
	json_put_parsed(headers, "API-Version",
		"{\"description\": \"Of the whole API.\", \"schema\": "
		"{\"type\": \"string\"}}");
	if (status == 429 || status == 503)
		json_put_parsed(headers, "Retry-After",
			"{\"description\": \"Seconds.\", \"schema\": {\"type\": "
			"\"integer\"}}");
	if (status == 201 || status == 202)
		json_put_parsed(headers, "Location",
			"{\"description\": \"Of the referral.\", \"schema\": {\"type\": "
			"\"string\"}}");
	return object;
}

static void put_answers(const struct operation *operation, struct json_object *responses)
{
	for (const struct operation_answer *it = operation->answers; it->status != 0; it++) {
		struct json_object *object = put_response(responses, it->status, it->doc);
		if (it->schema == NULL)
			put_schema(
				json_put_object(object, "content"), PROBLEM_JSON_TYPE, "Problem");
		else if (strcmp(it->schema, OPERATION_NO_BODY) != 0)
			put_schema(json_put_object(object, "content"), operation->route.gives,
				it->schema);
	}
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if ((common[i].of_posts && operation->route.takes == NULL) ||
			(!common[i].of_open && operation->is_open))
			continue;
		struct json_object *object =
			put_response(responses, common[i].status, common[i].doc);
		put_schema(json_put_object(object, "content"), PROBLEM_JSON_TYPE, "Problem");
	}
}

/* Structured CloudEvents hold the same as `data`. */
static void put_body(const struct operation *operation, struct json_object *object)
{
	const char *const *type = operation->route.takes;
	char event[80];
	if (type == NULL)
		return;
	struct json_object *body = json_put_object(object, "requestBody");
	struct json_object *content = json_put_object(body, "content");
	json_put_flag(body, "required", true);
	if (operation->body == NULL) { /* in a format of the partner's own */
		json_put_object(content, *type);
		return;
	}
	snprintf(event, sizeof(event), "%sEvent", operation->body);
	for (; *type != NULL; type++)
		put_schema(content, *type,
			strstr(*type, "cloudevents") == NULL ? operation->body : event);
	json_put_parsed(json_object_object_get(content, operation->route.takes[0]), "example",
		operation->example);
}

/* "/v1/referrals/{}" with the names of its parameters. */
static void write_path(const struct operation *operation, struct buffer *out)
{
	const struct operation_parameter *parameter = operation->parameters;
	for (const char *at = operation->route.path; *at != '\0'; at++) {
		buffer_add(out, at, 1);
		if (*at == '{')
			buffer_add_string(out, (parameter++)->name);
	}
}

static void put_operation(const struct operation *operation, struct json_object *paths)
{
	static const char *const methods[][2] = {{"GET", "get"}, {"POST", "post"}};
	struct buffer path = {0};
	struct json_object *item;
	write_path(operation, &path);
	if (!json_object_object_get_ex(paths, buffer_string(&path), &item))
		item = json_put_object(paths, buffer_string(&path));
	buffer_done(&path);
	size_t method = strcmp(operation->route.method, methods[0][0]) == 0 ? 0 : 1;
	struct json_object *object = json_put_object(item, methods[method][1]);
	json_put_text(object, "operationId", operation->id);
	json_put_text(object, "summary", operation->summary);
	if (operation->is_open)
		json_put_array(object, "security");
	put_parameters(operation, object);
	put_body(operation, object);
	put_answers(operation, json_put_object(object, "responses"));
}

static void put_draft(struct json_object *schemas, const char *name, const char *body)
{
	char event[80];
	struct json_object *both = json_put_array(json_put_object(schemas, name), "allOf");
	json_object_array_add(both, openapi_schema_ref("Draft"));
	json_object_array_add(both, openapi_schema_body(body));
	snprintf(event, sizeof(event), "%sEvent", name);
	json_object_object_add(schemas, event, openapi_schema_event(name));
}

static void put_components(const struct conf *conf, struct json_object *document)
{
	struct json_object *components = json_put_object(document, "components");
	struct json_object *schemas = json_put_object(components, "schemas");
	struct json_object *ways = json_put_object(components, "securitySchemes");
	openapi_schema_sent(schemas, schema_draft.rows, conf->codes);
	put_draft(schemas, API_BODY_REFERRAL, "Referral");
	put_draft(schemas, API_BODY_ACTION, "StatusChange");
	openapi_schema_told(schemas, schema_handover.rows);
	openapi_schema_told(schemas, schema_person.rows);
	openapi_answers(schemas);
	json_put_parsed(ways, "token", "{\"type\": \"http\", \"scheme\": \"bearer\"}");
	if (conf->http.tls_client_ca_file != NULL)
		json_put_text(json_put_object(ways, "certificate"), "type", "mutualTLS");
}

static void put_head(const struct conf *conf, struct json_object *document)
{
	struct json_object *server = json_object_new_object();
	json_put_text(document, "openapi", "3.1.0");
	struct json_object *info = json_put_object(document, "info");
	json_put_text(info, "title", "Lokethub: the partner API");
	json_put_text(info, "version", API_VERSION);
	json_put_text(info, "description", about);
	json_put_text(server, "url", conf->http.base_url == NULL ? "/" : conf->http.base_url);
	json_object_array_add(json_put_array(document, "servers"), server);
	json_put_parsed(document, "security",
		conf->http.tls_client_ca_file != NULL ? "[{\"token\": []}, {\"certificate\": []}]"
						      : "[{\"token\": []}]");
}

struct bytes openapi_document(const struct conf *conf, struct arena *arena)
{
	struct json_object *document = json_object_new_object();
	put_head(conf, document);
	struct json_object *paths = json_put_object(document, "paths");
	for (const struct operation *it = api_operations(); it->route.method != NULL; it++)
		put_operation(it, paths);
	put_components(conf, document);
	struct bytes text = json_text(document, arena);
	json_object_put(document);
	return text;
}
