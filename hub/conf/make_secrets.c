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

enum { KEY_SIZE = 32, LINE_SIZE = 2 * KEY_SIZE + 1 };

struct maker {
	FILE *out;
	struct err *err;
};

static enum outcome fail(struct maker *maker, const char *path)
{
	return err_set(maker->err, RETRY, "%s: cannot be made: %s", path, strerror(errno));
}

static enum outcome make_folder(struct maker *maker, const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return OK;
	if ((size_t)(slash - path) >= sizeof(folder))
		return err_set(maker->err, REJECT, "%s: the path is too long", path);
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	if (mkdir(folder, S_IRWXU) == 0 || errno == EEXIST)
		return OK;
	if (errno != ENOENT)
		return fail(maker, folder);
	enum outcome outcome = make_folder(maker, folder);
	if (outcome != OK)
		return outcome;
	return mkdir(folder, S_IRWXU) == 0 || errno == EEXIST ? OK : fail(maker, folder);
}

static bool write_whole(int fd, const char *text)
{
	size_t size = strlen(text);
	while (size > 0) {
		ssize_t count = write(fd, text, size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return false;
		text += count;
		size -= (size_t)count;
	}
	return fsync(fd) == 0;
}

/* Never over an existing file. A half-written one is taken away again. */
static enum outcome write_secret(struct maker *maker, const char *path, const char *line)
{
	enum outcome outcome = make_folder(maker, path);
	if (outcome != OK)
		return outcome;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fail(maker, path);
	if (!write_whole(fd, line) || !write_whole(fd, "\n")) {
		outcome = fail(maker, path);
		unlink(path);
	}
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

static enum outcome make_key(struct maker *maker, const char *path)
{
	if (path == NULL || exists(path))
		return OK;
	uint8_t key[KEY_SIZE];
	char line[LINE_SIZE];
	randombytes_buf(key, sizeof(key));
	bytes_to_hex(bytes_of(key, sizeof(key)), line);
	enum outcome outcome = write_secret(maker, path, line);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(line, sizeof(line));
	return outcome;
}

static enum outcome make_token(struct maker *maker, const char *path)
{
	if (exists(path))
		return OK;
	uint8_t token[KEY_SIZE];
	char line[sodium_base64_ENCODED_LEN(KEY_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	randombytes_buf(token, sizeof(token));
	sodium_bin2base64(
		line, sizeof(line), token, sizeof(token), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	enum outcome outcome = write_secret(maker, path, line);
	sodium_memzero(token, sizeof(token));
	sodium_memzero(line, sizeof(line));
	return outcome;
}

/* The public half, made from the secret one, which is made first where there is none. */
static enum outcome make_pair(struct maker *maker, const char *public_path, const char *secret_path)
{
	uint8_t public_key[KEY_SIZE], secret_key[KEY_SIZE];
	char line[LINE_SIZE];
	if (exists(public_path) && exists(secret_path))
		return OK;
	if (exists(public_path))
		return err_set(maker->err, REJECT,
			"%s: is missing, and cannot be made from %s: bring it here or delete both",
			secret_path, public_path);
	enum outcome outcome = make_key(maker, secret_path);
	if (outcome == OK)
		outcome = conf_read_key(secret_path, secret_key, maker->err);
	if (outcome != OK)
		return outcome;
	int failed = crypto_scalarmult_base(public_key, secret_key);
	assert(failed == 0);
	sodium_memzero(secret_key, sizeof(secret_key));
	bytes_to_hex(bytes_of(public_key, sizeof(public_key)), line);
	return write_secret(maker, public_path, line);
}

/* The secret half is only needed where ops reads; where the config does not name it, it is put
 * beside the public one to be taken away. */
static enum outcome make_ops_pair(struct maker *maker, const struct conf_seal *seal)
{
	if (seal->ops_secret_key_file != NULL)
		return make_pair(maker, seal->ops_public_key_file, seal->ops_secret_key_file);
	if (exists(seal->ops_public_key_file))
		return OK;
	struct arena scratch = {0};
	const char *secret = arena_format(&scratch, "%s.secret", seal->ops_public_key_file);
	enum outcome outcome = make_pair(maker, seal->ops_public_key_file, secret);
	if (outcome == OK)
		fprintf(maker->out, "take %s to where ops is, and away from here\n", secret);
	arena_done(&scratch);
	return outcome;
}

/* What only an edge needs. */
static enum outcome make_edge(struct maker *maker, const struct conf *conf)
{
	enum outcome outcome = make_key(maker, conf->seal.pseudonym_key_file);
	if (outcome == OK)
		outcome = make_key(maker, conf->seal.id_key_file);
	for (const struct setting_pair *key = conf->seal.master_keys;
		outcome == OK && key->name != NULL; key++)
		outcome = make_key(maker, key->value);
	for (size_t i = 0; i < conf->rules.partners_count; i++) {
		const struct conf_partner *partner = &conf->partners[i];
		for (size_t j = 0; outcome == OK && j < partner->tokens_count; j++)
			outcome = make_token(maker, partner->tokens[j].file);
	}
	return outcome;
}

enum outcome conf_make_secrets(const struct conf *conf, FILE *out, struct err *err)
{
	struct maker maker = {out, err};
	if (sodium_init() < 0)
		return err_set(err, FATAL, "libsodium finds no randomness on this machine");
	enum outcome outcome = make_ops_pair(&maker, &conf->seal);
	if (outcome == OK && (conf->roles & CONF_EDGE))
		outcome = make_edge(&maker, conf);
	return outcome;
}
