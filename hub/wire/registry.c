/* registry - asks a schema registry with Confluent's API. */
#include "hub/wire/registry.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/http/fetch.h"

#define ANSWER_MAX (1 << 20)
#define CONTENT_TYPE "application/vnd.schemaregistry.v1+json"

struct registry {
	struct fetch *fetch;
	const char *url;
	int timeout_ms;
};

/* One question and its answer. */
struct exchange {
	struct registry *registry;
	struct arena arena; /* of what is needed until exchange_done */
	int status;
	struct json_object *json; /* NULL: the answer was none */
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
	free(registry);
}

void registry_set_timeout(struct registry *registry, int timeout_ms)
{
	registry->timeout_ms = timeout_ms;
}

static void exchange_done(struct exchange *exchange)
{
	json_object_put(exchange->json);
	arena_done(&exchange->arena);
}

/* The registry's own words, on one line. */
static const char *message_of(struct exchange *exchange)
{
	struct json_object *message;
	char *text;

	if (!json_object_object_get_ex(exchange->json, "message", &message))
		return "no reason given";
	text = arena_string(&exchange->arena, bytes_of_string(json_object_get_string(message)));
	for (char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	return text;
}

/* What an HTTP status of the registry means for us. */
static enum outcome outcome_of(struct exchange *exchange, struct err *err)
{
	const char *url = exchange->registry->url;

	switch (exchange->status) {
	case 200:
		if (exchange->json != NULL)
			return OK;
		return err_set(err, RETRY, "registry %s answers without JSON", url);
	case 401:
	case 403:
		return err_set(err, RETRY, "registry %s does not accept our credentials (%d)", url,
			exchange->status);
	case 404:
	case 409:
	case 422:
		return err_set(err, REJECT, "%s", message_of(exchange));
	default:
		return err_set(err, RETRY, "registry %s answers %d: %s", url, exchange->status,
			message_of(exchange));
	}
}

/* Takes the body; NULL: none. */
static enum outcome ask(struct exchange *exchange, const char *method, const char *path,
	struct json_object *body, struct err *err)
{
	struct registry *registry = exchange->registry;
	struct fetch_answer answer;
	struct fetch_request request = {
		.method = method,
		.url = arena_format(&exchange->arena, "%s%s", registry->url, path),
		.content_type = CONTENT_TYPE,
		.timeout_ms = registry->timeout_ms,
		.answer_max = ANSWER_MAX,
	};
	struct err cause = {0};
	enum outcome outcome;

	if (body != NULL)
		request.body = bytes_of_string(json_object_to_json_string_ext(
			body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	outcome = fetch_send(registry->fetch, &request, &exchange->arena, &answer, &cause);
	json_object_put(body);
	if (outcome != OK)
		return err_set(err, RETRY, "registry %s: %s", registry->url, cause.text);
	exchange->status = answer.status;
	exchange->json = json_tokener_parse((const char *)answer.body.data);
	return outcome_of(exchange, err);
}

/* A part of a path: what is not unreserved (RFC 3986) becomes %XX. */
static const char *escaped(struct exchange *exchange, const char *text)
{
	char *out = arena_get(&exchange->arena, 3 * strlen(text) + 1), *at = out;

	for (; *text != '\0'; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			(*text >= '0' && *text <= '9') || strchr("-._~", *text) != NULL;
		if (plain)
			*at++ = *text;
		else
			at += snprintf(at, 4, "%%%02X", (unsigned char)*text);
	}
	return out;
}

static const char *subject_path(
	struct exchange *exchange, const char *before, const char *subject, const char *behind)
{
	return arena_format(&exchange->arena, "%s%s%s", before, escaped(exchange, subject), behind);
}

static struct json_object *schema_body(const char *json)
{
	struct json_object *body = json_object_new_object();

	json_object_object_add(body, "schema", json_object_new_string(json));
	json_object_object_add(body, "schemaType", json_object_new_string("AVRO"));
	return body;
}

static enum outcome lacks(const struct exchange *exchange, const char *name, struct err *err)
{
	return err_set(
		err, RETRY, "registry %s answers without \"%s\"", exchange->registry->url, name);
}

static enum outcome get_number(
	const struct exchange *exchange, const char *name, int64_t *out, struct err *err)
{
	struct json_object *number;

	if (!json_object_object_get_ex(exchange->json, name, &number) ||
		!json_object_is_type(number, json_type_int) || json_object_get_int64(number) < 1 ||
		json_object_get_int64(number) > INT32_MAX)
		return lacks(exchange, name, err);
	*out = json_object_get_int64(number);
	return OK;
}

/* Borrowed from the exchange. */
static enum outcome get_text(
	const struct exchange *exchange, const char *name, const char **out, struct err *err)
{
	struct json_object *text;

	if (!json_object_object_get_ex(exchange->json, name, &text) ||
		!json_object_is_type(text, json_type_string))
		return lacks(exchange, name, err);
	*out = json_object_get_string(text);
	return OK;
}

static enum outcome get_version(
	const struct exchange *exchange, struct registry_version *out, struct err *err)
{
	int64_t id, version;
	enum outcome outcome = get_number(exchange, "id", &id, err);

	if (outcome == OK)
		outcome = get_number(exchange, "version", &version, err);
	if (outcome == OK)
		*out = (struct registry_version){.id = (uint32_t)id, .version = (int32_t)version};
	return outcome;
}

enum outcome registry_schema(struct registry *registry, uint32_t id, struct arena *arena,
	const char **json, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = arena_format(&exchange.arena, "/schemas/ids/%u", id), *text;
	enum outcome outcome = ask(&exchange, "GET", path, NULL, err);

	if (outcome == OK)
		outcome = get_text(&exchange, "schema", &text, err);
	if (outcome == OK)
		*json = arena_string(arena, bytes_of_string(text));
	exchange_done(&exchange);
	return outcome;
}

enum outcome registry_find(struct registry *registry, const char *subject, const char *json,
	struct registry_version *out, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = subject_path(&exchange, "/subjects/", subject, "");
	enum outcome outcome = ask(&exchange, "POST", path, schema_body(json), err);

	if (outcome == OK)
		outcome = get_version(&exchange, out, err);
	exchange_done(&exchange);
	return outcome;
}

static void copy_versions(
	struct json_object *list, struct arena *arena, struct registry_versions *out)
{
	size_t count = json_object_array_length(list);

	*out = (struct registry_versions){
		arena_get_array(arena, count, sizeof(*out->items)), count};
	for (size_t i = 0; i < count; i++)
		out->items[i] = json_object_get_int(json_object_array_get_idx(list, i));
}

enum outcome registry_versions(struct registry *registry, const char *subject, struct arena *arena,
	struct registry_versions *out, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = subject_path(&exchange, "/subjects/", subject, "/versions");
	enum outcome outcome = ask(&exchange, "GET", path, NULL, err);

	if (exchange.status == 404) {
		*out = (struct registry_versions){0};
		outcome = OK;
	} else if (outcome == OK && !json_object_is_type(exchange.json, json_type_array)) {
		outcome = lacks(&exchange, "[versions]", err);
	} else if (outcome == OK) {
		copy_versions(exchange.json, arena, out);
	}
	exchange_done(&exchange);
	return outcome;
}

enum outcome registry_version(struct registry *registry, const char *subject, struct arena *arena,
	struct registry_version *out, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *behind = arena_format(&exchange.arena, "/versions/%d", out->version), *text;
	const char *path = subject_path(&exchange, "/subjects/", subject, behind);
	enum outcome outcome = ask(&exchange, "GET", path, NULL, err);

	if (outcome == OK)
		outcome = get_text(&exchange, "schema", &text, err);
	if (outcome == OK)
		outcome = get_version(&exchange, out, err);
	if (outcome == OK)
		out->json = arena_string(arena, bytes_of_string(text));
	exchange_done(&exchange);
	return outcome;
}

enum outcome registry_register(struct registry *registry, const char *subject, const char *json,
	uint32_t *id, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = subject_path(&exchange, "/subjects/", subject, "/versions");
	int64_t number;
	enum outcome outcome = ask(&exchange, "POST", path, schema_body(json), err);

	if (outcome == OK)
		outcome = get_number(&exchange, "id", &number, err);
	if (outcome == OK)
		*id = (uint32_t)number;
	exchange_done(&exchange);
	return outcome;
}

enum outcome registry_set_compatibility(
	struct registry *registry, const char *subject, const char *level, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = subject_path(&exchange, "/config/", subject, "");
	struct json_object *body = json_object_new_object();
	enum outcome outcome;

	json_object_object_add(body, "compatibility", json_object_new_string(level));
	outcome = ask(&exchange, "PUT", path, body, err);
	exchange_done(&exchange);
	return outcome;
}

enum outcome registry_compatibility(struct registry *registry, const char *subject,
	struct arena *arena, const char **level, struct err *err)
{
	struct exchange exchange = {.registry = registry};
	const char *path = subject_path(&exchange, "/config/", subject, "?defaultToGlobal=true");
	const char *text;
	enum outcome outcome = ask(&exchange, "GET", path, NULL, err);

	if (outcome == OK)
		outcome = get_text(&exchange, "compatibilityLevel", &text, err);
	if (outcome == OK)
		*level = arena_string(arena, bytes_of_string(text));
	exchange_done(&exchange);
	return outcome;
}
