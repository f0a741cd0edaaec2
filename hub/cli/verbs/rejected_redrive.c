/* rejected_redrive - lets the messages of a parked client in again, in their order. */
#include "hub/base/file.h"
#include "hub/cli/lookup/find.h"
#include "hub/cli/lookup/original.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/seal/seal.h"
#include "hub/view/report.h"
#include "schemas/json_tree.h"

#define QUEUE_MOST 100000
#define FILE_MOST (4 * 1024 * 1024)
#define LOOK_EVERY_MS 100
#define JSON_DEPTH 32

struct redrive {
	struct cli_call *call;
	struct pseudonym client;
	char key[TOPICS_KEY_SIZE];
	int32_t parked, redriven;
	struct report_rejections queue; /* by number; one per number */
	struct record_write *records; /* one per rejection */
	struct buffer *opened; /* each one's value, where it was sealed or repaired; wiped */
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
	struct view_reader *reader = redrive->call->reader;
	const struct client *client;
	if (find_one(reader, cli_argument(redrive->call, 0), &redrive->client, err) != OK ||
		view_client(reader, redrive->client, &client, err) != OK)
		return err->outcome;
	if (client == NULL)
		return err_set(err, REJECT, "the client is not in the view");
	redrive->parked = client->parked;
	redrive->redriven = client->redriven;
	topics_key(redrive->client.data, redrive->key);
	const struct report_rejected which = {
		.client = &redrive->client, .waits = true, .limit = QUEUE_MOST};
	if (report_rejected(reader, &which, &redrive->queue, err) != OK)
		return err->outcome;
	drop_repeats(&redrive->queue);
	return check_queue(redrive, err);
}

/* A Message in JSON becomes a record with our schema. */
static enum outcome encode_json(
	struct cli_call *call, struct bytes text, struct buffer *out, struct err *err)
{
	struct problems problems;
	struct message message;
	struct wire *wire;
	problems_init(&problems, &call->arena);
	const struct json_tree *json = json_tree_parse(text, JSON_DEPTH, &problems);
	if (json != NULL && message_from_json(&message, json, &problems))
		message_check(&message, call->conf->codes, CHECK_HUB, &problems);
	if (problems.count > 0)
		return err_set(err, REJECT, "%s: %s (%zu problem%s in all)", problems.items[0].path,
			problems.items[0].text, problems.count, problems.count == 1 ? "" : "s");
	if (reach_wire(call->conf, &wire, err) != OK)
		return err->outcome;
	wire_begin(wire, &schema_message, out);
	message_encode(&message, out);
	wire_free(wire);
	return OK;
}

static enum outcome read_repair(
	struct cli_call *call, const char *path, struct buffer *out, struct err *err)
{
	struct bytes text;
	enum outcome outcome = file_read_stream(path, &call->arena, &text, err);
	if (outcome != OK)
		return err_in(err, "%s", path);
	if (text.size > FILE_MOST)
		outcome = err_set(err, REJECT, "is larger than any message");
	else if (text.size > 0 && text.data[0] == '{')
		outcome = encode_json(call, text, out, err);
	else
		buffer_add_bytes(out, text);
	seal_wipe((void *)(uintptr_t)text.data, text.size);
	return outcome == OK ? OK : err_in(err, "%s", path);
}

/* Its sender stays who it was, and a copy stays a copy, so that the sum per partner closes. */
static enum outcome take_origin(struct cli_call *call, const struct rejection *rejection,
	struct record_headers *out, struct err *err)
{
	const struct view_message *message = NULL;
	struct bytes partner = rejection->partner;
	if (rejection->has_partition && rejection->has_offset &&
		view_message_at(
			call->reader, rejection->partition, rejection->offset, &message, err) != OK)
		return err->outcome;
	if (partner.data == NULL && message != NULL)
		partner = message->partner;
	out->hops = message != NULL && message->is_copy;
	out->source = bytes_of_string("urn:lokethub");
	if (partner.size > 0)
		out->source = bytes_of_string(
			arena_format(&call->arena, "urn:oin:%.*s", BYTES_ARG(partner)));
	return OK;
}

static enum outcome value_of(
	struct redrive *redrive, size_t place, struct bytes *out, struct err *err)
{
	struct cli_call *call = redrive->call;
	const struct rejection *rejection = redrive->queue.items[place].rejection;
	struct buffer *opened = &redrive->opened[place];
	const char *repair = place == 0 ? cli_value(call, "repair") : NULL;
	if (repair == NULL && rejection->form == ORIGINAL_FORM_RECORD) {
		*out = rejection->original;
		return OK;
	}
	if (repair != NULL && read_repair(call, repair, opened, err) != OK)
		return err->outcome;
	if (repair == NULL && original_open(call->conf, call->reader, rejection, opened, err) != OK)
		return err_in(err, "number %d", (int)rejection->number);
	*out = buffer_bytes(opened);
	return OK;
}

static enum outcome make_record(struct redrive *redrive, size_t place, struct err *err)
{
	struct cli_call *call = redrive->call;
	const struct rejection *rejection = redrive->queue.items[place].rejection;
	struct record_write *record = &redrive->records[place];
	const char *id =
		arena_format(&call->arena, "redrive-%s-%d", redrive->key, (int)rejection->number);
	*record = (struct record_write){.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(redrive->key),
		.headers = {.id = bytes_of_string(id),
			.time = clock_wall(),
			.redrive = rejection->number}};
	if (place == 0)
		record->headers.skip = bytes_of_string(cli_value(call, "skip"));
	if (take_origin(call, rejection, &record->headers, err) != OK)
		return err->outcome;
	return value_of(redrive, place, &record->value, err);
}

