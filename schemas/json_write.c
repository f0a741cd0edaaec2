/* json_write - any record as JSON, from the rows of its schema. */
#include <json-c/json.h>
#include <sodium.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "hub/base/clock.h"
#include "schemas/tables.h"

static struct json_object *date_json(int32_t days)
{
	char text[11];

	if (days < CLOCK_FIRST_DATE || days > CLOCK_LAST_DATE)
		return json_object_new_int(days);
	clock_date_to_text(days, text);
	return json_object_new_string(text);
}

static struct json_object *time_json(int64_t epoch_ms)
{
	char text[25];

	if (epoch_ms < CLOCK_FIRST_MS || epoch_ms > CLOCK_LAST_MS)
		return json_object_new_int64(epoch_ms);
	clock_to_text(epoch_ms, text);
	return json_object_new_string(text);
}

/* JSON is UTF-8; what is not becomes U+FFFD, byte by byte. */
static struct json_object *repaired_json(struct bytes text)
{
	struct buffer buffer = {0};
	struct json_object *out;

	for (size_t i = 0; i < text.size;) {
		int32_t character;
		ssize_t size =
			utf8proc_iterate(text.data + i, (ssize_t)(text.size - i), &character);
		if (size > 0)
			buffer_add(&buffer, text.data + i, (size_t)size);
		else
			buffer_add_string(&buffer, "\xef\xbf\xbd");
		i += size > 0 ? (size_t)size : 1;
	}
	out = json_object_new_string_len((const char *)buffer.data, (int)buffer.size);
	buffer_done(&buffer);
	return out;
}

static struct json_object *string_json(struct bytes text)
{
	if (!bytes_is_utf8(text))
		return repaired_json(text);
	return json_object_new_string_len((const char *)text.data, (int)text.size);
}

static struct json_object *base64_json(struct bytes bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.size, sodium_base64_VARIANT_ORIGINAL);
	struct buffer buffer = {0};
	struct json_object *out;

	buffer_reserve(&buffer, size);
	sodium_bin2base64(
		(char *)buffer.data, size, bytes.data, bytes.size, sodium_base64_VARIANT_ORIGINAL);
	out = json_object_new_string((const char *)buffer.data);
	buffer_done(&buffer);
	return out;
}

static struct json_object *fixed_json(const struct field *field, const uint8_t *data)
{
	char uuid[37];
	struct buffer hex = {0};
	struct json_object *out;

	if (field->form == FORM_UUID) {
		bytes_to_uuid(data, uuid);
		return json_object_new_string(uuid);
	}
	buffer_reserve(&hex, 2 * field->fixed_size + 1);
	bytes_to_hex(bytes_of(data, field->fixed_size), (char *)hex.data);
	out = json_object_new_string((const char *)hex.data);
	buffer_done(&hex);
	return out;
}

static struct json_object *value_json(const struct field *field, const void *at)
{
	switch (field->kind) {
	case FIELD_BOOLEAN:
		return json_object_new_boolean(*(const bool *)at);
	case FIELD_INT:
		return field->form == FORM_DATE ? date_json(*(const int32_t *)at)
						: json_object_new_int(*(const int32_t *)at);
	case FIELD_LONG:
		return field->form == FORM_TIME ? time_json(*(const int64_t *)at)
						: json_object_new_int64(*(const int64_t *)at);
	case FIELD_STRING:
		return string_json(*(const struct bytes *)at);
	case FIELD_BYTES:
		return base64_json(*(const struct bytes *)at);
	case FIELD_FIXED:
		return fixed_json(field, at);
	case FIELD_ENUM:
		return json_object_new_string(symbol_name(field->symbols, field_enum(at)));
	case FIELD_RECORD:
		return record_to_json(field->branches[0].record, at);
	case FIELD_UNION:
		break;
	}
	abort();
}

static struct json_object *array_json(const struct field *field, const void *record)
{
	size_t count = field_count(field, record);
	struct json_object *out = json_object_new_array_ext((int)count);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(out, value_json(field, field_item(field, record, i)));
	return out;
}

static struct json_object *union_json(const struct field *field, const void *record)
{
	struct json_object *out = json_object_new_object();

	for (size_t i = 0; i < field->branch_count; i++) {
		const struct branch *branch = &field->branches[i];
		const void *inner = field_branch(branch, record);
		if (inner != NULL)
			json_object_object_add(
				out, branch->record->name, record_to_json(branch->record, inner));
	}
	return out;
}

struct json_object *record_to_json(const struct record *record, const void *in)
{
	struct json_object *out = json_object_new_object();

	for (size_t i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];
		struct json_object *value;
		if (field->kind == FIELD_UNION)
			value = union_json(field, in);
		else if (field->presence == FIELD_ARRAY)
			value = array_json(field, in);
		else if (field_value(field, in) == NULL)
			continue;
		else
			value = value_json(field, field_value(field, in));
		json_object_object_add_ex(out, field->name, value,
			JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
	}
	return out;
}
