/* rejected_redrive - lets the messages of a parked client in again, in their order. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/cli/find.h"
#include "hub/cli/meter.h"
#include "hub/cli/original.h"
#include "hub/cli/reach.h"
#include "hub/cli/send.h"
#include "hub/cli/verbs.h"
#include "hub/seal/seal.h"
#include "hub/view/report.h"

#define QUEUE_MOST 100000
#define FILE_MOST (4 * 1024 * 1024)
#define LOOK_EVERY_MS 100

struct redrive {
	struct cli_call *call;
	struct conf *conf;
	struct view_reader *reader;
	struct arena arena;
	struct pseudonym client;
	char key[TOPICS_KEY_SIZE];
	int32_t parked, redriven;
	struct report_rejections queue; /* by number; one per number */
	struct buffer first; /* what stands in for the first */
	struct buffer *opened; /* each one's original where it was sealed; wiped at the end */
	struct record_write *records;
};

/* Of several rejections with one number (a redrive that failed leaves another), the first. */
static void drop_repeats(struct report_rejections *queue)
{
	size_t kept = 0;
	for (size_t i = 0; i < queue->count; i++) {
		const struct rejection *row = queue->items[i].rejection;
		if (kept > 0 && queue->items[kept - 1].rejection->number == row->number)
			continue;
		queue->items[kept++] = queue->items[i];
	}
	queue->count = kept;
}

static enum outcome check_queue(const struct redrive *redrive, struct err *err)
{
	size_t waiting = (size_t)(redrive->parked - redrive->redriven);
	for (size_t i = 0; i < redrive->queue.count; i++) {
		int32_t expected = redrive->redriven + 1 + (int32_t)i;
		if (redrive->queue.items[i].rejection->number != expected)
			return err_set(
				err, RETRY, "number %d is not in the view yet", (int)expected);
	}
	if (redrive->queue.count < waiting)
		return err_set(err, RETRY, "the view has %zu of %zu parked messages yet",
			redrive->queue.count, waiting);
	return OK;
}

static enum outcome find_queue(struct redrive *redrive, struct err *err)
{
	struct find find;
	const struct client *client;
	if (find_by_text(redrive->reader, cli_argument(redrive->call, 0), &find, err) != OK)
		return err->outcome;
	if (find.count != 1)
		return err_set(err, REJECT, "nobody, or more than one client is meant");
	redrive->client = find.items[0].client;
	if (view_client(redrive->reader, redrive->client, &client, err) != OK)
		return err->outcome;
	if (client == NULL)
		return err_set(err, REJECT, "the client is not in the view");
	redrive->parked = client->parked;
	redrive->redriven = client->redriven;
	topics_key(redrive->client.data, redrive->key);
	const struct report_rejected which = {
		.client = &redrive->client, .waits = true, .limit = QUEUE_MOST};
	if (report_rejected(redrive->reader, &which, &redrive->queue, err) != OK)
		return err->outcome;
	drop_repeats(&redrive->queue);
	return check_queue(redrive, err);
}

static enum outcome read_file(const char *path, struct buffer *out, struct err *err)
{
	char part[4096];
	size_t size;
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return err_set(err, REJECT, "%s: %s", path, strerror(errno));
	while ((size = fread(part, 1, sizeof(part), file)) > 0 && out->size <= FILE_MOST)
		buffer_add(out, part, size);
	bool failed = ferror(file) != 0;
	fclose(file);
	if (failed || out->size > FILE_MOST)
		return err_set(
			err, REJECT, "%s: cannot be read, or is larger than any message", path);
	return OK;
}

static enum outcome message_problem(
	const char *path, const struct problems *problems, struct err *err)
{
	const struct problem *first = &problems->items[0];
	return err_set(err, REJECT, "%s: %s: %s (%zu problem%s in all)", path, first->path,
		first->text, problems->count, problems->count == 1 ? "" : "s");
}

/* A Message in JSON becomes a record with our schema. */
static enum outcome encode_json(struct redrive *redrive, const char *path, struct err *err)
{
	struct problems problems;
	struct message message;
	struct wire *wire;
	struct json_object *json = json_tokener_parse(buffer_string(&redrive->first));
	problems_init(&problems, &redrive->arena);
	bool fits = message_from_json(&message, json, &problems);
	if (fits)
		message_check(&message, redrive->conf->codes, CHECK_HUB, &problems);
	json_object_put(json);
	if (problems.count > 0)
		return message_problem(path, &problems, err);
	if (reach_wire(redrive->conf, &wire, err) != OK)
		return err->outcome;
	buffer_clear(&redrive->first);
	wire_begin(wire, &schema_message, &redrive->first);
	message_encode(&message, &redrive->first);
	wire_free(wire);
	return OK;
}

