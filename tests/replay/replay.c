/* replay - the core as a filter, for a judge outside: each frame in is one input for one client,
 * each frame out what was decided about it; or a fact, which is kept and not answered. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/conf/conf.h"
#include "hub/flow/router/facts.h"
#include "hub/handover/handover.h"

/* All numbers are 8 bytes in the machine's order; bytes are preceded by their size.
 * In: kind, now, offset, redrive, skip, hops, client's id, client's record (empty: unknown), input;
 * of a fact the client's id is its key, and an empty input forgets it. All is in partition 0. Out:
 * Event, client's record after it (empty: not written), number of handovers, handovers, who must
 * act on a rejection, message to another client (empty: none), how often it was sent on. */
enum kind { MESSAGE, CLOCK, UNREADABLE, FACT };

static struct arena arena;

static void fail(const char *what, const struct err *err)
{
	fprintf(stderr, "replay: %s: %s\n", what, err != NULL ? err->text : "cut off");
	exit(1);
}

/* The end of the input is the end of the program. */
static int64_t read_number(void)
{
	int64_t number = 0;
	if (fread(&number, sizeof(number), 1, stdin) != 1)
		exit(0);
	return number;
}

static struct bytes read_bytes(void)
{
	size_t size = (size_t)read_number();
	uint8_t *data = arena_get(&arena, size + 1);
	if (fread(data, 1, size, stdin) != size)
		fail("input", NULL);
	return bytes_of(data, size);
}

static void write_number(int64_t number)
{
	fwrite(&number, sizeof(number), 1, stdout);
}

static void write_bytes(struct bytes bytes)
{
	write_number((int64_t)bytes.size);
	fwrite(bytes.data, 1, bytes.size, stdout);
}

static void write_record(void (*encode)(const void *, struct buffer *), const void *record)
{
	struct buffer buffer = {0};
	encode(record, &buffer);
	write_bytes(buffer_bytes(&buffer));
	buffer_done(&buffer);
}

static void load(struct handover_state *state, struct bytes id, struct bytes record)
{
	struct err err = {0};
	struct client *client = arena_get(&arena, sizeof(*client));
	struct pseudonym pseudonym;
	assert(id.size == sizeof(pseudonym.data));
	memcpy(pseudonym.data, id.data, id.size);
	if (record.size == 0)
		handover_state_new(state, pseudonym);
	else if (client_decode(client, record, &arena, &err) != OK ||
		handover_state_load(state, client, &err) != OK)
		fail("client", &err);
}

static void take_message(struct handover_input *input, struct bytes body)
{
	struct err err = {0};
	struct message *message = arena_get(&arena, sizeof(*message));
	if (message_decode(message, body, &arena, &err) != OK)
		fail("message", &err);
	input->message = message;
}

/* One byte for the clock, then the referral's id unless it is the client's own. */
static void take_clock(struct handover_input *input, struct bytes body)
{
	assert(body.size == 1 || body.size == 1 + sizeof(input->clock.referral.data));
	input->clock.clock = (enum clock_name)body.data[0];
	input->clock.has_referral = body.size > 1;
	if (input->clock.has_referral)
		memcpy(input->clock.referral.data, body.data + 1, body.size - 1);
}

static void take_fact(struct facts *facts, struct bytes key, struct bytes body)
{
	struct err err = {0};
	struct fact fact;
	if (body.size == 0)
		facts_forget(facts, key);
	else if (fact_decode(&fact, body, &arena, &err) != OK)
		fail("fact", &err);
	else
		facts_put(facts, key, &fact);
}

static void answer(struct handover_state *state, const struct handover_decision *decision)
{
	write_record(schema_find("Event")->encode, &decision->event);
	if (decision->changes_client) {
		handover_fold(state, &decision->event);
		write_record(schema_find("Client")->encode, &state->client);
	} else {
		write_number(0);
	}
	write_number((int64_t)decision->handovers_count);
	for (size_t i = 0; i < decision->handovers_count; i++)
		write_record(schema_find("Handover")->encode, &decision->handovers[i]);
	bool rejected = decision->event.result == RESULT_REJECTED;
	write_bytes(bytes_of_string(rejected ? decision->reject_owner : ""));
	if (decision->sends)
		write_record(schema_find("Message")->encode, &decision->sent.message);
	else
		write_number(0);
	write_number(decision->sends ? decision->sent.hops : 0);
	fflush(stdout);
}

static void turn(const struct rules *rules, struct facts *facts)
{
	static const struct handover_fault unreadable = {
		.code = REJECTION_CODE_UNREADABLE, .text = "not a record"};
	static struct handover_state state;
	static struct handover_decision decision;
	enum kind kind = (enum kind)read_number();
	struct facts_view view = {.facts = facts};
	struct handover_input input = {
		.now = read_number(), .outage = facts_outage, .context = &view};
	input.offset = read_number();
	input.redrive = (int32_t)read_number();
	input.skip = read_number() != 0;
	input.hops = (int32_t)read_number();
	struct bytes id = read_bytes();
	struct bytes record = read_bytes();
	struct bytes body = read_bytes();
	if (kind == FACT) {
		take_fact(facts, id, body);
		arena_reset(&arena);
		return;
	}
	load(&state, id, record);
	if (kind == UNREADABLE) {
		input.fault = &unreadable;
		handover_park(&state, &input, rules, &decision);
	} else {
		kind == MESSAGE ? take_message(&input, body) : take_clock(&input, body);
		handover_decide(&state, &input, rules, &decision);
	}
	answer(&state, &decision);
	arena_reset(&arena);
}

int main(int count, char **arguments)
{
	struct conf *conf = NULL;
	struct conf_problems problems = {0};
	if (count != 2 || conf_load(arguments[1], NULL, &conf, &problems) != OK ||
		conf_check(conf, NULL, 0, &problems) != OK) {
		conf_problems_print(&problems, stderr);
		fputs("usage: replay CONFIG <frames >frames\n", stderr);
		return 2;
	}
	struct facts *facts = facts_new();
	for (;;)
		turn(&conf->rules, facts);
}
