/* forwarded - who the client behind a proxy is, by the certificate that the proxy passes on in the
 * header Client-Cert (RFC 9440). */
#ifndef HUB_HTTP_SERVER_FORWARDED_H
#define HUB_HTTP_SERVER_FORWARDED_H

#include <sys/socket.h>

#include "hub/base/err.h"
#include "hub/http/server/request.h"

struct forwarded;

/* Believes what comes from these addresses ("10.0.0.5", "fd00::5"; ended by NULL) only, and
 * certificates issued by those in this text of PEM. The addresses are borrowed. REJECT: there is no
 * certificate in it. */
enum outcome forwarded_new(struct forwarded **out, const char *const *proxies, const char *issuers,
	struct err *err) MUST_CHECK;
void forwarded_free(struct forwarded *forwarded);
/* Whether the peer has one of these addresses, however a socket writes it: 10.0.0.5 and
 * ::ffff:10.0.0.5 are one. */
bool forwarded_lists(const char *const *proxies, const struct sockaddr_storage *peer);
/* Whether one of them is at the other end of the socket. */
bool forwarded_is_proxy(const struct forwarded *forwarded, int fd);
size_t forwarded_count(const struct request *request); /* certificates that it comes with */
/* Of what came from a proxy: looks at the certificate as tls_peer does at one that was shown. More
 * than one is BAD: the client's own may be among them. */
enum request_peer forwarded_peer(
	const struct forwarded *forwarded, struct request *request, const char **serial);

#endif
