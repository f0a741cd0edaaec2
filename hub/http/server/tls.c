/* tls - what is asked of a TLS connection, and who the client at its other end proves to be. */
#include "hub/http/server/tls.h"

#include <gnutls/gnutls.h>
#include <string.h>

/* As `gnutls-cli --list --priority …` spells it out. */
const char tls_priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
			      ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
			      ":-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM"
			      ":-MAC-ALL:+AEAD:%SERVER_PRECEDENCE:%SAFE_RENEGOTIATION";

#define SERIAL_NUMBER "2.5.4.5" /* X.520; GnuTLS has no name for it */

/* Also that it may be used for this. */
static bool is_trusted(gnutls_session_t session)
{
	char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st data = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose};
	unsigned int status = 0;
	return gnutls_certificate_verify_peers(session, &data, 1, &status) == 0 && status == 0;
}

/* The size that comes back is without the zero behind it. */
bool tls_read_serial(gnutls_x509_crt_t certificate, char *serial, size_t size)
{
	return gnutls_x509_crt_get_dn_by_oid(certificate, SERIAL_NUMBER, 0, 0, serial, &size) ==
		0 &&
		strlen(serial) == size;
}

static bool read_serial(const gnutls_datum_t *der, char *serial, size_t size)
{
	gnutls_x509_crt_t certificate;
	bool is_read;
	if (gnutls_x509_crt_init(&certificate) != 0)
		return false;
	is_read = gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) == 0 &&
		tls_read_serial(certificate, serial, size);
	gnutls_x509_crt_deinit(certificate);
	return is_read;
}

enum request_peer tls_peer(struct MHD_Connection *mhd, char *serial, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	const gnutls_datum_t *certificates;
	unsigned int count = 0;
	if (info == NULL)
		return REQUEST_PEER_NONE;
	certificates = gnutls_certificate_get_peers(info->tls_session, &count);
	if (certificates == NULL || count == 0)
		return REQUEST_PEER_NONE;
	return is_trusted(info->tls_session) && read_serial(&certificates[0], serial, size)
		? REQUEST_PEER_KNOWN
		: REQUEST_PEER_BAD;
}
