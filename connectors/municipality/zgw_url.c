/* zgw_url - the URLs of a zaak system, which names itself in more than one way. */
#include "connectors/municipality/zgw_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* References are made of them, which have 200 bytes. */
#define PATH_MAX_SIZE 120

struct parts {
	struct bytes host; /* absent: not said */
	struct bytes path; /* begins with a slash if a host or root was said */
};

static struct bytes from(struct bytes text, size_t place)
{
	return bytes_of(text.data + place, text.size - place);
}

static bool starts(struct bytes text, const char *prefix)
{
	size_t size = strlen(prefix);
	return text.size >= size && strncasecmp((const char *)text.data, prefix, size) == 0;
}

static bool is_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size &&
		strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0;
}

static struct bytes without_port(struct bytes host)
{
	static const char *const ports[] = {":80", ":443"};
	for (size_t i = 0; i < 2; i++) {
		size_t size = strlen(ports[i]);
		if (host.size > size && starts(from(host, host.size - size), ports[i]))
			host.size -= size;
	}
	return host;
}

static struct parts split(struct bytes url)
{
	size_t scheme = starts(url, "http://") ? 7 : starts(url, "https://") ? 8 : 0;
	struct parts parts = {.path = url};
	if (scheme == 0)
		return parts;
	struct bytes rest = from(url, scheme);
	const uint8_t *slash = rest.size > 0 ? memchr(rest.data, '/', rest.size) : NULL;
	size_t size = slash != NULL ? (size_t)(slash - rest.data) : rest.size;
	parts.host = without_port(bytes_of(rest.data, size));
	parts.path = from(rest, size);
	return parts;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c != 0 && strchr("-._~", c) != NULL);
}

/* No segment is empty or leads upwards, and nothing of a query is in it. */
static bool is_path(struct bytes path)
{
	size_t begin = 0;
	if (path.size == 0 || path.size > PATH_MAX_SIZE)
		return false;
	for (size_t i = 0; i <= path.size; i++) {
		if (i < path.size && path.data[i] != '/') {
			if (!is_plain(path.data[i]))
				return false;
			continue;
		}
		struct bytes segment = bytes_of(path.data + begin, i - begin);
		if (segment.size == 0 || bytes_equal_string(segment, ".") ||
			bytes_equal_string(segment, ".."))
			return false;
		begin = i + 1;
	}
	return true;
}

static struct bytes trimmed(const char *base)
{
	struct bytes text = bytes_of_string(base);
	while (text.size > 0 && text.data[text.size - 1] == '/')
		text.size--;
	return text;
}

struct bytes zgw_url_below(const char *base, struct bytes url)
{
	const struct bytes none = {0};
	if (base == NULL || url.size == 0)
		return none;
	struct parts home = split(trimmed(base)), parts = split(url);
	struct bytes path = parts.path;
	if (parts.host.data != NULL && !is_equal(parts.host, home.host))
		return none;
	if (path.size > 0 && path.data[0] == '/') {
		size_t size = home.path.size;
		if (path.size <= size || memcmp(path.data, home.path.data, size) != 0 ||
			path.data[size] != '/')
			return none;
		path = from(path, size + 1);
	}
	return is_path(path) ? path : none;
}

struct bytes zgw_url_at(struct arena *arena, const char *base, struct bytes path)
{
	return bytes_of_string(
		arena_format(arena, "%.*s/%.*s", BYTES_ARG(trimmed(base)), BYTES_ARG(path)));
}

struct bytes zgw_url_last(struct bytes path)
{
	size_t at = path.size;
	if (at == 0)
		return path;
	while (at > 0 && path.data[at - 1] != '/')
		at--;
	return from(path, at);
}

struct bytes zgw_url_escape(struct arena *arena, struct bytes text)
{
	char *out = arena_get(arena, 3 * text.size + 1), *at = out;
	for (size_t i = 0; i < text.size; i++)
		if (is_plain(text.data[i]))
			*at++ = (char)text.data[i];
		else
			at += sprintf(at, "%%%02X", text.data[i]);
	return bytes_of(out, (size_t)(at - out));
}