static enum outcome read_repair(struct redrive *redrive, const char *path, struct err *err)
{
	if (read_file(path, &redrive->first, err) != OK)
		return err->outcome;
	struct bytes bytes = buffer_bytes(&redrive->first);
	if (bytes.size > 0 && bytes.data[0] == '{')
		return encode_json(redrive, path, err);
	return OK;
}

static enum outcome bytes_of_row(
	struct redrive *redrive, size_t place, struct bytes *out, struct err *err)
{
	const struct rejection *rejection = redrive->queue.items[place].rejection;
	struct buffer *opened = &redrive->opened[place];
	if (rejection->form == ORIGINAL_FORM_RECORD) {
		*out = rejection->original;
		return OK;
	}
	enum outcome outcome =
		original_open(redrive->conf, redrive->reader, rejection, opened, err);
	if (outcome == OK)
		*out = buffer_bytes(opened);
	else
		err_in(err, "number %d", (int)rejection->number);
	return outcome;
}

/* Its sender stays who it was, so that the sum per partner closes. */
static enum outcome source_of(struct redrive *redrive, const struct rejection *rejection,
	struct bytes *out, struct err *err)
{
	const struct view_message *message = NULL;
	struct bytes partner = rejection->partner;
	if (partner.data == NULL && rejection->has_partition && rejection->has_offset) {
		if (view_message_at(redrive->reader, rejection->partition, rejection->offset,
			    &message, err) != OK)
			return err->outcome;
		if (message != NULL)
			partner = message->partner;
	}
	*out = bytes_of_string("urn:lokethub");
	if (partner.size > 0)
		*out = bytes_of_string(
			arena_format(&redrive->arena, "urn:oin:%.*s", BYTES_ARG(partner)));
	return OK;
}

static enum outcome make_record(struct redrive *redrive, size_t place, struct err *err)
{
	const struct report_rejection *row = &redrive->queue.items[place];
	struct record_write *record = &redrive->records[place];
	const char *repair = cli_value(redrive->call, "repair");
	*record = (struct record_write){.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(redrive->key),
		.headers = {.time = clock_wall(), .redrive = row->rejection->number}};
	if (source_of(redrive, row->rejection, &record->headers.source, err) != OK)
		return err->outcome;
	record->headers.id = bytes_of_string(arena_format(
		&redrive->arena, "redrive-%s-%d", redrive->key, (int)row->rejection->number));
	if (place == 0)
		record->headers.skip = bytes_of_string(cli_value(redrive->call, "skip"));
	if (place > 0 || repair == NULL)
		return bytes_of_row(redrive, place, &record->value, err);
	if (read_repair(redrive, repair, err) != OK)
		return err->outcome;
	record->value = buffer_bytes(&redrive->first);
	return OK;
}

static enum outcome make_records(struct redrive *redrive, struct err *err)
{
	if (cli_has(redrive->call, "skip") && cli_has(redrive->call, "repair"))
		return err_set(err, REJECT, "--skip and --repair: the first can be only one");
	redrive->records = arena_get_array(
		&redrive->arena, redrive->queue.count + 1, sizeof(*redrive->records));
	redrive->opened = arena_get_array(
		&redrive->arena, redrive->queue.count + 1, sizeof(*redrive->opened));
	for (size_t i = 0; i < redrive->queue.count; i++) {
		if (make_record(redrive, i, err) != OK)
			return err->outcome;
	}
	return OK;
}

static enum outcome prepare(struct redrive *redrive, struct err *err)
{
	if (view_reader_begin(redrive->reader, &redrive->arena, err) != OK)
		return err->outcome;
	enum outcome outcome = find_queue(redrive, err);
	if (outcome == OK)
		outcome = make_records(redrive, err);
	view_reader_end(redrive->reader);
	return outcome;
}

