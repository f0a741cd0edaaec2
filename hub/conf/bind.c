/* bind - fills a struct from a group of the configuration, by rows of settings. */
#include "hub/conf/bind.h"

#include <string.h>

#include "hub/base/file.h"
#include "hub/conf/words.h"

/* libconfig names a file as @include does. */
const char *bind_file(struct bind *bind, const char *file)
{
	bool is_main = file == NULL || strcmp(file, bind->path) == 0;
	return is_main ? bind->path : file_path(bind->arena, bind->folder, file);
}

struct report_place bind_place(struct bind *bind, const config_setting_t *setting)
{
	return (struct report_place){bind_file(bind, config_setting_source_file(setting)),
		(int)config_setting_source_line(setting)};
}

const struct setting *bind_row(const struct setting *rows, const char *name)
{
	for (; rows->name != NULL; rows++) {
		if (strcmp(rows->name, name) == 0)
			return rows;
	}
	return NULL;
}

/* "kafka" is the group of "kafka.bootstrap". */
static bool is_group(const struct setting *rows, const char *name)
{
	size_t size = strlen(name);
	for (; rows->name != NULL; rows++) {
		if (strncmp(rows->name, name, size) == 0 && rows->name[size] == '.')
			return true;
	}
	return false;
}

/* Compared with the names of rows, of their groups, and those beside them. */
static void refuse_name(struct bind *bind, const config_setting_t *member, const char *name,
	const struct setting *rows, const char *const *also)
{
	struct arena *arena = &bind->problems->arena;
	size_t most = words_count(also), count = 0;
	for (const struct setting *row = rows; row->name != NULL; row++)
		most += 2;
	const char **known = arena_get_array(arena, most + 1, sizeof(*known));
	for (const struct setting *row = rows; row->name != NULL; row++) {
		size_t group = strcspn(row->name, ".");
		known[count++] = row->name;
		if (row->name[group] == '.')
			known[count++] = arena_string(arena, bytes_of(row->name, group));
	}
	for (; also != NULL && *also != NULL; also++)
		known[count++] = *also;
	report_error(bind->problems, bind_place(bind, member), "%s is not a known name%s", name,
		report_hint(bind->problems, name, known));
}

static void check_names(struct bind *bind, config_setting_t *group, const char *prefix,
	const struct setting *rows, const char *const *also)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(member);
		if (prefix[0] != '\0')
			name = arena_format(&bind->problems->arena, "%s.%s", prefix, name);
		if (bind_row(rows, name) != NULL || words_have(also, name))
			continue;
		if (!is_group(rows, name))
			refuse_name(bind, member, name, rows, also);
		else if (!config_setting_is_group(member))
			report_error(bind->problems, bind_place(bind, member),
				"%s must be a group: write %s = { … };", name, name);
		else
			check_names(bind, member, name, rows, NULL);
	}
}

/* libconfig takes dots and slashes in a name as steps; names of ours have no slashes. */
static void fill(struct bind *bind, config_setting_t *group, const struct setting *row, void *out)
{
	config_setting_t *member = config_setting_lookup(group, row->name);
	if (member == NULL && row->preset == NULL)
		report_error(bind->problems, bind_place(bind, group),
			"%s is missing: it must be %s. %s", row->name,
			value_describe(&bind->problems->arena, row), row->doc);
	if (member == NULL || !value_bind(bind, row, member, out))
		value_preset(bind, row, out);
}

void bind_group(struct bind *bind, config_setting_t *group, const struct setting *rows,
	const char *const *also, void *out)
{
	check_names(bind, group, "", rows, also);
	for (const struct setting *row = rows; row->name != NULL; row++)
		fill(bind, group, row, out);
}

const char *bind_text(config_setting_t *group, const char *name)
{
	config_setting_t *member = config_setting_lookup(group, name);
	return member != NULL ? config_setting_get_string(member) : NULL;
}
