/* keys - the secrets of an edge, and stored data keys as the view has them, for a key ring. */
#include "hub/flow/intake/keys.h"

#include <string.h>

#include "hub/base/memory.h"

static enum outcome take(
	const struct data_key *from, struct keyring_record *out, bool *found, struct err *err)
{
	*found = from != NULL;
	if (from == NULL)
		return OK;
	if (from->wrapped.size != KEYRING_WRAPPED_SIZE || from->master.size >= KEYRING_MASTER_SIZE)
		return err_set(err, RETRY, "data key: its record has not the form that it should");
	memcpy(out->id, from->key.data, SEAL_KEY_ID_SIZE);
	memcpy(out->wrapped, from->wrapped.data, KEYRING_WRAPPED_SIZE);
	memcpy(out->master, from->master.data, from->master.size);
	out->master[from->master.size] = '\0';
	return OK;
}

static enum outcome begin(struct keys *keys, struct err *err)
{
	if (*keys->reader == NULL)
		return err_set(err, RETRY, "data keys: there is no view yet");
	return view_reader_begin(*keys->reader, &keys->arena, err);
}

static void end(struct keys *keys)
{
	view_reader_end(*keys->reader);
	arena_reset(&keys->arena);
}

static enum outcome by_owner(void *context, const uint8_t owner[KEYRING_OWNER_SIZE],
	struct keyring_record *out, bool *found, struct err *err)
{
	struct keys *keys = context;
	const struct data_key *key = NULL;
	*found = false;
	if (keys->view != NULL && *keys->reader != NULL && !view_may_have_key(keys->view, owner))
		return OK;
	if (begin(keys, err) != OK)
		return err->outcome;
	enum outcome outcome = view_key_of_owner(*keys->reader, owner, &key, err);
	if (outcome == OK)
		outcome = take(key, out, found, err);
	end(keys);
	return outcome;
}

static enum outcome by_id(void *context, const uint8_t id[SEAL_KEY_ID_SIZE],
	struct keyring_record *out, bool *found, struct err *err)
{
	struct keys *keys = context;
	const struct data_key *key = NULL;
	struct key_id wanted;
	memcpy(wanted.data, id, SEAL_KEY_ID_SIZE);
	if (begin(keys, err) != OK)
		return err->outcome;
	enum outcome outcome = view_key(*keys->reader, wanted, &key, err);
	if (outcome == OK)
		outcome = take(key, out, found, err);
	end(keys);
	return outcome;
}

static uint64_t erasures(void *context)
{
	const struct keys *keys = context;
	return view_erasures(keys->view);
}

struct keyring_source keys_source(struct keys *keys)
{
	return (struct keyring_source){.by_owner = by_owner,
		.by_id = by_id,
		.erasures = keys->view != NULL ? erasures : NULL,
		.context = keys};
}

void keys_done(struct keys *keys)
{
	arena_done(&keys->arena);
}

enum outcome keys_open_ids(const struct conf_seal *conf, struct ids **out, struct err *err)
{
	struct ids_secrets secrets;
	enum outcome outcome = conf_read_key(conf->pseudonym_key_file, secrets.pseudonym, err);
	if (outcome == OK)
		outcome = conf_read_key(conf->id_key_file, secrets.id, err);
	if (outcome == OK)
		*out = ids_new(&secrets);
	seal_wipe(&secrets, sizeof(secrets));
	return outcome;
}

/* The one that wraps new keys comes first. */
static enum outcome read_masters(const struct conf_seal *conf, struct keyring_master *masters,
	size_t *count, struct err *err)
{
	for (const struct setting_pair *pair = conf->master_keys; pair->name != NULL; pair++) {
		struct keyring_master master = {.name = pair->name};
		enum outcome outcome = conf_read_key(pair->value, master.secret, err);
		if (outcome != OK)
			return outcome;
		masters[*count] = master;
		if (strcmp(pair->name, conf->current_master_key) == 0) {
			masters[*count] = masters[0];
			masters[0] = master;
		}
		seal_wipe(&master, sizeof(master));
		(*count)++;
	}
	return OK;
}

enum outcome keys_open_ring(
	struct keys *keys, const struct conf_seal *conf, struct keyring **out, struct err *err)
{
	size_t most = 0;
	while (conf->master_keys[most].name != NULL)
		most++;
	struct keyring_master *masters = seal_memory(memory_product(most + 1, sizeof(*masters)));
	struct keyring_options options = {.masters = masters,
		.capacity = (size_t)conf->cached_keys,
		.source = keys_source(keys)};
	enum outcome outcome = read_masters(conf, masters, &options.masters_count, err);
	if (outcome == OK)
		outcome = keyring_new(out, &options, err);
	seal_memory_free(masters);
	return outcome;
}

struct data_key keys_record(const struct keyring_record *record, int64_t made_at)
{
	struct data_key key = {.master = bytes_of_string(record->master),
		.wrapped = bytes_of(record->wrapped, KEYRING_WRAPPED_SIZE),
		.made_at = made_at};
	memcpy(key.key.data, record->id, SEAL_KEY_ID_SIZE);
	return key;
}

void keys_key(const uint8_t id[SEAL_KEY_ID_SIZE], char out[KEYS_KEY_SIZE])
{
	bytes_to_hex(bytes_of(id, SEAL_KEY_ID_SIZE), out);
}
