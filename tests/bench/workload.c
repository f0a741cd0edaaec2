/* workload - fills topic intake with what is said about made-up clients, and ends. */
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/seal/seal.h"
#include "tests/bench/args.h"
#include "tests/bench/people.h"
#include "tests/bench/sender.h"

#define PAIRS_MAX 200000
#define LINGER_MS 20

static const char *brokers = "127.0.0.1:9092", *prefix = "lokethub.",
		  *config = "config/lokethub.conf";
static int64_t partitions = 12, schema = 1, clients = 100000, first, steps = PEOPLE_STEPS,
	       window = 5000, again = 1, delivered;

static const struct args_row arguments[] = {
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"prefix", &prefix, NULL, "of the topics' names"},
	{"config", &config, NULL, "names the desks"},
	{"partitions", NULL, &partitions, "of topic intake"},
	{"schema", NULL, &schema, "id of Message in the registry"},
	{"clients", NULL, &clients, "clients to speak about"},
	{"first", NULL, &first, "number of the first client"},
	{"steps", NULL, &steps, "1: referrals only; 2: and decisions; 3: and outcomes; 0: none"},
	{"delivered", NULL, &delivered, "1: before a decision the referral is told as delivered"},
	{"window", NULL, &window, "clients between two steps of one client"},
	{"again", NULL, &again, "of 100 messages so many are sent twice"},
};

static void send_step(
	struct sender *sender, struct people *people, int64_t client, enum people_step step)
{
	struct message message;
	if (client < first || client >= first + clients)
		return;
	people->now = clock_wall();
	if (!people_message(people, (uint64_t)client, step, &message))
		return;
	sender_send(sender, &message, 0);
	if (client % 100 < again)
		sender_send(sender, &message, 0);
}

/* Of each client one step, a window behind the step before. */
static void send_steps(struct sender *sender, struct people *people, int64_t at)
{
	for (int64_t step = 0; step < steps; step++)
		send_step(sender, people, at - window * step, (enum people_step)step);
	if (delivered)
		send_step(sender, people, at - window / 2, PEOPLE_DELIVERED);
}

/* With an example of who may refer to whom, for documents that are posted, and the client spoken
 * about last. */
static void report(const struct sender *sender, struct people *people)
{
	const struct pair *pair = &people->pairs->items[0];
	const struct conf_partner *partner = people->pairs->conf->partners;
	struct message message;
	char client[TOPICS_KEY_SIZE];
	while (strcmp(partner->rules->oin, pair->giver->partner) != 0)
		partner++;
	people_message(people, (uint64_t)(first + clients - 1), PEOPLE_REFERRAL, &message);
	topics_key(message.client.data, client);
	printf("{\"messages\": %lld, \"clients\": %lld, \"pairs\": %zu, \"example\": "
	       "{\"client\": \"%s\", \"token_file\": \"%s\", \"from_desk\": \"%s\", "
	       "\"to_desk\": \"%s\", \"question\": \"%s\", \"municipality\": \"%s\", "
	       "\"partner\": \"%s\"}}\n",
		(long long)sender->stored, (long long)clients, people->pairs->count, client,
		partner->tokens_count > 0 ? partner->tokens[0].file : "", pair->giver->id,
		pair->target->id, pair->question, pair->municipality->code, pair->giver->partner);
}

int main(int argc, char **argv)
{
	struct pairs pairs;
	struct err err = {0};
	struct people people = {.pairs = &pairs};
	struct sender sender = {0};
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	pairs_load(&pairs, config, PAIRS_MAX);
	if (seal_start(&err) != OK)
		args_die("%s", err.text);
	sender.settings = (struct kafka_settings){.brokers = brokers,
		.prefix = prefix,
		.node = "workload",
		.partitions = (int32_t)partitions};
	sender.schema = schema;
	sender_open(&sender, LINGER_MS);
	for (int64_t i = first; i < first + clients + window * (PEOPLE_STEPS - 1); i++)
		send_steps(&sender, &people, i);
	sender_close(&sender);
	report(&sender, &people);
	people_done(&people);
	return 0;
}
