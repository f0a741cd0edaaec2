/* table - the transition table of a referral: who may do what in which state, and who is told. */
#include "hub/handover/table.h"

#include "hub/handover/act.h"

#define ANY 0x3fffu
#define S(state) TABLE_BIT(REFERRAL_STATE_##state)
#define R(role) TABLE_BIT(ROLE_##role)
#define UNDECIDED (S(OFFERED) | S(INFO_NEEDED))
#define UNACCEPTED (S(SUBMITTED) | UNDECIDED | S(CANCEL_REQUESTED))
#define RUNNING (S(ACCEPTED) | S(IN_PROGRESS) | S(ON_HOLD))
#define TO(state) REFERRAL_STATE_##state
#define NO_ACTION ACTION_UNKNOWN

/* clang-format off */
const struct row table[TABLE_ROWS] = {
	/*            nr    action                    who                  from           to             needs               guard               apply                target       giver        sender       counts */
	[TABLE_1]  = {"1",  NO_ACTION,                0,                   0,             TO(SUBMITTED), NULL,               NULL,               NULL,                TELL_OFFER,  TELL_STATUS, TELL_NONE,   true},
	[TABLE_1B] = {"1b", NO_ACTION,                0,                   0,             TO(SUBMITTED), NULL,               NULL,               NULL,                TELL_OFFER,  TELL_STATUS, TELL_NONE,   true},
	[TABLE_1C] = {"1c", NO_ACTION,                0,                   ANY,           TABLE_SAME,    NULL,               NULL,               NULL,                TELL_NONE,   TELL_NONE,   TELL_NONE,   true},
	[TABLE_1D] = {"1d", NO_ACTION,                0,                   0,             TO(SUBMITTED), NULL,               NULL,               NULL,                TELL_OFFER,  TELL_NONE,   TELL_NONE,   true},
	[TABLE_2]  = {"2",  ACTION_DELIVERED,         R(HUB) | R(TARGET),  S(SUBMITTED),  TO(OFFERED),   NULL,               NULL,               act_delivered,       TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
	[TABLE_3]  = {"3",  ACTION_UNDELIVERABLE,     R(HUB),              S(SUBMITTED),  TABLE_SAME,    NULL,               NULL,               act_undeliverable,   TELL_NONE,   TELL_DUTY,   TELL_STATUS, false},
	[TABLE_4]  = {"4",  ACTION_SEEN,              R(TARGET),           S(OFFERED),    TABLE_SAME,    NULL,               NULL,               act_seen,            TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
	[TABLE_5]  = {"5",  ACTION_ACCEPT,            R(TARGET),           UNDECIDED,     TO(ACCEPTED),  act_needs_worker,   act_may_accept,     act_accept,          TELL_DETAILS, TELL_STATUS, TELL_STATUS, true},
	[TABLE_6]  = {"6",  ACTION_DECLINE,           R(TARGET),           UNDECIDED,     TO(DECLINED),  act_needs_decline,  act_may_decline,    NULL,                TELL_NONE,   TELL_DUTY,   TELL_STATUS, true},
	[TABLE_9]  = {"9",  NO_ACTION,                R(HUB),              UNACCEPTED,    TO(RECALLED),  NULL,               NULL,               NULL,                TELL_RECALL, TELL_STATUS, TELL_STATUS, true},
	[TABLE_12] = {"12", ACTION_CANCEL,            R(SENDER),           S(SUBMITTED),  TO(CANCELLED), act_needs_reason,   NULL,               NULL,                TELL_RECALL, TELL_DUTY,   TELL_STATUS, true},
	[TABLE_18] = {"18", ACTION_COMPLETE,          R(TARGET),           RUNNING,       TO(COMPLETED), act_needs_outcome,  NULL,               NULL,                TELL_STATUS, TELL_STATUS, TELL_STATUS, true},
	[TABLE_22] = {"22", NO_ACTION,                R(HUB),              ANY,           TABLE_SAME,    NULL,               NULL,               NULL,                TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
	[TABLE_25] = {"25", ACTION_CLOSE,             R(OWNER),            ANY,           TABLE_SAME,    act_needs_closing,  act_may_close,      act_close,           TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
	[TABLE_26] = {"26", ACTION_SIGN_OF_LIFE,      R(OWNER),            ANY,           TABLE_SAME,    act_needs_date,     act_must_be_open,   act_sign_of_life,    TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
	[TABLE_27] = {"27", ACTION_WITHDRAW_CONSENT,  R(OWNER) | R(SENDER), ANY,          TABLE_SAME,    NULL,               act_must_be_open,   act_withdraw,        TELL_NONE,   TELL_NONE,   TELL_NONE,   false},
};
/* clang-format on */

const struct row *table_find(enum action action)
{
	for (size_t i = 0; action != ACTION_UNKNOWN && i < TABLE_ROWS; i++)
		if (table[i].action == action)
			return &table[i];
	return NULL;
}
