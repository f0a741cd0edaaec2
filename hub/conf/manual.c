/* manual - every setting with what it means, as a configuration that can be loaded. */
#include <string.h>

#include "hub/conf/inside.h"
#include "hub/conf/lists/list.h"

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

/* `key` is the name without its group. */
static void print_setting(
	FILE *out, struct arena *arena, const struct setting *row, const char *key)
{
	const char *indent = key != row->name ? "\t" : "", *must = "";
	const char *begin = arena_format(arena, "%s# ", indent);
	if (!value_is_plain(row))
		must = arena_format(arena, " It is %s.", value_describe(arena, row));
	print_lines(out, begin, begin,
		arena_format(
			arena, "%s%s%s", row->doc, must, row->preset == NULL ? " Required." : ""));
	const char *example = arena_format(arena, "%s-1", key);
	fprintf(out, "%s%s = %s;\n", indent, key, value_literal(arena, row, example));
}

static void print_settings(FILE *out, struct arena *arena)
{
	struct bytes group = bytes_of("", 0);
	for (const struct setting *row = settings_rows; row->name != NULL; row++) {
		const char *dot = strchr(row->name, '.');
		struct bytes next =
			bytes_of(row->name, dot != NULL ? (size_t)(dot - row->name) : 0);
		bool begins = !bytes_equal(group, next);
		if (begins && group.size > 0)
			fputs("};\n", out);
		if (row != settings_rows)
			fputc('\n', out);
		if (begins)
			fprintf(out, "%.*s = {\n", BYTES_ARG(next));
		group = next;
		print_setting(out, arena, row, dot != NULL ? dot + 1 : row->name);
	}
	if (group.size > 0)
		fputs("};\n", out);
}

static void print_list(FILE *out, struct arena *arena, const struct list *list)
{
	fputc('\n', out);
	print_lines(out, "# ", "# ", list->doc);
	for (const struct setting *row = list->rows; row->name != NULL; row++) {
		const char *preset = "";
		if (row->preset == NULL)
			preset = ", required";
		else if (row->preset[0] != '\0')
			preset = arena_format(arena, ", else %s", row->preset);
		const char *text = arena_format(arena, "%s (%s%s): %s", row->name,
			value_kind(arena, row), preset, row->doc);
		print_lines(out, "#   ", "#     ", text);
	}
}

void conf_manual(FILE *out)
{
	struct arena arena = {0};
	print_settings(out, &arena);
	for (size_t i = 0; i < LISTS; i++)
		print_list(out, &arena, list_all[i]);
	arena_done(&arena);
}
