/* people - made-up clients and what is said about them: by partners a referral, mostly a decision,
 * often an outcome; by the hub, that a referral was delivered. */
#include "tests/bench/people.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/seal/seal.h"
#include "tests/support/random.h"

/* The last half of an id; its first half is a number of 6 bytes, and what makes it a UUIDv8. */
static const uint8_t mark[8] = {0x8c, 0x48, 0x42, 0x45, 0x4e, 0x43, 0x48, 0x48};
#define HALF sizeof(mark)
#define NUMBER_BYTES 6
#define KINDS (PEOPLE_DELIVERED + 1) /* of messages about a client */

static const char *const groups[] = {"JONGERE", "PLUS45", "WERKZOEKENDE", "STATUSHOUDER"};
static const char *const sectors[] = {"TECHNIEK", "ZORG", "BOUW", "LOGISTIEK"};
static const char *const families[] = {"Voorbeeld", "Jansen", "Bakker", "Yilmaz", "El Amrani"};
static const char *const reasons[] = {"NO_CAPACITY", "NOT_ELIGIBLE", "NOT_READY", "NO_CONTACT"};
static const char *const outcomes[] = {"PLACED_WORK", "PLACED_LEERBAAN", "ADVICE_GIVEN"};
static const char text_of_referral[] =
	"Wil graag in de installatietechniek werken, heeft een rijbewijs B en ervaring in het "
	"magazijn. Zoekt een leerbaan van vier dagen met een dag school.";
static const char text_of_decline[] =
	"Dit kwartaal is er geen plek meer; na de zomer opnieuw aanmelden kan.";

#define PICK(random, list)                                                                         \
	bytes_of_string((list)[random_below(random, sizeof(list) / sizeof((list)[0]))])

struct life {
	struct random random;
	const struct pair *pair;
	struct pseudonym client;
	struct uuid referral;
	uint64_t number;
	bool routed, accepted, declined, completed;
};

uint64_t people_number(uint64_t client, enum people_step step)
{
	return client * KINDS + step;
}

uint64_t people_client(uint64_t number)
{
	return number / KINDS;
}

static void fill(struct random *random, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
		uint64_t word = random_next(random);
		size_t left = size - i;
		memcpy(out + i, &word, left < sizeof(word) ? left : sizeof(word));
	}
}

/* UUIDv8 (RFC 9562), with the slot of the client. */
static void make_referral_id(struct life *life)
{
	uint8_t *id = life->referral.data;
	fill(&life->random, id, sizeof(life->referral.data));
	id[0] = life->client.data[0];
	id[1] = (uint8_t)((life->client.data[1] & 0xf0) | (id[1] & 0x0f));
	id[6] = (uint8_t)(0x80 | (id[6] & 0x0f));
	id[8] = (uint8_t)(0x80 | (id[8] & 0x3f));
}

static struct life life_of(const struct people *people, uint64_t client)
{
	struct random seed = {client};
	struct life life = {.number = client, .random = {random_next(&seed)}};
	life.pair = &people->pairs->items[random_below(&life.random, people->pairs->count)];
	fill(&life.random, life.client.data, sizeof(life.client.data));
	make_referral_id(&life);
	uint64_t decision = random_below(&life.random, 100);
	life.routed = random_below(&life.random, 100) < 10;
	life.accepted = !life.routed && decision < 55;
	life.declined = !life.routed && decision >= 55 && decision < 75;
	life.completed = life.accepted && random_below(&life.random, 100) < 60;
	return life;
}

static struct bytes number_text(struct people *people, const char *format, uint64_t number)
{
	return bytes_of_string(arena_format(&people->arena, format, (unsigned long long)number));
}

/* Nine digits that pass the 11-test. */
static struct bytes bsn_of(struct people *people, uint64_t client)
{
	uint64_t number = 10000000 + client % 80000000;
	unsigned sum;
	do {
		uint64_t rest = number++;
		sum = 0;
		for (unsigned weight = 2; weight <= 9; weight++, rest /= 10)
			sum += weight * (unsigned)(rest % 10);
	} while (sum % 11 == 10);
	return number_text(people, "%09llu", (number - 1) * 10 + sum % 11);
}

