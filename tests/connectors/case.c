/* case - one folder of tests/data: what comes in or goes out, and with which settings. */
#include "tests/connectors/case.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"

#define DEPTH 16

_Noreturn void case_bad(const char *what, struct bytes which)
{
	fprintf(stderr, "the case is wrong: %s %.*s\n", what, BYTES_ARG(which));
	exit(1);
}

struct bytes case_text(const struct json_tree *in, const char *name)
{
	const struct json_tree *member = in != NULL ? json_tree_member(in, name) : NULL;
	return member != NULL && member->kind == JSON_TREE_STRING ? member->text
								  : (struct bytes){0};
}

int64_t case_number(const struct json_tree *in, const char *name, int64_t preset)
{
	const struct json_tree *member = in != NULL ? json_tree_member(in, name) : NULL;
	if (member != NULL && !bytes_to_int64(member->text, &preset))
		case_bad("not a whole number:", bytes_of_string(name));
	return preset;
}

int64_t case_time(const struct json_tree *in, const char *name, const char *preset)
{
	struct bytes text = case_text(in, name);
	int64_t at = 0;
	if (!clock_from_text(text.data != NULL ? text : bytes_of_string(preset), &at))
		case_bad("not a time:", bytes_of_string(name));
	return at;
}

static char *below(const struct case_folder *folder, struct bytes name)
{
	return arena_format(folder->arena, "%s/%.*s", folder->path, BYTES_ARG(name));
}

struct bytes case_file(const struct case_folder *folder, struct bytes name)
{
	struct bytes text = {0};
	struct err err = {0};
	if (file_read(below(folder, name), folder->arena, &text, &err) != OK)
		case_bad(err.text, name);
	return text;
}

static const struct json_tree *parse(const struct case_folder *folder, struct bytes file)
{
	struct problems problems;
	problems_init(&problems, folder->arena);
	const struct json_tree *tree = json_tree_parse(case_file(folder, file), DEPTH, &problems);
	if (tree == NULL)
		case_bad(problems.items[0].text, file);
	return tree;
}

static const char *find_input(const struct case_folder *folder)
{
	DIR *stream = opendir(folder->path);
	const char *found = NULL;
	if (stream == NULL)
		case_bad("no such folder:", bytes_of_string(folder->path));
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
		if (strncmp(entry->d_name, "input.", 6) == 0)
			found = arena_string(folder->arena, bytes_of_string(entry->d_name));
	closedir(stream);
	return found;
}

/* Those that it names, its own, else those of all cases beside it. */
static const char *find_settings(const struct case_folder *folder)
{
	struct bytes named = case_text(folder->json, "settings");
	if (named.data != NULL)
		return below(folder, named);
	static const char *const names[] = {"settings.conf", "../settings.conf"};
	for (size_t i = 0; i < 2; i++) {
		const char *path = below(folder, bytes_of_string(names[i]));
		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

void case_open(struct case_folder *out, const char *path, struct arena *arena)
{
	*out = (struct case_folder){.arena = arena, .path = path};
	struct bytes json = bytes_of_string("case.json");
	if (access(below(out, json), R_OK) == 0)
		out->json = parse(out, json);
	out->settings = find_settings(out);
	out->input = find_input(out);
}

struct document case_document(const struct case_folder *folder, const struct json_tree *in)
{
	struct bytes file = case_text(in, "file"), name = case_text(in, "name");
	if (in == NULL)
		file = bytes_of_string(folder->input);
	struct document document = {.name = name.data != NULL ? name : file,
		.type = case_text(in, "type"),
		.body = case_text(in, "body"),
		.status = (int32_t)case_number(in, "status", 200)};
	if (file.data != NULL)
		document.body = case_file(folder, file);
	else if (document.body.data == NULL)
		document.body = bytes_of("", 0);
	return document;
}

void *case_record(
	const struct case_folder *folder, const struct json_tree *in, const struct schema *schema)
{
	if (in == NULL || in->kind == JSON_TREE_NULL)
		return NULL;
	if (in->kind == JSON_TREE_STRING)
		in = parse(folder, in->text);
	struct problems problems;
	problems_init(&problems, folder->arena);
	void *record = arena_get(folder->arena, schema->size);
	if (!schema->from_json(record, in, &problems))
		case_bad(problems.items[0].path, bytes_of_string(problems.items[0].text));
	return record;
}
