/* codec_tool - lets the Python side see what the generated codec reads and writes. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/wire/plan.h"
#include "schemas/types.h"
#include "tests/support/random.h"

static void print_record(const struct schema *schema, const void *record)
{
	struct buffer avro = {0}, hex = {0};
	struct json_object *json = schema->to_json(record);

	schema->encode(record, &avro);
	buffer_reserve(&hex, 2 * avro.size + 1);
	bytes_to_hex(buffer_bytes(&avro), (char *)hex.data);
	printf("%s %s %s\n", schema->name, (char *)hex.data,
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
	buffer_done(&avro);
	buffer_done(&hex);
}

/* One line per schema: name, fingerprint, text. */
static int print_schemas(void)
{
	for (size_t i = 0; schemas_all[i] != NULL; i++)
		printf("%s %016" PRIx64 " %s\n", schemas_all[i]->name, schemas_all[i]->fingerprint,
			schemas_all[i]->json);
	return 0;
}

/* Random records of every schema, one line each: name, Avro in hexadecimal, JSON. */
static int emit(uint64_t seed, int count)
{
	struct random random = {seed};
	struct arena arena = {0};

	for (int i = 0; i < count; i++)
		for (size_t j = 0; schemas_all[j] != NULL; j++) {
			void *record = arena_get(&arena, schemas_all[j]->size);
			random_record(&random, &arena, schemas_all[j]->rows, record);
			print_record(schemas_all[j], record);
			arena_reset(&arena);
		}
	arena_done(&arena);
	return 0;
}

static int echo_line(char *line, struct arena *arena)
{
	char *hex = strchr(line, ' ');
	struct err err = {0};

	if (hex == NULL)
		return 1;
	*hex++ = '\0';
	hex[strcspn(hex, "\n")] = '\0';
	const struct schema *schema = schema_find(line);
	size_t size = strlen(hex) / 2;
	uint8_t *avro = arena_get(arena, size);
	if (schema == NULL || !bytes_from_hex(bytes_of_string(hex), avro, size))
		return 1;
	void *record = arena_get(arena, schema->size);
	if (schema->decode(record, bytes_of(avro, size), arena, &err) == OK)
		print_record(schema, record);
	else
		printf("%s - \"%s\"\n", schema->name, err.text);
	return 0;
}

static int resolve_line(char *line, struct arena *arena)
{
	char *hex = strchr(line, ' '), *json = hex == NULL ? NULL : strchr(hex + 1, ' ');
	struct buffer out = {0};
	struct err err = {0};
	const struct plan *plan;

	if (json == NULL)
		return 1;
	*hex++ = '\0';
	*json++ = '\0';
	const struct schema *schema = schema_find(line);
	size_t size = strlen(hex) / 2;
	uint8_t *avro = arena_get(arena, size);
	if (schema == NULL || !bytes_from_hex(bytes_of_string(hex), avro, size))
		return 1;
	enum outcome outcome =
		plan_make(bytes_of_string(json), bytes_of_string(schema->json), arena, &plan, &err);
	if (outcome == OK)
		outcome = plan_run(plan, bytes_of(avro, size), &out, &err);
	if (outcome == OK) {
		char *digits = arena_get(arena, 2 * out.size + 1);
		bytes_to_hex(buffer_bytes(&out), digits);
		printf("%s %s\n", schema->name, digits);
	} else {
		printf("%s - %s\n", schema->name, err.text);
	}
	buffer_done(&out);
	return 0;
}

typedef int line_fn(char *line, struct arena *arena);

static int each_line(line_fn *take)
{
	struct arena arena = {0};
	char *line = NULL;
	size_t capacity = 0;
	int status = 0;

	while (status == 0 && getline(&line, &capacity, stdin) >= 0) {
		status = take(line, &arena);
		arena_reset(&arena);
	}
	free(line);
	arena_done(&arena);
	return status;
}

/* Writes every topic's schema, self-contained, into a folder of released ones. */
static int release(const char *folder)
{
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		char path[4096];
		FILE *file;
		if (schemas_all[i]->topic == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s.avsc", folder, schemas_all[i]->topic);
		file = fopen(path, "w");
		if (file == NULL || fprintf(file, "%s\n", schemas_all[i]->json) < 0 ||
			fclose(file) != 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

/* schemas, emit: see above. echo: lines with name and Avro in hexadecimal come back as emit prints
 * them. resolve: name, Avro in hexadecimal and the schema it was written with come back as name and
 * Avro of ours, or "-" and why not. */
int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 2 && strcmp(verb, "schemas") == 0)
		return print_schemas();
	if (argc == 4 && strcmp(verb, "emit") == 0)
		return emit(strtoull(argv[2], NULL, 10), atoi(argv[3]));
	if (argc == 2 && strcmp(verb, "echo") == 0)
		return each_line(echo_line);
	if (argc == 2 && strcmp(verb, "resolve") == 0)
		return each_line(resolve_line);
	if (argc == 3 && strcmp(verb, "release") == 0)
		return release(argv[2]);
	fputs("usage: codec_tool schemas | emit SEED COUNT | echo | resolve | release FOLDER\n",
		stderr);
	return 2;
}
