/* complete - settings that follow from others, and those that contradict each other. */
#include "hub/conf/inside.h"

#include <string.h>

#include "hub/conf/words.h"

static void complete(struct conf *conf)
{
	struct arena *arena = &conf->arena;
	if (conf->registry.cache_file == NULL)
		conf->registry.cache_file =
			arena_format(arena, "%s/registry.cache", conf->data_dir);
	if (conf->view.path == NULL)
		conf->view.path = arena_format(arena, "%s/view.db", conf->data_dir);
	for (const struct setting_pair *key = conf->seal.master_keys; key->name != NULL; key++) {
		if (key[1].name == NULL && conf->seal.current_master_key == NULL)
			conf->seal.current_master_key = key->name;
	}
}

#define PRODUCTION_PREFIX "lokethub." /* as it is where none is given */
#define LETTERS_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static bool is_made_of(const char *text, const char *letters)
{
	return text[strspn(text, letters)] == '\0';
}

static bool has_name(const struct setting_pair *pairs, const char *name)
{
	while (pairs->name != NULL && strcmp(pairs->name, name) != 0)
		pairs++;
	return pairs->name != NULL;
}

/* Passwords and private keys, as librdkafka 2.x names them. */
static const char *const secret_properties[] = {"sasl.password", "ssl.key.password", "ssl.key.pem",
	"ssl.keystore.password", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", NULL};

static void check_properties(const struct setting_pair *pairs, const char *setting,
	struct report_place place, struct conf_problems *problems)
{
	for (; pairs->name != NULL; pairs++) {
		if (words_have(secret_properties, pairs->name))
			report_error(problems, place,
				"%s: %s is a secret: put it into a file and name that in "
				"kafka.secret_properties",
				setting, pairs->name);
	}
}

static void check_kafka(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	const struct conf_kafka *kafka = &conf->kafka;
	if (kafka->min_insync > kafka->replication)
		report_error(problems, place,
			"kafka.min_insync is %d, more than kafka.replication: write at most %d",
			kafka->min_insync, kafka->replication);
	if (!is_made_of(kafka->topic_prefix, LETTERS_DIGITS "._-")) /* as Kafka wants it */
		report_error(problems, place,
			"kafka.topic_prefix is \"%s\": write letters, digits and ._- only",
			kafka->topic_prefix);
	check_properties(kafka->properties, "kafka.properties", place, problems);
	check_properties(kafka->consumer, "kafka.consumer", place, problems);
	check_properties(kafka->producer, "kafka.producer", place, problems);
}

static void check_router(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	const struct conf_router *router = &conf->router;
	if (router->transaction_timeout_ms >= router->session_timeout_ms)
		report_error(problems, place,
			"router.transaction_timeout_ms is %d: write less than "
			"router.session_timeout_ms, which is %d",
			router->transaction_timeout_ms, router->session_timeout_ms);
	if (router->commit_gap_ms > router->commit_interval_ms)
		report_error(problems, place,
			"router.commit_gap_ms is %d: write at most router.commit_interval_ms, "
			"which is %d",
			router->commit_gap_ms, router->commit_interval_ms);
	if (router->outage_after_ms < 2 * router->heartbeat_ms)
		report_error(problems, place,
			"router.outage_after_ms is %d: write at least twice "
			"router.heartbeat_ms, which is %d",
			router->outage_after_ms, router->heartbeat_ms);
	if (router->session_timeout_ms > router->outage_after_ms)
		report_error(problems, place,
			"router.session_timeout_ms is %d: write at most router.outage_after_ms, "
			"which is %d: a shorter silence costs no assignment, so no router would "
			"note it as an outage",
			router->session_timeout_ms, router->outage_after_ms);
	if (router->workers > conf->kafka.partitions)
		report_warning(problems, place,
			"router.workers is %d, but with %d partitions only so many have work",
			router->workers, conf->kafka.partitions);
}

static bool is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static void check_proxies(
	const struct conf_http *http, struct report_place place, struct conf_problems *problems)
{
	size_t count = words_count(http->proxies);
	for (size_t i = 0; i < count; i++)
		if (!words_is_ip(http->proxies[i]))
			report_error(problems, place,
				"http.proxies: \"%s\" is no address: write one like 10.0.0.5 or "
				"fd00::5",
				http->proxies[i]);
	if (count > 0 && http->tls_client_ca_file == NULL)
		report_error(problems, place,
			"http.proxies is of no use without http.tls_client_ca_file: who issues the "
			"certificates that they pass on");
	if (http->tls_client_ca_file != NULL && http->tls_cert_file == NULL && count == 0)
		report_error(problems, place,
			"http.tls_client_ca_file is of no use without http.tls_cert_file or "
			"http.proxies: a client shows its certificate in TLS");
}

static void check_http(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	const struct conf_http *http = &conf->http;
	if ((http->tls_cert_file == NULL) != (http->tls_key_file == NULL))
		report_error(problems, place, "http.%s is missing: certificate and key go together",
			http->tls_cert_file == NULL ? "tls_cert_file" : "tls_key_file");
	check_proxies(http, place, problems);
	if (http->tls_cert_file == NULL && !words_is_loopback(http->host))
		report_warning(problems, place,
			"http.host is %s without TLS: tokens and people's data travel in clear "
			"unless a proxy in front encrypts",
			http->host);
	if (http->port != 0 && http->port == http->admin_port)
		report_error(problems, place,
			"http.port and http.admin_port are both %d: write two "
			"different ones",
			http->port);
	if (http->base_url != NULL && !is_url(http->base_url))
		report_error(problems, place, "http.base_url must begin with http:// or https://");
	const char *authority = strstr(conf->registry.url, "://");
	if (!is_url(conf->registry.url))
		report_error(problems, place, "registry.url must begin with http:// or https://");
	else if (strcspn(authority + 3, "@") < strcspn(authority + 3, "/"))
		report_error(problems, place,
			"registry.url holds a user or password: put them into "
			"registry.credentials_file");
}

/* Two hubs on the same topics would be one. */
static void check_lane(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	if (conf->lane != CONF_LANE_TEST)
		return;
	if (strcmp(conf->kafka.topic_prefix, PRODUCTION_PREFIX) == 0)
		report_error(problems, place,
			"kafka.topic_prefix is \"" PRODUCTION_PREFIX
			"\", as that of production: the test lane needs another");
	if (conf->http.test_lane != NULL)
		report_error(problems, place,
			"http.test_lane is for production: this hub is the test lane");
}

static void check_mail(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	const struct conf_mail *mail = &conf->mail;
	if (mail->ops_to != NULL && !words_is_address(mail->ops_to))
		report_error(problems, place, "mail.ops_to is no address");
	if (mail->ops_to != NULL && mail->url == NULL)
		report_error(problems, place,
			"mail.ops_to needs mail.url: the server that mails go through");
	if (mail->url == NULL)
		return;
	if (strncmp(mail->url, "smtp://", 7) != 0 && strncmp(mail->url, "smtps://", 8) != 0)
		report_error(problems, place, "mail.url must begin with smtp:// or smtps://");
	if (mail->from == NULL)
		report_error(problems, place, "mail.from is missing: mails need a sender");
	if (mail->credentials_file != NULL && !mail->starttls &&
		strncmp(mail->url, "smtp://", 7) == 0)
		report_error(problems, place,
			"mail.starttls must be true: the password would travel in clear");
}

static void check_identity(
	const struct conf *conf, struct report_place place, struct conf_problems *problems)
{
	if (conf->node != NULL && !is_made_of(conf->node, LETTERS_DIGITS "-"))
		report_error(problems, place,
			"node is \"%s\": write letters, digits and hyphens only", conf->node);
	if (conf->roles == 0)
		report_error(problems, place, "roles is empty: write [ \"router\", \"edge\" ]");
	const struct conf_seal *seal = &conf->seal;
	if (seal->master_keys->name == NULL)
		report_error(problems, place,
			"seal.master_keys is empty: write ( ( \"first\", "
			"\"master-first.key\" ) )");
	else if (!has_name(seal->master_keys, seal->current_master_key))
		report_error(problems, place,
			"seal.current_master_key is %s, which is not in seal.master_keys",
			seal->current_master_key);
}

void complete_settings(struct conf *conf, struct conf_problems *problems)
{
	struct report_place place = {conf->path, 0};
	complete(conf);
	check_identity(conf, place, problems);
	check_kafka(conf, place, problems);
	check_router(conf, place, problems);
	check_http(conf, place, problems);
	check_lane(conf, place, problems);
	check_mail(conf, place, problems);
}
