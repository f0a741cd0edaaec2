/* effect - what the rows of the table do beside the step itself. */
#include "hub/handover/row/effect.h"

#include "hub/base/calendar.h"
#include "hub/handover/clock/clocks.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/row/guard.h"
#include "hub/handover/tell.h"

void effect_delivered(struct decider *d, struct referral_after *referral)
{
	referral->delivery = DELIVERY_DELIVERED;
	decider_step(d, TABLE_2, referral);
}

void effect_undeliverable(struct decider *d, struct referral_after *referral)
{
	if (referral->delivery == DELIVERY_UNDELIVERABLE) /* told again after a crash */
		return;
	referral->delivery = DELIVERY_UNDELIVERABLE;
	clocks_stop(d, CLOCK_NAME_T0, referral);
	clocks_arm(d, CLOCK_NAME_T4, referral, ROLE_GIVER);
	decider_step(d, TABLE_3, referral);
}

void effect_seen(struct decider *d, struct referral_after *referral)
{
	referral->delivery = DELIVERY_SEEN;
	clocks_stop(d, CLOCK_NAME_T1, referral);
	decider_step(d, TABLE_4, referral);
}

static struct bytes open_group(const struct decider *d)
{
	for (size_t i = 0; i < d->referrals_count; i++)
		if (decider_is_undecided_transfer(&d->referrals[i]))
			return d->referrals[i].group;
	return (struct bytes){0};
}

/* The owner's own TRANSFER, for the same reason as the referral that it has. */
static void pass_on(struct decider *d, const struct referral_after *parent, struct bytes desk)
{
	bool waits = parent->kind == REFERRAL_KIND_REQUEST; /* nothing of it has begun */
	struct referral_after *transfer = decider_add(d, decider_derive(d, parent->referral, desk));

	decider_copy_terms(transfer, parent);
	transfer->kind = REFERRAL_KIND_TRANSFER;
	transfer->giver = d->owner;
	transfer->sender = d->owner;
	transfer->target = desk;
	transfer->group = open_group(d);
	transfer->has_not_before = waits && parent->has_not_before;
	transfer->not_before = waits ? parent->not_before : 0;
	clocks_stop_duties(d);
	decider_open(d, TABLE_1, transfer);
}

/* The owner agrees to pass the client on. */
static void accept_request(struct decider *d, struct referral_after *request)
{
	bool has_it_already = bytes_equal(request->wished, d->owner);

	decider_accept(d, request);
	request->outcome = bytes_of_string(has_it_already ? "TAKEN_OVER" : "REFERRED_ON");
	decider_step_to(d, TABLE_5, request, REFERRAL_STATE_COMPLETED);
	if (!has_it_already)
		pass_on(d, request, request->wished);
}

static void recall(struct decider *d,
	bool (*falls)(const struct decider *d, const struct referral_after *other))
{
	for (size_t i = 0; i < d->referrals_count; i++)
		if (falls(d, &d->referrals[i]))
			decider_step(d, TABLE_9, &d->referrals[i]);
}

/* G3: one acceptance ends the sibling offers, and the referral that had given the giver the client.
 */
static void end_others(
	struct decider *d, const struct referral_after *accepted, struct uuid given_by)
{
	struct referral_after *other;

	recall(d, guard_g3_recalls);
	other = decider_find(d, given_by);
	if (other != NULL && other != accepted && guard_g3_completes(d, other, given_by))
		decider_complete(d, other, "REFERRED_ON");
}

void effect_accept(struct decider *d, struct referral_after *referral)
{
	struct uuid given_by = d->owner_via;

	if (referral->kind == REFERRAL_KIND_REQUEST) {
		accept_request(d, referral);
		return;
	}
	if (!guard_g2(d, referral)) {
		decider_step(d, TABLE_9, referral);
		return;
	}
	decider_accept(d, referral);
	decider_step(d, TABLE_5, referral);
	if (referral->kind != REFERRAL_KIND_TRANSFER)
		return;
	decider_give(d, referral->target, referral->referral);
	end_others(d, referral, given_by);
	if (d->change->to_desk.data != NULL)
		pass_on(d, referral, d->change->to_desk);
}

/* What is left of T2 is kept for the answer. */
void effect_ask(struct decider *d, struct referral_after *referral)
{
	referral->has_left = true;
	referral->left = clocks_left(d, CLOCK_NAME_T2, referral);
	referral->delivery = DELIVERY_SEEN;
	decider_step(d, TABLE_7, referral);
}

void effect_answer(struct decider *d, struct referral_after *referral)
{
	int64_t left = referral->left;

	decider_step(d, TABLE_8, referral);
	clocks_resume_decision(d, referral, left);
}

