/* message - the Message that the hub makes of a Draft: ids, pseudonym and digest. */
#ifndef HUB_FLOW_INTAKE_MESSAGE_H
#define HUB_FLOW_INTAKE_MESSAGE_H

#include "hub/base/arena.h"
#include "hub/conf/conf.h"
#include "hub/seal/ids.h"
#include "schemas/types.h"

struct message_sender {
	const struct conf_partner *partner;
	enum conf_token_role role;
	struct bytes trace; /* traceparent; absent: none */
	int64_t now; /* epoch ms: stands in for a missing occurred_at */
};

/* From a Draft that was checked. All but `sealed`; what is new lies in the arena, the rest is the
 * Draft's. */
void message_make(const struct ids *ids, const struct message_sender *sender,
	const struct draft *draft, struct arena *arena, struct message *out);

/* Whether a Referral says who its client is, by more than its case. */
bool message_names_client(const struct draft *draft);
/* Makes it a message about another client: the one that its case has. */
void message_move(const struct ids *ids, struct pseudonym client, struct message *message);

/* Which referral the message is about. */
struct uuid message_referral(const struct message *message);
/* Whose data key seals its person, and what its intake record is keyed by: the client, else the
 * referral. */
const uint8_t *message_owner(const struct message *message);

#endif
