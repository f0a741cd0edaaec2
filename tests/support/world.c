/* world - one made-up client and a small network of desks, to tell stories about the core. */
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define OIN "0000009900000000"

static const struct rules_partner partners[] = {
	{.oin = OIN "0001", .name = "UWV", .home_desk = "uwv"},
	{.oin = OIN "0002", .name = "Gemeente", .home_desk = "gemeente"},
	{.oin = OIN "0003", .name = "WSP", .home_desk = "wsp"},
	{.oin = OIN "0004", .name = "Leerwerkloket", .home_desk = "leerwerk"},
	{.oin = OIN "0005", .name = "ROC", .home_desk = "roc"},
	{.oin = OIN "0006", .name = "Werkcentrum", .home_desk = "entry"},
	{.oin = OIN "0007", .name = "School", .home_desk = "school"},
};

#define DESK(name, number, word, may_hold)                                                         \
	{                                                                                          \
		.id = (name), .partner = OIN number, .kind = (word), .region = "AM22",             \
		.active = true, .holds = (may_hold), .capacity = -1,                               \
	}

static const struct rules_desk desks[WORLD_DESKS] = {
	DESK("coordinator", "0006", "WERKCENTRUM", false),
	DESK("entry", "0006", "WERKCENTRUM", true),
	DESK("gemeente", "0002", "MUNICIPALITY", true),
	DESK("leerwerk", "0004", "LEERWERKLOKET", true),
	DESK("roc", "0005", "ROC", true),
	DESK("school", "0007", "VO", false),
	DESK("uwv", "0001", "UWV", true),
	DESK("uwv-2", "0001", "UWV", true),
	DESK("wsp", "0003", "WSP", true),
};

static const struct rules_region regions[] = {
	{.code = "AM22", .name = "Rijnmond", .entry_desk = "entry", .coordinator = "coordinator"},
	{.code = "AM23", .name = "Drechtsteden", .entry_desk = "gemeente"},
};

static const struct rules_municipality municipalities[] = {
	{"GM0505", "Dordrecht", "AM23", NULL, INT32_MIN, INT32_MAX},
	{"GM0599", "Rotterdam", "AM22", NULL, INT32_MIN, INT32_MAX},
};

static const char *const learning[] = {"LEERBAAN", NULL};

