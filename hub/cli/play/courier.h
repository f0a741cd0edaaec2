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
	int32_t status; /* of the last request; 0: none came */
	const char *text; /* why not OK; lies in the courier's arena */
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
