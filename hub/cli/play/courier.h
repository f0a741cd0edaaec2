/* courier - brings a handover to a partner's own system, as the hub would, or wrongly on purpose.
 */
#ifndef HUB_CLI_PLAY_COURIER_H
#define HUB_CLI_PLAY_COURIER_H

#include "hub/conf/conf.h"
#include "hub/connector/opened.h"

struct courier;

/* How it is brought. */
enum courier_way {
	COURIER_AS_AGREED,
	COURIER_UNSIGNED, /* with a signature that is not ours */
	COURIER_UNKNOWN, /* without our credentials and certificate */
	COURIER_NEWER, /* with a member that the receiver cannot know; JSON only */
	COURIER_GARBAGE, /* signed, but no document of the format */
};

struct courier_answer {
	enum outcome outcome; /* as the connector's judge has it; RETRY also: none came */
	/* It went out in that way. false: the connector tells nothing of it (OK), or cannot. */
	bool is_sent;
	bool is_refused; /* by the connector's judge */
	int32_t status; /* of the last request; 0: none came */
	struct bytes body; /* of the last answer; it lies in the courier's arena, as do: */
	struct bytes partner_case; /* what the receiver calls it, as its answer says; absent: not */
	const char *text; /* why not OK */
};

/* To where the delivery of a desk goes; the delivery's way is CONF_WEBHOOK. All is borrowed.
 * REJECT: a secret cannot be read. */
enum outcome courier_new(struct courier **out, struct loop *loop, const struct conf *conf,
	const struct conf_delivery *delivery, struct err *err) MUST_CHECK;
void courier_free(struct courier *courier);

/* Waits for the end of the exchange. */
struct courier_answer courier_bring(
	struct courier *courier, const struct opened *opened, enum courier_way way);

#endif
