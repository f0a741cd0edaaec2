/* needs - what an action must bring along: the first field that is missing, and what to write. */
#ifndef HUB_HANDOVER_ROW_NEEDS_H
#define HUB_HANDOVER_ROW_NEEDS_H

#include "hub/handover/row/table.h"

struct table_need needs_worker(const struct decider *d, const struct referral_after *referral);
struct table_need needs_decline(const struct decider *d, const struct referral_after *referral);
struct table_need needs_reason(const struct decider *d, const struct referral_after *referral);
struct table_need needs_outcome(const struct decider *d, const struct referral_after *referral);
struct table_need needs_closing(const struct decider *d, const struct referral_after *referral);
struct table_need needs_date(const struct decider *d, const struct referral_after *referral);
struct table_need needs_text(const struct decider *d, const struct referral_after *referral);
struct table_need needs_progress(const struct decider *d, const struct referral_after *referral);
struct table_need needs_hold(const struct decider *d, const struct referral_after *referral);
struct table_need needs_return(const struct decider *d, const struct referral_after *referral);
struct table_need needs_error(const struct decider *d, const struct referral_after *referral);
struct table_need needs_assign(const struct decider *d, const struct referral_after *referral);
struct table_need needs_merge(const struct decider *d, const struct referral_after *referral);
struct table_need needs_review(const struct decider *d, const struct referral_after *referral);

#endif