static struct person person_of(struct people *people, struct life *life)
{
	return (struct person){
		.bsn = bsn_of(people, life->number),
		.family_name = PICK(&life->random, families),
		.initials = bytes_of_string("A.B."),
		.given_names = bytes_of_string("Anna Bo"),
		.birth_date = number_text(people, "19%02llu-05-17", 60 + life->number % 40),
		.street = bytes_of_string("Westersingel"),
		.house_number = number_text(people, "%llu", 1 + life->number % 200),
		.postcode = bytes_of_string("3014GN"),
		.city = bytes_of_string("Rotterdam"),
		.phone = number_text(people, "06%08llu", life->number % 100000000),
		.email = number_text(people, "client%llu@example.nl", life->number),
		.worker_name = bytes_of_string("B. Adviseur"),
		.worker_phone = bytes_of_string("0107654321"),
		.worker_email = bytes_of_string("b.adviseur@example.nl"),
		.text = bytes_of_string(text_of_referral),
	};
}

static struct sealed *sealed_of(
	struct people *people, struct life *life, const struct person *person)
{
	struct sealed *sealed = arena_get(&people->arena, sizeof(*sealed));
	struct seal_key key = {0};
	memcpy(key.id, life->client.data, sizeof(life->client.data));
	fill(&life->random, key.id + sizeof(life->client.data), 8);
	fill(&life->random, key.secret, sizeof(key.secret));
	buffer_clear(&people->clear);
	buffer_clear(&people->box);
	person_encode(person, &people->clear);
	seal_put(&key, buffer_bytes(&people->clear), &people->box);
	memcpy(sealed->key.data, key.id, sizeof(key.id));
	sealed->box = buffer_bytes(&people->box);
	return sealed;
}

