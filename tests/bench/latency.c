/* latency - sends messages at a fixed rate, reads what comes of them, and says how long each took
 * to be readable. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/kafka/consumer.h"
#include "hub/seal/seal.h"
#include "tests/bench/args.h"
#include "tests/bench/people.h"
#include "tests/bench/sender.h"
#include "tests/bench/spread.h"

#define PAIRS_MAX 200000
#define LINGER_MS 1
#define POLL_MS 50
#define ENDS_MS 10000
#define PLACES_MAX 512

static const char *brokers = "127.0.0.1:9092", *prefix = "lokethub.", *watched = "lokethub.",
		  *config = "config/lokethub.conf";
static int64_t partitions = 12, schema = 1, rate = 1000, seconds = 20, skip = 3, first = 1000000000,
	       settle_ms = 5000, pid;

static const struct args_row arguments[] = {
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"prefix", &prefix, NULL, "of the topic intake that is written"},
	{"watch", &watched, NULL, "prefix of the topic handovers that is read"},
	{"config", &config, NULL, "names the desks"},
	{"partitions", NULL, &partitions, "of topic intake"},
	{"schema", NULL, &schema, "id of Message in the registry"},
	{"rate", NULL, &rate, "referrals per second"},
	{"seconds", NULL, &seconds, "how long"},
	{"skip", NULL, &skip, "seconds at the start that do not count"},
	{"first", NULL, &first, "number of the first client; must be new to the hub"},
	{"settle-ms", NULL, &settle_ms, "wait so long for the last handovers"},
	{"pid", NULL, &pid, "process whose CPU time is counted; 0: none"},
};

/* Of one message, in wall microseconds; 0: not yet. */
struct times {
	int64_t due; /* when it should have been sent */
	int64_t stored; /* when its sender knew it to be durable: the moment of a 202 */
	int64_t told; /* when the first handover was read */
};

struct watch {
	struct kafka_settings settings;
	struct consumer *consumer;
	struct times *times;
	int64_t count;
	double cpu_from, cpu_to; /* of the process under test, while messages count */
	atomic_bool stop;
};

static struct times *times_of(struct watch *watch, struct bytes value)
{
	uint64_t number;
	if (!people_find(value, &number))
		return NULL;
	int64_t place = (int64_t)(number / PEOPLE_STEPS) - first;
	return place >= 0 && place < watch->count ? &watch->times[place] : NULL;
}

static void open_watch(struct watch *watch)
{
	struct consumer_place places[PLACES_MAX];
	struct err err = {0};
	int32_t count = topics_partitions(&watch->settings, TOPIC_HANDOVERS);
	for (int32_t i = 0; i < count; i++)
		places[i] = (struct consumer_place){TOPIC_HANDOVERS, i, 0};
	if (consumer_new(&watch->consumer, &watch->settings, &err) != OK ||
		consumer_ends(watch->consumer, places, (size_t)count, ENDS_MS, &err) != OK ||
		consumer_assign(watch->consumer, places, (size_t)count, &err) != OK)
		args_die("%s", err.text);
}

static void *run_watch(void *context)
{
	struct watch *watch = context;
	struct record_read record;
	struct err err = {0};
	while (!atomic_load(&watch->stop)) {
		enum consumer_news news;
		if (consumer_poll(watch->consumer, POLL_MS, &news, &record, &err) != OK)
			args_die("%s", err.text);
		if (news != CONSUMER_RECORD)
			continue;
		struct times *times = times_of(watch, record.value);
		if (times && times->told == 0)
			times->told = spread_wall();
	}
	consumer_free(watch->consumer);
	return NULL;
}

static void note_stored(void *context, int64_t number)
{
	struct watch *watch = context;
	watch->times[number].stored = spread_wall();
}

static void sleep_until(struct sender *sender, int64_t due)
{
	for (int64_t left = due - spread_wall(); left > 0; left = due - spread_wall()) {
		const struct timespec nap = {.tv_nsec = (left < 500 ? left : 500) * 1000};
		sender_serve(sender);
		nanosleep(&nap, NULL);
	}
}

/* An open loop: a slow hub does not slow the senders down. */
static void send_all(struct sender *sender, struct people *people, struct watch *watch)
{
	int64_t start = spread_wall();
	for (int64_t i = 0; i < watch->count; i++) {
		struct message message;
		watch->times[i].due = start + i * 1000000 / rate;
		sleep_until(sender, watch->times[i].due);
		if (i == skip * rate)
			watch->cpu_from = spread_cpu(pid);
		people->now = clock_wall();
		people_message(people, (uint64_t)(first + i), PEOPLE_REFERRAL, &message);
		sender_send(sender, &message, i);
	}
	watch->cpu_to = spread_cpu(pid);
	sender_close(sender);
}

static void report(const struct watch *watch)
{
	struct spread stored = {0}, told = {0}, whole = {0};
	int64_t missing = 0;
	for (int64_t i = skip * rate; i < watch->count; i++) {
		const struct times *times = &watch->times[i];
		spread_add(&stored, times->stored - times->due);
		if (times->told == 0) {
			missing++;
			continue;
		}
		spread_add(&told, times->told - times->stored);
		spread_add(&whole, times->told - times->due);
	}
	double cpu = watch->cpu_to - watch->cpu_from;
	printf("{\"rate\": %lld, \"messages\": %lld, \"missing\": %lld, \"cpu_us\": %.2f, ",
		(long long)rate, (long long)watch->count, (long long)missing,
		cpu * 1e6 / (double)(watch->count - skip * rate));
	spread_print(&stored, "due_to_stored", stdout);
	printf(", ");
	spread_print(&told, "stored_to_handover", stdout);
	printf(", ");
	spread_print(&whole, "due_to_handover", stdout);
	puts("}");
	spread_done(&stored);
	spread_done(&told);
	spread_done(&whole);
}

int main(int argc, char **argv)
{
	static struct watch watch;
	struct pairs pairs;
	struct err err = {0};
	struct people people = {.pairs = &pairs};
	pthread_t thread;
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	pairs_load(&pairs, config, PAIRS_MAX);
	if (seal_start(&err) != OK)
		args_die("%s", err.text);
	const struct kafka_settings settings = {.brokers = brokers,
		.prefix = prefix,
		.node = "latency",
		.partitions = (int32_t)partitions};
	struct sender sender = {.settings = settings, .schema = schema};
	sender.stored_each = note_stored;
	sender.context = &watch;
	watch.settings = settings;
	watch.settings.prefix = watched;
	watch.count = rate * seconds;
	watch.times = memory_get_zeroed((size_t)watch.count, sizeof(watch.times[0]));
	open_watch(&watch);
	sender_open(&sender, LINGER_MS);
	if (pthread_create(&thread, NULL, run_watch, &watch) != 0)
		args_die("no thread");
	send_all(&sender, &people, &watch);
	nanosleep(&(struct timespec){settle_ms / 1000, settle_ms % 1000 * 1000000}, NULL);
	atomic_store(&watch.stop, true);
	pthread_join(thread, NULL);
	report(&watch);
	people_done(&people);
	return 0;
}
