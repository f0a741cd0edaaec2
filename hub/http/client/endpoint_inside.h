/* endpoint_inside - what endpoint.c and endpoint_check.c share. */
#ifndef HUB_HTTP_CLIENT_ENDPOINT_INSIDE_H
#define HUB_HTTP_CLIENT_ENDPOINT_INSIDE_H

#include "hub/http/client/endpoint.h"

#define ENDPOINT_SECRET_MOST 4096

/* The caller wipes it. REJECT: there is none that could be sent. */
enum outcome endpoint_inside_secret(const struct endpoint_settings *settings,
	char line[ENDPOINT_SECRET_MOST], struct err *err) MUST_CHECK;

#endif
