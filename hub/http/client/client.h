/* client - HTTP requests out, and mails, without waiting: many at once, on a loop. */
#ifndef HUB_HTTP_CLIENT_CLIENT_H
#define HUB_HTTP_CLIENT_CLIENT_H

#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/http/loop.h"

/* Requests that go out under the same conditions and may share connections, which are kept for the
 * next ones. All functions belong to the loop's thread. */
struct client;

struct client_settings {
	/* To addresses that are not public too (hub/http/client/address.h). The address is looked
	 * at that is connected to, whatever its name said before. */
	bool allow_private;
	int32_t connections; /* at most so many, in use or kept */
	const char *ca_file; /* PEM certificates to check servers' against; NULL: the system's */
	const char *cert_file, *key_file; /* PEM, shown to servers that ask; NULL: none */
	const char *credentials; /* "user:password" for basic authentication; NULL: none */
	/* Mails through SMTP (RFC 5321) instead of HTTP requests. */
	bool is_mail;
	bool must_encrypt; /* from the first command on, or by STARTTLS (RFC 3207) */
	const char *user, *password; /* NULL: we need not say who we are */
};

struct client_header {
	const char *name;
	struct bytes value;
};

/* REJECT: it is one that a request may not bring along, or holds what no header may. */
enum outcome client_check_header(const struct client_header *header, struct err *err) MUST_CHECK;

struct client_call;

struct client_answer {
	/* OK: a whole answer, whatever its status; of a mail, one that takes or refuses its sender,
	 * receiver or text. RETRY: none in time, a broken one, or an address that is not public; of
	 * a mail, also a server that does not let us in, or sends us away. REJECT: never will be:
	 * the URL is none, or the answer is too long. */
	enum outcome outcome;
	int32_t status; /* 100 to 599, also of an answer that broke off or was too long; 0: none */
	int64_t retry_after_ms; /* 0: not told */
	struct bytes type, body; /* OK; type absent: not told */
	const char *text; /* not OK: why; else "" */
	double seconds; /* from sending to here */
	const struct client_call *call; /* for client_answer_headers; NULL: it has none */
};

/* Calls fn for each header of a whole answer, in its order; the name ends in a zero. */
typedef void client_header_fn(void *context, const char *name, struct bytes value);
void client_answer_headers(const struct client_answer *answer, client_header_fn *fn, void *context);

/* Called once, never within client_send; the answer lives until it returns. It may send and cancel
 * others. */
typedef void client_done_fn(void *context, const struct client_answer *answer);

/* Borrowed with all it points to until it is done or cancelled. */
struct client_request {
	const char *method; /* "GET" */
	const char *url; /* http or https; redirects are not followed, proxies not used. Mail:
			    smtp(s) */
	const char *mail_from, *mail_to; /* of a mail, whose body is all of it, with its headers */
	const struct client_header *headers; /* no framing, no Host: those are ours */
	size_t headers_count;
	struct bytes type, body; /* body absent: none */
	int32_t timeout_ms; /* from now to the last byte of the answer */
	size_t answer_max; /* bytes */
	client_done_fn *done;
	void *context;
};

/* The settings' strings are borrowed until client_free. FATAL: no descriptors to be had. */
enum outcome client_new(struct client **out, struct loop *loop,
	const struct client_settings *settings, struct err *err) MUST_CHECK;
/* Nothing is done any more with requests that are on their way. Not within client_done_fn. */
void client_free(struct client *client);

/* The call is valid until it is done or cancelled. REJECT: a header that cannot be sent. */
enum outcome client_send(struct client *client, const struct client_request *request,
	struct client_call **out, struct err *err) MUST_CHECK;
/* What has gone out may still be received. NULL: nothing. */
void client_cancel(struct client_call *call);

#endif
