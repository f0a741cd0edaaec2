/* original - the message behind a Rejection, as it was received. */
#include "hub/cli/lookup/original.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/cli/reach.h"
#include "hub/seal/seal.h"

static enum outcome open_box(
	const struct conf *conf, struct bytes box, struct buffer *out, struct err *err)
{
	uint8_t key[SEAL_SECRET_SIZE];
	const char *file = conf->seal.ops_secret_key_file;
	if (file == NULL)
		return err_set(err, REJECT,
			"it is sealed for ops: name seal.ops_secret_key_file in the config of the "
			"machine where ops works");
	if (conf_read_key(file, key, err) != OK)
		return err_in(err, "seal.ops_secret_key_file");
	enum outcome outcome = seal_box_open(key, box, out, err);
	seal_wipe(key, sizeof(key));
	return outcome;
}

static enum outcome read_master(const struct conf *conf, struct bytes name,
	uint8_t secret[SEAL_SECRET_SIZE], struct err *err)
{
	const struct setting_pair *key = conf->seal.master_keys;
	while (key != NULL && key->name != NULL && !bytes_equal_string(name, key->name))
		key++;
	if (key == NULL || key->name == NULL)
		return err_set(
			err, REJECT, "its master key %.*s is not in the config", BYTES_ARG(name));
	if (conf_read_key(key->value, secret, err) != OK)
		return err_in(err, "master key %.*s", BYTES_ARG(name));
	return OK;
}

static enum outcome unwrap(const struct conf *conf, const struct data_key *stored,
	struct seal_key *out, struct err *err)
{
	uint8_t master[SEAL_SECRET_SIZE];
	if (read_master(conf, stored->master, master, err) != OK)
		return err->outcome;
	memcpy(out->id, stored->key.data, sizeof(out->id));
	enum outcome outcome = seal_unwrap(master, stored->wrapped, out, err);
	seal_wipe(master, sizeof(master));
	return outcome == OK ? OK : err_in(err, "its data key");
}

static enum outcome open_sealed(const struct conf *conf, struct view_reader *reader,
	const struct rejection *rejection, struct buffer *out, struct err *err)
{
	const struct data_key *stored;
	struct seal_key key;
	if (!rejection->has_key)
		return err_set(err, REJECT, "it names no data key");
	if (view_key(reader, rejection->key, &stored, err) != OK)
		return err->outcome;
	if (stored == NULL)
		return err_set(err, REJECT,
			"its data key is not in the view: it is erased, and nobody can read it any "
			"more, unless the view is being built");
	if (unwrap(conf, stored, &key, err) != OK)
		return err->outcome;
	enum outcome outcome = seal_open(&key, rejection->original, out, err);
	seal_wipe(&key, sizeof(key));
	return outcome;
}

enum outcome original_open(const struct conf *conf, struct view_reader *reader,
	const struct rejection *rejection, struct buffer *out, struct err *err)
{
	if (seal_start(err) != OK)
		return err->outcome;
	switch (rejection->form) {
	case ORIGINAL_FORM_RECORD:
		buffer_add_bytes(out, rejection->original);
		return OK;
	case ORIGINAL_FORM_BOX:
		return open_box(conf, rejection->original, out, err);
	case ORIGINAL_FORM_SEALED:
		return open_sealed(conf, reader, rejection, out, err);
	}
	return err_set(err, REJECT, "of an unknown form");
}

static enum outcome send_access(
	const struct conf *conf, const struct access *access, struct err *err)
{
	struct buffer value = {0};
	char key[TOPICS_KEY_SIZE];
	struct wire *wire;
	if (reach_wire(conf, &wire, err) != OK)
		return err->outcome;
	wire_begin(wire, &schema_access, &value);
	access_encode(access, &value);
	topics_key(access->client.data, key);
	const struct record_write record = {.topic = TOPIC_ACCESS,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&value),
		.headers = {.id = bytes_of_string(key),
			.source = bytes_of_string("urn:lokethub"),
			.time = access->at}};
	enum outcome outcome = reach_send(conf, &record, 1, err);
	wire_free(wire);
	buffer_done(&value);
	return outcome;
}

enum outcome original_note_access(const struct conf *conf, const struct rejection *rejection,
	const char *command, struct err *err)
{
	const char *user = getenv("SUDO_USER");
	char worker[200];
	struct bytes fields[] = {bytes_of_string("original")};
	if (user == NULL)
		user = getenv("USER");
	snprintf(worker, sizeof(worker), "%s: %s", user == NULL ? "ops" : user, command);
	struct access access = {
		.client = rejection->client,
		.at = clock_wall(),
		.partner = bytes_of_string("hub"),
		.worker = bytes_of_string(worker),
		.purpose = bytes_of_string("GUIDANCE"),
		.basis = LEGAL_BASIS_KIND_PUBLIC_TASK,
		.fields = fields,
		.fields_count = 1,
	};
	if (!rejection->has_client && rejection->has_key)
		memcpy(access.client.data, rejection->key.data, sizeof(access.client.data));
	return send_access(conf, &access, err);
}
