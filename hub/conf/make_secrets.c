/* make_secrets - makes the keys and tokens that a configuration names and that are not there yet.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/conf/conf.h"

enum { KEY_SIZE = 32 };

struct maker {
	FILE *out;
	struct err *err;
	struct arena scratch;
};

static enum outcome fail(struct maker *maker, const char *path)
{
	return err_set(maker->err, RETRY, "%s: cannot be made: %s", path, strerror(errno));
}

/* Those that the path leads through. */
static enum outcome make_folders(struct maker *maker, const char *path)
{
	char *folder = arena_string(&maker->scratch, bytes_of_string(path));
	for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
			return fail(maker, folder);
		*slash = '/';
	}
	return OK;
}

/* One line of 64 hex digits, never over an existing file. A half-written one is taken away again.
 */
static enum outcome write_key(struct maker *maker, const char *path, const uint8_t key[KEY_SIZE])
{
	char line[2 * KEY_SIZE + 1];
	enum outcome outcome = make_folders(maker, path);
	if (outcome != OK)
		return outcome;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fail(maker, path);
	bytes_to_hex(bytes_of(key, KEY_SIZE), line);
	if (dprintf(fd, "%s\n", line) < 0 || fsync(fd) != 0) {
		outcome = fail(maker, path);
		unlink(path);
	}
	sodium_memzero(line, sizeof(line));
	close(fd);
	if (outcome == OK)
		fprintf(maker->out, "made %s\n", path);
	return outcome;
}

static bool exists(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0;
}

/* A key, or a token: what nobody can guess. */
static enum outcome make_secret(struct maker *maker, const char *path)
{
	uint8_t key[KEY_SIZE];
	if (exists(path))
		return OK;
	randombytes_buf(key, sizeof(key));
	enum outcome outcome = write_key(maker, path, key);
	sodium_memzero(key, sizeof(key));
	return outcome;
}

/* The public half is made from the secret one, which is made first where there is none. That is
 * only needed where ops reads; where the config does not name it, it is put beside the public one
 * to be taken away. */
static enum outcome make_ops_pair(struct maker *maker, const struct conf_seal *seal)
{
	const char *public_path = seal->ops_public_key_file,
		   *secret_path = seal->ops_secret_key_file;
	uint8_t public_key[KEY_SIZE], secret_key[KEY_SIZE];
	bool is_named = secret_path != NULL;
	if (exists(public_path) && (!is_named || exists(secret_path)))
		return OK;
	if (exists(public_path))
		return err_set(maker->err, REJECT,
			"%s: is missing, and cannot be made from %s: bring it here or delete both",
			secret_path, public_path);
	if (!is_named)
		secret_path = arena_format(&maker->scratch, "%s.secret", public_path);
	enum outcome outcome = make_secret(maker, secret_path);
	if (outcome == OK)
		outcome = conf_read_key(secret_path, secret_key, maker->err);
	if (outcome != OK)
		return outcome;
	int failed = crypto_scalarmult_base(public_key, secret_key);
	assert(failed == 0);
	sodium_memzero(secret_key, sizeof(secret_key));
	outcome = write_key(maker, public_path, public_key);
	if (outcome == OK && !is_named)
		fprintf(maker->out, "take %s to where ops is, and away from here\n", secret_path);
	return outcome;
}

/* What only an edge needs. */
static enum outcome make_edge(struct maker *maker, const struct conf *conf)
{
	enum outcome outcome = make_secret(maker, conf->seal.pseudonym_key_file);
	if (outcome == OK)
		outcome = make_secret(maker, conf->seal.id_key_file);
	const struct setting_pair *key = conf->seal.master_keys;
	for (; outcome == OK && key->name != NULL; key++)
		outcome = make_secret(maker, key->value);
	for (size_t i = 0; i < conf->rules.partners_count; i++) {
		const struct conf_partner *partner = &conf->partners[i];
		for (size_t j = 0; outcome == OK && j < partner->tokens_count; j++)
			outcome = make_secret(maker, partner->tokens[j].file);
	}
	return outcome;
}

enum outcome conf_make_secrets(const struct conf *conf, FILE *out, struct err *err)
{
	struct maker maker = {.out = out, .err = err};
	if (sodium_init() < 0)
		return err_set(err, FATAL, "libsodium finds no randomness on this machine");
	enum outcome outcome = make_ops_pair(&maker, &conf->seal);
	if (outcome == OK && (conf->roles & CONF_EDGE))
		outcome = make_edge(&maker, conf);
	arena_done(&maker.scratch);
	return outcome;
}
