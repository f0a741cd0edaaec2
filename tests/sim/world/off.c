/* off - clocks, outages and guards as they must not be, for programs that are linked with --wrap of
 * their names. Not one of them is part of the hub. */
#include "hub/base/clock.h"
#include "hub/flow/router/facts.h"
#include "hub/flow/store/store.h"
#include "hub/handover/clock/clocks.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/row/guard.h"

void __real_escalation_climb(struct decider *d, struct clock_armed *clock,
	struct referral_after *referral) __attribute__((weak));
void __wrap_escalation_climb(
	struct decider *d, struct clock_armed *clock, struct referral_after *referral);
int64_t __wrap_facts_outage(
	const void *view, struct bytes desk, const struct handover_span *span, int64_t *until);
void __real_facts_put(struct facts *facts, struct bytes key, const struct fact *fact)
	__attribute__((weak));
void __wrap_facts_put(struct facts *facts, struct bytes key, const struct fact *fact);
void __real_clocks_arm(struct decider *d, enum clock_name name,
	const struct referral_after *referral, enum role role) __attribute__((weak));
void __wrap_clocks_arm(struct decider *d, enum clock_name name,
	const struct referral_after *referral, enum role role);
const char *__wrap_guard_take_back(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral);
void __wrap_store_rollback(struct store *store);

/* Whoever was told is told again, and nobody else. */
void __wrap_escalation_climb(
	struct decider *d, struct clock_armed *clock, struct referral_after *referral)
{
	int32_t level = clock->level;
	enum clock_name name = clock->clock;

	__real_escalation_climb(d, clock, referral);
	if (clock->clock == name && level > 0)
		clock->level = level;
}

/* The hub was never there, so no time counts. */
int64_t __wrap_facts_outage(
	const void *view, struct bytes desk, const struct handover_span *span, int64_t *until)
{
	(void)view;
	(void)desk;
	*until = INT64_MAX;
	return span->to - span->from > CLOCK_DAY_MS ? span->to - span->from : CLOCK_DAY_MS;
}

/* Nobody ever was away. */
void __wrap_facts_put(struct facts *facts, struct bytes key, const struct fact *fact)
{
	if (fact->kind != FACT_KIND_OUTAGE)
		__real_facts_put(facts, key, fact);
}

/* T4 waits for ten times as long. */
void __wrap_clocks_arm(struct decider *d, enum clock_name name,
	const struct referral_after *referral, enum role role)
{
	__real_clocks_arm(d, name, referral, role);
	if (name == CLOCK_NAME_T4)
		d->clocks[d->clocks_count - 1].due += 30 * CLOCK_DAY_MS;
}

const char *__wrap_guard_take_back(const struct decider *d, const struct referral_after *referral)
{
	(void)d;
	(void)referral;
	return "nobody takes anybody back";
}

const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral)
{
	(void)d;
	(void)referral;
	return "nobody is ever done";
}

/* A batch that was not committed stays in memory all the same. */
void __wrap_store_rollback(struct store *store)
{
	(void)store;
}
