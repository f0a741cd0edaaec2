/* report - collects what is wrong with a configuration, each with its place. */
#include "hub/conf/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/base/nearest.h"

static void add(struct conf_problems *problems, struct conf_problem problem)
{
	if (problems->count == problems->capacity) {
		problems->capacity = problems->capacity > 0 ? 2 * problems->capacity : 16;
		size_t size = memory_product(problems->capacity, sizeof(*problems->items));
		problems->items = memory_resize(problems->items, size);
	}
	problem.file = arena_string(&problems->arena, bytes_of_string(problem.file));
	problems->items[problems->count++] = problem;
	problems->errors += problem.warning ? 0 : 1;
}

PRINTF_LIKE(2, 0)
static const char *one_line(struct arena *arena, const char *format, va_list arguments)
{
	char *text = arena_format_list(arena, format, arguments);
	for (char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
	return text;
}

void report_error(
	struct conf_problems *problems, struct report_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = one_line(&problems->arena, format, arguments);
	va_end(arguments);
	add(problems, (struct conf_problem){place.file, place.line, false, text});
}

void report_warning(
	struct conf_problems *problems, struct report_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = one_line(&problems->arena, format, arguments);
	va_end(arguments);
	add(problems, (struct conf_problem){place.file, place.line, true, text});
}

const char *report_hint(struct conf_problems *problems, const char *word, const char *const *words)
{
	const char *meant = nearest_word(word, words);
	return meant != NULL ? arena_format(&problems->arena, "; did you mean %s?", meant) : "";
}

static int compare(const void *a, const void *b)
{
	const struct conf_problem *left = a, *right = b;
	int order = strcmp(left->file, right->file);
	if (order == 0)
		order = (left->line > right->line) - (left->line < right->line);
	return order != 0 ? order : strcmp(left->text, right->text);
}

void report_sort(struct conf_problems *problems)
{
	if (problems->count > 0)
		qsort(problems->items, problems->count, sizeof(*problems->items), compare);
}

void conf_problems_print(const struct conf_problems *problems, FILE *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct conf_problem *problem = &problems->items[i];
		fputs(problem->file, out);
		if (problem->line > 0)
			fprintf(out, ":%d", problem->line);
		fprintf(out, ": %s%s\n", problem->warning ? "warning: " : "", problem->text);
	}
}

void conf_problems_done(struct conf_problems *problems)
{
	free(problems->items);
	arena_done(&problems->arena);
	*problems = (struct conf_problems){0};
}
