/* header - what HTTP headers, paths and queries say, in the forms that we take. */
#include "hub/http/server/header.h"

#include <string.h>
#include <strings.h>

static struct bytes trim(struct bytes text)
{
	while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = bytes_of(text.data + 1, text.size - 1);
	while (text.size > 0 &&
		(text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/* Takes what stands before the next separator off the front, trimmed; false: nothing is left. */
static bool next_part(struct bytes *rest, char separator, struct bytes *part)
{
	if (rest->data == NULL)
		return false;
	const uint8_t *end = memchr(rest->data, separator, rest->size);
	size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
	*part = trim(bytes_of(rest->data, size));
	*rest = end == NULL ? (struct bytes){0} : bytes_of(end + 1, rest->size - size - 1);
	return true;
}

static bool same_word(struct bytes text, const char *word)
{
	return text.size == strlen(word) &&
		strncasecmp((const char *)text.data, word, text.size) == 0;
}

/* "name=value" or "name="value""; absent: another name. */
static struct bytes value_of(struct bytes parameter, const char *name)
{
	struct bytes key;
	if (!next_part(&parameter, '=', &key) || !same_word(key, name) || parameter.data == NULL)
		return (struct bytes){0};
	struct bytes value = trim(parameter);
	if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
		value = bytes_of(value.data + 1, value.size - 2);
	return value;
}

bool header_is_type(struct bytes content_type, const char *type)
{
	struct bytes part;
	if (!next_part(&content_type, ';', &part) || !same_word(part, type))
		return false;
	while (next_part(&content_type, ';', &part)) {
		struct bytes charset = value_of(part, "charset");
		if (charset.data != NULL && !same_word(charset, "utf-8"))
			return false;
	}
	return true;
}

/* The range is the type itself, all of its main type, or anything. */
static bool range_holds(struct bytes range, const char *type)
{
	size_t main_size = (size_t)(strchr(type, '/') - type) + 1;
	if (same_word(range, type) || same_word(range, "*/*"))
		return true;
	return range.size == main_size + 1 && range.data[main_size] == '*' &&
		strncasecmp((const char *)range.data, type, main_size) == 0;
}

static bool is_zero(struct bytes quality)
{
	for (size_t i = 0; i < quality.size; i++)
		if (quality.data[i] != '0' && quality.data[i] != '.')
			return false;
	return quality.size > 0;
}

/* Exactly the type beats its wider ranges, so that "text/html, application/json;q=0" refuses. */
bool header_accepts(struct bytes accept, const char *type)
{
	bool accepts = accept.data == NULL || trim(accept).size == 0;
	size_t best = 0;
	struct bytes item;
	while (next_part(&accept, ',', &item)) {
		struct bytes range;
		struct bytes parameter;
		bool refused = false;
		if (!next_part(&item, ';', &range) || !range_holds(range, type))
			continue;
		while (next_part(&item, ';', &parameter))
			refused = refused || is_zero(value_of(parameter, "q"));
		if (range.size < best)
			continue;
		best = range.size;
		accepts = !refused;
	}
	return accepts;
}

int32_t header_prefer_wait(struct bytes prefer)
{
	struct bytes part;
	while (next_part(&prefer, ',', &part)) {
		struct bytes preference;
		int64_t seconds;
		if (!next_part(&part, ';', &preference))
			continue;
		struct bytes value = value_of(preference, "wait");
		if (value.data != NULL && bytes_to_int64(value, &seconds) && seconds >= 0)
			return seconds > INT32_MAX ? INT32_MAX : (int32_t)seconds;
	}
	return 0;
}

struct bytes header_bearer(struct bytes authorization)
{
	static const char scheme[] = "Bearer ";
	size_t size = sizeof(scheme) - 1;
	if (authorization.size <= size ||
		strncasecmp((const char *)authorization.data, scheme, size) != 0)
		return (struct bytes){0};
	struct bytes token = trim(bytes_of(authorization.data + size, authorization.size - size));
	return token.size > 0 ? token : (struct bytes){0};
}

static bool is_lower_hex(struct bytes text, bool *only_zeros)
{
	*only_zeros = true;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		*only_zeros = *only_zeros && c == '0';
	}
	return true;
}

bool header_is_trace(struct bytes traceparent)
{
	static const struct {
		size_t from, size;
		bool may_be_zero;
	} parts[] = {{0, 2, true}, {3, 32, false}, {36, 16, false}, {53, 2, true}};
	if (traceparent.size != 55 || memcmp(traceparent.data, "00-", 3) != 0 ||
		traceparent.data[35] != '-' || traceparent.data[52] != '-')
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		bool only_zeros;
		struct bytes part = bytes_of(traceparent.data + parts[i].from, parts[i].size);
		if (!is_lower_hex(part, &only_zeros) || (only_zeros && !parts[i].may_be_zero))
			return false;
	}
	return true;
}

struct bytes header_unescape(struct bytes text, struct arena *arena)
{
	uint8_t *out = arena_get(arena, text.size + 1);
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++, size++) {
		out[size] = text.data[i];
		if (text.data[i] != '%')
			continue;
		if (i + 2 >= text.size ||
			!bytes_from_hex(bytes_of(text.data + i + 1, 2), &out[size], 1) ||
			out[size] == 0)
			return (struct bytes){0};
		i += 2;
	}
	return bytes_of(out, size);
}

/* Weak comparison, as for reading: W/"x" is "x". Our tags hold no comma. */
bool header_has_tag(struct bytes if_none_match, const char *tag)
{
	struct bytes part;
	while (next_part(&if_none_match, ',', &part)) {
		if (part.size > 2 && part.data[0] == 'W' && part.data[1] == '/')
			part = bytes_of(part.data + 2, part.size - 2);
		if (bytes_equal_string(part, tag) || bytes_equal_string(part, "*"))
			return true;
	}
	return false;
}
