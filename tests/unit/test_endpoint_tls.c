/* test_endpoint_tls - our certificate alone gets a token, and nobody else's does (RFC 8705). */
#include "tests/unit/unit.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hub/http/client/endpoint.h"
#include "hub/http/server/server.h"
#include "tests/support/folder.h"

#define OIN "00000099000000001000"
#define SERIAL_NUMBER "2.5.4.5" /* X.520: where a PKIoverheid certificate has the OIN */

struct shown {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
};

static void must(int code)
{
	if (code < 0)
		fail_msg("%s", gnutls_strerror(code));
}

static void name_it(gnutls_x509_crt_t certificate, const char *oid, const char *text)
{
	must(gnutls_x509_crt_set_dn_by_oid(certificate, oid, 0, text, (unsigned int)strlen(text)));
}

/* purpose NULL: an authority, signed by itself where issuer is NULL. */
static struct shown make(const char *serial, const char *purpose, const struct shown *issuer)
{
	static const uint8_t loopback[] = {127, 0, 0, 1};
	static uint8_t number;
	struct shown made;
	number++;
	must(gnutls_x509_privkey_init(&made.key));
	must(gnutls_x509_privkey_generate(
		made.key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&made.certificate));
	must(gnutls_x509_crt_set_version(made.certificate, 3));
	must(gnutls_x509_crt_set_serial(made.certificate, &number, 1));
	must(gnutls_x509_crt_set_activation_time(made.certificate, time(NULL) - 3600));
	must(gnutls_x509_crt_set_expiration_time(made.certificate, time(NULL) + 3600));
	must(gnutls_x509_crt_set_key(made.certificate, made.key));
	name_it(made.certificate, GNUTLS_OID_X520_COMMON_NAME, "test");
	name_it(made.certificate, SERIAL_NUMBER, serial);
	if (purpose == NULL) {
		must(gnutls_x509_crt_set_basic_constraints(made.certificate, 1, -1));
	} else {
		must(gnutls_x509_crt_set_key_purpose_oid(made.certificate, purpose, 0));
		must(gnutls_x509_crt_set_subject_alt_name(made.certificate, GNUTLS_SAN_IPADDRESS,
			loopback, sizeof(loopback), GNUTLS_FSAN_SET));
	}
	const struct shown *by = issuer != NULL ? issuer : &made;
	must(gnutls_x509_crt_sign2(
		made.certificate, by->certificate, by->key, GNUTLS_DIG_SHA256, 0));
	return made;
}

static void forget(struct shown *shown)
{
	gnutls_x509_crt_deinit(shown->certificate);
	gnutls_x509_privkey_deinit(shown->key);
}

static void write_pem(const struct folder *folder, const char *name, const struct shown *shown)
{
	gnutls_datum_t certificate, key;
	char file[60];
	must(gnutls_x509_crt_export2(shown->certificate, GNUTLS_X509_FMT_PEM, &certificate));
	must(gnutls_x509_privkey_export2(shown->key, GNUTLS_X509_FMT_PEM, &key));
	snprintf(file, sizeof(file), "%s.pem", name);
	folder_write(folder, file, (const char *)certificate.data);
	snprintf(file, sizeof(file), "%s.key", name);
	folder_write(folder, file, (const char *)key.data);
	gnutls_free(certificate.data);
	gnutls_free(key.data);
}

struct fixture {
	struct folder folder;
	struct loop *loop;
	/* In a thread of its own: a handshake has two sides. */
	struct loop *server_loop;
	struct loop_bell *stop;
	pthread_t thread;
	struct server *server;
	struct server_options options;
	char *cert, *key, *ca; /* PEM, of the server */
	char base[60], url[80], token_url[90], ca_file[300], cert_file[300], key_file[300];
	int tokens; /* that were asked for */
	enum outcome outcome;
	int32_t status;
	char text[300];
};

static void give_token(void *context, struct request *request)
{
	struct fixture *fixture = context;
	const char *serial = NULL;
	static const char form[] = "grant_type=client_credentials&client_id=" OIN;
	fixture->tokens++;
	bool is_known = request_peer(request, &serial) == REQUEST_PEER_KNOWN &&
		strcmp(serial, OIN) == 0 && bytes_equal_string(request_body(request), form);
	request_answer(request, is_known ? 200 : 401, "application/json",
		bytes_of_string(is_known ? "{\"access_token\":\"t1\",\"expires_in\":60}" : "{}"));
}

static void give_rows(void *context, struct request *request)
{
	(void)context;
	bool is_known = bytes_equal_string(request_header(request, "Authorization"), "Bearer t1");
	request_answer(request, is_known ? 200 : 401, "application/json", bytes_of_string("[]"));
}

static const char *const any[] = {SERVER_ANY_TYPE, NULL};
static const struct server_route routes[] = {
	{.method = "POST", .path = "/token", .takes = any, .whole = give_token},
	{.method = "GET", .path = "/api/rows", .whole = give_rows},
	{0},
};

static char *read_file(const struct folder *folder, const char *name)
{
	char *text = test_calloc(1, 4000);
	FILE *file = fopen(folder_path(folder, name), "r");
	assert_non_null(file);
	assert_true(fread(text, 1, 3999, file) > 0);
	fclose(file);
	return text;
}

