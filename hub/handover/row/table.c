/* table - the transition table of a referral: who may do what in which state, and who is told. */
#include "hub/handover/row/table.h"

#include "hub/handover/merge.h"
#include "hub/handover/row/effect.h"
#include "hub/handover/row/guard.h"
#include "hub/handover/row/needs.h"

#define ANY 0x3fffu
#define S(state) TABLE_BIT(REFERRAL_STATE_##state)
#define R(role) TABLE_BIT(ROLE_##role)
#define UNDECIDED (S(OFFERED) | S(INFO_NEEDED))
#define UNACCEPTED (S(SUBMITTED) | UNDECIDED | S(CANCEL_REQUESTED))
#define RUNNING (S(ACCEPTED) | S(IN_PROGRESS) | S(ON_HOLD))
#define OPEN (UNACCEPTED | RUNNING | S(RETURNED))
#define TO(state) REFERRAL_STATE_##state
#define NO_ACTION ACTION_UNKNOWN

/* clang-format off */
const struct row table[TABLE_ROWS] = {
	/*                  nr     action                   who                         from                          to                    needs           guard            apply                  target        giver        sender         counts */
	[TABLE_1] =         {"1",  NO_ACTION,               0,                          0,                            TO(SUBMITTED),        NULL,           NULL,            NULL,                  TELL_OFFER,   TELL_STATUS, TELL_NONE,     true},
	[TABLE_1B] =        {"1b", NO_ACTION,               0,                          0,                            TO(SUBMITTED),        NULL,           NULL,            NULL,                  TELL_OFFER,   TELL_STATUS, TELL_NONE,     true},
	[TABLE_1C] =        {"1c", NO_ACTION,               0,                          ANY,                          TABLE_SAME,           NULL,           NULL,            NULL,                  TELL_NONE,    TELL_NONE,   TELL_NONE,     true},
	[TABLE_1D] =        {"1d", NO_ACTION,               0,                          0,                            TO(SUBMITTED),        NULL,           NULL,            NULL,                  TELL_OFFER,   TELL_NONE,   TELL_NONE,     true},
	[TABLE_2] =         {"2",  ACTION_DELIVERED,        R(HUB) | R(TARGET),         S(SUBMITTED),                 TO(OFFERED),          NULL,           NULL,            effect_delivered,      TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_3] =         {"3",  ACTION_UNDELIVERABLE,    R(HUB),                     S(SUBMITTED),                 TABLE_SAME,           NULL,           NULL,            effect_undeliverable,  TELL_NONE,    TELL_DUTY,   TELL_STATUS,   false},
	[TABLE_4] =         {"4",  ACTION_SEEN,             R(TARGET),                  S(OFFERED),                   TABLE_SAME,           NULL,           NULL,            effect_seen,           TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_5] =         {"5",  ACTION_ACCEPT,           R(TARGET),                  UNDECIDED,                    TO(ACCEPTED),         needs_worker,   guard_accept,    effect_accept,         TELL_DETAILS, TELL_STATUS, TELL_STATUS,   true},
	[TABLE_6] =         {"6",  ACTION_DECLINE,          R(TARGET),                  UNDECIDED,                    TO(DECLINED),         needs_decline,  guard_decline,   NULL,                  TELL_NONE,    TELL_DUTY,   TELL_STATUS,   true},
	[TABLE_7] =         {"7",  ACTION_ASK,              R(TARGET),                  S(OFFERED),                   TO(INFO_NEEDED),      needs_text,     NULL,            effect_ask,            TELL_NONE,    TELL_NONE,   TELL_QUESTION, true},
	[TABLE_8] =         {"8",  ACTION_ANSWER,           R(SENDER),                  S(INFO_NEEDED),               TO(OFFERED),          needs_text,     NULL,            effect_answer,         TELL_ANSWER,  TELL_NONE,   TELL_NONE,     true},
	[TABLE_9] =         {"9",  NO_ACTION,               R(HUB),                     UNACCEPTED,                   TO(RECALLED),         NULL,           NULL,            NULL,                  TELL_RECALL,  TELL_STATUS, TELL_STATUS,   true},
	[TABLE_10] =        {"10", ACTION_PROGRESS,         R(TARGET),                  S(ACCEPTED) | S(IN_PROGRESS), TO(IN_PROGRESS),      needs_progress, NULL,            effect_progress,       TELL_NONE,    TELL_STATUS, TELL_STATUS,   true},
	[TABLE_11_HOLD] =   {"11", ACTION_HOLD,             R(TARGET),                  S(ACCEPTED) | S(IN_PROGRESS), TO(ON_HOLD),          needs_hold,     NULL,            effect_hold,           TELL_NONE,    TELL_STATUS, TELL_STATUS,   true},
	[TABLE_11_RESUME] = {"11", ACTION_RESUME,           R(TARGET),                  S(ON_HOLD),                   TO(IN_PROGRESS),      NULL,           NULL,            effect_resume,         TELL_NONE,    TELL_STATUS, TELL_STATUS,   true},
	[TABLE_12] =        {"12", ACTION_CANCEL,           R(SENDER),                  S(SUBMITTED),                 TO(CANCELLED),        needs_reason,   NULL,            effect_cancel,         TELL_RECALL,  TELL_DUTY,   TELL_NONE,     true},
	[TABLE_13] =        {"13", ACTION_CANCEL,           R(SENDER),                  UNDECIDED | RUNNING,          TO(CANCEL_REQUESTED), needs_reason,   NULL,            effect_cancel,         TELL_STATUS,  TELL_STATUS, TELL_NONE,     true},
	[TABLE_14] =        {"14", ACTION_CONFIRM_CANCEL,   R(TARGET),                  S(CANCEL_REQUESTED),          TO(CANCELLED),        NULL,           NULL,            effect_confirm_cancel, TELL_NONE,    TELL_DUTY,   TELL_STATUS,   true},
	[TABLE_15] =        {"15", ACTION_COMPLETE,         R(TARGET),                  S(CANCEL_REQUESTED),          TO(COMPLETED),        needs_outcome,  guard_outcome,   effect_complete,       TELL_NONE,    TELL_STATUS, TELL_STATUS,   true},
	[TABLE_16] =        {"16", ACTION_RETURN,           R(TARGET),                  RUNNING,                      TO(RETURNED),         needs_return,   NULL,            NULL,                  TELL_NONE,    TELL_DUTY,   TELL_STATUS,   true},
	[TABLE_17] =        {"17", ACTION_TAKE_BACK,        R(GIVER),                   S(RETURNED),                  TO(CLOSED),           NULL,           guard_take_back, effect_take_back,      TELL_STATUS,  TELL_NONE,   TELL_STATUS,   true},
	[TABLE_18] =        {"18", ACTION_COMPLETE,         R(TARGET),                  RUNNING,                      TO(COMPLETED),        needs_outcome,  NULL,            effect_complete,       TELL_STATUS,  TELL_STATUS, TELL_STATUS,   true},
	[TABLE_19] =        {"19", ACTION_ACKNOWLEDGE,      R(SENDER) | R(COORDINATOR), S(COMPLETED),                 TO(CLOSED),           NULL,           NULL,            NULL,                  TELL_STATUS,  TELL_NONE,   TELL_STATUS,   true},
	[TABLE_20] =        {"20", ACTION_DISPUTE,          R(SENDER),                  S(COMPLETED),                 TO(IN_PROGRESS),      needs_text,     guard_dispute,   effect_dispute,        TELL_STATUS,  TELL_STATUS, TELL_NONE,     true},
	[TABLE_21] =        {"21", ACTION_ENTERED_IN_ERROR, R(SENDER),                  ANY & ~S(ENTERED_IN_ERROR),   TO(ENTERED_IN_ERROR), needs_error,    NULL,            effect_error,          TELL_RECALL,  TELL_STATUS, TELL_NONE,     true},
	[TABLE_22] =        {"22", NO_ACTION,               R(HUB),                     ANY,                          TABLE_SAME,           NULL,           NULL,            NULL,                  TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_22_UNTOLD] = {"22", ACTION_NOT_TOLD,         R(HUB),                     ANY,                          TABLE_SAME,           NULL,           NULL,            effect_not_told,       TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_23] =        {"23", ACTION_ASSIGN,           R(COORDINATOR),             ANY,                          TO(ACCEPTED),         needs_assign,   guard_assign,    effect_assign,         TELL_DETAILS, TELL_STATUS, TELL_NONE,     true},
	[TABLE_25] =        {"25", ACTION_CLOSE,            R(OWNER),                   ANY,                          TABLE_SAME,           needs_closing,  guard_close,     effect_close,          TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_26] =        {"26", ACTION_SIGN_OF_LIFE,     R(OWNER),                   ANY,                          TABLE_SAME,           needs_date,     guard_open,      effect_sign_of_life,   TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_27] =        {"27", ACTION_WITHDRAW_CONSENT, R(OWNER) | R(SENDER),       ANY,                          TABLE_SAME,           NULL,           guard_open,      effect_withdraw,       TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_28] =        {"28", ACTION_MERGE,            R(OWNER),                   ANY,                          TABLE_SAME,           needs_merge,    guard_merge,     merge_begin,           TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
	[TABLE_29] =        {"29", ACTION_REVIEW,           R(TARGET),                  S(ACCEPTED) | S(IN_PROGRESS), TABLE_SAME,           needs_review,   NULL,            effect_review,         TELL_NONE,    TELL_STATUS, TELL_STATUS,   true},
	[TABLE_30] =        {"30", ACTION_VANISHED,         R(HUB),                     OPEN,                         TABLE_SAME,           NULL,           NULL,            effect_vanished,       TELL_NONE,    TELL_NONE,   TELL_DUTY,     false},
	[TABLE_31] =        {"31", ACTION_RECOGNITION,      R(HUB),                     ANY,                          TABLE_SAME,           NULL,           NULL,            effect_recognition,    TELL_NONE,    TELL_NONE,   TELL_NONE,     false},
};
/* clang-format on */

const struct row *table_find(enum action action, enum referral_state state)
{
	const struct row *first = NULL;

	for (size_t i = 0; action != ACTION_UNKNOWN && i < TABLE_ROWS; i++) {
		if (table[i].action != action)
			continue;
		if ((table[i].from & TABLE_BIT(state)) != 0)
			return &table[i];
		first = first != NULL ? first : &table[i];
	}
	return first;
}
