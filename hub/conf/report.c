/* report - collects what is wrong with a configuration, each with its place. */
#include "hub/conf/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/base/nearest.h"

static void keep_one_line(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

static struct conf_problem *add(struct conf_problems *problems, struct report_place place)
{
	if (problems->count == problems->capacity) {
		problems->capacity = problems->capacity > 0 ? 2 * problems->capacity : 16;
		size_t size = memory_product(problems->capacity, sizeof(*problems->items));
		problems->items = memory_resize(problems->items, size);
	}
	struct conf_problem *problem = &problems->items[problems->count++];
	const char *file = arena_string(&problems->arena, bytes_of_string(place.file));
	*problem = (struct conf_problem){.file = file, .line = place.line};
	return problem;
}

void report_error(
	struct conf_problems *problems, struct report_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = arena_format_list(&problems->arena, format, arguments);
	va_end(arguments);
	keep_one_line(text);
	add(problems, place)->text = text;
	problems->errors++;
}

void report_warning(
	struct conf_problems *problems, struct report_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = arena_format_list(&problems->arena, format, arguments);
	va_end(arguments);
	keep_one_line(text);
	struct conf_problem *problem = add(problems, place);
	problem->text = text;
	problem->warning = true;
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
