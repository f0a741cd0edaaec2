/* small - a client of a small world, packed into the few bits that decide what can happen to it. */
#include "tests/sim/exhaustive/small.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define OIN "000000990000000"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REST_DAYS 10

static const char *const names[SMALL_DESKS] = {"a", "b", "c", "k"};

static const struct rules_partner partners[] = {
	{.oin = OIN "01", .name = "A", .home_desk = "a"},
	{.oin = OIN "02", .name = "B", .home_desk = "b"},
	{.oin = OIN "03", .name = "C", .home_desk = "c"},
	{.oin = OIN "04", .name = "K", .home_desk = "k"},
};

#define DESK(name, number, may_hold)                                                               \
	{                                                                                          \
		.id = name, .partner = OIN number, .kind = "WSP", .region = "AM22",                \
		.active = true, .holds = may_hold, .capacity = -1                                  \
	}

static const struct rules_desk desks[] = {
	DESK("a", "01", true),
	DESK("b", "02", true),
	DESK("c", "03", true),
	DESK("k", "04", false),
};

static const struct rules_region regions[] = {
	{.code = "AM22", .name = "Rijnmond", .entry_desk = "c", .coordinator = "k"},
};

struct rules small_rules(void)
{
	struct rules rules = {
		.version = "000000000001",
		.partners = partners,
		.partners_count = COUNT(partners),
		.desks = desks,
		.desks_count = COUNT(desks),
		.regions = regions,
		.regions_count = COUNT(regions),
		.default_region = "AM22",
	};

	rules_default_clocks(rules.clocks);
	return rules;
}

int64_t small_now(void)
{
	return 1772442000000; /* Monday 2 March 2026, 10:00 in Amsterdam */
}

struct bytes small_desk(size_t desk)
{
	return bytes_of(names[desk], 1);
}

struct pseudonym small_client(unsigned which)
{
	return (struct pseudonym){{0x12, 0x34, (uint8_t)(which + 1)}};
}

struct uuid small_referral(struct pseudonym client, size_t place)
{
	return (struct uuid){
		{0x12, 0x30, (uint8_t)(place + 1), client.data[2], 0, 0, 0x80, 0, 0x80}};
}

/* What is kept of a referral, in 49 bits. Desks are places plus one; 0: none. */
struct plain {
	unsigned present : 1, is_via : 1, kind : 2, state : 4, delivery : 3, accepted : 1,
		disputed : 1;
	unsigned giver : 3, sender : 3, target : 3, wished : 3, group : 1;
	unsigned progress : 2, cancel_by : 2, rests : 1, zero : 1;
	unsigned duty_role : 4, clocks : 14, zeros : 14; /* duty_role: of T4 */
};

enum { PROGRESS_NONE, PROGRESS_MADE, PROGRESS_MISSED };
enum { CANCEL_BY_NONE, CANCEL_BY_SENDER, CANCEL_BY_CLIENT };

static uint64_t word_of(struct plain plain)
{
	uint64_t word = 0;

	static_assert(sizeof(plain) == sizeof(word), "a referral fits a word");
	memcpy(&word, &plain, sizeof(word));
	return word;
}

static struct plain plain_of_word(uint64_t word)
{
	struct plain plain;

	memcpy(&plain, &word, sizeof(plain));
	return plain;
}

static unsigned clocks_of(const struct clock *clocks, size_t count)
{
	unsigned set = 0;

	for (size_t i = 0; i < count; i++)
		set |= 1u << (unsigned)clocks[i].clock;
	return set;
}

static bool is_open(enum referral_state state)
{
	return state <= REFERRAL_STATE_CANCEL_REQUESTED || state == REFERRAL_STATE_RETURNED;
}

static bool is_undecided(enum referral_state state)
{
	return state <= REFERRAL_STATE_INFO_NEEDED;
}

