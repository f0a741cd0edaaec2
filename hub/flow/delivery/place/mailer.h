/* mailer - tells by mail that something waits for a desk, or how much; never about whom. */
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

/* A mail as it is; subject and text in ASCII, its lines ended by CR and LF. */
struct mailer_letter {
	const char *to, *subject, *text;
	const char *id; /* another one for each, "." and the time are put behind it */
	client_done_fn *done; /* called once, never within mailer_post */
	void *context;
};

struct mail;
struct mail *mailer_post(struct mailer *mailer, const struct mailer_letter *letter);
struct mail *mailer_send(struct mailer *mailer, const struct mailer_news *news);
void mailer_cancel(struct mail *mail); /* NULL: nothing */

#endif
