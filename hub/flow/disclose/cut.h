/* cut - what of a handover its desk may see: fields of the person, who has the client, and what the
 * target reports. */
#ifndef HUB_FLOW_DISCLOSE_CUT_H
#define HUB_FLOW_DISCLOSE_CUT_H

#include <stdbool.h>

#include "hub/base/arena.h"
#include "hub/handover/rule/rules.h"
#include "schemas/types.h"

/* Who is told, about whom as the hub knows it now. */
struct cut {
	const struct rules *rules;
	const struct rules_desk *desk; /* the receiver */
	const struct rules_partner *partner; /* the desk's */
	const struct client *client; /* NULL: not known, or no more */
	const struct client_referral *referral; /* of the client; NULL: none, or forgotten */
	/* An offer, as it was decided: accepting it does not change what it tells. NULL: something
	 * else. */
	const struct handover *offer;
	bool has_words; /* a question or an answer: its text is for whom it is put to */
};

/* Whether who sent a client may know that a referral is in this state, which only the target can
 * tell it: as far as the target's partner reports back. */
bool cut_is_reported(enum rules_feedback feedback, enum referral_state state);

/* What a refusal says where that may not be known: the text without the state. */
struct bytes cut_refusal(enum rejection_code code, struct bytes text);

/* Whether no personal data leave at all: consent was withdrawn. */
bool cut_is_withdrawn(const struct cut *cut);
/* Whether a person may come with this handover, which is whole: not with a verdict, and not with
 * what the target does not report to this desk. */
bool cut_has_person(const struct cut *cut, const struct handover *handover);
/* The handover without its sealed part, with the responsible desk as far as disclose_owner goes
 * (its kind in its place: a code in capitals, as no desk's id is), without what is not reported,
 * and, if consent was withdrawn, without the body. */
void cut_handover(const struct cut *cut, struct handover *handover);

/* The fields of a person that were left, by their names in the schema. */
struct cut_fields {
	struct bytes *names;
	size_t count;
	bool identify; /* one of them tells more than whom to call at the sender */
};

/* Whether it is a question or an answer. */
bool cut_has_words(const struct handover *handover);

/* Leaves what is on the desk's list: the one for after acceptance if the desk has the client, has
 * accepted the referral, or sent or gave it; else the one for before. With an offer comes what is
 * on the one for before, unless the desk had the client when it was made, and has it. The
 * text of a question or an answer needs to be on no list. A BSN only where the law lets the
 * partner use it. Lies in the arena. */
void cut_person(
	const struct cut *cut, struct person *person, struct cut_fields *left, struct arena *arena);

/* Of any person: the names of all that the desk may see. */
void cut_list(const struct cut *cut, struct cut_fields *out, struct arena *arena);

#endif