static enum outcome look(struct redrive *redrive, int32_t *redriven, struct err *err)
{
	struct arena arena = {0};
	const struct client *client;
	if (view_reader_begin(redrive->reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_client(redrive->reader, redrive->client, &client, err);
	if (outcome == OK && client != NULL)
		*redriven = client->redriven;
	view_reader_end(redrive->reader);
	arena_done(&arena);
	return outcome;
}

static enum outcome wait_for_router(struct redrive *redrive, int32_t *redriven, struct err *err)
{
	const struct timespec step = {.tv_nsec = LOOK_EVERY_MS * 1000000};
	struct meter meter = {.what = "redriven"};
	int64_t seconds;
	*redriven = redrive->redriven;
	if (cli_number(redrive->call, "wait", &seconds, err) != OK)
		return err->outcome;
	int64_t deadline = clock_monotonic() + seconds * 1000;
	while (*redriven < redrive->parked && clock_monotonic() < deadline) {
		nanosleep(&step, NULL);
		if (look(redrive, redriven, err) != OK)
			return err->outcome;
		meter_step(&meter, *redriven - redrive->redriven, (int64_t)redrive->queue.count);
	}
	meter_end(&meter);
	return OK;
}

static int show(struct redrive *redrive, int32_t redriven)
{
	struct page *page = page_new(clock_wall());
	size_t done = (size_t)(redriven - redrive->redriven);
	bool flows = redriven == redrive->parked;
	page_value(page, "client", json_object_new_string(redrive->key));
	page_value(page, "sent", json_object_new_int64((int64_t)redrive->queue.count));
	page_value(page, "redriven", json_object_new_int64((int64_t)done));
	page_value(page, "flows", json_object_new_boolean(flows));
	if (flows)
		page_line(page, TERMINAL_GOOD,
			"%zu of %zu settled: the client flows again. lokethub where %s", done,
			redrive->queue.count, redrive->key);
	else
		page_line(page, TERMINAL_BAD,
			"%zu of %zu settled; the next one stays where it is. Why: lokethub "
			"rejected --client %s",
			done, redrive->queue.count, redrive->key);
	return cli_show(redrive->call, page, flows ? CLI_OK : CLI_FOUND);
}

static int show_plan(const struct redrive *redrive)
{
	struct page *page = page_new(clock_wall());
	page_value(page, "client", json_object_new_string(redrive->key));
	page_value(page, "waiting", json_object_new_int64((int64_t)redrive->queue.count));
	page_line(page, TERMINAL_PLAIN, "%zu would be let in again. Nothing was written.",
		redrive->queue.count);
	return cli_show(redrive->call, page, CLI_OK);
}

static int answer(struct redrive *redrive, struct err *err)
{
	size_t stored = 0;
	int32_t redriven;
	if (prepare(redrive, err) != OK)
		return cli_fail(redrive->call, err, CLI_FOUND);
	if (redrive->queue.count == 0)
		return show(redrive, redrive->redriven);
	if (cli_has(redrive->call, "dry-run"))
		return show_plan(redrive);
	if (send_records(redrive->conf, redrive->records, redrive->queue.count, &stored, err) != OK)
		return cli_fail(redrive->call, err, CLI_FOUND);
	if (wait_for_router(redrive, &redriven, err) != OK)
		return cli_fail(redrive->call, err, CLI_USAGE);
	return show(redrive, redriven);
}

static void wipe(struct redrive *redrive)
{
	seal_wipe_buffer(&redrive->first);
	for (size_t i = 0; redrive->opened != NULL && i < redrive->queue.count; i++)
		seal_wipe_buffer(&redrive->opened[i]);
}

static int run(struct cli_call *call)
{
	struct redrive redrive = {.call = call, .conf = cli_conf_with_secrets(call)};
	struct err err = {0};
	if (redrive.conf == NULL)
		return CLI_CONFIG;
	if (reach_view(redrive.conf, &redrive.reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	int code = answer(&redrive, &err);
	view_reader_free(redrive.reader);
	wipe(&redrive);
	arena_done(&redrive.arena);
	return code;
}

static const struct cli_option options[] = {
	{"repair", 0, "FILE", "in the place of the first: a Message in JSON, or a record's bytes",
		0, 0},
	{"skip", 0, "REASON", "leave the first one out, because …", 0, 0},
	{"dry-run", 'd', NULL, "say what would be done, and do nothing", 0, 0},
	{"wait", 0, "SECONDS", "for the routers to take them (30)", 30, 3600},
	{0},
};

const struct cli_verb rejected_redrive_verb = {
	.name = "rejected redrive",
	.arguments = "CLIENT",
	.least = 1,
	.most = 1,
	.summary = "Lets the messages of a parked client in again, in their order",
	.about =
		"A message that could not be read parks its client: what comes later waits behind\n"
		"it. When the cause is gone (a schema registered, a new version deployed) this "
		"copies\n"
		"them to intake, the first as it is, repaired, or left out. Repeating it is "
		"harmless:\n"
		"each number is applied once.",
	.options = options,
	.json = true,
	.found = "the queue did not empty: the first still cannot be read",
	.examples = "  lokethub rejected redrive 3fa91c2e\n"
		    "  lokethub rejected show 3-12 --out m.bin\n"
		    "  lokethub rejected redrive 3fa91c2e --repair m.json\n"
		    "  lokethub rejected redrive 3fa91c2e --skip 'sent again by phone'",
	.run = run,
};