static void add_referral(struct people *people, struct life *life, struct message *out)
{
	const struct pair *pair = life->pair;
	struct referral *referral = arena_get(&people->arena, sizeof(*referral));
	struct person person = person_of(people, life);
	*referral = (struct referral){
		.has_referral = true,
		.referral = life->referral,
		.kind = REFERRAL_KIND_TRANSFER,
		.subject = SUBJECT_PERSON,
		.from_desk = bytes_of_string(pair->giver->id),
		.to_desk = bytes_of_string(life->routed ? NULL : pair->target->id),
		.question = bytes_of_string(pair->question),
		.target_groups = arena_get_array(&people->arena, 1, sizeof(struct bytes)),
		.target_groups_count = 1,
		.municipality = bytes_of_string(pair->municipality->code),
		.region = bytes_of_string(pair->giver->region),
		.sector_to = PICK(&life->random, sectors),
		.age_band = bytes_of_string("18-27"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string(life->number % 20 ? "NORMAL" : "URGENT"),
		.purpose = bytes_of_string("GUIDANCE"),
		.legal_basis = {.kind = LEGAL_BASIS_KIND_PUBLIC_TASK,
			.reference = bytes_of_string("SUWI art. 30a")},
	};
	referral->target_groups[0] = PICK(&life->random, groups);
	out->has_client = true;
	out->client = life->client;
	out->has_match = true;
	fill(&life->random, out->match.data, sizeof(out->match.data));
	out->sealed = sealed_of(people, life, &person);
	out->body_referral = referral;
}

static struct status_change *add_change(
	struct people *people, const struct life *life, enum action action, struct message *out)
{
	struct status_change *change = arena_get(&people->arena, sizeof(*change));
	change->has_referral = true;
	change->referral = life->referral;
	change->action = action;
	change->actor.partner = bytes_of_string(life->pair->target->partner);
	change->actor.desk = bytes_of_string(life->pair->target->id);
	change->actor.worker = bytes_of_string("team-bbl");
	change->has_effective_date = true;
	change->effective_date = (int32_t)(people->now / CLOCK_DAY_MS);
	out->body_status_change = change;
	return change;
}

static void add_decline(struct people *people, struct life *life, struct message *out)
{
	const struct person person = {.text = bytes_of_string(text_of_decline)};
	struct status_change *change = add_change(people, life, ACTION_DECLINE, out);
	change->reason = PICK(&life->random, reasons);
	change->suggested_desk = bytes_of_string("unknown");
	change->has_text = true;
	out->sealed = sealed_of(people, life, &person);
}

static void add_outcome(struct people *people, struct life *life, struct message *out)
{
	struct status_change *change = add_change(people, life, ACTION_COMPLETE, out);
	change->outcome = PICK(&life->random, outcomes);
	change->next_step = bytes_of_string("NONE");
}

/* As a delivery or a feed says it: without an actor, so that the desk's clocks begin to run. */
static void add_delivered(struct people *people, const struct life *life, struct message *out)
{
	struct status_change *change = arena_get(&people->arena, sizeof(*change));
	change->has_referral = true;
	change->referral = life->referral;
	change->action = ACTION_DELIVERED;
	out->partner = bytes_of_string("hub");
	out->system = bytes_of_string("");
	out->case_ = (struct bytes){0};
	out->body_status_change = change;
}

static void make_id(uint64_t number, struct uuid *id)
{
	for (size_t i = 0; i < NUMBER_BYTES; i++)
		id->data[i] = (uint8_t)(number >> (8 * (NUMBER_BYTES - 1 - i)));
	id->data[NUMBER_BYTES] = 0x80;
	id->data[NUMBER_BYTES + 1] = 0;
	memcpy(id->data + HALF, mark, HALF);
}

static void start_message(
	struct people *people, struct life *life, enum people_step step, struct message *out)
{
	const struct rules_desk *speaker =
		step == PEOPLE_REFERRAL ? life->pair->giver : life->pair->target;
	uint64_t number = people_number(life->number, step);
	*out = (struct message){
		.partner = bytes_of_string(speaker->partner),
		.system = bytes_of_string("zaaksysteem"),
		.reference = number_text(people, "bench-%012llu", number),
		.case_ = number_text(people, "zaak-%012llu", life->number),
		.leg = bytes_of_string(""),
		.occurred_at = people->now,
		.trace = bytes_of_string("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
	};
	make_id(number, &out->id);
	life->random.state += (uint64_t)step + 1;
	fill(&life->random, out->digest.data, sizeof(out->digest.data));
}

bool people_message(
	struct people *people, uint64_t client, enum people_step step, struct message *out)
{
	struct life life = life_of(people, client);
	if (step == PEOPLE_DECISION && !life.accepted && !life.declined)
		return false;
	if (step == PEOPLE_OUTCOME && !life.completed)
		return false;
	arena_reset(&people->arena);
	start_message(people, &life, step, out);
	switch (step) {
	case PEOPLE_REFERRAL:
		add_referral(people, &life, out);
		break;
	case PEOPLE_DECISION:
		if (life.accepted)
			add_change(people, &life, ACTION_ACCEPT, out);
		else
			add_decline(people, &life, out);
		break;
	case PEOPLE_OUTCOME:
		add_outcome(people, &life, out);
		break;
	case PEOPLE_DELIVERED:
		add_delivered(people, &life, out);
		break;
	}
	return true;
}

bool people_find(struct bytes value, uint64_t *number)
{
	const uint8_t *at = value.data ? memmem(value.data, value.size, mark, HALF) : NULL;
	if (!at || (size_t)(at - value.data) < HALF)
		return false;
	*number = 0;
	for (const uint8_t *byte = at - HALF; byte < at - HALF + NUMBER_BYTES; byte++)
		*number = *number << 8 | *byte;
	return true;
}

void people_done(struct people *people)
{
	arena_done(&people->arena);
	buffer_done(&people->clear);
	buffer_done(&people->box);
	*people = (struct people){0};
}
