/* life - a client's life as routers decide it, put into a view's file. */
#include "tests/support/life.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "hub/view/database.h"

void life_init(struct life *life)
{
	memset(life, 0, sizeof(*life));
	world_init(&life->world);
	life->rules = world_rules();
	life->file = view_file_new();
}

void life_done(struct life *life)
{
	world_done(&life->world);
	view_file_free(life->file);
}

void life_put(struct life *life, enum topic topic, const void *value)
{
	view_file_put(life->file, topic, life->offsets[topic]++, value);
}

static uint64_t hash_of_client(const struct life *life)
{
	static const uint8_t zero_key[16] = {0};
	struct buffer bytes = {0};
	client_encode(&life->world.state.client, &bytes);
	uint64_t hash = bytes_hash(buffer_bytes(&bytes), zero_key);
	buffer_done(&bytes);
	return hash;
}

static void put_rejection(struct life *life, const struct event *event)
{
	struct rejection rejection = {
		.code = event->code,
		.text = event->text,
		.owner = bytes_of_string("uwv"),
		.since = 1,
		.has_partition = true,
		.has_offset = true,
		.offset = event->offset,
		.has_client = true,
		.client = life->world.message.client,
		.partner = event->partner,
		.original = bytes_of_string("original"),
		.has_number = event->has_parked,
		.number = event->parked,
	};
	life_put(life, TOPIC_REJECTED, &rejection);
}

/* As a router does: what the core decided about the message goes to all topics. */
void life_put_decision(struct life *life)
{
	struct event event = life->world.decision.event;
	uint64_t hash = hash_of_client(life);
	event.has_offset = event.clock == NULL;
	event.offset = life->offsets[TOPIC_INTAKE];
	event.has_state_hash = life->world.decision.changes_client;
	memcpy(event.state_hash.data, &hash, sizeof(event.state_hash.data));
	if (event.has_offset)
		life_put(life, TOPIC_INTAKE, &life->world.message);
	life_put(life, TOPIC_EVENTS, &event);
	if (event.has_state_hash)
		life_put(life, TOPIC_CLIENTS, &life->world.state.client);
	for (size_t i = 0; i < life->world.decision.handovers_count; i++)
		life_put(life, TOPIC_HANDOVERS, &life->world.decision.handovers[i]);
	if (event.result == RESULT_REJECTED || event.result == RESULT_PARKED)
		put_rejection(life, &event);
}

void life_refer(struct life *life, uint8_t referral, const char *from, const char *to)
{
	world_refer(&life->world, referral, from, to, REFERRAL_KIND_TRANSFER);
	world_send(&life->world);
	life_put_decision(life);
}

void life_act(struct life *life, uint8_t referral, enum action action, const char *desk)
{
	world_act(&life->world, referral, action, desk);
	world_send(&life->world);
	life_put_decision(life);
}

void life_deliver(struct life *life, uint8_t referral)
{
	world_hub(&life->world, referral, ACTION_DELIVERED);
	world_send(&life->world);
	life_put_decision(life);
}

void life_spoil(struct life *life, const char *statement)
{
	assert_int_equal(database_exec(life->file->db, statement, &life->file->err), OK);
}

void life_live(struct life *life)
{
	life_refer(life, 1, "uwv", "wsp");
	life_deliver(life, 1);
	life_act(life, 1, ACTION_ACCEPT, "wsp");
}
