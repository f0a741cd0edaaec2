/* manual - every setting with what it means, as a configuration that can be loaded. */
#include <string.h>

#include "hub/conf/lists/list.h"
#include "hub/conf/settings.h"
#include "hub/conf/value.h"

enum { WIDTH = 92 };

/* In lines of at most about WIDTH letters, the first beginning with `first`, the others with
 * `next`. */
static void print_lines(FILE *out, const char *first, const char *next, const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		size_t size = strcspn(text, " ");
		if (column > 0 && column + 1 + size > WIDTH) {
			fprintf(out, "\n%s", next);
			column = 0;
		} else {
			fputs(column == 0 ? first : " ", out);
		}
		fprintf(out, "%.*s", (int)size, text);
		column += size + 1;
		text += size;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_comment(FILE *out, const char *indent, const char *text)
{
	const char *begin = indent[0] != '\0' ? "\t# " : "# ";
	print_lines(out, begin, begin, text);
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

static const char *join(struct arena *arena, const char *const *words)
{
	const char *text = words[0];
	for (words++; *words != NULL; words++)
		text = arena_format(arena, "%s | %s", text, *words);
	return text;
}

/* In a word or two, where value_describe would say it whole. */
static const char *kind_of(struct arena *arena, const struct setting *row)
{
	switch (row->type) {
	case SETTING_STRING:
		return "text";
	case SETTING_FORMAT:
		return row->choices[0];
	case SETTING_CODE:
		return arena_format(arena, "code of %s", row->choices[0]);
	case SETTING_FILE:
	case SETTING_SECRET:
		return "file";
	case SETTING_INT:
	case SETTING_LONG:
		return "number";
	case SETTING_BOOL:
		return "true | false";
	case SETTING_DATE:
		return "date";
	case SETTING_CHOICE:
	case SETTING_CHOICES:
		return join(arena, row->choices);
	case SETTING_STRINGS:
		return "texts";
	case SETTING_CODES:
		return arena_format(arena, "codes of %s", row->choices[0]);
	case SETTING_PAIRS:
	case SETTING_SECRET_PAIRS:
		break;
	}
	return "pairs";
}

static void print_list(FILE *out, struct arena *arena, const struct list_doc *list)
{
	fputc('\n', out);
	print_comment(out, "", list->doc);
	for (const struct setting *row = list->rows; row->name != NULL; row++) {
		const char *preset = "";
		if (row->preset == NULL)
			preset = ", required";
		else if (row->preset[0] != '\0')
			preset = arena_format(arena, ", else %s", row->preset);
		const char *text = arena_format(
			arena, "%s (%s%s): %s", row->name, kind_of(arena, row), preset, row->doc);
		print_lines(out, "#   ", "#     ", text);
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
