/* escalation - who is told when a clock comes due, level by level. */
#include "hub/handover/clock/escalation.h"

#include "hub/handover/row/table.h"
#include "hub/handover/tell.h"

#define ROUND_DAYS 60
#define ROUND_DESKS 4 /* a client is not sent to more of them in that time */

static struct bytes region_desk(const struct decider *d, bool coordinator)
{
	const struct rules_region *region = rules_region(d->rules, d->region);

	if (region == NULL)
		return d->owner;
	if (coordinator && region->coordinator != NULL)
		return bytes_of_string(region->coordinator);
	return bytes_of_string(region->entry_desk);
}

struct bytes escalation_desk(
	const struct decider *d, const struct referral_after *referral, enum role role)
{
	switch (role) {
	case ROLE_TARGET:
		return referral->target;
	case ROLE_GIVER:
		return referral->giver;
	case ROLE_SENDER:
		return referral->sender;
	case ROLE_COORDINATOR:
		return region_desk(d, true);
	case ROLE_ENTRY_DESK:
		return region_desk(d, false);
	case ROLE_OPS:
		return bytes_of_string("ops");
	case ROLE_HUB:
	case ROLE_OWNER:
	case ROLE_LEAD:
	case ROLE_CLIENT:
		break;
	}
	return d->owner;
}

bool escalation_is_entry_desk(const struct decider *d, struct bytes desk)
{
	const struct rules_region *region = rules_region(d->rules, d->region);

	return region != NULL && bytes_equal_string(desk, region->entry_desk);
}

/* T6 is told as a reminder as long as it only concerns the desk itself. */
static void notify(struct decider *d, struct bytes desk, enum role role,
	const struct clock_armed *clock, int32_t level)
{
	const struct referral_after *about =
		decider_find(d, clock->has_referral ? clock->referral : d->owner_via);
	bool reminds =
		level == ESCALATION_DESK && d->rules->clocks[clock->clock].reminder.count > 0;
	struct handover *handover;

	if (about == NULL)
		return;
	handover = tell(
		d, desk, role, reminds ? HANDOVER_KIND_REMINDER : HANDOVER_KIND_ESCALATION, about);
	handover->has_clock = true;
	handover->clock = clock->clock;
	handover->level = level;
}

/* The desk's own, if it has one, and in any case the region's, who may decide. */
static void tell_coordinators(
	struct decider *d, struct bytes desk, const struct clock_armed *clock, int32_t level)
{
	const struct rules_desk *found = rules_desk(d->rules, desk);
	struct bytes of_region = region_desk(d, true);
	struct bytes own = bytes_of_string(found != NULL ? found->coordinator : NULL);

	if (own.data != NULL && !bytes_equal(own, of_region))
		notify(d, own, ROLE_COORDINATOR, clock, level);
	notify(d, of_region, ROLE_COORDINATOR, clock, level);
}

/* At L4 the region's entry desk joins the offer, unless it has part in one already. */
static bool entry_desk_joins(struct decider *d, const struct referral_after *referral)
{
	struct bytes entry = region_desk(d, false);
	struct referral_after *joined;

	if (!decider_is_undecided_transfer(referral))
		return false;
	for (size_t i = 0; i < d->referrals_count; i++) {
		const struct referral_after *other = &d->referrals[i];

		if (decider_is_undecided_transfer(other) &&
			(bytes_equal(other->target, entry) || bytes_equal(other->giver, entry)))
			return false;
	}
	joined = decider_add(d, decider_derive(d, referral->referral, entry));
	if (joined == NULL)
		return false;
	decider_copy_terms(joined, referral);
	joined->kind = REFERRAL_KIND_TRANSFER;
	joined->giver = referral->giver;
	joined->sender = referral->sender;
	joined->target = entry;
	joined->group = referral->group;
	decider_open(d, TABLE_22, joined);
	tell(d, entry, ROLE_TARGET, HANDOVER_KIND_OFFER, joined);
	return true;
}

static void tell_level(struct decider *d, const struct clock_armed *clock,
	struct referral_after *referral, int32_t level)
{
	const struct referral_after *about =
		referral != NULL ? referral : decider_find(d, d->owner_via);
	struct bytes desk = escalation_desk(d, referral, clock->role);

	switch (level) {
	case ESCALATION_DESK:
		notify(d, desk, clock->role, clock, level);
		break;
	case ESCALATION_LEAD:
		notify(d, desk, ROLE_LEAD, clock, level);
		if (about != NULL && !bytes_equal(about->sender, desk))
			notify(d, about->sender, ROLE_SENDER, clock, level);
		break;
	case ESCALATION_COORDINATOR:
		tell_coordinators(d, desk, clock, level);
		notify(d, bytes_of_string("ops"), ROLE_OPS, clock, level);
		break;
	default:
		if (referral == NULL || !entry_desk_joins(d, referral))
			notify(d, region_desk(d, false), ROLE_ENTRY_DESK, clock, level);
		break;
	}
}