/* Work on the client by the desk that has it shows that it is not forgotten. */
static void show_life(struct decider *d, const struct referral_after *referral, int64_t at_least)
{
	if (guard_g4(d, referral))
		clocks_show_life(d, at_least);
}

void effect_progress(struct decider *d, struct referral_after *referral)
{
	referral->has_progress = true;
	referral->progress = d->change->progress;
	decider_step(d, TABLE_10, referral);
	clocks_enter(d, referral);
	show_life(d, referral, d->now);
}

/* The day on which the hold is looked at is the client's next action too. */
void effect_hold(struct decider *d, struct referral_after *referral)
{
	int64_t day = calendar_start(d->change->next_date);

	decider_step(d, TABLE_11_HOLD, referral);
	clocks_arm_at(d, CLOCK_NAME_T10, referral, ROLE_TARGET, day);
	show_life(d, referral, day);
}

void effect_resume(struct decider *d, struct referral_after *referral)
{
	decider_step_to(d, TABLE_11_RESUME, referral,
		referral->has_progress ? REFERRAL_STATE_IN_PROGRESS : REFERRAL_STATE_ACCEPTED);
	show_life(d, referral, d->now);
}

void effect_cancel(struct decider *d, struct referral_after *referral)
{
	const struct status_change *change = d->change;
	bool by_client = (change->actor.has_role && change->actor.role == ROLE_CLIENT) ||
		bytes_equal_string(change->reason, "CLIENT_DECLINED");

	referral->has_cancel_by = true;
	referral->cancel_by = by_client ? ROLE_CLIENT : ROLE_SENDER;
	if (referral->state == REFERRAL_STATE_SUBMITTED)
		decider_step(d, TABLE_12, referral);
	else
		decider_step(d, TABLE_13, referral);
}

/* Responsibility goes back to who gave the client, by the same referral; what the other desk had on
 * offer is no longer its to give. Where the giver has it already nothing moves. */
static void give_back(struct decider *d, const struct referral_after *referral)
{
	if (bytes_equal(referral->giver, d->owner))
		return;
	recall(d, guard_g3_recalls);
	decider_give(d, referral->giver, referral->referral);
}

void effect_confirm_cancel(struct decider *d, struct referral_after *referral)
{
	if (guard_can_go_back(d, referral) && referral->cancel_by == ROLE_SENDER)
		give_back(d, referral);
	decider_step(d, TABLE_14, referral);
}

void effect_complete(struct decider *d, struct referral_after *referral)
{
	bool cancels = referral->state == REFERRAL_STATE_CANCEL_REQUESTED;

	referral->outcome = d->change->outcome;
	referral->next_step = d->change->next_step;
	decider_step(d, cancels ? TABLE_15 : TABLE_18, referral);
}

/* Who takes the client back refers it again, or closes. */
void effect_take_back(struct decider *d, struct referral_after *referral)
{
	bool goes_back = guard_can_go_back(d, referral);

	if (goes_back)
		give_back(d, referral);
	decider_step(d, TABLE_17, referral);
	if (goes_back)
		clocks_arm(d, CLOCK_NAME_T4, referral, ROLE_GIVER);
}

/* It runs again, and so does the time of its voucher or place. */
void effect_dispute(struct decider *d, struct referral_after *referral)
{
	struct bytes coordinator = escalation_desk(d, referral, ROLE_COORDINATOR);

	referral->disputed = true;
	referral->outcome = referral->next_step = (struct bytes){0};
	decider_step(d, TABLE_20, referral);
	clocks_place(d, referral);
	if (!bytes_equal(coordinator, d->actor))
		tell(d, coordinator, ROLE_COORDINATOR, HANDOVER_KIND_STATUS, referral);
}

void effect_error(struct decider *d, struct referral_after *referral)
{
	if (guard_can_go_back(d, referral))
		give_back(d, referral);
	decider_step(d, TABLE_21, referral);
}

/* G6: a coordinator's decision leaves nothing on offer, and nothing running at the old owner. */
static void end_for_assignment(struct decider *d)
{
	struct referral_after *other;

	recall(d, guard_g6_recalls);
	other = decider_find(d, d->owner_via);
	if (other != NULL && guard_g6_completes(d, other))
		decider_complete(d, other, "TAKEN_OVER");
}

/* A referral of its own, so that every owner has one that gave it the client. */
void effect_assign(struct decider *d, struct referral_after *referral)
{
	struct bytes desk = d->change->to_desk;
	struct referral_after *given = decider_add(d, decider_derive(d, referral->referral, desk));

	decider_copy_terms(given, referral);
	given->kind = REFERRAL_KIND_TRANSFER;
	given->giver = d->owner;
	given->sender = d->actor;
	given->target = desk;
	decider_accept(d, given);
	end_for_assignment(d);
	decider_give(d, desk, given->referral);
	decider_open(d, TABLE_23, given);
}

