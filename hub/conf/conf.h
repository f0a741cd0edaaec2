/* conf - the configuration: files to one struct that everybody reads and nobody changes. */
#ifndef HUB_CONF_CONF_H
#define HUB_CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/codes.h"
#include "hub/base/err.h"
#include "hub/base/log.h"
#include "hub/base/setting.h"
#include "hub/connector/connector.h"
#include "hub/handover/rule/rules.h"
#include "hub/http/client/endpoint.h"

/* Filled once at start and immutable from then on, so that threads may share it. Everything it
 * points to lives in its own arena until conf_free. A file or text that is not given is NULL. What
 * each setting means and its limits stand in hub/conf/settings.c, and `lokethub settings` prints
 * them. */

enum conf_role { CONF_ROUTER = 1, CONF_EDGE = 2 }; /* bits */

/* On the test lane there are made-up people only, and partners come with their test tokens. */
enum conf_lane { CONF_LANE_PRODUCTION, CONF_LANE_TEST };
/* In every answer of the test lane's partner API, and of no other hub's. */
#define CONF_LANE_HEADER "Lokethub-Lane"
#define CONF_LANE_HEADER_TEST "test"

struct conf_kafka {
	const char *bootstrap, *topic_prefix;
	int32_t partitions; /* of intake, events, clients, persons */
	int32_t replication, min_insync;
	int32_t access_days; /* how long topic access is kept */
	int32_t timeout_ms; /* of one request to the brokers */
	/* Handed to librdkafka as they are: to all clients, then to consumers, then to producers.
	 */
	const struct setting_pair *properties, *consumer, *producer;
	const struct setting_pair *secret_properties; /* name, file */
	const struct setting_pair *secrets; /* name, value; NULL before conf_load_secrets */
};

struct conf_registry {
	const char *url, *cache_file;
	const char *credentials_file; /* holds one line, user:password */
	const char *ca_file;
	int32_t timeout_ms;
};

struct conf_router {
	int32_t workers;
	int32_t commit_interval_ms, commit_gap_ms, drain_idle_ms;
	int32_t session_timeout_ms, transaction_timeout_ms, committed_timeout_ms;
	int32_t fetch_queue_kb, send_queue_kb, send_queue_messages, batch_messages;
	int32_t clocks_per_turn; /* due clocks in one go */
	int32_t heartbeat_ms, outage_after_ms, drift_max_ms;
};

struct conf_http {
	const char *host, *admin_host;
	int32_t port, admin_port; /* 0: any free one */
	const char *tls_cert_file, *tls_key_file;
	const char *tls_client_ca_file; /* NULL: clients are asked for no certificate */
	const char *const *proxies; /* addresses that pass on certificates of clients */
	const char *base_url; /* as partners see us; NULL: Location headers are paths */
	const char *test_lane; /* endpoint that what comes with a test token goes on to; or NULL */
	int32_t threads, connections, connections_per_address;
	int32_t body_bytes, json_depth;
	int32_t requests_per_second, requests_burst; /* per partner */
	int32_t request_ms; /* from the first byte to the last of the answer */
	int32_t wait_max_ms; /* Prefer: wait */
	int32_t retry_after_s;
	int32_t pending; /* messages that wait for Kafka's acknowledgement */
};

struct conf_view {
	const char *path;
	int32_t commit_interval_ms, cache_kb, fetch_queue_kb;
	int32_t audit_interval_s; /* 0: not audited */
	int32_t wait_ms; /* how long a read waits for what the asker has sent before */
};

struct conf_seal {
	const char *pseudonym_key_file, *id_key_file;
	const struct setting_pair *master_keys; /* name, file */
	const char *current_master_key; /* name of the one that wraps new data keys */
	const char *ops_public_key_file;
	const char *ops_secret_key_file; /* only where `rejected redrive` is run */
	int32_t cached_keys; /* opened data keys kept in memory */
};

/* The server that mails go out through. */
struct conf_mail {
	const char *url; /* smtp://host:port or smtps://…; NULL: no mails */
	const char *from;
	const char *credentials_file; /* one line, user:password */
	const char *ca_file;
	bool starttls;
	const char *ops_to; /* who runs the hub; NULL: is mailed nothing */
	int32_t fold_s; /* what comes within so many seconds is told in one mail */
};

