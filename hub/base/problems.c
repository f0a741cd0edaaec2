/* problems - all that is wrong with one input: path, text, and an example of a good value. */
#include "hub/base/problems.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void problems_init(struct problems *problems, struct arena *arena)
{
	/* The items are not cleared: this runs once per message, and most have no problem. */
	problems->arena = arena;
	problems->count = 0;
	problems_leave(problems, 0);
}

/* Adds a part whole or not at all. */
static size_t enter(struct problems *problems, const char *part, size_t size)
{
	size_t before = problems->path_size;
	size_t dot = before > 0 && part[0] != '[';
	if (before + dot + size >= sizeof(problems->path))
		return before;
	problems->path[before] = '.';
	memcpy(problems->path + before + dot, part, size);
	problems_leave(problems, before + dot + size);
	return before;
}

size_t problems_enter(struct problems *problems, const char *name)
{
	return enter(problems, name, strlen(name));
}

size_t problems_enter_place(struct problems *problems, size_t place)
{
	char part[32];
	if (place < 10)
		return enter(problems, (const char[]){'[', (char)('0' + place), ']'}, 3);
	int size = snprintf(part, sizeof(part), "[%zu]", place);
	return enter(problems, part, (size_t)size);
}

void problems_leave(struct problems *problems, size_t before)
{
	assert(before < sizeof(problems->path));
	problems->path_size = before;
	problems->path[before] = '\0';
}

static const char *path_of(struct problems *problems, const char *field)
{
	struct bytes path = bytes_of(problems->path, problems->path_size);
	if (field == NULL || field[0] == '\0')
		return arena_string(problems->arena, path);
	if (path.size == 0)
		return arena_string(problems->arena, bytes_of_string(field));
	return arena_format(problems->arena, "%s.%s", problems->path, field);
}

void problems_add(
	struct problems *problems, const char *field, const char *example, const char *format, ...)
{
	if (problems->count++ >= PROBLEMS_MAX)
		return;
	va_list arguments;
	va_start(arguments, format);
	problems->items[problems->count - 1] = (struct problem){
		.path = path_of(problems, field),
		.text = arena_format_list(problems->arena, format, arguments),
		.example = example,
	};
	va_end(arguments);
}