/* Nothing can come of it any more but that it is called an error. */
static bool is_over(const struct client_referral *referral, unsigned is_via, bool exact)
{
	if (is_open(referral->state) || referral->clocks_count > 0 || is_via)
		return false;
	if (referral->state == REFERRAL_STATE_ENTERED_IN_ERROR)
		return true;
	if (exact)
		return false;
	if (referral->kind == REFERRAL_KIND_TRANSFER)
		return !referral->accepted;
	return referral->kind == REFERRAL_KIND_REQUEST ||
		referral->state != REFERRAL_STATE_COMPLETED;
}

static unsigned progress_of(const struct client_referral *referral)
{
	bool may_go_on = is_open(referral->state) || referral->state == REFERRAL_STATE_COMPLETED;

	if (!referral->has_progress || !may_go_on)
		return PROGRESS_NONE;
	return referral->progress == PROGRESS_NO_SHOW ? PROGRESS_MISSED : PROGRESS_MADE;
}

static unsigned cancel_by_of(const struct client_referral *referral)
{
	if (!referral->has_cancel_by || referral->state != REFERRAL_STATE_CANCEL_REQUESTED)
		return CANCEL_BY_NONE;
	return referral->cancel_by == ROLE_CLIENT ? CANCEL_BY_CLIENT : CANCEL_BY_SENDER;
}

static unsigned duty_role_of(const struct client_referral *referral)
{
	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].clock == CLOCK_NAME_T4)
			return (unsigned)referral->clocks[i].role;
	return 0;
}

static unsigned is_via(const struct client *client, const struct client_referral *referral)
{
	return memcmp(client->owner_via.data, referral->referral.data, 16) == 0;
}

static struct plain plain_of(
	const struct client *client, const struct client_referral *referral, bool exact)
{
	struct plain plain = {.present = 1, .is_via = is_via(client, referral) & 1u};
	bool may_go_on = is_open(referral->state) || referral->state == REFERRAL_STATE_COMPLETED;
	bool request = referral->kind == REFERRAL_KIND_REQUEST;

	if (is_over(referral, plain.is_via, exact)) {
		plain.state = REFERRAL_STATE_ENTERED_IN_ERROR;
		return plain;
	}
	plain.kind = (unsigned)referral->kind & 3;
	plain.state = (unsigned)referral->state & 15;
	plain.delivery = (is_undecided(referral->state) ? (unsigned)referral->delivery : 0) & 7;
	plain.accepted = referral->accepted;
	plain.disputed = may_go_on && referral->disputed;
	plain.giver = (unsigned)(referral->giver + 1) & 7;
	plain.sender = (unsigned)(referral->sender + 1) & 7;
	plain.target = (unsigned)(referral->target + 1) & 7;
	if (request && is_open(referral->state))
		plain.wished = (unsigned)(referral->wished + 1) & 7;
	plain.group = is_open(referral->state) && !referral->accepted && referral->group.size > 0;
	plain.progress = progress_of(referral) & 3;
	plain.cancel_by = cancel_by_of(referral) & 3;
	plain.duty_role = duty_role_of(referral) & 15;
	plain.clocks = clocks_of(referral->clocks, referral->clocks_count) & 0x3fff;
	plain.rests = referral->has_not_before && is_open(referral->state) &&
		(request || (plain.clocks & (1u << CLOCK_NAME_T12)) != 0);
	return plain;
}

static void insert(struct small *small, size_t count, uint64_t word)
{
	size_t at = count;

	for (; at > 0 && small->referrals[at - 1] < word; at--)
		small->referrals[at] = small->referrals[at - 1];
	small->referrals[at] = word;
}

static struct small pack(const struct client *client, bool exact)
{
	struct small small = {0};

