/* address - which network addresses belong to the public internet. */
#ifndef HUB_HTTP_CLIENT_ADDRESS_H
#define HUB_HTTP_CLIENT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* false: private, shared, loopback, link-local, multicast, for documents, reserved, or a form that
 * hides another address (IANA's special-purpose address registries, RFC 6890). A mapped (RFC 4291)
 * or translated (RFC 6052) IPv4 address is as public as what is in it. */
bool address_is_public(const struct sockaddr *address);
/* "127.0.0.1", "::1". out has 46 places. */
void address_to_text(const struct sockaddr *address, char out[46]);

#endif
