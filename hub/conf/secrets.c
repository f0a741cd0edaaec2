/* secrets - the files that hold keys, passwords and tokens. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/file.h"
#include "hub/conf/inside.h"
#include "hub/http/client/sign.h"

enum { KEY_SIZE = 32, LINE_MOST = 4096 };

enum outcome conf_read_line(const char *path, char *line, size_t size, struct err *err)
{
	enum outcome outcome = file_read_line(path, line, size, err);
	return outcome == OK ? OK : err_in(err, "%s", path);
}

static enum outcome read_key(const char *path, uint8_t key[KEY_SIZE], struct err *err)
{
	char line[2 * KEY_SIZE + 3];
	if (file_read_line(path, line, sizeof(line), err) != OK)
		return err->outcome;
	bool fine = bytes_from_hex(bytes_of_string(line), key, KEY_SIZE);
	sodium_memzero(line, sizeof(line));
	return fine ? OK : err_set(err, REJECT, "must hold one line of 64 hexadecimal digits");
}

enum outcome conf_read_key(const char *path, uint8_t key[32], struct err *err)
{
	enum outcome outcome = read_key(path, key, err);
	return outcome == OK ? OK : err_in(err, "%s", path);
}

/* Reports what was wrong when it was read. What others on the machine can read is no secret. */
static void check(struct conf_problems *problems, const char *path, const char *setting,
	const struct err *err)
{
	struct report_place place = {path, 0};
	struct stat status;
	if (err->outcome != OK)
		report_error(problems, place, "%s: %s", setting, err->text);
	else if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		report_warning(
			problems, place, "others on this machine may read or change it: chmod 600");
}

static void check_key(struct conf_problems *problems, const char *path, const char *setting)
{
	uint8_t key[KEY_SIZE];
	struct err err = {0};
	read_key(path, key, &err);
	sodium_memzero(key, sizeof(key));
	check(problems, path, setting, &err);
}

static void check_ops_keys(const struct conf_seal *seal, struct conf_problems *problems)
{
	uint8_t key[KEY_SIZE];
	struct err err = {0};
	if (seal->ops_secret_key_file != NULL)
		check_key(problems, seal->ops_secret_key_file, "seal.ops_secret_key_file");
	if (read_key(seal->ops_public_key_file, key, &err) != OK)
		check(problems, seal->ops_public_key_file, "seal.ops_public_key_file", &err);
}

/* NULL: reported. */
static const char *load_line(
	struct conf_problems *problems, struct arena *arena, const char *path, const char *setting)
{
	char *line = arena_get(arena, LINE_MOST);
	struct err err = {0};
	enum outcome outcome = file_read_line(path, line, LINE_MOST, &err);
	check(problems, path, setting, &err);
	return outcome == OK ? line : NULL;
}

static void load_properties(struct conf *conf, struct conf_problems *problems)
{
	const struct setting_pair *files = conf->kafka.secret_properties;
	size_t count = 0;
	while (files[count].name != NULL)
		count++;
	struct setting_pair *secrets = arena_get_array(&conf->arena, count + 1, sizeof(*secrets));
	for (size_t i = 0; i < count; i++) {
		secrets[i].name = files[i].name;
		secrets[i].value = load_line(
			problems, &conf->arena, files[i].value, "kafka.secret_properties");
	}
	conf->kafka.secrets = secrets;
}

static void check_credentials(const char *path, const char *setting, struct conf_problems *problems)
{
	struct arena scratch = {0};
	const char *line = load_line(problems, &scratch, path, setting);
	if (line != NULL && strchr(line, ':') == NULL)
		report_error(problems, (struct report_place){path, 0},
			"%s: must hold user:password", setting);
	arena_done(&scratch);
}

static void check_readable(struct conf_problems *problems, const char *path, const char *setting)
{
	if (path != NULL && access(path, R_OK) != 0)
		report_error(problems, (struct report_place){path, 0}, "%s: cannot be opened: %s",
			setting, strerror(errno));
}

/* Theirs are secrets that a partner gave: they cannot be made here. */
static void check_endpoints(const struct conf *conf, struct conf_problems *problems)
{
	for (size_t i = 0; i < conf->endpoints_count; i++) {
		const struct endpoint_settings *endpoint = &conf->endpoints[i];
		struct err err = {0};
		if (endpoint_check_files(endpoint, &err) != OK)
			report_error(problems, conf->index->lists[LIST_ENDPOINTS].places[i],
				"endpoint %s: %s", endpoint->name, err.text);
		else if (endpoint->secret_file != NULL)
			check(problems, endpoint->secret_file, "endpoints.secret_file", &err);
	}
}

static void check_signing(struct conf_problems *problems, const struct conf_delivery *delivery)
{
	const char *const *file = delivery->signing_files;
	for (; file != NULL && *file != NULL; file++) {
		struct err err = {0};
		if (sign_check_file(*file, &err) != OK)
			report_error(problems, (struct report_place){*file, 0},
				"signing_secrets of desk %s: %s", delivery->desk, err.text);
		else
			check(problems, *file, "signing_secrets", &err);
	}
}

static void check_deliveries(const struct conf *conf, struct conf_problems *problems)
{
	for (size_t i = 0; i < conf->deliveries_count; i++)
		check_signing(problems, &conf->deliveries[i]);
}

/* What only an edge needs: a router has no keys. */
static void load_edge(struct conf *conf, struct conf_problems *problems)
{
	const struct conf_seal *seal = &conf->seal;
	check_key(problems, seal->pseudonym_key_file, "seal.pseudonym_key_file");
	check_key(problems, seal->id_key_file, "seal.id_key_file");
	for (const struct setting_pair *key = seal->master_keys; key->name != NULL; key++)
		check_key(problems, key->value, "seal.master_keys");
	check_readable(problems, conf->http.tls_cert_file, "http.tls_cert_file");
	check_readable(problems, conf->http.tls_key_file, "http.tls_key_file");
	check_readable(problems, conf->http.tls_client_ca_file, "http.tls_client_ca_file");
	if (conf->mail.credentials_file != NULL)
		check_credentials(conf->mail.credentials_file, "mail.credentials_file", problems);
	check_readable(problems, conf->mail.ca_file, "mail.ca_file");
	check_endpoints(conf, problems);
	check_deliveries(conf, problems);
	tokens_load(conf, problems);
}

enum outcome conf_load_secrets(struct conf *conf, struct conf_problems *problems)
{
	size_t errors = problems->errors;
	if (sodium_init() < 0)
		report_error(problems, (struct report_place){conf->path, 0},
			"libsodium finds no randomness on this machine");
	load_properties(conf, problems);
	if (conf->registry.credentials_file != NULL)
		check_credentials(
			conf->registry.credentials_file, "registry.credentials_file", problems);
	check_readable(problems, conf->registry.ca_file, "registry.ca_file");
	check_ops_keys(&conf->seal, problems);
	if (conf->roles & CONF_EDGE)
		load_edge(conf, problems);
	report_sort(problems);
	return problems->errors > errors ? REJECT : OK;
}
