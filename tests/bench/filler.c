/* filler - fills a view's file with clients, as if Kafka had told of them. */
#include "tests/bench/filler.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/view/database.h"
#include "tests/bench/args.h"
#include "tests/support/random.h"

#define CACHE_KB 65536 /* as an edge has it */
#define ARMED INT64_C(1700000000000)
#define DUE INT64_C(4102444800000) /* never late */

void filler_must(enum outcome outcome, const struct err *err)
{
	if (outcome != OK)
		args_die("%s", err->text);
}

void filler_commit(struct filler *filler)
{
	filler_must(database_exec(filler->db, "COMMIT; BEGIN", &filler->err), &filler->err);
	filler->waiting = 0;
}

static void put(struct filler *filler, enum topic topic, const void *value)
{
	buffer_clear(&filler->payload);
	topics_row(topic)->value->encode(value, &filler->payload);
	const struct apply_record record = {.topic = topic,
		.offset = filler->offsets[topic]++,
		.time = ARMED + filler->records,
		.payload = buffer_bytes(&filler->payload),
		.value = value};
	filler_must(apply_record(filler->apply, &record, &filler->err), &filler->err);
	filler->records++;
	if (++filler->waiting == filler->batch)
		filler_commit(filler);
}

static void id_of(int64_t n, uint8_t salt, uint8_t id[16])
{
	struct random random = {(uint64_t)n << 8 | salt};
	uint64_t parts[2] = {random_next(&random), random_next(&random)};
	memcpy(id, parts, 16);
}

void filler_subject(struct filler *filler, int64_t n, struct filler_subject *out)
{
	uint8_t match[16];
	memset(out, 0, sizeof(*out));
	id_of(n, 1, out->client.data);
	id_of(n, 2, out->referral.data);
	snprintf(filler->giver, sizeof(filler->giver), "gemeente-%03d", (int)(n % FILLER_DESKS));
	snprintf(filler->target, sizeof(filler->target), "wsp-%03d", (int)(n / 7 % FILLER_DESKS));
	snprintf(filler->case_, sizeof(filler->case_), "2026-%09" PRId64, n);
	out->desks[0] = bytes_of_string(filler->giver);
	out->desks[1] = bytes_of_string(filler->target);
	out->clocks[0] = (struct clock){
		.clock = CLOCK_NAME_T1, .armed = ARMED + n, .due = DUE + n, .role = ROLE_TARGET};
	out->clocks[1] = (struct clock){
		.clock = CLOCK_NAME_T2, .armed = ARMED + n, .due = DUE + n, .role = ROLE_TARGET};
	out->of_client = (struct clock){
		.clock = CLOCK_NAME_T6, .armed = ARMED + n, .due = DUE + n, .role = ROLE_OWNER};
	out->numbers[0] = (struct desk_number){1, 1};
	out->client_referral = (struct client_referral){.referral = out->referral,
		.target = 1,
		.question = bytes_of_string("LEERBAAN"),
		.version = 1,
		.clocks = out->clocks,
		.clocks_count = 2,
		.handovers = out->numbers,
		.handovers_count = 1};
	out->state = (struct client){.client = out->client,
		.state_version = 1,
		.version = 1,
		.desks = out->desks,
		.desks_count = 2,
		.region = bytes_of_string("AM22"),
		.owner_via = out->referral,
		.referrals = &out->client_referral,
		.referrals_count = 1,
		.clocks = &out->of_client,
		.clocks_count = 1,
		.duty = DUTY_AWAIT_DECISION,
		.duty_desk = 1,
		.duty_due = DUE + n,
		.has_match = true};
	id_of(n, 3, match);
	memcpy(out->state.match.data, match, sizeof(out->state.match.data));
}

static struct referral_after after_of(const struct filler_subject *of, enum referral_state state)
{
	return (struct referral_after){.referral = of->referral,
		.giver = of->desks[0],
		.sender = of->desks[0],
		.target = of->desks[1],
		.question = bytes_of_string("LEERBAAN"),
		.state = state,
		.accepted = state == REFERRAL_STATE_ACCEPTED,
		.version = 1 + (state == REFERRAL_STATE_ACCEPTED)};
}

