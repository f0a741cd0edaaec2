/* route - which handler a method and a path lead to. */
#include "hub/http/server/route.h"

#include <assert.h>
#include <string.h>

static struct bytes segment_at(struct bytes path, size_t at)
{
	const uint8_t *from = path.data + at;
	const uint8_t *end = memchr(from, '/', path.size - at);
	return bytes_of(from, end == NULL ? path.size - at : (size_t)(end - from));
}

bool route_matches(const char *pattern, struct bytes path, struct bytes out[ROUTE_SEGMENTS_MAX])
{
	size_t at = 0;
	size_t segments = 0;
	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '{') {
			if (at == path.size || path.data[at++] != (uint8_t)*pattern)
				return false;
			continue;
		}
		assert(segments < ROUTE_SEGMENTS_MAX && pattern[1] == '}');
		out[segments] = segment_at(path, at);
		if (out[segments].size == 0)
			return false;
		at += out[segments++].size;
		pattern++;
	}
	return at == path.size;
}
