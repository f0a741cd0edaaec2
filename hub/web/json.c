/* json - the text of a JSON object, for an answer. */
#include "hub/web/json.h"

#include <json-c/json.h>

struct bytes json_text(struct json_object *object, struct arena *arena)
{
	size_t size = 0;
	const char *text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
	return arena_copy(arena, bytes_of(text, size));
}
