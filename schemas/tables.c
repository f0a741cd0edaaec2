/* tables - names and numbers of enum symbols. */
#include "schemas/tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *symbol_name(const struct symbols *symbols, unsigned value)
{
	assert(value < symbols->count);
	return symbols->names[value];
}

bool symbol_find(const struct symbols *symbols, struct bytes name, unsigned *out)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (name.size > 0 && symbols->names[i][0] == (char)name.data[0] &&
			bytes_equal_string(name, symbols->names[i])) {
			*out = (unsigned)i;
			return true;
		}
	return false;
}

const void *field_value(const struct field *field, const void *record)
{
	const void *at = field_at(record, field->offset);

	if (field->presence != FIELD_OPTIONAL)
		return at;
	switch (field->kind) {
	case FIELD_STRING:
	case FIELD_BYTES:
		return ((const struct bytes *)at)->data != NULL ? at : NULL;
	case FIELD_RECORD:
		return *(const void *const *)at;
	case FIELD_BOOLEAN:
	case FIELD_INT:
	case FIELD_LONG:
	case FIELD_FIXED:
	case FIELD_ENUM:
		return *(const bool *)field_at(record, field->also) ? at : NULL;
	case FIELD_UNION:
		break;
	}
	abort();
}

const struct field *record_find_field(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->count; i++)
		if (strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	return NULL;
}
