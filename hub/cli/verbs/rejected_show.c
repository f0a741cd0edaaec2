/* rejected_show - one rejected message, with its original. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/cli/lookup/original.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/seal/seal.h"
#include "hub/view/report.h"
#include "hub/view/story.h"

static enum outcome read_id(const char *text, int32_t *partition, int64_t *offset, struct err *err)
{
	int64_t number;
	const char *dash = strchr(text, '-');
	if (dash == NULL || !bytes_to_int64(bytes_of(text, (size_t)(dash - text)), &number) ||
		number < 0 || number > INT32_MAX ||
		!bytes_to_int64(bytes_of_string(dash + 1), offset) || *offset < 0)
		return err_set(
			err, REJECT, "ID is what `lokethub rejected` prints first, like 3-12");
	*partition = (int32_t)number;
	return OK;
}

static void add_pseudonym(
	struct page_row *facts, const char *name, bool has, const struct pseudonym *client)
{
	char hex[33];
	bytes_to_hex(bytes_of(client->data, sizeof(client->data)), hex);
	if (has)
		page_text(facts, name, name, hex);
}

static void add_facts(struct cli_call *call, const struct report_rejection *found)
{
	const struct rejection *rejection = found->rejection;
	struct page_row *facts = page_facts(call->page);
	const char *name = story_partner(&call->conf->rules, rejection->partner);
	page_text(facts, "code", "code", rejection_code_name(rejection->code));
	page_tone(facts, TERMINAL_TITLE);
	page_bytes(facts, "why", "text", rejection->text);
	page_bytes(facts, "field", "field", rejection->field);
	page_bytes(facts, "acts", "owner", rejection->owner);
	page_number(facts, "since", "since", PAGE_TIME, rejection->since);
	if (rejection->partner.data != NULL)
		page_format(facts, "partner", "partner", "%.*s (%s)", BYTES_ARG(rejection->partner),
			name == NULL ? "not in the config" : name);
	add_pseudonym(facts, "client", rejection->has_client, &rejection->client);
	add_pseudonym(facts, "other", rejection->has_other, &rejection->other);
	page_bytes(facts, "case", "case", rejection->case_);
	if (rejection->has_partition && rejection->has_offset)
		page_format(facts, "source", "source", "intake[%d]@%" PRId64,
			(int)rejection->partition, rejection->offset);
	else if (!rejection->refused)
		page_text(facts, "source", "source",
			"noticed at the edge: its message went on to intake");
	else
		page_text(facts, "source", "source", "refused at the edge: never was in intake");
	if (!rejection->has_number)
		return;
	page_format(facts, "number", NULL, "%d in the queue of the client%s",
		(int)rejection->number, found->waits ? ": waits" : ", redriven since");
	page_tone(facts, found->waits ? TERMINAL_BAD : TERMINAL_PLAIN);
}

/* An intake record that can be read is shown as JSON; its sealed part stays sealed. */
static bool add_message(struct cli_call *call, struct bytes record)
{
	struct message message;
	struct err err = {0};
	struct wire *wire;
	struct wire_record value = {.value = record, .schema = &schema_message};
	if (reach_wire(call->conf, &wire, &err) != OK)
		return false;
	bool is_readable = wire_decode(wire, &value, &message, &call->arena, &err) == OK;
	wire_free(wire);
	if (!is_readable)
		return false;
	message.sealed = NULL;
	struct json_object *json = message_to_json(&message);
	page_line(call->page, TERMINAL_PLAIN, "\n%s",
		json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	page_json(page_facts(call->page), "message", json);
	return true;
}

/* A control character could do harm to a terminal. */
static bool is_text(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		uint8_t byte = bytes.data[i];
		if ((byte < ' ' && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7f)
			return false;
	}
	return bytes_is_utf8(bytes);
}

static void add_bytes(struct page *page, struct bytes bytes)
{
	if (is_text(bytes)) {
		page_line(page, TERMINAL_PLAIN, "\n%.*s", BYTES_ARG(bytes));
		page_bytes(page_facts(page), NULL, "original", bytes);
		return;
	}
	char *hex = memory_get(2 * bytes.size + 1);
	bytes_to_hex(bytes, hex);
	page_line(page, TERMINAL_PLAIN, "\n%s", hex);
	page_text(page_facts(page), NULL, "original_hex", hex);
	free(hex);
}

static enum outcome write_out(const char *path, struct bytes bytes, struct err *err)
{
	int number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = number < 0 ? NULL : fdopen(number, "wb");
	if (file == NULL)
		return err_set(err, REJECT, "%s: %s", path, strerror(errno));
	size_t done = fwrite(bytes.data, 1, bytes.size, file);
	if (fclose(file) != 0 || done < bytes.size)
		return err_set(err, RETRY, "%s: cannot be written: %s", path, strerror(errno));
	return OK;
}

/* What is not a record of intake may be personal: it is noted before it is shown. */
static enum outcome add_opened(struct cli_call *call, const struct rejection *rejection,
	struct buffer *original, struct err *err)
{
	const char *path = cli_value(call, "out");
	if (original_open(call->conf, call->reader, rejection, original, err) != OK)
		return err->outcome;
	if (rejection->form != ORIGINAL_FORM_RECORD &&
		original_note_access(call->conf, rejection, "rejected show", err) != OK)
		return err_in(err, "cannot note that you look");
	struct bytes bytes = buffer_bytes(original);
	if (path == NULL) {
		add_bytes(call->page, bytes);
		return OK;
	}
	page_line(call->page, TERMINAL_GOOD, "\n%zu bytes written to %s", bytes.size, path);
	return write_out(path, bytes, err);
}

static enum outcome add_original(
	struct cli_call *call, const struct rejection *rejection, struct err *err)
{
	struct buffer original = {0};
	page_format(page_facts(call->page), "original", "form", "%s, %zu bytes",
		original_form_name(rejection->form), rejection->original.size);
	if (cli_has(call, "open") || cli_has(call, "out")) {
		enum outcome outcome = add_opened(call, rejection, &original, err);
		seal_wipe_buffer(&original);
		return outcome;
	}
	if (rejection->form == ORIGINAL_FORM_RECORD && add_message(call, rejection->original))
		return OK;
	page_line(call->page, TERMINAL_FAINT,
		"\nOpen it: lokethub rejected show %s --open, or --out FILE. That is written down "
		"in topic access.",
		cli_argument(call, 0));
	return OK;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct report_rejections found;
	int32_t partition = 0;
	int64_t offset = 0;
	call->rejected = CLI_FOUND;
	if (read_id(cli_argument(call, 0), &partition, &offset, err) != OK ||
		report_rejection(call->reader, partition, offset, &found, err) != OK)
		return err->outcome;
	if (found.count == 0)
		return err_set(err, REJECT, "no such rejection");
	add_facts(call, found.items);
	return add_original(call, found.items[0].rejection, err);
}

static const struct cli_option options[] = {
	{"open", 'o', NULL, "open the original; that you did is written down in topic access", 0,
		0},
	{"out", 0, "FILE", "the same, into a new file that only you can read", 0, 0},
	{0},
};

const struct cli_verb rejected_show_verb = {
	.name = "rejected show",
	.arguments = "ID",
	.needs = CLI_KAFKA | CLI_MOMENT,
	.least = 1,
	.most = 1,
	.summary = "One rejected message, with its original",
	.about = "A message that could be read is shown as JSON; its sealed part stays sealed.\n"
		 "What could not be read is sealed for ops: --open needs\n"
		 "seal.ops_secret_key_file in the config. What was refused at the edge is\n"
		 "sealed under a data key: --open needs the master key that wraps it.",
	.options = options,
	.found = "there is none by this ID, or it cannot be opened",
	.examples = "  lokethub rejected show 3-12\n"
		    "  lokethub rejected show 3-12 --out message.bin",
	.run = run,
};
