/* json - members put into a JSON object, and its text, for an answer. */
#include "hub/web/json.h"

#include <json-c/json.h>

#include "hub/base/clock.h"

void json_put_bytes(struct json_object *object, const char *name, struct bytes text)
{
	if (text.data != NULL)
		json_object_object_add(object, name,
			json_object_new_string_len((const char *)text.data, (int)text.size));
}

void json_put_text(struct json_object *object, const char *name, const char *text)
{
	json_put_bytes(object, name, bytes_of_string(text));
}

void json_put_time(struct json_object *object, const char *name, int64_t at)
{
	char text[25];
	clock_to_text(at, text);
	json_put_text(object, name, at != 0 ? text : NULL);
}

void json_put_date(struct json_object *object, const char *name, int32_t days)
{
	char text[11];
	clock_date_to_text(days, text);
	json_put_text(object, name, text);
}

void json_put_uuid(struct json_object *object, const char *name, const uint8_t uuid[16])
{
	char text[37];
	bytes_to_uuid(uuid, text);
	json_put_text(object, name, text);
}

void json_put_flag(struct json_object *object, const char *name, bool is)
{
	json_object_object_add(object, name, json_object_new_boolean(is));
}

void json_put_number(struct json_object *object, const char *name, int64_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

struct json_object *json_put_object(struct json_object *object, const char *name)
{
	struct json_object *inner = json_object_new_object();
	json_object_object_add(object, name, inner);
	return inner;
}

struct json_object *json_put_array(struct json_object *object, const char *name)
{
	struct json_object *array = json_object_new_array();
	json_object_object_add(object, name, array);
	return array;
}

void json_put_parsed(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_tokener_parse(text));
}

void json_add_text(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

void json_add_texts(struct json_object *array, const char *const *texts)
{
	for (; texts != NULL && *texts != NULL; texts++)
		json_add_text(array, *texts);
}

struct bytes json_text(struct json_object *object, struct arena *arena)
{
	size_t size = 0;
	const char *text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
	return arena_copy(arena, bytes_of(text, size));
}