static void put_message(struct filler *filler, const struct filler_subject *of, bool accept)
{
	struct sealed sealed = {.box = bytes_of(filler->box, sizeof(filler->box))};
	struct referral referral = {.has_referral = true,
		.referral = of->referral,
		.from_desk = of->desks[0],
		.to_desk = of->desks[1],
		.question = bytes_of_string("LEERBAAN"),
		.municipality = bytes_of_string("GM0599"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("NORMAL"),
		.purpose = bytes_of_string("GUIDANCE")};
	struct status_change change = {.has_referral = true,
		.referral = of->referral,
		.action = ACTION_ACCEPT,
		.actor = {.desk = of->desks[1], .worker = bytes_of_string("team-bbl")}};
	struct message message = {.partner = bytes_of_string("00000099000000001000"),
		.system = bytes_of_string("suite"),
		.reference = bytes_of_string(filler->case_),
		.case_ = bytes_of_string(accept ? NULL : filler->case_),
		.leg = bytes_of_string(""),
		.has_client = true,
		.client = of->client,
		.sealed = &sealed};
	id_of(filler->records, 4, message.id.data);
	if (accept)
		message.body_status_change = &change;
	else
		message.body_referral = &referral;
	put(filler, TOPIC_INTAKE, &message);
}

/* As the router leaves it: of the bytes that topic clients gets. */
static struct tag hash_of(struct filler *filler, const struct client *client)
{
	static const uint8_t zero_key[16];
	struct tag tag;
	buffer_clear(&filler->payload);
	client_encode(client, &filler->payload);
	uint64_t hash = bytes_hash(buffer_bytes(&filler->payload), zero_key);
	memcpy(tag.data, &hash, sizeof(tag.data));
	return tag;
}

static void arm(struct event *event, const struct filler_subject *of, const struct clock *clock)
{
	event->armed[event->armed_count++] = (struct clock_armed){.clock = clock->clock,
		.has_referral = clock != &of->of_client,
		.referral = of->referral,
		.armed = clock->armed,
		.due = clock->due,
		.role = clock->role};
}

static void tell(struct event *event, const struct filler_subject *of, int desk)
{
	event->handovers[event->handovers_count++] =
		(struct handover_id){.desk = of->desks[of->numbers[desk].desk],
			.referral = of->referral,
			.number = of->numbers[desk].number};
}

/* What the Event says of a client that is new, or whose offer is accepted: folded, it leaves the
 * state. */
static void say_step(struct event *event, const struct filler_subject *of, bool accept)
{
	for (size_t i = 0; i < of->client_referral.clocks_count; i++)
		arm(event, of, &of->clocks[i]);
	for (size_t i = 0; i < of->client_referral.handovers_count; i++)
		tell(event, of, (int)i);
	event->owner->new = of->desks[accept];
	event->owner->via = of->referral;
	if (accept) {
		event->owner->old = of->desks[0];
		event->stopped_count = 2;
		return;
	}
	arm(event, of, &of->of_client);
	event->has_status = true;
	event->region = of->state.region;
	event->has_match = true;
	event->match = of->state.match;
}

static void put_event(struct filler *filler, const struct filler_subject *of,
	struct transition *transition, bool accept)
{
	struct clock_armed armed[3];
	struct clock_id stopped[] = {
		{CLOCK_NAME_T1, true, of->referral}, {CLOCK_NAME_T2, true, of->referral}};
	struct handover_id handovers[2];
	struct owner_change owner = {0};
	struct next_action next = {of->state.duty, of->desks[1], of->state.duty_due};
	struct event event = {.has_client = true,
		.client = of->client,
		.has_offset = true,
		.offset = of->state.applied,
		.has_message = true,
		.partner = bytes_of_string("00000099000000001000"),
		.transitions = transition,
		.transitions_count = 1,
		.owner = &owner,
		.next_action = &next,
		.armed = armed,
		.stopped = stopped,
		.config = bytes_of_string("0123456789ab"),
		.handovers = handovers,
		.version = of->state.version,
		.has_state_hash = true,
		.state_hash = hash_of(filler, &of->state)};
	say_step(&event, of, accept);
	put(filler, TOPIC_EVENTS, &event);
}

static void put_handover(struct filler *filler, const struct filler_subject *of,
	const struct desk_number *number, enum handover_kind kind)
{
	enum action actions[] = {ACTION_ACCEPT, ACTION_DECLINE, ACTION_ASK};
	struct sealed sealed = {.box = bytes_of(filler->box, sizeof(filler->box))};
	struct handover handover = {.desk = of->desks[number->desk],
		.number = number->number,
		.kind = kind,
		.has_client = true,
		.client = of->client,
		.has_referral = true,
		.referral = of->referral,
		.actions = actions,
		.actions_count = 3,
		.sealed = kind == HANDOVER_KIND_STATUS ? NULL : &sealed};
	put(filler, TOPIC_HANDOVERS, &handover);
}

void filler_offer(struct filler *filler, int64_t n)
{
	struct filler_subject of;
	filler_subject(filler, n, &of);
	struct transition transition = {
		.row = bytes_of_string("1"), .after = after_of(&of, REFERRAL_STATE_SUBMITTED)};
	struct data_key key = {
		.master = bytes_of_string("m1"), .wrapped = bytes_of(filler->box, 72)};
	struct sealed_person person = {.referral = of.referral,
		.client = of.client,
		.sealed = {.box = bytes_of(filler->box, sizeof(filler->box))}};
	memcpy(key.key.data, of.client.data, sizeof(of.client.data));
	put(filler, TOPIC_KEYS, &key);
	put_message(filler, &of, false);
	of.state.applied = filler->offsets[TOPIC_INTAKE] - 1;
	put_event(filler, &of, &transition, false);
	put(filler, TOPIC_CLIENTS, &of.state);
	put(filler, TOPIC_PERSONS, &person);
	put_handover(filler, &of, &of.numbers[0], HANDOVER_KIND_OFFER);
}

void filler_acceptance(struct filler *filler, int64_t n)
{
	struct filler_subject of;
	filler_subject(filler, n, &of);
	struct transition transition = {.row = bytes_of_string("5"),
		.has_from = true,
		.from = REFERRAL_STATE_OFFERED,
		.after = after_of(&of, REFERRAL_STATE_ACCEPTED)};
	of.state.version = 2;
	of.state.owner = 1;
	of.client_referral.state = REFERRAL_STATE_ACCEPTED;
	of.client_referral.accepted = true;
	of.clocks[0].clock = CLOCK_NAME_T5;
	of.client_referral.clocks_count = 1;
	of.numbers[0].number = 2;
	of.numbers[1] = (struct desk_number){0, 1};
	of.client_referral.handovers_count = 2;
	of.client_referral.version = 2;
	put_message(filler, &of, true);
	of.state.applied = filler->offsets[TOPIC_INTAKE] - 1;
	put_event(filler, &of, &transition, true);
	put(filler, TOPIC_CLIENTS, &of.state);
	put_handover(filler, &of, &of.numbers[0], HANDOVER_KIND_DETAILS);
	put_handover(filler, &of, &of.numbers[1], HANDOVER_KIND_STATUS);
}

static int64_t number_of(struct filler *filler, const char *text)
{
	sqlite3_stmt *statement;
	bool row;
	filler_must(database_prepare(filler->db, &text, 1, &statement, &filler->err), &filler->err);
	filler_must(database_step(filler->db, statement, &row, &filler->err), &filler->err);
	int64_t number = sqlite3_column_int64(statement, 0);
	database_finalize(&statement, 1);
	return number;
}

void filler_open(struct filler *filler, const char *path)
{
	const struct database_options options = {path, "bench", CACHE_KB};
	bool fresh;
	filler_must(
		database_open_writer(&filler->db, &options, &fresh, &filler->err), &filler->err);
	filler_must(apply_new(&filler->apply, filler->db, &filler->err), &filler->err);
	filler->clients = number_of(filler, "SELECT count(*) FROM clients");
	filler->offsets[TOPIC_INTAKE] = number_of(filler, "SELECT max(place) + 1 FROM messages");
	filler->offsets[TOPIC_EVENTS] = number_of(filler, "SELECT max(place) + 1 FROM events");
	filler->offsets[TOPIC_HANDOVERS] =
		number_of(filler, "SELECT max(place) + 1 FROM handovers");
	filler_must(database_exec(filler->db, "BEGIN", &filler->err), &filler->err);
}

void filler_close(struct filler *filler)
{
	filler_must(database_exec(filler->db, "COMMIT", &filler->err), &filler->err);
	apply_free(filler->apply);
	database_close(filler->db);
	buffer_done(&filler->payload);
}