void effect_review(struct decider *d, struct referral_after *referral)
{
	decider_step(d, TABLE_29, referral);
	clocks_review(d, referral, bytes_equal_string(d->change->review, "OUTFLOW"));
	show_life(d, referral, d->now);
}

/* Its sender says what became of it: the row is no more in what it sends. */
void effect_vanished(struct decider *d, struct referral_after *referral)
{
	if (clocks_runs(d, CLOCK_NAME_T4, referral))
		return;
	clocks_arm(d, CLOCK_NAME_T4, referral, ROLE_SENDER);
	decider_step(d, TABLE_30, referral);
}

/* Who has the client looks for another company; what has ended is no concern of it. */
void effect_recognition(struct decider *d, struct referral_after *referral)
{
	struct handover *handover;

	if (!decider_is_open(referral->state))
		return;
	decider_step(d, TABLE_31, referral);
	handover = tell(d, d->owner, ROLE_OWNER, HANDOVER_KIND_STATUS, referral);
	handover->row = bytes_of_string(table[TABLE_31].number);
	handover->text =
		bytes_of_string("its employer's recognition as a leerbedrijf was withdrawn");
}

/* Of the referral, or the client's T6. */
static struct clock_armed *find_notice(struct decider *d, const struct referral_after *referral,
	enum clock_name name, int32_t level)
{
	struct clock_armed *clock = clocks_find(d, name, referral);

	if (clock == NULL && name == CLOCK_NAME_T6)
		clock = clocks_find(d, name, NULL);
	return clock != NULL && escalation_stands_at(d, clock, level) ? clock : NULL;
}

/* Whom a clock was to tell does not know: it climbs as if its time were up. */
void effect_not_told(struct decider *d, struct referral_after *referral)
{
	const struct raw_status *notice = d->change->raw;
	struct clock_armed *clock;
	enum clock_name name;

	if (notice == NULL || !notice->has_number || !clock_name_from_name(notice->code, &name))
		return;
	clock = find_notice(d, referral, name, notice->number);
	if (clock == NULL) /* somebody has acted, or it has climbed since */
		return;
	clock->due = d->now;
	escalation_skip(d, clock, clock->has_referral ? referral : NULL);
}

void effect_end_client(struct decider *d, struct bytes reason)
{
	d->status = CLIENT_STATUS_CLOSED;
	d->event->has_status = true;
	d->event->status = CLIENT_STATUS_CLOSED;
	d->event->closing_reason = reason;
	clocks_stop_all(d);
}

void effect_close(struct decider *d, struct referral_after *referral)
{
	const struct referral_after *via = decider_find(d, d->owner_via);

	effect_end_client(d, d->change->closing_reason);
	decider_step(d, TABLE_25, referral);
	if (via != NULL && !bytes_equal(via->sender, d->actor))
		tell(d, via->sender, ROLE_SENDER, HANDOVER_KIND_STATUS, via);
}

void effect_sign_of_life(struct decider *d, struct referral_after *referral)
{
	const struct status_change *change = d->change;
	int64_t on_the_day = calendar_start(change->next_date);

	clocks_arm(d, CLOCK_NAME_T6, NULL, ROLE_OWNER);
	if (change->has_next_date) {
		clocks_arm_at(d, CLOCK_NAME_T6, NULL, ROLE_OWNER,
			on_the_day > d->now ? on_the_day : d->now);
		clocks_stop_duties(d);
	}
	decider_step(d, TABLE_26, referral);
}

void effect_withdraw(struct decider *d, struct referral_after *referral)
{
	bool owner_told = bytes_equal(d->owner, d->actor);
	const struct referral_after *via = decider_find(d, d->owner_via);

	d->consent = CONSENT_WITHDRAWN;
	d->event->has_consent = true;
	d->event->consent = CONSENT_WITHDRAWN;
	decider_step(d, TABLE_27, referral);
	for (size_t i = 0; i < d->referrals_count; i++) {
		const struct referral_after *open = &d->referrals[i];

		if (!decider_is_open(open->state) || clocks_rests(d, open) ||
			bytes_equal(open->target, d->actor))
			continue;
		tell(d, open->target, ROLE_TARGET, HANDOVER_KIND_STATUS, open);
		owner_told = owner_told || bytes_equal(open->target, d->owner);
	}
	if (!owner_told && via != NULL)
		tell(d, d->owner, ROLE_OWNER, HANDOVER_KIND_STATUS, via);
}
