/* url - which http and https URLs lie below which, so that credentials go nowhere else. */
#include "hub/http/client/url.h"

#include <string.h>
#include <strings.h>

enum { MOST = 8192 };

static bool starts(struct bytes text, const char *with)
{
	size_t size = strlen(with);
	return text.size >= size && strncasecmp((const char *)text.data, with, size) == 0;
}

static struct bytes cut(struct bytes text, size_t from, size_t to)
{
	return bytes_of(text.data + from, to - from);
}

/* The place of the first of the letters, or the end. */
static size_t find(struct bytes text, const char *letters)
{
	size_t at = 0;
	while (at < text.size && strchr(letters, text.data[at]) == NULL)
		at++;
	return at;
}

/* Visible ASCII, and nothing that one program takes for a separator and another does not. */
static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~' ||
			strchr("\\\"<>^`{|}#", text.data[i]) != NULL)
			return false;
	}
	return text.size <= MOST;
}

/* The letter at the place, %-decoded, and the place behind it; -1: badly coded. */
static int decode(struct bytes text, size_t *at)
{
	uint8_t letter = 0;
	if (text.data[*at] != '%')
		return text.data[(*at)++];
	if (*at + 3 > text.size || !bytes_from_hex(cut(text, *at + 1, *at + 3), &letter, 1))
		return -1;
	*at += 3;
	return letter;
}

/* Dots are counted in each segment that anybody could see; a coded slash ends one too. */
static bool path_is_straight(struct bytes path)
{
	size_t dots = 0, others = 0;
	for (size_t at = 0; at < path.size;) {
		int letter = decode(path, &at);
		if (letter <= 0)
			return false;
		if (letter == '/' || letter == '\\') {
			if (others == 0 && (dots == 1 || dots == 2))
				return false;
			dots = others = 0;
		} else if (letter == '.') {
			dots++;
		} else {
			others++;
		}
	}
	return others > 0 || (dots != 1 && dots != 2);
}

static bool read_port(struct bytes digits, int32_t *out)
{
	int64_t port = 0;
	if (!bytes_to_int64(digits, &port) || port < 1 || port > 65535)
		return false;
	*out = (int32_t)port;
	return true;
}

/* "host", "host:port", "[v6]:port". */
static bool read_authority(struct bytes text, struct url *url)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	bool is_6 = text.size > 0 && text.data[0] == '[';
	size_t end = is_6 ? find(text, "]") + 1 : find(text, ":");
	if (end > text.size || end == 0)
		return false;
	url->host = cut(text, 0, end);
	struct bytes name = is_6 ? cut(text, 1, end - 1) : url->host;
	for (size_t i = 0; i < name.size; i++) {
		const char *allowed = is_6 ? "0123456789abcdefABCDEF:." : letters;
		if (strchr(allowed, name.data[i]) == NULL)
			return false;
	}
	if (end == text.size)
		return name.size > 0;
	return name.size > 0 && text.data[end] == ':' &&
		read_port(cut(text, end + 1, text.size), &url->port);
}

bool url_parse(struct bytes text, struct url *out)
{
	struct url url = {.is_secure = starts(text, "https://")};
	if (!is_plain(text) || !(url.is_secure || starts(text, "http://")))
		return false;
	url.port = url.is_secure ? 443 : 80;
	struct bytes rest = cut(text, url.is_secure ? 8 : 7, text.size);
	size_t end = find(rest, "/?");
	if (!read_authority(cut(rest, 0, end), &url))
		return false;
	rest = cut(rest, end, rest.size);
	end = find(rest, "?");
	url.path = cut(rest, 0, end);
	if (end < rest.size)
		url.query = cut(rest, end, rest.size);
	if (!path_is_straight(url.path))
		return false;
	*out = url;
	return true;
}

static bool continues(const struct url *url, const struct url *base)
{
	size_t size = base->path.size;
	while (size > 0 && base->path.data[size - 1] == '/')
		size--;
	return url->is_secure == base->is_secure && url->port == base->port &&
		url->host.size == base->host.size &&
		strncasecmp((const char *)url->host.data, (const char *)base->host.data,
			base->host.size) == 0 &&
		url->path.size >= size && memcmp(url->path.data, base->path.data, size) == 0 &&
		(url->path.size == size || url->path.data[size] == '/');
}

static bool is_below(const struct url *url, const char *base)
{
	struct url parsed;
	return url_parse(bytes_of_string(base), &parsed) && continues(url, &parsed);
}

/* A colon before any slash makes a scheme. */
static bool is_whole(struct bytes reference)
{
	size_t at = find(reference, ":/?");
	return at < reference.size && reference.data[at] == ':';
}

static const char *join(const char *base, struct bytes reference, struct arena *arena)
{
	size_t size = strlen(base);
	const char *origin_end = strchr(strstr(base, "://") + 3, '/');
	if (reference.size == 0)
		return base;
	if (is_whole(reference))
		return arena_string(arena, reference);
	if (reference.data[0] == '/' && origin_end != NULL)
		size = (size_t)(origin_end - base);
	while (size > 0 && base[size - 1] == '/')
		size--;
	const char *between = reference.data[0] == '/' || reference.data[0] == '?' ? "" : "/";
	return arena_format(arena, "%.*s%s%.*s", (int)size, base, between, BYTES_ARG(reference));
}

enum outcome url_resolve(const struct url_roots *roots, struct bytes reference, struct arena *arena,
	const char **out, struct err *err)
{
	struct url url;
	bool is_elsewhere = starts(reference, "//") || !is_plain(reference);
	const char *joined = is_elsewhere ? "" : join(roots->base, reference, arena);
	if (!url_parse(bytes_of_string(joined), &url))
		return err_set(err, REJECT, "the URL is not of the form that is asked for");
	bool fine = is_below(&url, roots->base);
	const char *const *also = is_whole(reference) ? roots->also : NULL;
	for (; !fine && also != NULL && *also != NULL; also++)
		fine = is_below(&url, *also);
	if (!fine)
		return err_set(err, REJECT, "the URL does not lie below the endpoint's");
	*out = joined;
	return OK;
}

const char *url_host(const char *host, struct arena *arena)
{
	bool is_bare = strchr(host, ':') != NULL && host[0] != '[';
	return is_bare ? arena_format(arena, "[%s]", host) : host;
}