const char *escalation_sent_round(const struct client *client, int32_t today, struct bytes desk)
{
	size_t visits = 1;
	bool again = false;

	for (size_t i = 0; i < client->visited_count; i++) {
		const struct visit *visit = &client->visited[i];

		if (visit->date < today - ROUND_DAYS)
			continue;
		visits++;
		again = again || bytes_equal(handover_desk(client, visit->desk), desk);
	}
	if (again)
		return "the client was sent to this desk within the last 60 days already";
	return visits > ROUND_DESKS ? "the client was sent to more than four desks in 60 days"
				    : NULL;
}

static void report_to(struct decider *d, struct bytes desk, enum role role,
	const struct referral_after *referral, const char *why)
{
	struct handover *handover = tell(d, desk, role, HANDOVER_KIND_ESCALATION, referral);

	handover->level = ESCALATION_COORDINATOR;
	handover->text = bytes_of_string(why);
}

void escalation_report(struct decider *d, const struct referral_after *referral, const char *why)
{
	struct bytes coordinator = region_desk(d, true);

	if (!bytes_equal(coordinator, d->actor))
		report_to(d, coordinator, ROLE_COORDINATOR, referral, why);
	report_to(d, bytes_of_string("ops"), ROLE_OPS, referral, why);
}

/* Between its first two levels T6 reminds again and again. */
static bool reminds(const struct rules_clock *rules, const struct clock_armed *clock)
{
	return rules->reminder.count > 0 && clock->level == 1;
}

int64_t escalation_climbs(const struct rules_clock *rules, const struct clock_armed *clock)
{
	return reminds(rules, clock) ? rules_due(rules->normal[1], clock->armed) : INT64_MAX;
}

static bool tells_again(const struct rules_clock *rules, const struct clock_armed *clock)
{
	return reminds(rules, clock) && clock->due < escalation_climbs(rules, clock);
}

/* What a clock that has climbed waits for, if it does not remind. */
static struct rules_duration next_step(
	const struct rules_clock *rules, int32_t climbed, bool urgent)
{
	if (climbed == 0 || rules->first_level + climbed > rules->last_level)
		return rules->repeat;
	if (urgent && rules->urgent[climbed].count > 0)
		return rules->urgent[climbed];
	return rules->normal[climbed].count > 0 ? rules->normal[climbed] : rules->repeat;
}

enum rules_unit escalation_unit(
	const struct rules_clock *rules, const struct clock_armed *clock, bool urgent)
{
	if (tells_again(rules, clock))
		return rules->reminder.unit;
	return next_step(rules, clock->level, urgent).unit;
}

static int64_t next_due(
	const struct rules_clock *rules, const struct clock_armed *clock, bool urgent)
{
	int64_t reminder = rules_due(rules->reminder, clock->due);
	int64_t climbs = escalation_climbs(rules, clock);

	if (reminds(rules, clock))
		return reminder < climbs ? reminder : climbs;
	return rules_due(next_step(rules, clock->level, urgent), clock->due);
}

static void raise(struct decider *d, struct referral_after *referral, int32_t level)
{
	if (referral == NULL || referral->escalation >= level)
		return;
	referral->escalation = level;
	decider_step(d, TABLE_22, referral);
}

static void climb(
	struct decider *d, struct clock_armed *clock, struct referral_after *referral, bool again)
{
	const struct rules_clock *rules = &d->rules->clocks[clock->clock];
	const struct clock_armed came_due = *clock; /* opening a referral moves the clocks */
	bool has_levels = clock->clock != CLOCK_NAME_T0;
	int32_t level;

	if (has_levels && !again && rules->first_level + clock->level <= rules->last_level)
		clock->level++;
	level = rules->first_level + clock->level - 1;
	if (!again) {
		clock->armed = clock->due;
		clock->has_counted = false;
		clock->counted = 0;
	}
	clock->due = next_due(rules, clock, referral != NULL && referral->urgent);
	if (!has_levels) {
		notify(d, bytes_of_string("ops"), ROLE_OPS, &came_due, 0);
		return;
	}
	raise(d, referral, level);
	tell_level(d, &came_due, referral, level);
}

void escalation_climb(struct decider *d, struct clock_armed *clock, struct referral_after *referral)
{
	climb(d, clock, referral, tells_again(&d->rules->clocks[clock->clock], clock));
}

bool escalation_stands_at(const struct decider *d, const struct clock_armed *clock, int32_t level)
{
	const struct rules_clock *rules = &d->rules->clocks[clock->clock];

	return clock->level > 0 && rules->first_level + clock->level - 1 == level &&
		level < rules->last_level;
}

void escalation_skip(struct decider *d, struct clock_armed *clock, struct referral_after *referral)
{
	climb(d, clock, referral, false);
}