static enum outcome make_records(struct redrive *redrive, struct err *err)
{
	struct arena *arena = &redrive->call->arena;
	size_t count = redrive->queue.count;
	redrive->records = arena_get_array(arena, count + 1, sizeof(*redrive->records));
	redrive->opened = arena_get_array(arena, count + 1, sizeof(*redrive->opened));
	for (size_t i = 0; i < count; i++) {
		if (make_record(redrive, i, err) != OK)
			return err->outcome;
	}
	return OK;
}

static enum outcome prepare(struct redrive *redrive, struct err *err)
{
	struct cli_call *call = redrive->call;
	if (cli_has(call, "skip") && cli_has(call, "repair"))
		return err_set(err, REJECT, "--skip and --repair: the first can be only one");
	if (find_queue(redrive, err) != OK || make_records(redrive, err) != OK)
		return err->outcome;
	cli_leave(call);
	return OK;
}

/* Many times in a row, so with an arena of its own. */
static enum outcome look(struct redrive *redrive, int32_t *redriven, struct err *err)
{
	struct view_reader *reader = redrive->call->reader;
	struct arena arena = {0};
	const struct client *client;
	if (view_reader_begin(reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_client(reader, redrive->client, &client, err);
	if (outcome == OK && client != NULL)
		*redriven = client->redriven;
	view_reader_end(reader);
	arena_done(&arena);
	return outcome;
}

static enum outcome wait_for_router(struct redrive *redrive, int32_t *redriven, struct err *err)
{
	struct terminal_meter meter = {.what = "redriven"};
	int64_t deadline = clock_monotonic() + cli_number(redrive->call, "wait") * 1000;
	while (*redriven < redrive->parked && clock_monotonic() < deadline) {
		clock_sleep(LOOK_EVERY_MS);
		if (look(redrive, redriven, err) != OK)
			return err->outcome;
		terminal_meter_step(
			&meter, *redriven - redrive->redriven, (int64_t)redrive->queue.count);
	}
	terminal_meter_end(&meter);
	return OK;
}

static void show_plan(const struct redrive *redrive)
{
	struct page *page = redrive->call->page;
	page_text(page_facts(page), NULL, "client", redrive->key);
	page_number(page_facts(page), NULL, "waiting", PAGE_COUNT, (int64_t)redrive->queue.count);
	page_line(page, TERMINAL_PLAIN, "%zu would be let in again. Nothing was written.",
		redrive->queue.count);
}

static void show(const struct redrive *redrive, int32_t redriven)
{
	struct page *page = redrive->call->page;
	struct page_row *facts = page_facts(page);
	int done = (int)(redriven - redrive->redriven);
	size_t sent = redrive->queue.count;
	bool flows = redriven == redrive->parked;
	page_text(facts, NULL, "client", redrive->key);
	page_number(facts, NULL, "sent", PAGE_COUNT, (int64_t)sent);
	page_number(facts, NULL, "redriven", PAGE_COUNT, done);
	page_flag(facts, "flows", flows);
	redrive->call->code = flows ? CLI_OK : CLI_FOUND;
	if (sent == 0)
		page_line(page, TERMINAL_GOOD, "Nothing waits: the client flows.");
	else if (flows)
		page_line(page, TERMINAL_GOOD,
			"%d of %zu settled: the client flows again. lokethub where %s", done, sent,
			redrive->key);
	else
		page_line(page, TERMINAL_BAD,
			"%d of %zu settled; the next one stays where it is. Why: lokethub "
			"rejected --client %s",
			done, sent, redrive->key);
}

static enum outcome carry_out(struct redrive *redrive, struct err *err)
{
	struct cli_call *call = redrive->call;
	call->rejected = CLI_FOUND;
	if (prepare(redrive, err) != OK)
		return err->outcome;
	int32_t redriven = redrive->redriven;
	size_t count = redrive->queue.count;
	if (cli_has(call, "dry-run") && count > 0) {
		show_plan(redrive);
		return OK;
	}
	if (count > 0 &&
		(reach_send(call->conf, redrive->records, count, err) != OK ||
			wait_for_router(redrive, &redriven, err) != OK))
		return err->outcome;
	show(redrive, redriven);
	return OK;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct redrive redrive = {.call = call};
	enum outcome outcome = carry_out(&redrive, err);
	for (size_t i = 0; redrive.opened != NULL && i < redrive.queue.count; i++)
		seal_wipe_buffer(&redrive.opened[i]);
	return outcome;
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
	.needs = CLI_KAFKA | CLI_MOMENT,
	.least = 1,
	.most = 1,
	.summary = "Lets the messages of a parked client in again, in their order",
	.about = "A message that could not be read parks its client: what comes later waits\n"
		 "behind it. When the cause is gone (a schema registered, a new version\n"
		 "deployed) this copies them to intake, the first as it is, repaired, or left\n"
		 "out. Repeating it is harmless: each number is applied once.",
	.options = options,
	.found = "the queue did not empty: the first still cannot be read",
	.examples = "  lokethub rejected redrive 3fa91c2e\n"
		    "  lokethub rejected show 3-12 --out m.bin\n"
		    "  lokethub rejected redrive 3fa91c2e --repair m.json\n"
		    "  lokethub rejected redrive 3fa91c2e --skip 'sent again by phone'",
	.run = run,
};
