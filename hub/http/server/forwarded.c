/* forwarded - who the client behind a proxy is, by the certificate that the proxy passes on in the
 * header Client-Cert (RFC 9440). */
#include "hub/http/server/forwarded.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "hub/base/memory.h"
#include "hub/http/server/tls.h"

#define HEADER "Client-Cert"
#define CERTIFICATE_MAX 16384 /* bytes of DER */

struct forwarded {
	const char *const *proxies;
	gnutls_x509_trust_list_t issuers;
};

enum outcome forwarded_new(
	struct forwarded **out, const char *const *proxies, const char *issuers, struct err *err)
{
	struct forwarded *forwarded = memory_get_zeroed(1, sizeof(*forwarded));
	const union {
		const char *borrowed;
		unsigned char *given; /* GnuTLS only reads it */
	} text = {.borrowed = issuers};
	const gnutls_datum_t pem = {text.given, (unsigned)strlen(issuers)};
	forwarded->proxies = proxies;
	if (gnutls_x509_trust_list_init(&forwarded->issuers, 0) != 0 ||
		gnutls_x509_trust_list_add_trust_mem(
			forwarded->issuers, &pem, NULL, GNUTLS_X509_FMT_PEM, 0, 0) <= 0) {
		forwarded_free(forwarded);
		return err_set(err, REJECT, "there is no certificate of an issuer in it");
	}
	*out = forwarded;
	return OK;
}

void forwarded_free(struct forwarded *forwarded)
{
	if (forwarded == NULL)
		return;
	if (forwarded->issuers != NULL)
		gnutls_x509_trust_list_deinit(forwarded->issuers, 1);
	free(forwarded);
}

/* One of IPv4 as a socket for both sees it (RFC 4291, 2.5.5.2). */
static struct in6_addr mapped(const struct in_addr *address)
{
	struct in6_addr both = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&both.s6_addr[12], address, sizeof(*address));
	return both;
}

static bool read_text(const char *text, struct in6_addr *out)
{
	struct in_addr address;
	if (inet_pton(AF_INET, text, &address) != 1)
		return inet_pton(AF_INET6, text, out) == 1;
	*out = mapped(&address);
	return true;
}

static bool read_peer(const struct sockaddr_storage *peer, struct in6_addr *out)
{
	const union {
		const struct sockaddr_storage *any;
		const struct sockaddr_in *v4;
		const struct sockaddr_in6 *v6;
	} at = {.any = peer};
	if (peer->ss_family != AF_INET && peer->ss_family != AF_INET6)
		return false;
	*out = peer->ss_family == AF_INET6 ? at.v6->sin6_addr : mapped(&at.v4->sin_addr);
	return true;
}

bool forwarded_lists(const char *const *proxies, const struct sockaddr_storage *peer)
{
	struct in6_addr own, listed;
	if (!read_peer(peer, &own))
		return false;
	for (; *proxies != NULL; proxies++)
		if (read_text(*proxies, &listed) && memcmp(&listed, &own, sizeof(own)) == 0)
			return true;
	return false;
}

bool forwarded_is_proxy(const struct forwarded *forwarded, int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof(address);
	return getpeername(fd, (struct sockaddr *)&address, &size) == 0 &&
		forwarded_lists(forwarded->proxies, &address);
}

/* A byte sequence of structured fields (RFC 8941, 3.3.5): base64 between colons. */
static bool read_bytes(struct bytes header, uint8_t *out, size_t *size)
{
	const char *text = (const char *)header.data;
	return header.size > 2 && text[0] == ':' && text[header.size - 1] == ':' &&
		sodium_base642bin(out, CERTIFICATE_MAX, text + 1, header.size - 2, NULL, size, NULL,
			sodium_base64_VARIANT_ORIGINAL) == 0;
}

static bool is_issued(const struct forwarded *forwarded, gnutls_x509_crt_t certificate)
{
	char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st data = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose};
	unsigned int status = 0;
	return gnutls_x509_trust_list_verify_crt2(
		       forwarded->issuers, &certificate, 1, &data, 1, 0, &status, NULL) == 0 &&
		status == 0;
}

static enum request_peer look_at(
	const struct forwarded *forwarded, struct bytes header, char *serial, size_t size)
{
	uint8_t der[CERTIFICATE_MAX];
	gnutls_datum_t datum = {der, 0};
	gnutls_x509_crt_t certificate;
	size_t der_size = 0;
	if (!read_bytes(header, der, &der_size) || gnutls_x509_crt_init(&certificate) != 0)
		return REQUEST_PEER_BAD;
	datum.size = (unsigned)der_size;
	bool is_good = gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) == 0 &&
		is_issued(forwarded, certificate) && tls_read_serial(certificate, serial, size);
	gnutls_x509_crt_deinit(certificate);
	return is_good ? REQUEST_PEER_KNOWN : REQUEST_PEER_BAD;
}

size_t forwarded_count(const struct request *request)
{
	struct bytes name, value;
	size_t count = 0, size = strlen(HEADER);
	for (size_t i = 0; request_header_at(request, i, &name, &value); i++)
		count += name.size == size &&
			strncasecmp((const char *)name.data, HEADER, size) == 0;
	return count;
}

enum request_peer forwarded_peer(
	const struct forwarded *forwarded, struct request *request, const char **serial)
{
	char *text = arena_get(request_arena(request), TLS_SERIAL);
	size_t count = forwarded_count(request);
	*serial = text;
	if (count != 1)
		return count == 0 ? REQUEST_PEER_NONE : REQUEST_PEER_BAD;
	return look_at(forwarded, request_header(request, HEADER), text, TLS_SERIAL);
}
