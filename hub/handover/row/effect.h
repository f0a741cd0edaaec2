/* effect - what the rows of the table do beside the step itself. */
#ifndef HUB_HANDOVER_ROW_EFFECT_H
#define HUB_HANDOVER_ROW_EFFECT_H

#include "hub/handover/row/table.h"

/* Each makes its steps by itself. */
void effect_delivered(struct decider *d, struct referral_after *referral);
void effect_undeliverable(struct decider *d, struct referral_after *referral);
void effect_seen(struct decider *d, struct referral_after *referral);
void effect_accept(struct decider *d, struct referral_after *referral);
void effect_ask(struct decider *d, struct referral_after *referral);
void effect_answer(struct decider *d, struct referral_after *referral);
void effect_progress(struct decider *d, struct referral_after *referral);
void effect_hold(struct decider *d, struct referral_after *referral);
void effect_resume(struct decider *d, struct referral_after *referral);
void effect_cancel(struct decider *d, struct referral_after *referral);
void effect_confirm_cancel(struct decider *d, struct referral_after *referral);
void effect_complete(struct decider *d, struct referral_after *referral);
void effect_take_back(struct decider *d, struct referral_after *referral);
void effect_dispute(struct decider *d, struct referral_after *referral);
void effect_error(struct decider *d, struct referral_after *referral);
void effect_assign(struct decider *d, struct referral_after *referral);
void effect_review(struct decider *d, struct referral_after *referral);
void effect_vanished(struct decider *d, struct referral_after *referral);
void effect_recognition(struct decider *d, struct referral_after *referral);
void effect_not_told(struct decider *d, struct referral_after *referral);
void effect_close(struct decider *d, struct referral_after *referral);
void effect_sign_of_life(struct decider *d, struct referral_after *referral);
void effect_withdraw(struct decider *d, struct referral_after *referral);

/* It ends: its status and why, and all its clocks. */
void effect_end_client(struct decider *d, struct bytes reason);

#endif
