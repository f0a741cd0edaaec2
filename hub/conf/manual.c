/* manual - every setting with what it means, as a configuration that can be loaded. */
#include <string.h>

#include "hub/conf/lists/list.h"
#include "hub/conf/settings.h"
#include "hub/conf/value.h"

enum { WIDTH = 92 };

/* In comment lines of at most WIDTH letters. */
static void print_comment(FILE *out, const char *indent, const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		size_t size = strcspn(text, " ");
		if (column > 0 && column + 1 + size > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%s%s%.*s", column == 0 ? indent : "", column == 0 ? "# " : " ",
			(int)size, text);
		column += size + 1;
		text += size;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static const char *key_of(const struct setting *row)
{
	const char *dot = strchr(row->name, '.');
	return dot != NULL ? dot + 1 : row->name;
}

static void print_words(FILE *out, const char *preset)
{
	const char *between = " ";
	fputs("[", out);
	while (*preset != '\0') {
		size_t size = strcspn(preset, " ");
		fprintf(out, "%s\"%.*s\"", between, (int)size, preset);
		preset += size;
		preset += strspn(preset, " ");
		between = ", ";
	}
	fputs(" ]", out);
}

static void print_pairs(FILE *out, const char *preset)
{
	const char *between = " ";
	fputs("(", out);
	while (*preset != '\0') {
		size_t name = strcspn(preset, " ");
		const char *value = preset + name + strspn(preset + name, " ");
		size_t size = strcspn(value, " ");
		fprintf(out, "%s( \"%.*s\", \"%.*s\" )", between, (int)name, preset, (int)size,
			value);
		preset = value + size + strspn(value + size, " ");
		between = ", ";
	}
	fputs(" )", out);
}

static void print_preset(FILE *out, const struct setting *row)
{
	switch (row->type) {
	case SETTING_INT:
	case SETTING_LONG:
	case SETTING_BOOL:
		fputs(row->preset, out);
		return;
	case SETTING_CHOICES:
	case SETTING_STRINGS:
	case SETTING_CODES:
		print_words(out, row->preset);
		return;
	case SETTING_PAIRS:
	case SETTING_SECRET_PAIRS:
		print_pairs(out, row->preset);
		return;
	case SETTING_STRING:
	case SETTING_FORMAT:
	case SETTING_CODE:
	case SETTING_FILE:
	case SETTING_SECRET:
	case SETTING_DATE:
	case SETTING_CHOICE:
		break;
	}
	if (row->preset != NULL)
		fprintf(out, "\"%s\"", row->preset);
	else
		fprintf(out, "\"%s-1\"", key_of(row));
}

/* Of texts and files the value itself says enough. */
static bool is_telling(const struct setting *row)
{
	return row->type != SETTING_STRING && row->type != SETTING_FILE &&
		row->type != SETTING_SECRET && row->type != SETTING_PAIRS &&
		row->type != SETTING_SECRET_PAIRS;
}

static void print_setting(FILE *out, struct arena *arena, const struct setting *row)
{
	const char *indent = strchr(row->name, '.') != NULL ? "\t" : "";
	const char *needed = row->preset == NULL ? " Required." : "";
	const char *must = "";
	if (is_telling(row))
		must = arena_format(arena, " It is %s.", value_describe(arena, row));
	print_comment(out, indent, arena_format(arena, "%s%s%s", row->doc, must, needed));
	fprintf(out, "%s%s = ", indent, key_of(row));
	print_preset(out, row);
	fputs(";\n", out);
}

/* The group that a row is in; "" at the top. */
static struct bytes group_of(const struct setting *row)
{
	const char *dot = row->name != NULL ? strchr(row->name, '.') : NULL;
	return bytes_of(row->name, dot != NULL ? (size_t)(dot - row->name) : 0);
}

static void print_settings(FILE *out, struct arena *arena)
{
	struct bytes group = bytes_of("", 0);
	for (const struct setting *row = settings_rows; row->name != NULL; row++) {
		struct bytes next = group_of(row);
		bool begins = !bytes_equal(group, next);
		if (begins && group.size > 0)
			fputs("};\n", out);
		if (row != settings_rows)
			fputc('\n', out);
		if (begins)
			fprintf(out, "%.*s = {\n", BYTES_ARG(next));
		group = next;
		print_setting(out, arena, row);
	}
	if (group.size > 0)
		fputs("};\n", out);
}

static void print_list(FILE *out, struct arena *arena, const struct list_doc *list)
{
	fputc('\n', out);
	print_comment(out, "", list->doc);
	for (const struct setting *row = list->rows; row->name != NULL; row++) {
		const char *needed = row->preset == NULL ? ", required" : "";
		fprintf(out, "#   %s: %s%s. %s\n", row->name, value_describe(arena, row), needed,
			row->doc);
	}
}

void conf_manual(FILE *out)
{
	struct arena arena = {0};
	print_settings(out, &arena);
	for (const struct list_doc *list = list_docs; list->name != NULL; list++)
		print_list(out, &arena, list);
	arena_done(&arena);
}
