/* settings - the settings of the hub itself, one row each. */
#include <stddef.h>

#include "hub/conf/inside.h"

#define AT(member) offsetof(struct conf, member)

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const roles[] = {"router", "edge", NULL};
static const char *const lanes[] = {"production", "test", NULL};

const struct setting settings_rows[] = {
	{"node", SETTING_STRING, AT(node), NULL, 1, 60, NULL,
		"Name of this process, unique among all that run: letters, digits and hyphens. "
		"Transactions and group membership hang on it, so it must stay the same over "
		"restarts."},
	{"data_dir", SETTING_FILE, AT(data_dir), "/var/lib/lokethub", 0, 0, NULL,
		"Folder for what can be rebuilt from Kafka: the view, the registry's cache."},
	{"secrets_dir", SETTING_FILE, AT(secrets_dir), SETTINGS_SECRETS_DIR, 0, 0, NULL,
		"Folder that the names of secret files are relative to. `lokethub secrets` makes "
		"what is missing there."},
	{"log_level", SETTING_CHOICE, AT(log_level), "info", 0, 0, log_levels,
		"Least important line that is logged. error: a person must act. warn: the hub "
		"copes. info: life cycle and one line per settled message."},
	{"roles", SETTING_CHOICES, AT(roles), "[ \"router\", \"edge\" ]", 0, 0, roles,
		"What `lokethub serve` runs: router decides, edge talks to the world."},
	{"lane", SETTING_CHOICE, AT(lane), "production", 0, 0, lanes,
		"test: a hub for partners to try with. It takes made-up people only, and knows "
		"partners by their test_tokens alone. It needs topics, keys and a view of its "
		"own."},
	{"default_region", SETTING_FORMAT, AT(default_region), "", 0, 0, SETTING_ONE("am"),
		"Region of a client where neither message nor desk names one; none: such a "
		"message is refused."},
	{"codes_file", SETTING_FILE, AT(codes_file), "codes.csv", 0, 0, NULL,
		"Code lists: list,code,label_nl,from."},
	{"regions_file", SETTING_FILE, AT(regions_file), "arbeidsmarktregios.csv", 0, 0, NULL,
		"Labour market regions: am_code,arbeidsmarktregio,valid_from,valid_to."},
	{"municipalities_file", SETTING_FILE, AT(municipalities_file), "gemeenten.csv", 0, 0, NULL,
		"Municipalities and their region: gm_code,gemeente,am_code,valid_from,valid_to. "
		"One that changes region has two rows."},
	{"mergers_file", SETTING_FILE, AT(mergers_file), "gemeente-fusies.csv", 0, 0, NULL,
		"Merged municipalities: oude_gm_code,nieuwe_gm_code,ingangsdatum."},
	{"clock_offset_file", SETTING_FILE, AT(clock_offset_file), "", 0, 0, NULL,
		"For tests: a file with milliseconds that are added to every time."},

	{"kafka.bootstrap", SETTING_STRING, AT(kafka.bootstrap), "127.0.0.1:9092", 1, 1000, NULL,
		"Brokers to begin with, host:port,host:port. In production name three."},
	{"kafka.topic_prefix", SETTING_STRING, AT(kafka.topic_prefix), "lokethub.", 1, 100, NULL,
		"Put before the names of the ten topics, groups and transactions."},
	{"kafka.partitions", SETTING_INT, AT(kafka.partitions), "12", 1, 4096, NULL,
		"Partitions of intake, events, clients and persons. Fixed when the topics are "
		"made; a start with another number is refused."},
	{"kafka.replication", SETTING_INT, AT(kafka.replication), "1", 1, 15, NULL,
		"Copies of each partition. In production 3."},
	{"kafka.min_insync", SETTING_INT, AT(kafka.min_insync), "1", 1, 15, NULL,
		"Copies that must have a record before it counts as stored. In production 2."},
	{"kafka.access_days", SETTING_INT, AT(kafka.access_days), "1826", 30, 36525, NULL,
		"Days that it is kept who saw or disclosed what."},
	{"kafka.timeout_ms", SETTING_INT, AT(kafka.timeout_ms), "10000", 100, 300000, NULL,
		"Longest wait for one answer of the brokers, in ms."},
	{"kafka.properties", SETTING_PAIRS, AT(kafka.properties), "", 0, 0, NULL,
		"Properties of librdkafka for consumers and producers: "
		"( ( \"security.protocol\", \"ssl\" ) ). Passwords go into secret_properties."},
	{"kafka.consumer", SETTING_PAIRS, AT(kafka.consumer), "", 0, 0, NULL,
		"Properties of librdkafka for consumers only."},
	{"kafka.producer", SETTING_PAIRS, AT(kafka.producer), "", 0, 0, NULL,
		"Properties of librdkafka for producers only: ( ( \"linger.ms\", \"1\" ) )."},
	{"kafka.secret_properties", SETTING_SECRET_PAIRS, AT(kafka.secret_properties), "", 0, 0,
		NULL,
		"Properties whose value is the first line of a file: "
		"( ( \"sasl.password\", \"kafka.password\" ) )."},

	{"registry.url", SETTING_STRING, AT(registry.url), "http://127.0.0.1:8081/apis/ccompat/v7",
		8, 1000, NULL, "Schema registry with Confluent's API."},
	{"registry.cache_file", SETTING_FILE, AT(registry.cache_file), "", 0, 0, NULL,
		"Schemas seen so far, so that a start does not need the registry. None: "
		"registry.cache in data_dir."},
	{"registry.credentials_file", SETTING_SECRET, AT(registry.credentials_file), "", 0, 0, NULL,
		"File with one line, user:password, for HTTP basic authentication."},
	{"registry.ca_file", SETTING_FILE, AT(registry.ca_file), "", 0, 0, NULL,
		"Certificates that the registry's one is checked against; none: the system's."},
	{"registry.timeout_ms", SETTING_INT, AT(registry.timeout_ms), "5000", 100, 60000, NULL,
		"Longest wait for one answer of the registry, in ms."},

	{"router.workers", SETTING_INT, AT(router.workers), "1", 1, 64, NULL,
		"Threads that decide, each with partitions of its own. Of no use beyond the "
		"number of partitions."},
	{"router.commit_interval_ms", SETTING_INT, AT(router.commit_interval_ms), "50", 20, 1000,
		NULL,
		"A transaction is committed at the latest after so many ms. Longer: fewer and "
		"cheaper ones, later handovers."},
	{"router.commit_gap_ms", SETTING_INT, AT(router.commit_gap_ms), "20", 0, 1000, NULL,
		"Least time between two commits in ms, also when there is nothing more to read."},
	{"router.drain_idle_ms", SETTING_INT, AT(router.drain_idle_ms), "2", 0, 1000, NULL,
		"So many ms without a record, and the input counts as drained."},
	{"router.session_timeout_ms", SETTING_INT, AT(router.session_timeout_ms), "20000", 6000,
		300000, NULL,
		"A router that the brokers have not heard of for so many ms loses its partitions."},
	{"router.transaction_timeout_ms", SETTING_INT, AT(router.transaction_timeout_ms), "12000",
		1000, 300000, NULL,
		"The brokers abort a transaction that is open for so many ms. Less than "
		"session_timeout_ms."},
	{"router.committed_timeout_ms", SETTING_INT, AT(router.committed_timeout_ms), "30000", 1000,
		300000, NULL,
		"Longest wait for committed offsets in ms; a pending transaction holds them back."},
	{"router.fetch_queue_kb", SETTING_INT, AT(router.fetch_queue_kb), "65536", 1024, 2097151,
		NULL,
		"Memory for records read ahead, per worker, in KiB. A full queue makes reading "
		"pause."},
	{"router.send_queue_kb", SETTING_INT, AT(router.send_queue_kb), "131072", 1024, 2097151,
		NULL, "Memory for records on their way to the brokers, per worker, in KiB."},
	{"router.send_queue_messages", SETTING_INT, AT(router.send_queue_messages), "200000", 1000,
		10000000, NULL, "The same in records."},
	{"router.batch_messages", SETTING_INT, AT(router.batch_messages), "10000", 1, 1000000, NULL,
		"A transaction is committed after so many messages, however young it is."},
	{"router.clocks_per_turn", SETTING_INT, AT(router.clocks_per_turn), "500", 1, 100000, NULL,
		"Most due clocks that fire in one go before messages have their turn; a message's "
		"own client's come before it in any case."},
	{"router.heartbeat_ms", SETTING_INT, AT(router.heartbeat_ms), "10000", 1000, 60000, NULL,
		"A router writes every so many ms that its partitions are looked after, an edge "
		"that it is alive. The same in all processes."},
	{"router.outage_after_ms", SETTING_INT, AT(router.outage_after_ms), "60000", 2000, 3600000,
		NULL,
		"A gap between heartbeats of more ms is an outage, which no clock counts. At "
		"least twice heartbeat_ms, and session_timeout_ms."},
	{"router.drift_max_ms", SETTING_INT, AT(router.drift_max_ms), "60000", 1000, 3600000, NULL,
		"When wall time and monotonic time drift apart by more ms, clocks stop and ops "
		"is told."},

	{"http.host", SETTING_STRING, AT(http.host), "127.0.0.1", 1, 255, NULL,
		"Address that the partners' API listens at; 0.0.0.0 or :: for all."},
	{"http.port", SETTING_INT, AT(http.port), "8080", 0, 65535, NULL,
		"Its port; 0: any free one."},
	{"http.admin_host", SETTING_STRING, AT(http.admin_host), "127.0.0.1", 1, 255, NULL,
		"Address for /live, /ready and /metrics. Not for partners."},
	{"http.admin_port", SETTING_INT, AT(http.admin_port), "8090", 0, 65535, NULL,
		"Its port; 0: any free one."},
	{"http.tls_cert_file", SETTING_FILE, AT(http.tls_cert_file), "", 0, 0, NULL,
		"Certificate chain in PEM. None: no TLS, which needs a proxy in front that has "
		"it."},
	{"http.tls_key_file", SETTING_SECRET, AT(http.tls_key_file), "", 0, 0, NULL,
		"Private key of the certificate, in PEM, without a password."},
	{"http.tls_client_ca_file", SETTING_FILE, AT(http.tls_client_ca_file), "", 0, 0, NULL,
		"Certificates in PEM that those of partners are issued by; none: partners are "
		"asked "
		"for no certificate."},
	{"http.proxies", SETTING_STRINGS, AT(http.proxies), "", 1, 45, NULL,
		"Addresses of proxies in front that end TLS and pass on the certificate of a "
		"client, in the header Client-Cert (RFC 9440), whose issuer tls_client_ca_file "
		"names. They must take away one that a client sent. From anybody else it is "
		"refused."},
	{"http.base_url", SETTING_STRING, AT(http.base_url), "", 8, 1000, NULL,
		"The API's address as partners see it, for Location headers; none: paths only."},
	{"http.test_lane", SETTING_FORMAT, AT(http.test_lane), "", 0, 0, SETTING_ONE("name"),
		"Endpoint of the test lane: what comes with one of a partner's test_tokens goes "
		"on to it as it is, and its answer comes back. None: there is no such lane."},
	{"http.threads", SETTING_INT, AT(http.threads), "1", 1, 64, NULL,
		"Threads that serve requests."},
	{"http.connections", SETTING_INT, AT(http.connections), "1000", 1, 1000000, NULL,
		"Most connections at once."},
	{"http.connections_per_address", SETTING_INT, AT(http.connections_per_address), "200", 1,
		1000000, NULL, "Most connections at once from one address."},
	{"http.body_bytes", SETTING_INT, AT(http.body_bytes), "262144", 1024, 1900000, NULL,
		"Largest body of a request; a larger one gets 413. A refused one must fit in a "
		"record."},
	{"http.json_depth", SETTING_INT, AT(http.json_depth), "16", 4, 100, NULL,
		"How deep JSON may be nested."},
	{"http.requests_per_second", SETTING_INT, AT(http.requests_per_second), "1000", 1, 1000000,
		NULL,
		"Requests per second of one partner, over time; what is more gets 429. A "
		"partner's own row goes before it."},
	{"http.requests_burst", SETTING_INT, AT(http.requests_burst), "2000", 1, 10000000, NULL,
		"So many requests may come at once before the rate is felt."},
	{"http.request_ms", SETTING_INT, AT(http.request_ms), "10000", 100, 300000, NULL,
		"Longest time from the first byte of a request to the last one, in ms."},
	{"http.wait_max_ms", SETTING_INT, AT(http.wait_max_ms), "10000", 0, 60000, NULL,
		"Longest wait for a decision that `Prefer: wait` may ask for, in ms."},
	{"http.retry_after_s", SETTING_INT, AT(http.retry_after_s), "5", 1, 3600, NULL,
		"What Retry-After says while Kafka is away, in seconds."},
	{"http.pending", SETTING_INT, AT(http.pending), "20000", 10, 10000000, NULL,
		"Most messages that wait for Kafka's acknowledgement; what is more gets 503."},

	{"view.path", SETTING_FILE, AT(view.path), "", 0, 0, NULL,
		"The SQLite file; may be deleted at any time. None: view.db in data_dir."},
	{"view.commit_interval_ms", SETTING_INT, AT(view.commit_interval_ms), "100", 5, 10000, NULL,
		"The view takes over what is new every so many ms."},
	{"view.cache_kb", SETTING_INT, AT(view.cache_kb), "65536", 1024, 16777216, NULL,
		"Memory for its pages, in KiB."},
	{"view.fetch_queue_kb", SETTING_INT, AT(view.fetch_queue_kb), "16384", 1024, 2097151, NULL,
		"Memory for records read ahead, in KiB."},
	{"view.audit_interval_s", SETTING_INT, AT(view.audit_interval_s), "300", 0, 86400, NULL,
		"Its sums, and the clients that changed, are checked for what must never be, in "
		"the background, every so many seconds, all clients once a day; /metrics shows "
		"what "
		"was found. 0: never."},
	{"view.wait_ms", SETTING_INT, AT(view.wait_ms), "2000", 0, 60000, NULL,
		"How long a read waits until the view has what the asker sent before, in ms."},

	{"seal.pseudonym_key_file", SETTING_SECRET, AT(seal.pseudonym_key_file), "pseudonym.key", 0,
		0, NULL, "Key that makes pseudonyms of people. It can never be changed: guard it."},
	{"seal.id_key_file", SETTING_SECRET, AT(seal.id_key_file), "id.key", 0, 0, NULL,
		"Key that makes the ids of messages and referrals, and their digests. It can "
		"never be changed either."},
	{"seal.master_keys", SETTING_SECRET_PAIRS, AT(seal.master_keys),
		"( ( \"first\", \"master-first.key\" ) )", 0, 0, NULL,
		"Keys that wrap the data keys, by name. Keep old ones until nothing is wrapped "
		"with them."},
	{"seal.current_master_key", SETTING_STRING, AT(seal.current_master_key), "", 1, 60, NULL,
		"Name of the one that wraps new data keys; none: the last of the list."},
	{"seal.ops_public_key_file", SETTING_SECRET, AT(seal.ops_public_key_file), "ops.pub", 0, 0,
		NULL, "Public key that bytes nobody can decode are sealed with."},
	{"seal.ops_secret_key_file", SETTING_SECRET, AT(seal.ops_secret_key_file), "", 0, 0, NULL,
		"Its secret key; only where `lokethub rejected redrive` is run."},
	{"seal.cached_keys", SETTING_INT, AT(seal.cached_keys), "10000", 10, 10000000, NULL,
		"Opened data keys that are kept in memory."},

	{"mail.url", SETTING_STRING, AT(mail.url), "", 8, 300, NULL,
		"Server that mails to desks go out through, smtp://host:port or smtps://host:port; "
		"none: no mails."},
	{"mail.from", SETTING_STRING, AT(mail.from), "", 3, 200, NULL,
		"Address that they come from."},
	{"mail.credentials_file", SETTING_SECRET, AT(mail.credentials_file), "", 0, 0, NULL,
		"File with one line, user:password, for that server; none: it asks for none."},
	{"mail.ca_file", SETTING_FILE, AT(mail.ca_file), "", 0, 0, NULL,
		"Certificates that the server's one is checked against; none: the system's."},
	{"mail.starttls", SETTING_BOOL, AT(mail.starttls), "true", 0, 0, NULL,
		"Nothing is sent before the connection is encrypted."},
	{"mail.ops_to", SETTING_STRING, AT(mail.ops_to), "", 3, 200, NULL,
		"Address of those who run the hub: they are told that something is late, or could "
		"not be delivered, in numbers and with a link; none: nobody of them is told so."},
	{"mail.fold_s", SETTING_INT, AT(mail.fold_s), "60", 0, 86400, NULL,
		"What comes for a desk within so many seconds is told in one mail."},
	{0},
};
