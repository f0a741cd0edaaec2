/* off - guards that are switched off, for programs that are linked with --wrap of their names. Not
 * one of them is part of the hub. */
#include "hub/handover/row/guard.h"

bool __wrap_guard_g1(const struct decider *d, struct bytes group);
bool __wrap_guard_g2(const struct decider *d, const struct referral_after *referral);
bool __wrap_guard_g3_recalls(const struct decider *d, const struct referral_after *other);
bool __wrap_guard_g3_completes(
	const struct decider *d, const struct referral_after *other, struct uuid given_by);
bool __wrap_guard_can_go_back(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_outcome(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_dispute(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_open(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_merge(const struct decider *d, const struct referral_after *referral);
bool __wrap_guard_g6_recalls(const struct decider *d, const struct referral_after *other);
bool __wrap_guard_g6_completes(const struct decider *d, const struct referral_after *other);

bool __wrap_guard_g1(const struct decider *d, struct bytes group)
{
	(void)d;
	(void)group;
	return true;
}

bool __wrap_guard_g2(const struct decider *d, const struct referral_after *referral)
{
	(void)d;
	(void)referral;
	return true;
}

bool __wrap_guard_g3_recalls(const struct decider *d, const struct referral_after *other)
{
	(void)d;
	(void)other;
	return false;
}

bool __wrap_guard_g3_completes(
	const struct decider *d, const struct referral_after *other, struct uuid given_by)
{
	(void)d;
	(void)other;
	(void)given_by;
	return false;
}

/* G4 as it must not be: it compares the desk, not the referral. */
bool __wrap_guard_can_go_back(const struct decider *d, const struct referral_after *referral)
{
	return d->status == CLIENT_STATUS_OPEN && referral->kind == REFERRAL_KIND_TRANSFER &&
		referral->accepted && bytes_equal(d->owner, referral->target);
}

static const char *off(const struct decider *d, const struct referral_after *referral)
{
	(void)d;
	(void)referral;
	return NULL;
}

/* G5 */
const char *__wrap_guard_outcome(const struct decider *d, const struct referral_after *referral)
{
	return off(d, referral);
}

const char *__wrap_guard_dispute(const struct decider *d, const struct referral_after *referral)
{
	return off(d, referral);
}

const char *__wrap_guard_open(const struct decider *d, const struct referral_after *referral)
{
	return off(d, referral);
}

const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral)
{
	return off(d, referral);
}

const char *__wrap_guard_merge(const struct decider *d, const struct referral_after *referral)
{
	return off(d, referral);
}

bool __wrap_guard_g6_recalls(const struct decider *d, const struct referral_after *other)
{
	(void)d;
	(void)other;
	return false;
}

bool __wrap_guard_g6_completes(const struct decider *d, const struct referral_after *other)
{
	(void)d;
	(void)other;
	return false;
}
