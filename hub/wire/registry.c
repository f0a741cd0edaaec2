/* registry - asks a schema registry with Confluent's API. */
#include "hub/wire/registry.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/http/client/fetch.h"

#define ANSWER_MAX (1 << 20)
#define CONTENT_TYPE "application/vnd.schemaregistry.v1+json"

struct registry {
	struct fetch *fetch;
	const char *url;
	int timeout_ms;
	int status; /* of the last answer */
	struct json_object *answer; /* NULL: the last one was none */
};

struct registry *registry_new(const struct wire_settings *settings)
{
	struct registry *registry = memory_get_zeroed(1, sizeof(*registry));

	registry->fetch = fetch_new(&(struct fetch_settings){
		.credentials = settings->credentials, .ca_file = settings->ca_file});
	registry->url = settings->url;
	registry->timeout_ms = settings->timeout_ms;
	return registry;
}

void registry_free(struct registry *registry)
{
	if (registry == NULL)
		return;
	fetch_free(registry->fetch);
	json_object_put(registry->answer);
	free(registry);
}

void registry_set_timeout(struct registry *registry, int timeout_ms)
{
	registry->timeout_ms = timeout_ms;
}

/* The registry's own words; err makes one line of them. */
static const char *message_of(const struct registry *registry)
{
	struct json_object *message;

	if (!json_object_object_get_ex(registry->answer, "message", &message))
		return "no reason given";
	return json_object_get_string(message);
}

/* What an HTTP status of the registry means for us. */
static enum outcome outcome_of(const struct registry *registry, struct err *err)
{
	switch (registry->status) {
	case 200:
		if (registry->answer != NULL)
			return OK;
		return err_set(err, RETRY, "registry %s answers without JSON", registry->url);
	case 401:
	case 403:
		return err_set(err, RETRY, "registry %s does not accept our credentials (%d)",
			registry->url, registry->status);
	case 404:
	case 409:
	case 422:
		return err_set(err, REJECT, "%s", message_of(registry));
	default:
		return err_set(err, RETRY, "registry %s answers %d: %s", registry->url,
			registry->status, message_of(registry));
	}
}

static enum outcome send(struct registry *registry, struct fetch_request *request,
	struct arena *arena, struct err *err)
{
	struct fetch_answer answer;
	struct err cause = {0};

	registry->status = 0;
	json_object_put(registry->answer);
	registry->answer = NULL;
	if (fetch_send(registry->fetch, request, arena, &answer, &cause) != OK)
		return err_set(err, RETRY, "registry %s: %s", registry->url, cause.text);
	registry->status = answer.status;
	registry->answer = json_tokener_parse((const char *)answer.body.data);
	return outcome_of(registry, err);
}

/* what: the method and the path, "GET /subjects". Takes the body; NULL: none. */
PRINTF_LIKE(4, 5)
static enum outcome ask(
	struct registry *registry, struct json_object *body, struct err *err, const char *what, ...)
{
	struct arena arena = {0};
	va_list arguments;