	assert(client->referrals_count <= SMALL_REFERRALS);
	for (size_t i = 0; i < client->referrals_count; i++)
		insert(&small, i, word_of(plain_of(client, &client->referrals[i], exact)));
	small.client = client->has_merging;
	small.client = small.client << 1 | client->has_merged_into;
	small.client = small.client << 1 | (client->version > 0);
	small.client = small.client << 1 | (client->status == CLIENT_STATUS_CLOSED);
	small.client = small.client << 2 | (unsigned)client->consent;
	small.client = small.client << 14 | clocks_of(client->clocks, client->clocks_count);
	small.client = small.client << 3 | (unsigned)(client->owner + 1);
	return small;
}

/* Of a place plus one. */
static unsigned other_twin(unsigned desk)
{
	if (desk == SMALL_A + 1)
		return SMALL_B + 1;
	return desk == SMALL_B + 1 ? SMALL_A + 1 : desk;
}

static struct small twin_of(struct small small)
{
	struct small twin = {.client = (small.client & ~7ul) | other_twin(small.client & 7)};

	for (size_t i = 0; i < SMALL_REFERRALS && small.referrals[i] != 0; i++) {
		struct plain plain = plain_of_word(small.referrals[i]);

		plain.giver = other_twin(plain.giver) & 7;
		plain.sender = other_twin(plain.sender) & 7;
		plain.target = other_twin(plain.target) & 7;
		plain.wished = other_twin(plain.wished) & 7;
		insert(&twin, i, word_of(plain));
	}
	return twin;
}

struct small small_pack(const struct client *client, unsigned how)
{
	struct small small = pack(client, (how & SMALL_EXACT) != 0), twin;

	if ((how & SMALL_TWINS) == 0)
		return small;
	twin = twin_of(small);
	return memcmp(&twin, &small, sizeof(small)) < 0 ? twin : small;
}

size_t small_weight(struct small small, unsigned how)
{
	size_t weight = 1, equal = 1;

	for (size_t i = 1; i < SMALL_REFERRALS && small.referrals[i] != 0; i++) {
		equal = small.referrals[i] == small.referrals[i - 1] ? equal + 1 : 1;
		weight = weight * (i + 1) / equal;
	}
	return (how & SMALL_TWINS) != 0 && !small_equal(small, twin_of(small)) ? 2 * weight
									       : weight;
}

/* plain NULL: of the client itself. */
static enum role role_of(enum clock_name name, const struct plain *plain)
{
	switch (name) {
	case CLOCK_NAME_T0:
	case CLOCK_NAME_T11:
	case CLOCK_NAME_T12:
		return ROLE_HUB;
	case CLOCK_NAME_T3:
	case CLOCK_NAME_T9:
		return ROLE_SENDER;
	case CLOCK_NAME_T4:
		return (enum role)plain->duty_role;
	case CLOCK_NAME_T2:
		return plain->state == REFERRAL_STATE_RETURNED ? ROLE_GIVER : ROLE_TARGET;
	case CLOCK_NAME_T1:
	case CLOCK_NAME_T5:
	case CLOCK_NAME_T6:
	case CLOCK_NAME_T7:
	case CLOCK_NAME_T8:
	case CLOCK_NAME_T10:
	case CLOCK_NAME_T13:
		break;
	}
	return plain != NULL ? ROLE_TARGET : ROLE_OWNER;
}

static size_t arm(struct clock *clocks, unsigned set, const struct plain *plain)
{
	size_t count = 0;

	for (int name = 0; name < CLOCK_NAME_COUNT; name++) {
		if ((set & (1u << (unsigned)name)) == 0)
			continue;
		clocks[count++] = (struct clock){.clock = (enum clock_name)name,
			.armed = small_now(),
			.due = small_now(),
			.role = role_of((enum clock_name)name, plain)};
	}
	return count;
}

