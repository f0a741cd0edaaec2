/* rejected_show - one rejected message, with its original. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/cli/original.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/seal/seal.h"
#include "hub/view/report.h"

struct showing {
	struct cli_call *call;
	struct conf *conf;
	struct view_reader *reader;
	struct page *page;
	const struct report_rejection *row;
	struct buffer original;
};

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

static void add_text(struct page *page, const char *key, const char *label, struct bytes text)
{
	if (text.data != NULL)
		page_fact(page, key, label, TERMINAL_PLAIN, "%.*s", BYTES_ARG(text));
}

static const char *name_of(const struct conf *conf, struct bytes partner)
{
	const struct rules_partner *row = rules_partner(&conf->rules, partner);
	return row == NULL ? "not in the config" : row->name;
}

static void add_client(struct page *page, const struct rejection *rejection)
{
	char client[33];
	if (!rejection->has_client)
		return;
	bytes_to_hex(bytes_of(rejection->client.data, sizeof(rejection->client.data)), client);
	page_fact(page, "client", "client", TERMINAL_PLAIN, "%s", client);
}

static void add_source(struct page *page, const struct rejection *rejection)
{
	if (rejection->has_partition && rejection->has_offset)
		page_fact(page, "source", "source", TERMINAL_PLAIN, "intake[%d]@%" PRId64,
			(int)rejection->partition, rejection->offset);
	else
		page_fact(page, "source", "source", TERMINAL_PLAIN,
			"refused at the edge: never was in intake");
}

static void add_facts(struct showing *showing)
{
	const struct rejection *rejection = showing->row->rejection;
	struct page *page = showing->page;
	char time[TERMINAL_TIME_SIZE];
	terminal_time(rejection->since, page_now(page), time);
	page_fact(page, "code", "code", TERMINAL_TITLE, "%s", rejection_code_name(rejection->code));
	add_text(page, "text", "why", rejection->text);
	add_text(page, "field", "field", rejection->field);
	add_text(page, "owner", "acts", rejection->owner);
	page_value_time(page, "since", rejection->since);
	page_fact(page, NULL, "since", TERMINAL_PLAIN, "%s", time);
	if (rejection->partner.data != NULL)
		page_fact(page, "partner", "partner", TERMINAL_PLAIN, "%.*s (%s)",
			BYTES_ARG(rejection->partner), name_of(showing->conf, rejection->partner));
	add_client(page, rejection);
	add_source(page, rejection);
	if (rejection->has_number)
		page_fact(page, NULL, "number", showing->row->waits ? TERMINAL_BAD : TERMINAL_PLAIN,
			"%d in the queue of the client%s", (int)rejection->number,
			showing->row->waits ? ": waits" : ", redriven since");
}

/* An intake record that can be read is shown as JSON; its sealed part stays sealed. */
static bool add_message(struct showing *showing, struct bytes record)
{
	struct arena arena = {0};
	struct message message;
	struct err err = {0};
	struct wire *wire;
	struct wire_record value = {.value = record, .schema = &schema_message};
	if (reach_wire(showing->conf, &wire, &err) != OK)
		return false;
	bool is_readable = wire_decode(wire, &value, &message, &arena, &err) == OK;
	if (is_readable) {
		message.sealed = NULL;
		struct json_object *json = message_to_json(&message);
		page_line(showing->page, TERMINAL_PLAIN, "\n%s",
			json_object_to_json_string_ext(
				json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
		page_value(showing->page, "message", json);
	}
	arena_done(&arena);
	wire_free(wire);
	return is_readable;
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
		page_value(page, "original",
			json_object_new_string_len((const char *)bytes.data, (int)bytes.size));
		return;
	}
	char *hex = memory_get(2 * bytes.size + 1);
	bytes_to_hex(bytes, hex);
	page_line(page, TERMINAL_PLAIN, "\n%s", hex);
	page_value(page, "original_hex", json_object_new_string(hex));
	free(hex);
}

static enum outcome write_out(const char *path, struct bytes bytes, struct err *err)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return err_set(err, REJECT, "%s: %s", path, strerror(errno));
	size_t done = 0;
	while (done < bytes.size) {
		ssize_t size = write(file, bytes.data + done, bytes.size - done);
		if (size <= 0)
			break;
		done += (size_t)size;
	}
	if (close(file) != 0 || done < bytes.size)
		return err_set(err, RETRY, "%s: cannot be written: %s", path, strerror(errno));
	return OK;
}

