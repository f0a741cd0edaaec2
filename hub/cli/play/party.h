/* party - a partner's system, as it speaks to the hub over HTTP. */
#ifndef HUB_CLI_PLAY_PARTY_H
#define HUB_CLI_PLAY_PARTY_H

#include "hub/conf/conf.h"
#include "hub/http/client/client.h"

struct party;

struct party_options {
	struct loop *loop;
	const struct conf *conf;
	const char *url; /* the hub's; NULL: as the configuration says */
	const char *ca_file; /* its certificate is checked against these; NULL: the system's */
	const char *cert_file, *key_file; /* that we show; NULL: none */
	bool to_production; /* with a partner's own token where it has none for tests */
	int32_t connections;
};

/* What all parties share: connections to the hub. The options are borrowed. REJECT, FATAL. */
enum outcome party_new(
	struct party **out, const struct party_options *options, struct err *err) MUST_CHECK;
void party_free(struct party *party);
const char *party_url(const struct party *party); /* without a slash at its end */

#define PARTY_TOKEN_MOST 600
/* The token that a partner comes with: one for tests, or, to production, its own. The caller wipes
 * it. REJECT: it has none, or its file cannot be read. */
enum outcome party_token(const struct party *party, const struct conf_partner *partner,
	char out[PARTY_TOKEN_MOST], struct err *err) MUST_CHECK;

/* Copied with all it points to. */
struct party_letter {
	const char *method, *path; /* "/v1/desks" */
	const char *type; /* of the body; NULL: none */
	struct bytes body; /* absent: none */
	const char *token; /* NULL: none is sent */
	int32_t wait_s; /* Prefer: wait; 0: no wait is asked for */
	client_done_fn *done; /* the answer: see client.h */
	void *context;
};

/* Never done within it. */
void party_send(struct party *party, const struct party_letter *letter);

struct party_answer {
	enum outcome outcome; /* not OK: there is none, text says why */
	int32_t status;
	bool is_lane; /* it comes from a test lane */
	struct bytes type, body;
	const char *retry_after, *location, *text; /* "": none */
};

/* Sends, and runs the loop until the answer is here; it lies in the arena. done is not called. */
struct party_answer party_ask(
	struct party *party, const struct party_letter *letter, struct arena *arena);

#endif