static const struct rules_route routes[] = {
	{.name = "leerbaan",
		.questions = learning,
		.to_kind = "LEERWERKLOKET",
		.age_from = -1,
		.age_to = -1,
		.level_from = -1,
		.level_to = -1},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rules world_rules(void)
{
	struct rules rules = {
		.version = "000000000001",
		.partners = partners,
		.partners_count = COUNT(partners),
		.desks = desks,
		.desks_count = COUNT(desks),
		.regions = regions,
		.regions_count = COUNT(regions),
		.municipalities = municipalities,
		.municipalities_count = COUNT(municipalities),
		.routes = routes,
		.routes_count = COUNT(routes),
		.default_region = "AM22",
	};

	rules_default_clocks(rules.clocks);
	return rules;
}

/* What the two have in common, in the span's unit; and until when the outage goes on at its end. */
static int64_t overlap(
	const struct world_outage *outage, const struct handover_span *span, int64_t *until)
{
	int64_t from = outage->from > span->from ? outage->from : span->from;
	int64_t to = outage->to < span->to ? outage->to : span->to;

	if (to <= from)
		return 0;
	if (outage->to > span->to)
		*until = outage->to;
	return span->working ? calendar_working_ms(from, to) : to - from;
}

static int64_t count_outages(
	const void *context, struct bytes desk, const struct handover_span *span, int64_t *until)
{
	const struct world *world = context;
	int64_t sum = 0;

	*until = 0;
	for (size_t i = 0; i < world->outages_count; i++) {
		const struct world_outage *outage = &world->outages[i];

		if (outage->desk == NULL || bytes_equal_string(desk, outage->desk))
			sum += overlap(outage, span, until);
	}
	return sum;
}

void world_outage(struct world *world, const char *desk, int64_t from, int64_t to)
{
	assert_true(world->outages_count < WORLD_OUTAGES_MAX);
	world->outages[world->outages_count++] = (struct world_outage){desk, from, to};
}

/* The static ones, with what the story changes. */
static struct rules rules_of(struct world *world)
{
	struct rules rules = world_rules();

	for (size_t i = 0; i < WORLD_DESKS; i++) {
		world->desks[i] = desks[i];
		if (world->closed_desk != NULL && strcmp(desks[i].id, world->closed_desk) == 0)
			world->desks[i].active = false;
		if (strcmp(desks[i].id, "wsp") == 0)
			world->desks[i].coordinator = world->own_coordinator;
	}
	rules.desks = world->desks;
	if (world->nowhere)
		rules.default_region = NULL;
	rules.overrides = world->overrides;
	rules.overrides_count = world->overrides_count;
	return rules;
}

void world_init(struct world *world)
{
	struct pseudonym client = {{0x12, 0x34, 0x56}};

	memset(world, 0, sizeof(*world));
	handover_state_new(&world->state, client);
	assert_true(clock_from_text(bytes_of_string("2026-03-02T09:00:00Z"), &world->now));
}

void world_done(struct world *world)
{
	arena_done(&world->arena);
}

struct uuid world_referral(uint8_t number)
{
	return (struct uuid){{0x12, 0x30, number, 0, 0, 0, 0x80, 0, 0x80}};
}

static const char *partner_of(const char *desk)
{
	for (size_t i = 0; i < COUNT(desks); i++)
		if (strcmp(desks[i].id, desk) == 0)
			return desks[i].partner;
	return "hub";
}

static void start_message(struct world *world, const char *desk)
{
	uint8_t number = ++world->next_message;

	world->message = (struct message){
		.id = {{number, 1, 2, 3, 4, 5, 0x80, 7, 0x80}},
		.partner = bytes_of_string(partner_of(desk)),
		.system = bytes_of_string("test"),
		.reference = bytes_of_string("r"),
		.leg = bytes_of_string(""),
		.digest = {{number, 9}},
		.has_client = true,
		.client = world->state.client.client,
		.occurred_at = world->now,
	};
}

void world_refer(struct world *world, uint8_t referral, const char *from, const char *to,
	enum referral_kind kind)
{
	start_message(world, from);
	world->body = (struct referral){
		.has_referral = true,
		.referral = world_referral(referral),
		.kind = kind,
		.subject = SUBJECT_PERSON,
		.from_desk = bytes_of_string(from),
		.to_desk = bytes_of_string(to),
		.question = bytes_of_string("WERK"),
		.region = bytes_of_string("AM22"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("NORMAL"),
		.purpose = bytes_of_string("GUIDANCE"),
	};
	world->sealed = (struct sealed){.box = bytes_of_string("sealed")};
	world->message.sealed = &world->sealed;
	world->message.body_referral = &world->body;
}

void world_act(struct world *world, uint8_t referral, enum action action, const char *desk)
{
	start_message(world, desk);
	world->change = (struct status_change){
		.has_referral = true,
		.referral = world_referral(referral),
		.action = action,
		.actor = {.desk = bytes_of_string(desk), .worker = bytes_of_string("team-1")},
		.reason = bytes_of_string("OTHER"),
		.has_text = true,
		.suggested_desk = bytes_of_string("unknown"),
		.outcome = bytes_of_string("ADVICE_GIVEN"),
		.next_step = bytes_of_string("NONE"),
		.closing_reason = bytes_of_string("PLACED_WORK"),
		.second_worker = bytes_of_string("team-2"),
		.has_progress = true,
		.progress = PROGRESS_CONTACTED,
		.hold_reason = bytes_of_string("ILLNESS"),
		.has_next_date = action == ACTION_HOLD,
		.next_date = calendar_date(world->now) + 30,
		.review = bytes_of_string("CONTINUE"),
	};
	world->message.body_status_change = &world->change;
}

void world_hub(struct world *world, uint8_t referral, enum action action)
{
	world_act(world, referral, action, "the hub");
	world->change.actor = (struct actor){0};
}

static void found(void *context, const char *invariant, const char *text)
{
	(void)context;
	fail_msg("invariant %s is broken: %s", invariant, text);
}

/* Through its bytes, as it goes in the router, so that nothing borrowed survives a step. */
static struct client copy_of(struct world *world, const struct client *client)
{
	struct buffer bytes = {0};
	struct client copy;
	struct err err = {0};

	client_encode(client, &bytes);
	assert_int_equal(client_decode(&copy, arena_copy(&world->arena, buffer_bytes(&bytes)),
				 &world->arena, &err),
		OK);
	buffer_done(&bytes);
	return copy;
}

static struct event event_of(struct world *world)
{
	struct buffer bytes = {0};
	struct event event;
	struct err err = {0};

	event_encode(&world->decision.event, &bytes);
	assert_int_equal(event_decode(&event, arena_copy(&world->arena, buffer_bytes(&bytes)),
				 &world->arena, &err),
		OK);
	buffer_done(&bytes);
	return event;
}

static void settle(struct world *world, const struct rules *rules, const struct message *message)
{
	struct client before, after;
	struct event event;
	struct err err = {0};

	if (!world->decision.changes_client)
		return;
	before = copy_of(world, &world->state.client);
	event = event_of(world);
	handover_fold(&world->state, &event);
	after = copy_of(world, &world->state.client);
	assert_int_equal(handover_state_load(&world->state, &after, &err), OK);
	handover_invariants(&after, rules, found, NULL);
	handover_step_invariants(
		&(struct handover_step){&before, &event, &after, message}, found, NULL);
}

static const char *why_full(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	const struct world *world = context;

	(void)voucher_kind;
	(void)day;
	return world->full_desk != NULL && strcmp(desk->id, world->full_desk) == 0 ? world->full_by
										   : NULL;
}

const struct event *world_send(struct world *world)
{
	const struct route_facts facts = {why_full, world};
	struct rules rules = rules_of(world);
	struct handover_input input = {.offset = world->offset++,
		.message = &world->message,
		.fault = world->fault,
		.now = world->now,
		.hops = world->hops,
		.redrive = world->redrive,
		.skip = world->skip,
		.outage = count_outages,
		.context = world,
		.facts = &facts};

	handover_decide(&world->state, &input, &rules, &world->decision);
	settle(world, &rules, world->redrive > 0 ? NULL : &world->message);
	return &world->decision.event;
}

size_t world_pass(struct world *world, int64_t until)
{
	struct rules rules = rules_of(world);
	struct clock_id which;
	size_t count = 0;
	int64_t due;

	while (handover_next_due(&world->state.client, &due, &which) && due <= until &&
		count < 1000) {
		struct handover_input input = {
			.clock = which, .now = due, .outage = count_outages, .context = world};

		handover_decide(&world->state, &input, &rules, &world->decision);
		settle(world, &rules, NULL);
		count++;
	}
	world->now = until;
	return count;
}

const char *world_rows(const struct world *world)
{
	static char text[1000];
	const struct event *event = &world->decision.event;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < event->transitions_count && used < sizeof(text) - 80; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.*s:%s",
			i > 0 ? " " : "", BYTES_ARG(event->transitions[i].row),
			referral_state_name(event->transitions[i].after.state));
	return text;
}

static const char *told(const struct world *world, bool with_number)
{
	static char text[2000];
	const struct handover_decision *decision = &world->decision;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < decision->handovers_count && used < sizeof(text) - 80; i++) {
		const struct handover *handover = &decision->handovers[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s>%.*s",
			i > 0 ? " " : "", handover_kind_name(handover->kind),
			BYTES_ARG(handover->desk));
		if (with_number)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "#%d", handover->number);
	}
	return text;
}

const char *world_told(const struct world *world)
{
	return told(world, true);
}

const char *world_told_whom(const struct world *world)
{
	return told(world, false);
}

const struct client_referral *world_find(const struct world *world, uint8_t referral)
{
	struct uuid id = world_referral(referral);

	for (size_t i = 0; i < world->state.client.referrals_count; i++)
		if (memcmp(world->state.referrals[i].referral.data, id.data, sizeof(id.data)) == 0)
			return &world->state.referrals[i];
	return NULL;
}

struct bytes world_owner(const struct world *world)
{
	const struct client *client = &world->state.client;

	return client->owner < 0 ? (struct bytes){0} : client->desks[client->owner];
}

const struct clock *world_clock(const struct world *world, uint8_t referral, enum clock_name name)
{
	const struct client_referral *found_referral =
		referral > 0 ? world_find(world, referral) : NULL;
	const struct clock *clocks = world->state.client.clocks;
	size_t count = world->state.client.clocks_count;

	if (referral > 0) {
		assert_non_null(found_referral);
		clocks = found_referral->clocks;
		count = found_referral->clocks_count;
	}
	for (size_t i = 0; i < count; i++)
		if (clocks[i].clock == name)
			return &clocks[i];
	return NULL;
}