	va_start(arguments, what);
	char *method = arena_format_list(&arena, what, arguments);
	va_end(arguments);
	char *path = strchr(method, ' ');
	struct fetch_request request = {
		.method = method,
		.url = arena_format(&arena, "%s%s", registry->url, path + 1),
		.content_type = CONTENT_TYPE,
		.timeout_ms = registry->timeout_ms,
		.answer_max = ANSWER_MAX,
	};
	*path = '\0';
	if (body != NULL)
		request.body = bytes_of_string(json_object_to_json_string_ext(
			body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	enum outcome outcome = send(registry, &request, &arena, err);
	json_object_put(body);
	arena_done(&arena);
	return outcome;
}

static struct json_object *schema_body(const char *json)
{
	struct json_object *body = json_object_new_object();

	json_object_object_add(body, "schema", json_object_new_string(json));
	json_object_object_add(body, "schemaType", json_object_new_string("AVRO"));
	return body;
}

/* A member of the last answer. */
static enum outcome get(const struct registry *registry, const char *name, enum json_type type,
	struct json_object **out, struct err *err)
{
	if (json_object_object_get_ex(registry->answer, name, out) &&
		json_object_is_type(*out, type))
		return OK;
	return err_set(err, RETRY, "registry %s answers without \"%s\"", registry->url, name);
}

static enum outcome get_number(
	const struct registry *registry, const char *name, int32_t *out, struct err *err)
{
	struct json_object *number;
	enum outcome outcome = get(registry, name, json_type_int, &number, err);

	if (outcome != OK)
		return outcome;
	if (json_object_get_int64(number) < 1 || json_object_get_int64(number) > INT32_MAX)
		return err_set(
			err, RETRY, "registry %s: \"%s\" is out of range", registry->url, name);
	*out = json_object_get_int(number);
	return OK;
}

static enum outcome get_text(
	const struct registry *registry, const char *name, const char **out, struct err *err)
{
	struct json_object *text;
	enum outcome outcome = get(registry, name, json_type_string, &text, err);

	if (outcome == OK)
		*out = json_object_get_string(text);
	return outcome;
}

static enum outcome get_version(
	const struct registry *registry, struct registry_version *out, struct err *err)
{
	int32_t id;
	enum outcome outcome = get_number(registry, "id", &id, err);

	if (outcome == OK)
		outcome = get_number(registry, "version", &out->version, err);
	if (outcome == OK)
		out->id = (uint32_t)id;
	return outcome;
}

enum outcome registry_schema(
	struct registry *registry, uint32_t id, const char **json, struct err *err)
{
	enum outcome outcome = ask(registry, NULL, err, "GET /schemas/ids/%u", id);

	return outcome == OK ? get_text(registry, "schema", json, err) : outcome;
}

enum outcome registry_find(struct registry *registry, const char *subject, const char *json,
	struct registry_version *out, struct err *err)
{
	enum outcome outcome = ask(registry, schema_body(json), err, "POST /subjects/%s", subject);

	return outcome == OK ? get_version(registry, out, err) : outcome;
}

enum outcome registry_versions(struct registry *registry, const char *subject, struct arena *arena,
	struct registry_versions *out, struct err *err)
{
	enum outcome outcome = ask(registry, NULL, err, "GET /subjects/%s/versions", subject);
	struct json_object *list = registry->answer;

	*out = (struct registry_versions){0};
	if (registry->status == 404)
		return OK;
	if (outcome != OK)
		return outcome;
	if (!json_object_is_type(list, json_type_array))
		return err_set(err, RETRY, "registry %s answers without a list of versions",
			registry->url);
	out->count = json_object_array_length(list);
	out->items = arena_get_array(arena, out->count, sizeof(*out->items));
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = json_object_get_int(json_object_array_get_idx(list, i));
	return OK;
}

enum outcome registry_version(struct registry *registry, const char *subject,
	struct registry_version *out, struct err *err)
{
	enum outcome outcome =
		ask(registry, NULL, err, "GET /subjects/%s/versions/%d", subject, out->version);

	if (outcome == OK)
		outcome = get_text(registry, "schema", &out->json, err);
	return outcome == OK ? get_version(registry, out, err) : outcome;
}

enum outcome registry_register(
	struct registry *registry, const char *subject, const char *json, struct err *err)
{
	return ask(registry, schema_body(json), err, "POST /subjects/%s/versions", subject);
}

enum outcome registry_set_compatibility(
	struct registry *registry, const char *subject, const char *level, struct err *err)
{
	struct json_object *body = json_object_new_object();

	json_object_object_add(body, "compatibility", json_object_new_string(level));
	return ask(registry, body, err, "PUT /config/%s", subject);
}

enum outcome registry_compatibility(
	struct registry *registry, const char *subject, const char **level, struct err *err)
{
	enum outcome outcome =
		ask(registry, NULL, err, "GET /config/%s?defaultToGlobal=true", subject);

	return outcome == OK ? get_text(registry, "compatibilityLevel", level, err) : outcome;
}
