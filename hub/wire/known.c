/* known - the schemas that were ever learnt, in memory and in the cache file. */
#include "hub/wire/known.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schemas/canonical.h"

static bool is_same(const struct known_schema *a, const struct known_schema *b)
{
	return a->id == b->id && a->version == b->version && strcmp(a->subject, b->subject) == 0 &&
		strcmp(a->json, b->json) == 0;
}

/* Ids belong to one schema for ever; where the registry says otherwise it is another registry. */
static void drop_others(struct known *known, uint32_t id, uint64_t fingerprint)
{
	for (struct known_schema **at = &known->first; *at != NULL;) {
		if ((*at)->id == id && (*at)->fingerprint != fingerprint)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

struct known_schema *known_add(struct known *known, const struct known_schema *schema)
{
	struct known_schema *added;
	uint64_t fingerprint;

	if (!canonical_fingerprint(schema->json, strlen(schema->json), &fingerprint))
		return NULL;
	for (struct known_schema *each = known->first; each != NULL; each = each->next)
		if (is_same(each, schema))
			return each;
	drop_others(known, schema->id, fingerprint);
	added = arena_get(&known->arena, sizeof(*added));
	added->id = schema->id;
	added->version = schema->version;
	added->subject = arena_string(&known->arena, bytes_of_string(schema->subject));
	added->json = arena_string(&known->arena, bytes_of_string(schema->json));
	added->fingerprint = fingerprint;
	added->next = known->first;
	known->first = added;
	known->changed = true;
	return added;
}

struct known_schema *known_find(const struct known *known, uint32_t id)
{
	for (struct known_schema *each = known->first; each != NULL; each = each->next)
		if (each->id == id)
			return each;
	return NULL;
}

struct known_schema *known_find_version(
	const struct known *known, const char *subject, uint64_t fingerprint)
{
	struct known_schema *newest = NULL;

	for (struct known_schema *each = known->first; each != NULL; each = each->next)
		if (each->fingerprint == fingerprint && strcmp(each->subject, subject) == 0 &&
			(newest == NULL || each->version > newest->version))
			newest = each;
	return newest;
}

bool known_has_version(const struct known *known, const char *subject, int32_t version)
{
	for (const struct known_schema *each = known->first; each != NULL; each = each->next)
		if (each->version == version && strcmp(each->subject, subject) == 0)
			return true;
	return false;
}

static void load_schema(struct known *known, struct json_object *row)
{
	struct json_object *json = json_object_object_get(row, "schema");
	struct json_object *subject = json_object_object_get(row, "subject");
	struct known_schema schema = {
		.id = (uint32_t)json_object_get_int64(json_object_object_get(row, "id")),
		.version = json_object_get_int(json_object_object_get(row, "version")),
	};

	if (!json_object_is_type(json, json_type_string) ||
		!json_object_is_type(subject, json_type_string) || schema.id == 0)
		return;
	schema.json = json_object_get_string(json);
	schema.subject = json_object_get_string(subject);
	known_add(known, &schema);
}

void known_load(struct known *known, const char *path, const char *url)
{
	struct json_object *file = json_object_from_file(path), *rows;
	struct bytes from =
		bytes_of_string(json_object_get_string(json_object_object_get(file, "registry")));

	if (bytes_equal_string(from, url) && json_object_object_get_ex(file, "schemas", &rows) &&
		json_object_is_type(rows, json_type_array))
		for (size_t i = json_object_array_length(rows); i > 0; i--)
			load_schema(known, json_object_array_get_idx(rows, i - 1));
	json_object_put(file);
	known->changed = false;
}

static struct json_object *as_json(const struct known *known, const char *url)
{
	struct json_object *file = json_object_new_object(), *rows = json_object_new_array();

	for (const struct known_schema *each = known->first; each != NULL; each = each->next) {
		struct json_object *row = json_object_new_object();
		json_object_object_add(row, "id", json_object_new_int64(each->id));
		json_object_object_add(row, "subject", json_object_new_string(each->subject));
		json_object_object_add(row, "version", json_object_new_int(each->version));
		json_object_object_add(row, "schema", json_object_new_string(each->json));
		json_object_array_add(rows, row);
	}
	json_object_object_add(file, "registry", json_object_new_string(url));
	json_object_object_add(file, "schemas", rows);
	return file;
}

static bool write_whole(const char *path, struct json_object *json)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good = file >= 0 && json_object_to_fd(file, json, JSON_C_TO_STRING_PRETTY) == 0 &&
		fsync(file) == 0;

	if (file >= 0 && close(file) != 0)
		good = false;
	return good;
}

enum outcome known_save(struct known *known, const char *path, const char *url, struct err *err)
{
	struct arena arena = {0};
	struct json_object *file;
	char *temporary;
	enum outcome outcome = OK;

	if (!known->changed)
		return OK;
	file = as_json(known, url);
	temporary = arena_format(&arena, "%s.%ld", path, (long)getpid());
	if (write_whole(temporary, file) && rename(temporary, path) == 0)
		known->changed = false;
	else
		outcome = err_set(err, RETRY, "schema cache %s: %s", path, strerror(errno));
	if (outcome != OK)
		unlink(temporary);
	json_object_put(file);
	arena_done(&arena);
	return outcome;
}

void known_done(struct known *known)
{
	arena_done(&known->arena);
	*known = (struct known){0};
}