/* What the server and its clients show, one of them of an authority that it does not know. */
static void write_all(struct fixture *fixture)
{
	struct shown ca = make("1", NULL, NULL), stranger = make("2", NULL, NULL);
	struct shown server = make("3", GNUTLS_KP_TLS_WWW_SERVER, &ca);
	struct shown ours = make(OIN, GNUTLS_KP_TLS_WWW_CLIENT, &ca);
	struct shown other = make("00000099000000009999", GNUTLS_KP_TLS_WWW_CLIENT, &ca);
	struct shown foreign = make(OIN, GNUTLS_KP_TLS_WWW_CLIENT, &stranger);
	write_pem(&fixture->folder, "ca", &ca);
	write_pem(&fixture->folder, "server", &server);
	write_pem(&fixture->folder, "ours", &ours);
	write_pem(&fixture->folder, "other", &other);
	write_pem(&fixture->folder, "foreign", &foreign);
	forget(&ca);
	forget(&stranger);
	forget(&server);
	forget(&ours);
	forget(&other);
	forget(&foreign);
}

static void stop_server(void *context)
{
	loop_stop(((struct fixture *)context)->server_loop);
}

static void *run_server(void *context)
{
	loop_run(((struct fixture *)context)->server_loop);
	return NULL;
}

static void set_up(struct fixture *fixture)
{
	struct err err = {0};
	*fixture = (struct fixture){0};
	folder_make(&fixture->folder);
	write_all(fixture);
	fixture->cert = read_file(&fixture->folder, "server.pem");
	fixture->key = read_file(&fixture->folder, "server.key");
	fixture->ca = read_file(&fixture->folder, "ca.pem");
	assert_int_equal(loop_new(&fixture->loop, &err), OK);
	assert_int_equal(loop_new(&fixture->server_loop, &err), OK);
	assert_int_equal(
		loop_bell_new(&fixture->stop, fixture->server_loop, stop_server, fixture, &err),
		OK);
	fixture->options = (struct server_options){.host = "127.0.0.1",
		.tls_cert = fixture->cert,
		.tls_key = fixture->key,
		.tls_client_ca = fixture->ca,
		.routes = routes,
		.context = fixture,
		.connections = 10,
		.body_bytes = 1000,
		.header_bytes = 4096,
		.request_ms = 5000,
		.idle_ms = 5000,
		.retry_after_s = 1};
	if (server_new(&fixture->server, fixture->server_loop, &fixture->options, &err) != OK)
		fail_msg("%s", err.text);
	assert_int_equal(pthread_create(&fixture->thread, NULL, run_server, fixture), 0);
	snprintf(fixture->base, sizeof(fixture->base), "https://127.0.0.1:%d",
		(int)server_port(fixture->server));
	snprintf(fixture->url, sizeof(fixture->url), "%s/api", fixture->base);
	snprintf(fixture->token_url, sizeof(fixture->token_url), "%s/token", fixture->base);
	snprintf(fixture->ca_file, sizeof(fixture->ca_file), "%s",
		folder_path(&fixture->folder, "ca.pem"));
}

static void tear_down(struct fixture *fixture)
{
	loop_ring(fixture->stop);
	pthread_join(fixture->thread, NULL);
	server_free(fixture->server);
	loop_bell_free(fixture->stop);
	loop_free(fixture->server_loop);
	loop_free(fixture->loop);
	test_free(fixture->cert);
	test_free(fixture->key);
	test_free(fixture->ca);
	folder_remove(&fixture->folder);
}

static void keep(void *context, const struct client_answer *answer)
{
	struct fixture *fixture = context;
	fixture->outcome = answer->outcome;
	fixture->status = answer->status;
	snprintf(fixture->text, sizeof(fixture->text), "%s", answer->text);
	loop_stop(fixture->loop);
}

static void ask(struct fixture *fixture, const char *shown)
{
	char name[60];
	struct err err = {0};
	struct endpoint *endpoint = NULL;
	struct endpoint_call *call = NULL;
	snprintf(name, sizeof(name), "%s.pem", shown);
	snprintf(fixture->cert_file, sizeof(fixture->cert_file), "%s",
		folder_path(&fixture->folder, name));
	snprintf(name, sizeof(name), "%s.key", shown);
	snprintf(fixture->key_file, sizeof(fixture->key_file), "%s",
		folder_path(&fixture->folder, name));
	const struct endpoint_settings settings = {.name = "cambo",
		.url = fixture->url,
		.allow_private = true,
		.concurrency = 2,
		.timeout_ms = 5000,
		.answer_kb = 1,
		.ca_file = fixture->ca_file,
		.cert_file = fixture->cert_file,
		.key_file = fixture->key_file,
		.auth = ENDPOINT_OAUTH2,
		.client_id = OIN,
		.token_url = fixture->token_url};
	const struct endpoint_request request = {
		.method = "GET", .url = bytes_of_string("rows"), .done = keep, .context = fixture};
	if (endpoint_check(&settings, &err) != OK || endpoint_check_files(&settings, &err) != OK ||
		endpoint_new(&endpoint, fixture->loop, &settings, &err) != OK ||
		endpoint_send(endpoint, &request, &call, &err) != OK)
		fail_msg("%s", err.text);
	loop_run(fixture->loop);
	endpoint_free(endpoint);
}

static void our_certificate_gets_a_token(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture);
	ask(&fixture, "ours");
	if (fixture.outcome != OK)
		fail_msg("%s", fixture.text);
	assert_int_equal(fixture.status, 200);
	assert_int_equal(fixture.tokens, 1);
	tear_down(&fixture);
}

static void no_other_certificate_does(void **state)
{
	(void)state;
	static const char *const others[] = {"other", "foreign"};
	for (size_t i = 0; i < UNIT_COUNT(others); i++) {
		struct fixture fixture;
		set_up(&fixture);
		ask(&fixture, others[i]);
		assert_int_equal(fixture.outcome, RETRY);
		assert_string_equal(fixture.text, "no token from token_url: status 401");
		assert_int_equal(fixture.tokens, 1);
		tear_down(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_certificate_gets_a_token),
		cmocka_unit_test(no_other_certificate_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