/* What is not a record of intake may be personal: it is noted before it is shown. */
static enum outcome add_opened(struct showing *showing, struct err *err)
{
	const struct rejection *rejection = showing->row->rejection;
	const char *path = cli_value(showing->call, "out");
	if (original_open(showing->conf, showing->reader, rejection, &showing->original, err) != OK)
		return err->outcome;
	if (rejection->form != ORIGINAL_FORM_RECORD &&
		original_note_access(showing->conf, rejection, "rejected show", err) != OK)
		return err_in(err, "cannot note that you look");
	struct bytes bytes = buffer_bytes(&showing->original);
	if (path != NULL) {
		page_line(showing->page, TERMINAL_GOOD, "\n%zu bytes written to %s", bytes.size,
			path);
		return write_out(path, bytes, err);
	}
	add_bytes(showing->page, bytes);
	return OK;
}

static enum outcome add_original(struct showing *showing, struct err *err)
{
	const struct rejection *rejection = showing->row->rejection;
	bool asked = cli_has(showing->call, "open") || cli_has(showing->call, "out");
	page_fact(showing->page, "form", "original", TERMINAL_PLAIN, "%s, %zu bytes",
		original_form_name(rejection->form), rejection->original.size);
	if (asked)
		return add_opened(showing, err);
	if (rejection->form == ORIGINAL_FORM_RECORD && add_message(showing, rejection->original))
		return OK;
	page_hint(showing->page,
		"\nOpen it: lokethub rejected show %s --open, or --out FILE. That is written down "
		"in topic access.",
		cli_argument(showing->call, 0));
	return OK;
}

static enum outcome fill(struct showing *showing, struct err *err)
{
	struct report_rejections found;
	int32_t partition = 0;
	int64_t offset = 0;
	if (read_id(cli_argument(showing->call, 0), &partition, &offset, err) != OK ||
		report_rejection(showing->reader, partition, offset, &found, err) != OK)
		return err->outcome;
	if (found.count == 0)
		return err_set(err, REJECT, "no such rejection");
	showing->row = found.items;
	add_facts(showing);
	return add_original(showing, err);
}

static int answer(struct showing *showing, struct err *err)
{
	struct arena arena = {0};
	int code;
	if (view_reader_begin(showing->reader, &arena, err) != OK)
		return cli_fail(showing->call, err, CLI_FOUND);
	showing->page = page_new(clock_wall());
	if (fill(showing, err) == OK) {
		code = cli_show(showing->call, showing->page, CLI_OK);
	} else {
		page_free(showing->page);
		code = cli_fail(showing->call, err, CLI_FOUND);
	}
	view_reader_end(showing->reader);
	seal_wipe_buffer(&showing->original);
	arena_done(&arena);
	return code;
}

static int run(struct cli_call *call)
{
	struct showing showing = {.call = call, .conf = cli_conf_with_secrets(call)};
	struct err err = {0};
	if (showing.conf == NULL)
		return CLI_CONFIG;
	if (reach_view(showing.conf, &showing.reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	int code = answer(&showing, &err);
	view_reader_free(showing.reader);
	return code;
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
	.least = 1,
	.most = 1,
	.summary = "One rejected message, with its original",
	.about = "A message that could be read is shown as JSON; its sealed part stays sealed. "
		 "What\n"
		 "could not be read is sealed for ops: --open needs seal.ops_secret_key_file in "
		 "the\n"
		 "config. What was refused at the edge is sealed under a data key: --open needs "
		 "the\n"
		 "master key that wraps it.",
	.options = options,
	.json = true,
	.found = "there is none by this ID, or it cannot be opened",
	.examples = "  lokethub rejected show 3-12\n"
		    "  lokethub rejected show 3-12 --out message.bin",
	.run = run,
};
