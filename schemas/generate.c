/* generate - makes typed C from the Avro schemas: generate FOLDER FILE… [--parts FILE…]. */
#include "schemas/generate.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail(const char *format, ...)
{
	va_list args;

	fputs("generate: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void *keep(size_t count, size_t size)
{
	void *memory = calloc(count > 0 ? count : 1, size);

	if (memory == NULL)
		abort();
	return memory;
}

char *keep_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}

static bool is_keyword(const char *word)
{
	static const char *const keywords[] = {"auto", "bool", "break", "case", "char", "const",
		"continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
		"goto", "if", "inline", "int", "long", "register", "restrict", "return", "short",
		"signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned",
		"void", "volatile", "while"};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(word, keywords[i]) == 0)
			return true;
	return false;
}

char *snake_case(const char *name)
{
	char *out = keep(2 * strlen(name) + 2, 1), *at = out;

	for (const char *from = name; *from != '\0'; from++) {
		if (isupper((unsigned char)*from) && from > name &&
			!isupper((unsigned char)from[-1]))
			*at++ = '_';
		*at++ = (char)tolower((unsigned char)*from);
	}
	if (is_keyword(out))
		*at = '_';
	return out;
}

char *upper_case(const char *name)
{
	char *out = keep_format("%s", name);

	for (char *at = out; *at != '\0'; at++)
		*at = (char)toupper((unsigned char)*at);
	return out;
}

const char *json_text(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (object == NULL || !json_object_object_get_ex(object, name, &value))
		return NULL;
	return json_object_get_string(value);
}

void fill(FILE *out, const char *template, ...)
{
	const char *values[10] = {NULL};
	int count = 0;
	va_list args;

	for (const char *at = template; (at = strchr(at, '$')) != NULL; at++)
		if (at[1] - '0' >= count)
			count = at[1] - '0' + 1;
	va_start(args, template);
	for (int i = 0; i < count; i++)
		values[i] = va_arg(args, const char *);
	va_end(args);
	for (; *template != '\0'; template ++)
		if (*template == '$')
			fputs(values[*++template - '0'], out);
		else
			fputc(*template, out);
}

void write_c_string(FILE *out, const char *text)
{
	if (text == NULL) {
		fputs("NULL", out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static size_t record_minimum(const struct named *record)
{
	size_t sum = 0;

	for (size_t i = 0; i < record->count; i++)
		sum += record->fields[i].optional ? 1 : type_minimum(record->fields[i].type);
	return sum;
}

size_t type_minimum(const struct type *type)
{
	size_t least = SIZE_MAX;

	switch (type->kind) {
	case FIXED:
		return type->named->count;
	case RECORD:
		return record_minimum(type->named);
	case UNION:
		for (size_t i = 0; i < type->branch_count; i++)
			if (record_minimum(type->branches[i]) < least)
				least = record_minimum(type->branches[i]);
		return 1 + least;
	case BOOLEAN:
	case INT:
	case LONG:
	case STRING:
	case BYTES:
	case ENUM:
	case ARRAY:
		return 1;
	}
	abort();
}

static void write_file(const char *folder, const char *name,
	void generator(FILE *, const struct model *), const struct model *model)
{
	char *path = keep_format("%s/%s", folder, name);
	FILE *out = fopen(path, "w");

	if (out == NULL)
		fail("%s: cannot be written", path);
	generator(out, model);
	if (ferror(out) || fclose(out) != 0)
		fail("%s: cannot be written", path);
}

int main(int argc, char **argv)
{
	static struct model model;
	size_t count = 0, whole = SIZE_MAX;

	if (argc < 3)
		fail("generate FOLDER FILE… [--parts FILE…]");
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--parts") == 0)
			whole = count;
		else
			argv[2 + count++] = argv[i];
	}
	load_files(argv + 2, count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *schema = load_inlined(i);
		if (schema != NULL)
			model_add(&model, schema, i >= whole);
	}
	write_file(argv[1], "types.h", generate_header, &model);
	write_file(argv[1], "types_encode.c", generate_encoder, &model);
	write_file(argv[1], "types_decode.c", generate_decoder, &model);
	write_file(argv[1], "types_tables.c", generate_tables, &model);
	return 0;
}
