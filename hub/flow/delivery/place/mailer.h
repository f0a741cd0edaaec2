/* mailer - tells by mail that something waits for a desk; never about whom. */
#ifndef HUB_FLOW_DELIVERY_PLACE_MAILER_H
#define HUB_FLOW_DELIVERY_PLACE_MAILER_H

#include "hub/conf/conf.h"
#include "hub/http/client/client.h"

struct mailer;

/* REJECT: the password cannot be read. */
enum outcome mailer_new(struct mailer **out, struct loop *loop, const struct conf *conf,
	struct err *err) MUST_CHECK;
void mailer_free(struct mailer *mailer); /* after all mails are done or cancelled */

struct mailer_news {
	const char *to; /* address */
	const char *desk; /* id */
	int64_t waiting, late;
	int64_t number; /* another one for each mail to this desk */
	client_done_fn *done; /* called once, never within mailer_send */
	void *context;
};

struct mail;
struct mail *mailer_send(struct mailer *mailer, const struct mailer_news *news);
void mailer_cancel(struct mail *mail); /* NULL: nothing */

#endif
