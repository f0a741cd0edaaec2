/* connector - what translates a partner's format: its bytes to drafts, handovers to requests. */
#ifndef HUB_CONNECTOR_CONNECTOR_H
#define HUB_CONNECTOR_CONNECTOR_H

#include "hub/base/err.h"
#include "hub/base/setting.h"
#include "hub/connector/opened.h"
#include "hub/connector/parcel.h"

/* A connector opens nothing, waits for nothing, retries nothing, counts nothing and logs nothing:
 * the edge does that. So its functions are pure: what they return follows from what they are given,
 * and all memory comes from the arena that they are given. REJECT: this input will never be
 * understood; the text says what to mend, without personal data. They return nothing else but OK,
 * where the function does not say so. */

/* What the partner gets back for its post; zeroed: 204 if all was taken, else problem+json. */
struct connector_answer {
	int32_t status; /* HTTP's; 0: the edge's own */
	struct bytes type, body;
};

struct connector_header {
	const char *name;
	struct bytes value;
};

/* What the edge is to ask of the source's or the desk's endpoint. */
struct connector_request {
	const char *method; /* NULL: there is none, or no further one */
	/* Relative to the endpoint's URL, or a whole one that lies below it; absent: that URL. */
	struct bytes url;
	struct bytes type, body;
	const struct connector_header *headers; /* besides those of the endpoint */
	size_t headers_count;
};

/* docs->items[0] is what came, whole; the rest is what was wanted. Called again with all there is
 * until nothing more is wanted, at most CONNECTOR_ROUNDS times and for CONNECTOR_DOCUMENTS: what
 * was drafted before is forgotten then. Called again from `next` while there is `more`. REJECT: the
 * document, from there on; what parcels before told stays told. Who takes all of a document or
 * nothing looks through all of it while `from` is 0. */
#define CONNECTOR_ROUNDS 4
#define CONNECTOR_DOCUMENTS 20
typedef enum outcome connector_parse_fn(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err);

/* What became of each draft of one parcel, in its order. docs->from is where that parcel began: the
 * answers to all parcels of a document, one behind the other, are the answer to it. It is what a
 * sender gets back, and what is put beside a file that was dropped. */
typedef enum outcome connector_acknowledge_fn(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err);

/* What a poll knows. */
struct connector_poll {
	struct bytes cursor; /* that the last parse of a poll left; empty: none yet */
	int64_t now; /* epoch ms */
	/* Where, and with which value of Authorization, the partner posts to this source. */
	struct bytes callback_url, callback_authorization;
	struct arena *arena;
};

/* The request whose answer is parsed, whatever its status. No cursor: subscribe, or begin. */
typedef enum outcome connector_poll_fn(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err);

/* The next request that tells the handover to its desk, given the answers to those before. */
typedef enum outcome connector_render_fn(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err);

/* The one request that tells so many of these handovers at once as fit into it, from the first on:
 * *count of them, at least one. */
typedef enum outcome connector_bundle_fn(const void *config, const struct opened *const *opened,
	size_t *count, struct connector_request *out, struct err *err);

struct connector_judgement {
	int64_t after_ms; /* RETRY: not before; 0: the edge decides */
	struct bytes partner_case; /* the partner's own id of what it made of it; absent: none */
};

/* What an answer to render's request says: OK, RETRY, REJECT (never will be taken). */
typedef enum outcome connector_judge_fn(const void *config, const struct document *answer,
	struct connector_judgement *out, struct err *err);

/* One row of the list of all connectors. A function that a format has no use for is NULL:
 * parse: nothing comes in · poll: is never asked · render: nothing goes out · bundle: each handover
 * goes out by itself · acknowledge, judge: as the edge does by itself (2xx: OK, 410: REJECT, else
 * RETRY). */
struct connector {
	const char *name; /* the word in config: "zgw" */
	const char *summary; /* one line for `lokethub connectors` */
	const struct setting *settings; /* rows of `config`, bound before first use */
	size_t config_size;
	/* NULL: all that fits the rows does. REJECT: its settings contradict each other. */
	enum outcome (*check)(const void *config, struct err *err);
	connector_parse_fn *parse;
	connector_acknowledge_fn *acknowledge;
	connector_poll_fn *poll;
	connector_render_fn *render;
	connector_bundle_fn *bundle;
	connector_judge_fn *judge;
};

/* By its name in a list ended by NULL; NULL: none of it. */
const struct connector *connector_find(const struct connector *const *list, struct bytes name);

#endif