static void add(struct handover_state *state, size_t at, const struct plain *plain)
{
	struct client_referral *referral = &state->referrals[at];

	*referral = (struct client_referral){
		.referral = small_referral(state->client.client, at),
		.kind = (enum referral_kind)plain->kind,
		.giver = (int32_t)plain->giver - 1,
		.sender = (int32_t)plain->sender - 1,
		.target = (int32_t)plain->target - 1,
		.has_wished = plain->wished > 0,
		.wished = (int32_t)plain->wished - 1,
		.question = bytes_of_string("WERK"),
		.state = (enum referral_state)plain->state,
		.delivery = (enum delivery)plain->delivery,
		.accepted = plain->accepted,
		.disputed = plain->disputed,
		.version = 1,
		.has_accepted_at = plain->accepted,
		.accepted_at = plain->accepted ? small_now() : 0,
		.has_left = plain->state == REFERRAL_STATE_INFO_NEEDED,
		.has_progress = plain->progress != PROGRESS_NONE,
		.progress =
			plain->progress == PROGRESS_MISSED ? PROGRESS_NO_SHOW : PROGRESS_CONTACTED,
		.has_cancel_by = plain->cancel_by != CANCEL_BY_NONE,
		.cancel_by = plain->cancel_by == CANCEL_BY_CLIENT ? ROLE_CLIENT : ROLE_SENDER,
		.has_not_before = plain->rests,
		.not_before = plain->rests ? calendar_date(small_now()) + REST_DAYS : 0,
		.clocks = state->referral_clocks[at],
		.handovers = state->numbers[at],
	};
	if (plain->group)
		referral->group = bytes_of_string("g");
	referral->clocks_count = arm(referral->clocks, plain->clocks, plain);
	if (plain->is_via)
		state->client.owner_via = referral->referral;
}

static void set_merge(struct client *client, bool merging, bool merged, unsigned other)
{
	client->has_merging = merging;
	client->has_merged_into = merged;
	if (merging)
		client->merging = small_client(other);
	if (merged)
		client->merged_into = small_client(other);
}

void small_unpack(struct small small, unsigned which, struct handover_state *state)
{
	struct client *client = &state->client;
	uint64_t word = small.client;

	handover_state_new(state, small_client(which));
	for (size_t i = 0; i < SMALL_DESKS; i++)
		client->desks[i] = small_desk(i);
	client->desks_count = SMALL_DESKS;
	state->known = (word >> 20 & 1) != 0;
	if (!state->known)
		return;
	client->version = 1;
	client->owner = (int32_t)(word & 7) - 1;
	client->clocks_count = arm(client->clocks, word >> 3 & 0x3fff, NULL);
	client->consent = (enum consent)(word >> 17 & 3);
	client->status = (word >> 19 & 1) != 0 ? CLIENT_STATUS_CLOSED : CLIENT_STATUS_OPEN;
	client->region = bytes_of_string("AM22");
	set_merge(client, word >> 22 & 1, word >> 21 & 1, 1 - which);
	if (client->status == CLIENT_STATUS_CLOSED)
		client->closing_reason =
			bytes_of_string(client->has_merged_into ? "MERGED_INTO" : "PLACED_WORK");
	for (size_t i = 0; i < SMALL_REFERRALS && small.referrals[i] != 0; i++) {
		struct plain plain = plain_of_word(small.referrals[i]);

		add(state, client->referrals_count++, &plain);
	}
}

bool small_equal(struct small a, struct small b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

uint64_t small_hash(struct small small)
{
	uint64_t hash = small.client;

	for (size_t i = 0; i < SMALL_REFERRALS; i++) {
		hash = (hash ^ small.referrals[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	hash *= 0xbf58476d1ce4e5b9u;
	return hash ^ hash >> 32;
}

const char *small_text(const struct client *client, const struct client_referral *referral)
{
	static char texts[4][80];
	static size_t next;
	char *text = texts[next++ % COUNT(texts)];
	struct bytes giver = handover_desk(client, referral->giver);
	struct bytes target = handover_desk(client, referral->target);

	(void)snprintf(text, sizeof(texts[0]), "%s %.*s to %.*s %s",
		referral_kind_name(referral->kind), BYTES_ARG(giver), BYTES_ARG(target),
		referral_state_name(referral->state));
	return text;
}