enum conf_token_role {
	CONF_TOKEN_DESK,
	CONF_TOKEN_COORDINATOR,
	CONF_TOKEN_TEST, /* what comes with it is the test lane's */
};

#define CONF_TOKEN_HASH 32

struct conf_partner;

struct conf_token {
	const struct conf_partner *partner;
	const char *file;
	enum conf_token_role role;
	uint8_t hash[CONF_TOKEN_HASH]; /* keyed with a key of this process; the token itself is not
					  kept */
};

/* What concerns a partner's access; what concerns its clients stands in struct rules_partner. */
struct conf_partner {
	const struct rules_partner *rules;
	struct conf_token *tokens;
	size_t tokens_count;
	int32_t requests_per_second, requests_burst; /* its own, else those of http */
	bool needs_certificate; /* of a client, with its OIN, beside the token */
	bool recognises; /* its word on which employers may train counts */
	const char *balance_to; /* address that is mailed its balance every day; NULL: none is */
};

/* One of a partner's systems, from which messages come in a format of its own. */
struct conf_source {
	const char *name; /* unique for the partner: the last part of its path /v1/in/… */
	const char *oin; /* of the partner */
	const struct conf_partner *partner;
	const char *system; /* of its messages */
	const struct connector *connector;
	const void *config; /* the connector's */
	const char *endpoint; /* what is fetched or polled comes from there; NULL: nothing is */
	const char *folder; /* where its files are dropped; NULL: none are */
	const char *callback_token_file; /* the token that it posts with, for subscribing */
	int32_t poll_interval_s; /* 0: is not polled */
	bool needs_certificate; /* what is posted comes with a client certificate of the partner */
	int32_t task_retry_s; /* so long an unanswered fetch is tried again */
	/* Of what is open, so many in a hundred, and so many, may be missing from a complete list
	 * of it before a person has looked. */
	int32_t vanished_limit, vanished_few;
};

enum conf_way {
	CONF_FEED, /* it reads GET /v1/handovers: nothing is sent */
	CONF_WEBHOOK, /* requests to its endpoint */
	CONF_FILE, /* one file each, in a folder */
	CONF_TOPIC, /* records of a topic that is theirs, on the hub's Kafka */
	CONF_MAIL, /* only that something waits, by mail_to */
};

/* How a desk gets its handovers; a desk without: by the feed. */
struct conf_delivery {
	const char *desk;
	const char *system; /* of the partner's, that it goes to; NULL: not told */
	enum conf_way way;
	const struct connector *connector;
	const void *config; /* the connector's */
	const char *endpoint; /* WEBHOOK */
	const char *folder; /* FILE */
	const char *topic; /* TOPIC */
	const char *const
		*signing_files; /* WEBHOOK: secrets that it is signed with; NULL: it is not */
	/* MAIL; else the second channel for escalations. NULL: there is none. */
	const char *mail_to;
	int32_t from; /* the first day whose handovers are brought; INT32_MIN: no such day */
	int32_t concurrency; /* handovers on their way at once */
	bool notices_together; /* reminders and escalations that come at once go out as one */
};

/* How `lokethub simulate` plays a partner. */
struct conf_simulation {
	const char *oin;
	int32_t referrals_per_day; /* -1: as is usual in its format */
	int32_t accepted, declined; /* of 100 offers; the others are not answered */
	int32_t no_show; /* of 100 that were accepted */
	int32_t decides_min; /* minutes between two steps of a desk, on average */
	const struct setting_pair *values; /* for its templates */
};

/* Whom escalations name that are for those who run the hub. */
#define CONF_OPS "ops"

struct conf_index; /* where each thing was declared, and the tokens in order */

struct conf {
	struct arena arena;
	const char *path; /* of the file that was loaded */
	const char *node, *data_dir, *secrets_dir;
	enum log_level log_level;
	enum conf_lane lane;
	uint32_t roles; /* enum conf_role */
	const char *clock_offset_file, *default_region;
	const char *codes_file, *regions_file, *municipalities_file, *mergers_file;
	struct conf_kafka kafka;
	struct conf_registry registry;
	struct conf_router router;
	struct conf_http http;
	struct conf_view view;
	struct conf_seal seal;
	struct conf_mail mail;
	struct rules rules;
	struct codes *codes;
	struct conf_partner *partners; /* in the order of rules.partners */
	const struct endpoint_settings *endpoints; /* by name */
	size_t endpoints_count;
	const struct conf_source *sources; /* as they stand in the config */
	size_t sources_count;
	const struct conf_delivery *deliveries; /* by desk */
	size_t deliveries_count;
	const struct conf_simulation *simulations; /* by OIN */
	size_t simulations_count;
	const struct conf_simulation *usual_simulation; /* of whom the list does not have */
	struct conf_index *index;
};

