/* inside - what the files behind host.h share: systems, and the documents they answer with. */
#ifndef HUB_CLI_HOST_INSIDE_H
#define HUB_CLI_HOST_INSIDE_H

#include <sys/queue.h>

#include "hub/cli/host/host.h"
#include "hub/cli/host/ledger.h"
#include "hub/cli/play/script.h"
#include "hub/http/server/server.h"

#define HOST_DOCUMENTS 9 /* templates of one system, at most */
#define HOST_NOTIFICATION 0 /* the first of each */

struct host {
	struct loop *loop;
	struct server_options options;
	struct server *server;
	SLIST_HEAD(, host_system) systems;
	int64_t asked_at; /* as loop_now counts */
	struct arena arena;
};

struct host_scene;

/* One kind of them: a file of this folder. */
struct host_kind {
	const char *connector;
	const char *type; /* of its answers */
	int refused; /* the status for who does not show what was agreed */
	bool is_nameless; /* a notification does not say what it is of */
	const char *documents[HOST_DOCUMENTS + 1]; /* names of its templates, ended by NULL */
	bool has_url[HOST_DOCUMENTS]; /* which of them are written with a URL of their own */
	/* What a name of its own stands for; NULL: nothing. */
	const char *(*value)(const struct host_scene *scene, struct bytes name);
};

extern const struct host_kind host_zgw, host_cambo;

struct host_system {
	struct host *host;
	const struct host_kind *kind;
	struct stage_role *role;
	const struct endpoint_settings *endpoint;
	const char *base; /* its address, as far as the partner's OIN */
	char secret[600]; /* of the endpoint; "": none */
	struct ledger ledger;
	struct template documents[HOST_DOCUMENTS];
	int64_t began; /* as loop_now counts */
	int64_t seen; /* the last step that the hub has asked for */
	/* The first step of the case that is watched, how often the hub has asked for that one
	 * thing, and how often it was in a list. */
	int64_t watched, looks, listed;
	SLIST_ENTRY(host_system) next;
};

void host_free_system(struct host_system *system);

/* What is to be written: of which step, and whether what comes of it is behind a cancel. */
struct host_document {
	size_t which; /* of the kind's documents */
	int64_t number; /* of the step */
	bool is_cancelled;
	const char *url; /* its own; NULL: none */
};

/* While it is written. */
struct host_scene {
	const struct host_system *system;
	const struct host_document *document;
	struct ledger_case is; /* its case */
	struct script script;
};

/* Appends it. REJECT: a name in its template stands for nothing. */
enum outcome host_write(const struct host_system *system, const struct host_document *document,
	struct buffer *out, struct err *err) MUST_CHECK;
int64_t host_when(const struct host_system *system, int64_t number); /* epoch ms */

struct host_answer {
	int status; /* 200 */
	struct buffer body;
	struct err err; /* not OK: a document cannot be written */
};

/* The same, to an answer. */
void host_put(const struct host_system *system, const struct host_document *document,
	struct host_answer *out);

/* What a request of the hub is answered with. */
typedef void host_answer_fn(
	struct host_system *system, struct request *request, struct host_answer *out);

host_answer_fn host_zgw_list, host_zgw_one, host_zgw_properties, host_zgw_type;
host_answer_fn host_cambo_list;

/* Whether the request shows what the endpoint's settings say that the hub shows. */
bool host_auth_shows(const struct host_system *system, struct request *request);
host_answer_fn host_auth_token; /* of OAuth2 */

#endif
