/* post - what partners, desks and edges send to intake, and how it gets there. */
#include "tests/sim/world/post.h"

#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/wire/wire.h"
#include "tests/sim/world/broker.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/town.h"

struct letter {
	struct broker_record record;
	uint32_t number; /* of the message; 0: nobody's */
};

static void put_number(uint8_t *data, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		data[i] = (uint8_t)(number >> (24 - 8 * i));
}

uint32_t post_number(struct uuid id)
{
	return (uint32_t)id.data[0] << 24 | (uint32_t)id.data[1] << 16 | (uint32_t)id.data[2] << 8 |
		id.data[3];
}

struct pseudonym post_client(struct sim *sim)
{
	struct pseudonym client;

	for (size_t i = 0; i < sizeof(client.data); i++)
		client.data[i] = (uint8_t)random_next(&sim->random);
	client.data[6] = 0; /* no client's name is the form of a referral's id */
	return client;
}

struct uuid post_referral(struct sim *sim, struct pseudonym client)
{
	struct uuid id;

	for (size_t i = 0; i < sizeof(id.data); i++)
		id.data[i] = (uint8_t)random_next(&sim->random);
	id.data[0] = client.data[0];
	id.data[1] = (uint8_t)((client.data[1] & 0xf0) | (id.data[1] & 0x0f));
	id.data[6] = (uint8_t)(0x80 | (id.data[6] & 0x0f));
	id.data[8] = (uint8_t)(0x80 | (id.data[8] & 0x3f));
	return id;
}

static void start(struct sim *sim, struct post *post, const char *partner)
{
	uint32_t number = judge_expect(sim->judge);

	memset(post, 0, sizeof(*post));
	post->sealed = (struct sealed){.box = bytes_of_string("who it is")};
	post->message = (struct message){
		.partner = bytes_of_string(partner),
		.system = bytes_of_string("sim"),
		.reference = bytes_of_string("r"),
		.leg = bytes_of_string(""),
		.occurred_at = sim->now,
	};
	put_number(post->message.id.data, number);
	put_number(post->message.digest.data, number);
	post->message.id.data[6] = post->message.id.data[8] = 0x80;
}

void post_act(struct sim *sim, struct post *post, struct bytes desk, struct uuid referral,
	enum action action)
{
	int32_t today = calendar_date(sim->now);

	start(sim, post, town_partner(desk));
	post->message.sealed = &post->sealed;
	post->message.body_status_change = &post->change;
	post->change = (struct status_change){
		.has_referral = true,
		.referral = referral,
		.action = action,
		.actor = {.desk = desk, .worker = bytes_of_string("team-1")},
		.second_worker = bytes_of_string("team-2"),
		.reason = bytes_of_string(sim_chance(sim, 4) ? "CLIENT_DECLINED" : "OTHER"),
		.has_text = true,
		.suggested_desk = bytes_of_string("unknown"),
		.outcome = bytes_of_string("ADVICE_GIVEN"),
		.next_step = bytes_of_string("NONE"),
		.closing_reason =
			bytes_of_string(sim_chance(sim, 4) ? "UNREACHABLE" : "PLACED_WORK"),
		.has_progress = true,
		.progress = sim_chance(sim, 4) ? PROGRESS_NO_SHOW : PROGRESS_CONTACTED,
		.hold_reason = bytes_of_string("ILLNESS"),
		.review = bytes_of_string(sim_chance(sim, 3) ? "OUTFLOW" : "CONTINUE"),
	};
	post->change.has_next_date =
		action == ACTION_HOLD || (action == ACTION_SIGN_OF_LIFE && sim_chance(sim, 3));
	post->change.next_date =
		today + (int32_t)sim_between(sim, action == ACTION_HOLD, SIM_DAYS_NAMED);
}

static void take_chances(struct sim *sim, struct post *post)
{
	struct referral *body = &post->body;
	int32_t today = calendar_date(sim->now);

	if (sim_chance(sim, 6)) {
		body->has_not_before = true;
		body->not_before = today + (int32_t)sim_between(sim, 0, SIM_DAYS_NAMED);
	}
	if (sim_chance(sim, 6)) {
		post->voucher = (struct voucher){
			.kind = bytes_of_string("STOOF"), .state = bytes_of_string("GRANTED")};
		body->voucher = &post->voucher;
		body->has_expires_at = true;
		body->expires_at = sim->now + sim_between(sim, 1, SIM_DAYS_NAMED) * CLOCK_DAY_MS;
	}
	if (sim_chance(sim, 8)) {
		body->has_review_every = true;
		body->review_every = (int32_t)sim_between(sim, 1, 3);
	}
	if (sim_chance(sim, 6))
		body->legal_basis = (struct legal_basis){.kind = LEGAL_BASIS_KIND_CONSENT,
			.has_given_at = true,
			.given_at = sim->now};
	if (bytes_equal_string(body->question, "BBL_VACATURE")) {
		post->employer = (struct employer){.kvk = bytes_of_string("90001354")};
		body->subject = SUBJECT_EMPLOYER;
		body->employer = &post->employer;
	}
}

