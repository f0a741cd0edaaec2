/* endpoints - the systems of partners that the hub asks or tells: the list endpoints. */
#include "hub/conf/check.h"

#include <stddef.h>

#include "hub/http/client/endpoint.h"

#define AT(member) offsetof(struct endpoint_settings, member)

static const char *const auths[] = {"none", "bearer", "header", "jwt", "oauth2", NULL};
static const char *const token_auths[] = {"form", "basic", NULL};

static const struct setting rows[] = {
	{"name", SETTING_FORMAT, AT(name), NULL, 0, 0, SETTING_ONE("name"),
		"What sources and deliveries call it."},
	{"url", SETTING_STRING, AT(url), NULL, 1, 2000, NULL,
		"Where it is. What is asked of it lies below, and our credentials go nowhere "
		"else."},
	{"also", SETTING_STRINGS, AT(also), "", 1, 2000, NULL,
		"Further URLs of the same system, below which it may send us on."},
	{"headers", SETTING_PAIRS, AT(headers), "", 0, 0, NULL,
		"Sent with every request: ( ( \"Accept-Crs\", \"EPSG:4326\" ) )."},
	{"allow_private", SETTING_BOOL, AT(allow_private), "false", 0, 0, NULL,
		"It may have a private or loopback address. Only for systems in networks of our "
		"own."},
	{"concurrency", SETTING_INT, AT(concurrency), "4", 1, 256, NULL,
		"Requests at once, from one process."},
	{"requests_per_second", SETTING_INT, AT(requests_per_second), "0", 0, 100000, NULL,
		"No more from one process; 0: as they come."},
	{"timeout_ms", SETTING_INT, AT(timeout_ms), "15000", 100, 300000, NULL,
		"Longest wait for a whole answer, in ms."},
	{"answer_kb", SETTING_INT, AT(answer_kb), "1024", 1, 65536, NULL,
		"Longest answer that is taken, in KiB."},
	{"ca_file", SETTING_FILE, AT(ca_file), "", 0, 0, NULL,
		"Certificates that its one is checked against; none: the system's."},
	{"cert_file", SETTING_SECRET, AT(cert_file), "", 0, 0, NULL,
		"Certificate that we show it, PEM, with those it hangs on."},
	{"key_file", SETTING_SECRET, AT(key_file), "", 0, 0, NULL, "Key of that certificate, PEM."},
	{"auth", SETTING_CHOICE, AT(auth), "none", 0, 0, auths,
		"How it knows us, besides a certificate: a fixed bearer token, a header of its "
		"own, a token that we sign (ZGW), or one that token_url gives us."},
	{"secret_file", SETTING_SECRET, AT(secret_file), "", 0, 0, NULL,
		"One line: the token, the header's value, or the secret that signs or gets "
		"tokens. auth oauth2: none, if the certificate alone gets them (RFC 8705)."},
	{"header", SETTING_STRING, AT(header), "", 1, 100, NULL,
		"auth header: the name of the header."},
	{"client_id", SETTING_STRING, AT(client_id), "", 1, 200, NULL,
		"auth jwt, oauth2: who we are there."},
	{"issuer", SETTING_STRING, AT(issuer), "", 1, 200, NULL,
		"auth jwt: claim iss; none: client_id."},
	{"user", SETTING_STRING, AT(user), "", 1, 200, NULL,
		"auth jwt: claim user_id; none: client_id."},
	{"user_name", SETTING_STRING, AT(user_name), "", 1, 200, NULL,
		"auth jwt: claim user_representation; none: as user."},
	{"jwt_s", SETTING_INT, AT(jwt_s), "0", 0, 3600, NULL,
		"auth jwt: a token is used for so many seconds; 0: for one request."},
	{"token_url", SETTING_STRING, AT(token_url), "", 1, 2000, NULL,
		"auth oauth2: where tokens are got with client credentials."},
	{"token_auth", SETTING_CHOICE, AT(token_auth), "form", 0, 0, token_auths,
		"auth oauth2: where secret_file's secret stands when tokens are got: in the form, "
		"or in the header of HTTP Basic, which some systems alone take."},
	{"scope", SETTING_STRING, AT(scope), "", 1, 1000, NULL,
		"auth oauth2: what is asked for, words between spaces."},
	{0},
};

static void check(struct check *check, const void *item)
{
	const struct endpoint_settings *endpoint = item;
	struct err err = {0};
	if (endpoint_check(endpoint, &err) != OK)
		check_error(check, "%s", err.text);
}

const struct list list_endpoints = {
	.name = "endpoints",
	.doc = "endpoints = ( { … } ): systems of partners that the hub asks or tells something.",
	.rows = rows,
	.key = "name",
	.title = "name",
	.row_size = sizeof(struct endpoint_settings),
	.size = sizeof(struct endpoint_settings),
	.check = check,
};
