/* tls - what is asked of a TLS connection, and who the client at its other end proves to be. */
#ifndef HUB_HTTP_SERVER_TLS_H
#define HUB_HTTP_SERVER_TLS_H

#include <gnutls/x509.h>
#include <microhttpd.h>
#include <stddef.h>

#include "hub/http/server/request.h"

/* TLS 1.2 and 1.3, with keys that are made for the connection and gone behind it, and ciphers that
 * protect what they encrypt: what NCSC's guidelines for TLS (2025) call good and sufficient. */
extern const char tls_priorities[];

#define TLS_SERIAL 65 /* bytes; X.520: at most 64 characters */

/* Looks at the certificate of the client, which was asked for one: whether it was issued, perhaps
 * through others, by one that the server trusts, is for clients and valid now. KNOWN: serial gets
 * the text of its subject's serialNumber (X.520), which is the OIN in certificates of the Dutch
 * government's PKI; one without it, or with a longer one, is BAD. */
enum request_peer tls_peer(struct MHD_Connection *mhd, char *serial, size_t size);
/* The same text; false: there is none, or it is longer. */
bool tls_read_serial(gnutls_x509_crt_t certificate, char *serial, size_t size);

#endif
