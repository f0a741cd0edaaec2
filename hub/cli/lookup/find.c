/* find - from what a person types to the clients that it means. */
#include "hub/cli/lookup/find.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/format.h"
#include "hub/seal/ids.h"
#include "hub/seal/seal.h"
#include "hub/view/report.h"

#define PREFIX_LEAST 4
#define HEX_DIGITS 32

static void add_client(
	struct find *find, const struct pseudonym *client, const struct message *message)
{
	for (size_t i = 0; i < find->count; i++) {
		if (memcmp(&find->items[i].client, client, sizeof(*client)) == 0)
			return;
	}
	if (find->count == FIND_MOST)
		return;
	struct find_client *item = &find->items[find->count++];
	*item = (struct find_client){.client = *client};
	if (message != NULL) {
		item->partner = message->partner;
		item->system = message->system;
	}
}

static enum outcome add_referral(struct view_reader *reader, struct uuid id,
	const struct message *message, struct find *find, struct err *err)
{
	const struct view_referral *referral;
	if (view_referral(reader, id, &referral, err) != OK)
		return err->outcome;
	if (referral != NULL)
		add_client(find, &referral->client_id, message);
	return OK;
}

static enum outcome find_id(
	struct view_reader *reader, const uint8_t id[16], struct find *find, struct err *err)
{
	struct pseudonym client;
	struct uuid referral;
	struct view_messages messages;
	const struct client *known;
	memcpy(client.data, id, sizeof(client.data));
	memcpy(referral.data, id, sizeof(referral.data));
	if (view_client(reader, client, &known, err) != OK)
		return err->outcome;
	if (known != NULL)
		add_client(find, &client, NULL);
	if (view_messages_of_referral(reader, referral, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++)
		find->undecided += messages.items[i].event == NULL;
	return add_referral(reader, referral, NULL, find, err);
}

/* A decided message names its client in the Event; what names only a referral is looked up. */
static enum outcome add_message(struct view_reader *reader, const struct view_message *message,
	struct find *find, struct err *err)
{
	const struct message *said = message->message;
	if (message->event == NULL) {
		find->undecided++;
		return OK;
	}
	if (message->event->has_client) {
		add_client(find, &message->event->client, said);
		return OK;
	}
	if (said != NULL && said->body_status_change != NULL &&
		said->body_status_change->has_referral)
		return add_referral(reader, said->body_status_change->referral, said, find, err);
	return OK;
}

static enum outcome find_case(
	struct view_reader *reader, const char *text, struct find *find, struct err *err)
{
	const struct view_case which = {.case_ = bytes_of_string(text)};
	struct view_messages messages;
	if (view_messages_of_case(reader, &which, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		if (add_message(reader, &messages.items[i], find, err) != OK)
			return err->outcome;
	}
	return OK;
}

static bool is_prefix(const char *text)
{
	size_t size = strlen(text);
	return size >= PREFIX_LEAST && size < HEX_DIGITS &&
		strspn(text, "0123456789abcdefABCDEF") == size;
}

static enum outcome find_prefix(
	struct view_reader *reader, const char *text, struct find *find, struct err *err)
{
	struct view_clients clients;
	if (report_by_prefix(reader, bytes_of_string(text), &clients, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < clients.count; i++)
		add_client(find, &clients.items[i], NULL);
	return OK;
}

enum outcome find_by_text(
	struct view_reader *reader, const char *text, struct find *out, struct err *err)
{
	struct bytes typed = bytes_of_string(text);
	uint8_t id[16];
	*out = (struct find){0};
	if (bytes_from_uuid(typed, id) || bytes_from_hex(typed, id, sizeof(id)))
		return find_id(reader, id, out, err);
	if (find_case(reader, text, out, err) != OK)
		return err->outcome;
	if (out->count > 0 || out->undecided > 0 || !is_prefix(text))
		return OK;
	return find_prefix(reader, text, out, err);
}

enum outcome find_one(
	struct view_reader *reader, const char *text, struct pseudonym *out, struct err *err)
{
	struct find find;
	if (find_by_text(reader, text, &find, err) != OK)
		return err->outcome;
	if (find.count != 1)
		return err_set(err, REJECT, "%s: nobody, or more than one client is meant", text);
	*out = find.items[0].client;
	return OK;
}

static enum outcome read_bsn(char bsn[16], struct err *err)
{
	if (isatty(STDIN_FILENO))
		fputs("BSN: ", stderr);
	if (fgets(bsn, 16, stdin) == NULL)
		return err_set(err, REJECT, "nothing on standard input: expected a BSN");
	bsn[strcspn(bsn, "\r\n")] = '\0';
	if (!format_is("bsn", bytes_of_string(bsn)))
		return err_set(err, REJECT, "standard input: %s", format_doc("bsn"));
	return OK;
}

static enum outcome pseudonym_of(
	const struct conf *conf, const char *bsn, struct pseudonym *out, struct err *err)
{
	struct ids_secrets secrets = {0};
	if (conf->seal.pseudonym_key_file == NULL)
		return err_set(err, REJECT, "the config has no seal.pseudonym_key_file");
	if (conf_read_key(conf->seal.pseudonym_key_file, secrets.pseudonym, err) != OK)
		return err->outcome;
	struct ids *ids = ids_new(&secrets);
	seal_wipe(&secrets, sizeof(secrets));
	ids_of_bsn(ids, bytes_of_string(bsn), out->data);
	ids_free(ids);
	return OK;
}

enum outcome find_by_bsn(
	struct view_reader *reader, const struct conf *conf, struct find *out, struct err *err)
{
	char bsn[16] = "";
	struct pseudonym client;
	const struct client *known;
	*out = (struct find){0};
	enum outcome outcome = seal_start(err);
	if (outcome == OK)
		outcome = read_bsn(bsn, err);
	if (outcome == OK)
		outcome = pseudonym_of(conf, bsn, &client, err);
	seal_wipe(bsn, sizeof(bsn));
	if (outcome != OK)
		return outcome;
	if (view_client(reader, client, &known, err) != OK)
		return err->outcome;
	if (known != NULL)
		add_client(out, &client, NULL);
	return OK;
}
