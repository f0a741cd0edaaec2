/* endpoint_check - what settings of an endpoint must hold, and not hold, together. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/file.h"
#include "hub/http/client/endpoint.h"
#include "hub/http/client/endpoint_inside.h"
#include "hub/http/client/url.h"

/* What a way of authentication wants to be told. */
enum part {
	SECRET = 1,
	HEADER = 2,
	CLIENT = 4,
	CLAIMS = 8,
	TOKEN_URL = 16,
	SCOPE = 32,
	TOKEN_AUTH = 64,
};

static const struct {
	const char *name;
	unsigned needs, takes;
} ways[] = {
	[ENDPOINT_NONE] = {"none", 0, 0},
	[ENDPOINT_BEARER] = {"bearer", SECRET, SECRET},
	[ENDPOINT_HEADER] = {"header", SECRET | HEADER, SECRET | HEADER},
	[ENDPOINT_JWT] = {"jwt", SECRET | CLIENT, SECRET | CLIENT | CLAIMS},
	[ENDPOINT_OAUTH2] = {"oauth2", CLIENT | TOKEN_URL,
		SECRET | CLIENT | TOKEN_URL | SCOPE | TOKEN_AUTH},
};

static enum outcome check_auth(const struct endpoint_settings *settings, struct err *err)
{
	const struct {
		enum part part;
		const char *name;
		bool is_given;
	} parts[] = {
		{SECRET, "secret_file", settings->secret_file != NULL},
		{HEADER, "header", settings->header != NULL},
		{CLIENT, "client_id", settings->client_id != NULL},
		{CLAIMS, "issuer", settings->issuer != NULL},
		{CLAIMS, "user", settings->user != NULL},
		{CLAIMS, "user_name", settings->user_name != NULL},
		{CLAIMS, "jwt_s", settings->jwt_s != 0},
		{TOKEN_URL, "token_url", settings->token_url != NULL},
		{SCOPE, "scope", settings->scope != NULL},
		{TOKEN_AUTH, "token_auth", settings->token_auth != ENDPOINT_TOKEN_FORM},
	};
	const char *way = ways[settings->auth].name;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].is_given && (ways[settings->auth].needs & parts[i].part))
			return err_set(err, REJECT, "auth %s needs %s", way, parts[i].name);
		if (parts[i].is_given && !(ways[settings->auth].takes & parts[i].part))
			return err_set(
				err, REJECT, "auth %s has no use for %s", way, parts[i].name);
	}
	return OK;
}

static enum outcome check_url(const char *url, const char *name, struct err *err)
{
	struct url parsed;
	if (!url_parse(bytes_of_string(url), &parsed))
		return err_set(err, REJECT, "%s is no http or https URL in plain form", name);
	if (parsed.query.data != NULL)
		return err_set(err, REJECT, "%s must have no query", name);
	return OK;
}

static bool is_in_clear(const char *url)
{
	struct url parsed;
	return url != NULL && url_parse(bytes_of_string(url), &parsed) && !parsed.is_secure;
}

static enum outcome check_urls(const struct endpoint_settings *settings, struct err *err)
{
	bool in_clear = is_in_clear(settings->url) || is_in_clear(settings->token_url);
	if (check_url(settings->url, "url", err) != OK)
		return err->outcome;
	if (settings->token_url != NULL && check_url(settings->token_url, "token_url", err) != OK)
		return err->outcome;
	for (const char *const *also = settings->also; also != NULL && *also != NULL; also++) {
		if (check_url(*also, "also", err) != OK)
			return err->outcome;
		in_clear = in_clear || is_in_clear(*also);
	}
	if (in_clear && settings->auth != ENDPOINT_NONE && !settings->allow_private)
		return err_set(err, REJECT,
			"our secret would travel in clear: write https, or allow_private = true if "
			"it stays in a network of our own");
	return OK;
}

/* Without a secret the certificate must show who we are, and only TLS carries it there. */
static enum outcome check_token(const struct endpoint_settings *settings, struct err *err)
{
	if (settings->auth != ENDPOINT_OAUTH2 || settings->secret_file != NULL)
		return OK;
	if (settings->cert_file == NULL)
		return err_set(err, REJECT,
			"auth oauth2 needs secret_file, or a certificate that is known at "
			"token_url: "
			"cert_file and key_file");
	if (settings->token_auth != ENDPOINT_TOKEN_FORM)
		return err_set(err, REJECT, "token_auth without secret_file has nothing to show");
	if (is_in_clear(settings->token_url))
		return err_set(err, REJECT,
			"auth oauth2 without secret_file shows our certificate: token_url must be "
			"https");
	return OK;
}

static enum outcome check_headers(const struct endpoint_settings *settings, struct err *err)
{
	const struct setting_pair *pair = settings->headers;
	for (; pair != NULL && pair->name != NULL; pair++) {
		struct client_header header = {pair->name, bytes_of_string(pair->value)};
		if (client_check_header(&header, err) != OK)
			return err->outcome;
	}
	struct client_header header = {settings->header, bytes_of("", 0)};
	return settings->header != NULL ? client_check_header(&header, err) : OK;
}

enum outcome endpoint_check(const struct endpoint_settings *settings, struct err *err)
{
	if ((settings->cert_file == NULL) != (settings->key_file == NULL))
		return err_set(err, REJECT, "cert_file and key_file go together");
	if (check_urls(settings, err) != OK || check_headers(settings, err) != OK)
		return err->outcome;
	if (check_auth(settings, err) != OK)
		return err->outcome;
	return check_token(settings, err);
}

enum outcome endpoint_inside_secret(
	const struct endpoint_settings *settings, char line[ENDPOINT_SECRET_MOST], struct err *err)
{
	if (file_read_line(settings->secret_file, line, ENDPOINT_SECRET_MOST, err) != OK)
		return err_in(err, "%s", settings->secret_file);
	struct client_header header = {"Authorization", bytes_of_string(line)};
	struct err why = {0};
	if (client_check_header(&header, &why) != OK)
		return err_set(err, REJECT, "%s: must hold one line of visible ASCII letters",
			settings->secret_file);
	return OK;
}

enum outcome endpoint_check_files(const struct endpoint_settings *settings, struct err *err)
{
	const char *const files[] = {settings->ca_file, settings->cert_file, settings->key_file};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i] != NULL && access(files[i], R_OK) != 0)
			return err_set(
				err, REJECT, "%s: cannot be opened: %s", files[i], strerror(errno));
	}
	if (settings->secret_file == NULL)
		return OK;
	char line[ENDPOINT_SECRET_MOST];
	enum outcome outcome = endpoint_inside_secret(settings, line, err);
	sodium_memzero(line, sizeof(line));
	return outcome;
}