/* Everything that is wrong, in the order of the files. Zeroed is empty. */
struct conf_problem {
	const char *file; /* as it was named */
	int line; /* 0: the file as a whole */
	bool warning; /* worth a look, but no reason to refuse */
	const char *text; /* what is wrong and what to write instead; never a secret */
};

struct conf_problems {
	struct arena arena;
	struct conf_problem *items;
	size_t count, capacity;
	size_t errors; /* those that are no warnings */
};

void conf_problems_done(struct conf_problems *problems);
/* One line each: "config/desks.conf:12: desk wsp-rijnmond: …". */
void conf_problems_print(const struct conf_problems *problems, FILE *out);

/* Reads the file and all that it names but secrets. connectors: those that it may name, ended by
 * NULL; NULL: none. REJECT: problems has errors; *out is untouched. */
enum outcome conf_load(const char *path, const struct connector *const *connectors,
	struct conf **out, struct conf_problems *problems) MUST_CHECK;

/* Proves what one row alone cannot show: every name that is used is declared, every question in
 * every region leads to a desk that takes it, no circle of successors. `owners` (NULL: not asked)
 * are the ids of desks that own clients now. REJECT: problems has errors. */
enum outcome conf_check(const struct conf *conf, const char *const *owners, size_t owners_count,
	struct conf_problems *problems) MUST_CHECK;

/* Warns of whom a clock escalates to and who has no second channel: desks without mail_to, and
 * those who run the hub without mail.ops_to. */
void conf_check_second_channels(const struct conf *conf, struct conf_problems *problems);

/* Adds to problems, at group kafka, what the library of Kafka says of its properties. REJECT. */
enum outcome conf_refuse_kafka(
	const struct conf *conf, const char *text, struct conf_problems *problems);

/* Reads the secret properties of Kafka and, for an edge, the partners' tokens; looks whether every
 * other secret file that the roles need is there and well-formed. Once, before threads start.
 * REJECT: problems has errors. */
enum outcome conf_load_secrets(struct conf *conf, struct conf_problems *problems) MUST_CHECK;
/* Makes each key and token that the config names and that does not exist yet, readable by its owner
 * only, and says each one on out. RETRY: the disk. REJECT: a public key without its secret one. */
enum outcome conf_make_secrets(const struct conf *conf, FILE *out, struct err *err) MUST_CHECK;
/* A key file holds one line: 64 hex digits. REJECT: absent or malformed. The caller wipes the key.
 */
enum outcome conf_read_key(const char *path, uint8_t key[32], struct err *err) MUST_CHECK;
/* The one line of a secret file, without the line's end; the caller wipes it. */
enum outcome conf_read_line(const char *path, char *line, size_t size, struct err *err) MUST_CHECK;

/* Whose token this is; NULL: nobody's. Takes the same time for every token. `token` (may be NULL)
 * gets which one. */
const struct conf_partner *conf_partner_by_token(
	const struct conf *conf, struct bytes token, const struct conf_token **which);
/* A partner's source; NULL: it has none of that name. */
const struct conf_source *conf_source(
	const struct conf *conf, const struct conf_partner *partner, struct bytes name);
const struct conf_partner *conf_partner(
	const struct conf *conf, struct bytes oin); /* NULL: unknown */

/* NULL: there is none of this name. */
const struct endpoint_settings *conf_endpoint(const struct conf *conf, const char *name);

/* How this desk gets its handovers. NULL: by the feed. */
const struct conf_delivery *conf_delivery(const struct conf *conf, const char *desk);

/* How this partner is played: as the list says, else as is usual. */
const struct conf_simulation *conf_simulation(const struct conf *conf, const char *oin);

/* Every setting with its doc, limits and default, as a config file that can be loaded. */
void conf_manual(FILE *out);

void conf_free(struct conf *conf);

#endif
