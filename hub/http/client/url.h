/* url - which http and https URLs lie below which, so that credentials go nowhere else. */
#ifndef HUB_HTTP_CLIENT_URL_H
#define HUB_HTTP_CLIENT_URL_H

#include "hub/base/arena.h"

struct url {
	bool is_secure; /* https */
	struct bytes host; /* as it was written */
	int32_t port; /* the scheme's, if none was written */
	struct bytes path; /* "" or from its "/" on, without query */
	struct bytes query; /* from its "?" on; absent: none */
};

/* A whole URL in the plain form that everybody reads alike: http or https, visible ASCII, no user,
 * no fragment, no backslash, no segment that is "." or ".." in whatever coding. false: it is none.
 */
bool url_parse(struct bytes text, struct url *out);

/* A host as it stands in a URL: an IPv6 address in brackets (RFC 3986, 3.2.2), any other as it is.
 */
const char *url_host(const char *host, struct arena *arena);

struct url_roots {
	const char *base; /* a whole URL without query */
	const char *const *also; /* more of them, ended by NULL; NULL: none */
};

/* What a reference (RFC 3986, 4.2) means to the base, whose path is taken for a folder's, in the
 * arena. Absent or empty: the base itself. A whole URL may lie below one of `also` instead: same
 * scheme, host and port, and a path that is that one's or continues it behind a "/". REJECT: it
 * lies elsewhere. */
enum outcome url_resolve(const struct url_roots *roots, struct bytes reference, struct arena *arena,
	const char **out, struct err *err) MUST_CHECK;

#endif