void post_refer(struct sim *sim, struct post *post, struct bytes from, struct pseudonym client)
{
	start(sim, post, town_partner(from));
	post->message.has_client = true;
	post->message.client = client;
	post->message.has_match = true;
	post->message.sealed = &post->sealed;
	post->message.body_referral = &post->body;
	post->body = (struct referral){
		.has_referral = true,
		.referral = post_referral(sim, client),
		.kind = sim_chance(sim, 4) ? REFERRAL_KIND_SERVICE : REFERRAL_KIND_TRANSFER,
		.subject = SUBJECT_PERSON,
		.from_desk = from,
		.question = bytes_of_string(town_question(random_next(&sim->random) >> 8)),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string(sim_chance(sim, 4) ? "URGENT" : "NORMAL"),
		.purpose = bytes_of_string("GUIDANCE"),
	};
	take_chances(sim, post);
}

void post_hub(struct sim *sim, struct post *post, struct uuid referral, enum action action)
{
	start(sim, post, "hub");
	post->message.system = bytes_of_string("");
	post->message.body_status_change = &post->change;
	post->change = (struct status_change){
		.has_referral = true, .referral = referral, .action = action};
}

void post_repoint(struct post *post)
{
	if (post->message.sealed != NULL)
		post->message.sealed = &post->sealed;
	if (post->message.body_status_change != NULL)
		post->message.body_status_change = &post->change;
	if (post->message.body_referral != NULL)
		post->message.body_referral = &post->body;
	if (post->change.raw != NULL)
		post->change.raw = &post->raw;
	if (post->body.employer != NULL)
		post->body.employer = &post->employer;
	if (post->body.voucher != NULL)
		post->body.voucher = &post->voucher;
}

/* Without an edge nothing comes in; who sends tries again. */
static void arrive(struct sim *sim, void *what)
{
	struct letter *letter = what;
	int64_t edge_back = hub_edge_back(sim->hub);

	if (sim->now < edge_back) {
		sim_at(sim, edge_back + sim_between(sim, 1, CLOCK_HOUR_MS), arrive, letter);
		return;
	}
	broker_append(sim->broker, letter->record);
	judge_arrived(sim->judge, letter->number);
}

static void put(struct sim *sim, int64_t after, const struct letter *letter)
{
	struct letter *kept = arena_get(&sim->arena, sizeof(*kept));

	*kept = *letter;
	sim_at(sim, sim->now + after, arrive, kept);
}

/* By the client, or the referral where only that is known; anew, since who sends it may still be
 * writing. */
static struct bytes key_of(struct sim *sim, const struct message *message)
{
	const uint8_t *id = message->has_client ? message->client.data
						: message->body_status_change->referral.data;
	char key[TOPICS_KEY_SIZE];

	topics_key(id, key);
	return arena_copy(&sim->arena, bytes_of(key, TOPICS_KEY_SIZE - 1));
}

static struct bytes value_of(struct sim *sim, const struct message *message)
{
	struct buffer value = {0};
	struct bytes kept;

	wire_begin(NULL, &schema_message, &value);
	message_encode(message, &value);
	kept = arena_copy(&sim->arena, buffer_bytes(&value));
	buffer_done(&value);
	return kept;
}

void post_send(struct sim *sim, const struct post *post)
{
	const struct letter letter = {
		.record = {.topic = TOPIC_INTAKE,
			.key = key_of(sim, &post->message),
			.value = value_of(sim, &post->message)},
		.number = post_number(post->message.id),
	};
	bool calm = sim->stage != SIM_CHAOS;

	put(sim, sim_between(sim, 100, calm || !sim_chance(sim, 20) ? 3000 : 12 * CLOCK_HOUR_MS),
		&letter);
	if (calm)
		return;
	if (sim_chance(sim, 25))
		put(sim, sim_between(sim, 200, CLOCK_MINUTE_MS), &letter);
	if (sim_chance(sim, 40))
		put(sim, sim_between(sim, CLOCK_HOUR_MS, 20 * CLOCK_DAY_MS), &letter);
}

void post_garbage(struct sim *sim, struct pseudonym client)
{
	const struct message named = {.has_client = true, .client = client};

	sim_tell(sim, "edge", "brings what nobody can read, for %s",
		sim_name(sim, 'c', client.data));
	put(sim, 1000,
		&(struct letter){.record = {.topic = TOPIC_INTAKE,
					 .key = key_of(sim, &named),
					 .value = bytes_of_string("not a record")}});
}

void post_redrive(struct sim *sim, const struct parked *parked, int64_t after)
{
	const struct message named = {.has_client = true, .client = parked->client};
	bool skip = parked->value.data == NULL;

	put(sim, after,
		&(struct letter){
			.record = {.topic = TOPIC_INTAKE,
				.key = key_of(sim, &named),
				.value = skip ? bytes_of_string("not a record") : parked->value,
				.redrive = parked->number,
				.hops = parked->is_copy,
				.skip = skip}});
}
