/* decide - runs the core over inputs from standard input, so that an independent model can judge it without a broker.
 *
 * Each line of input is one JSON object:
 *   {"client": HEX, "offset": N, "now": MS, "message": MESSAGE}   decide about a message
 *   {"pass": MS}                                                  fire all clocks that are due until then, in order
 *   {"client": HEX}                                               print the client as it is
 * Each decision is a line of output {"event": EVENT, "handovers": [HANDOVER]}; a client is {"client": CLIENT}; the end of
 * what one line of input caused is an empty line. */
#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/map.h"
#include "hub/conf/conf.h"
#include "hub/handover/handover.h"

struct known {
	struct pseudonym id; /* first: the map's key */
	struct buffer record;
};

struct run {
	const struct conf *conf;
	struct map clients;
	struct arena arena;
	struct handover_state state;
	struct handover_decision decision;
};

static const uint8_t *key_of(const void *entry, const void *context)
{
	(void)context;
	return ((const struct known *)entry)->id.data;
}

static _Noreturn void die(const char *why)
{
	(void)fprintf(stderr, "decide: %s\n", why);
	exit(2);
}

static void load(struct run *run, struct pseudonym id)
{
	const struct known *known = map_find(&run->clients, id.data);
	struct client *client = arena_get(&run->arena, sizeof(*client));
	struct err err = {0};

	handover_state_new(&run->state, id);
	if (known == NULL)
		return;
	if (client_decode(client, buffer_bytes(&known->record), &run->arena, &err) != OK ||
		handover_state_load(&run->state, client, &err) != OK)
		die(err.text);
}

static void store(struct run *run, struct pseudonym id)
{
	struct known *known = map_find(&run->clients, id.data);
	struct buffer record = {0};

	client_encode(&run->state.client, &record);
	if (known == NULL) {
		known = memory_get_zeroed(1, sizeof(*known));
		known->id = id;
		(void)map_put(&run->clients, known);
	}
	buffer_done(&known->record);
	known->record = record;
}

static void broken(void *context, const char *invariant, const char *text)
{
	(void)context;
	(void)fprintf(stderr, "decide: invariant %s is broken: %s\n", invariant, text);
	exit(1);
}

static void print(struct json_object *line)
{
	(void)puts(json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
	json_object_put(line);
}

/* The state must follow from the event's own bytes. */
static void settle(struct run *run, struct pseudonym id)
{
	struct json_object *line = json_object_new_object(), *handovers = json_object_new_array();
	struct handover_decision *decision = &run->decision;
	struct buffer bytes = {0};
	struct event event;
	struct err err = {0};

	event_encode(&decision->event, &bytes);
	if (event_decode(&event, buffer_bytes(&bytes), &run->arena, &err) != OK)
		die(err.text);
	json_object_object_add(line, "event", event_to_json(&event));
	for (size_t i = 0; i < decision->handovers_count; i++)
		json_object_array_add(handovers, handover_to_json(&decision->handovers[i]));
	json_object_object_add(line, "handovers", handovers);
	print(line);
	if (decision->changes_client) {
		handover_fold(&run->state, &event);
		handover_invariants(&run->state.client, &run->conf->rules, broken, NULL);
		store(run, id);
	}
	buffer_done(&bytes);
}

static struct message *read_message(struct run *run, struct json_object *from)
{
	struct message *message = arena_get(&run->arena, sizeof(*message));
	struct problems problems;

	problems_init(&problems, &run->arena);
	if (!message_from_json(message, from, &problems)) {
		(void)fprintf(stderr, "decide: %s %s\n", problems.items[0].path, problems.items[0].text);
		exit(2);
	}
	return message;
}

static void decide(struct run *run, struct pseudonym id, struct json_object *line, struct json_object *message)
{
	struct handover_input input = {
		.offset = json_object_get_int64(json_object_object_get(line, "offset")),
		.now = json_object_get_int64(json_object_object_get(line, "now")),
		.redrive = json_object_get_int(json_object_object_get(line, "redrive")),
		.message = read_message(run, message),
	};

	load(run, id);
	handover_decide(&run->state, &input, &run->conf->rules, &run->decision);
	settle(run, id);
}

static struct known *next_due(struct run *run, int64_t until, int64_t *due, struct clock_id *which)
{
	struct known *first = NULL, *known;
	size_t at = 0;

	while ((known = map_next(&run->clients, &at)) != NULL) {
		struct clock_id id;
		int64_t when;

		load(run, known->id);
		if (!handover_next_due(&run->state.client, &when, &id) || when > until || (first != NULL && when >= *due))
			continue;
		first = known;
		*due = when;
		*which = id;
	}
	return first;
}

static void pass(struct run *run, int64_t until)
{
	struct clock_id which = {0};
	struct known *known;
	int64_t due = 0;

	while ((known = next_due(run, until, &due, &which)) != NULL) {
		struct handover_input input = {.clock = which, .now = due};

		load(run, known->id);
		handover_decide(&run->state, &input, &run->conf->rules, &run->decision);
		settle(run, known->id);
	}
}

static void show(struct run *run, struct pseudonym id)
{
	struct json_object *line = json_object_new_object();

	load(run, id);
	if (run->state.known)
		json_object_object_add(line, "client", client_to_json(&run->state.client));
	print(line);
}

static void run_line(struct run *run, struct json_object *line)
{
	struct json_object *field;
	struct pseudonym id = {{0}};

	if (json_object_object_get_ex(line, "pass", &field)) {
		pass(run, json_object_get_int64(field));
		return;
	}
	if (!json_object_object_get_ex(line, "client", &field) ||
		!bytes_from_hex(bytes_of_string(json_object_get_string(field)), id.data, sizeof(id.data)))
		die("a line needs \"pass\" or \"client\": 32 hex digits");
	if (json_object_object_get_ex(line, "message", &field))
		decide(run, id, line, field);
	else
		show(run, id);
}

static void run_input(struct run *run)
{
	char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, stdin) > 0) {
		struct json_object *line = json_tokener_parse(text);

		if (line == NULL)
			die("a line is not JSON");
		run_line(run, line);
		json_object_put(line);
		(void)puts("");
		(void)fflush(stdout);
		arena_reset(&run->arena);
	}
	free(text);
}

static void forget(struct run *run)
{
	struct known *known;
	size_t at = 0;

	while ((known = map_next(&run->clients, &at)) != NULL) {
		buffer_done(&known->record);
		free(known);
	}
	map_done(&run->clients);
	arena_done(&run->arena);
}

int main(int argc, char **argv)
{
	struct conf_problems problems = {0};
	struct conf *conf = NULL;
	struct run *run;

	if (argc != 2)
		die("usage: decide CONFIG");
	if (conf_load(argv[1], &conf, &problems) != OK) {
		conf_problems_print(&problems, stderr);
		exit(2);
	}
	run = memory_get_zeroed(1, sizeof(*run));
	run->conf = conf;
	map_init(&run->clients, key_of, NULL);
	run_input(run);
	forget(run);
	free(run);
	conf_problems_done(&problems);
	conf_free(conf);
	return 0;
}
