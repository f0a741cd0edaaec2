/* latency - sends messages at a fixed rate, reads what comes of each of them, and says how long it
 * took to be readable. */
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
#define HEAD_SIZE 5 /* of a value: what names its schema */

static const char *brokers = "127.0.0.1:9092", *prefix = "lokethub.", *watched = "lokethub.",
		  *config = "config/lokethub.conf", *each = "";
static int64_t partitions = 12, schema = 1, rate = 1000, seconds = 20, skip = 3, first = 1000000000,
	       wait_ms = 60000, settle_ms = 1000, pid, samples;

static const struct args_row arguments[] = {
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"prefix", &prefix, NULL, "of the topic intake that is written"},
	{"watch", &watched, NULL, "prefix of the topics events and handovers that are read"},
	{"config", &config, NULL, "names the desks"},
	{"partitions", NULL, &partitions, "of topic intake"},
	{"schema", NULL, &schema, "id of Message in the registry"},
	{"rate", NULL, &rate, "referrals per second"},
	{"seconds", NULL, &seconds, "how long"},
	{"skip", NULL, &skip, "seconds at the start that do not count"},
	{"first", NULL, &first, "number of the first client; must be new to the hub"},
	{"wait-ms", NULL, &wait_ms, "wait so long for the last record; then it is missing"},
	{"settle-ms", NULL, &settle_ms, "look on for so long for what must not come"},
	{"samples", NULL, &samples, "1: what is read is samples, that do not tell of each other"},
	{"pid", NULL, &pid, "process whose CPU time is counted; 0: none"},
	{"each", &each, NULL, "file that gets a line per message: due, stored, told; epoch us"},
};

/* Of one message; moments in wall microseconds, 0: not yet. */
struct times {
	int64_t due; /* when it should have been sent */
	int64_t stored; /* when its sender knew it to be durable: the moment of a 202 */
	int64_t told; /* when the first handover was read */
	int32_t events, handovers; /* that were read */
	int32_t owed; /* handovers that its Event says it made */
};

struct watch {
	struct kafka_settings settings;
	struct consumer *consumer;
	struct arena arena; /* of one Event */
	struct times *times;
	int64_t count;
	double cpu_from, cpu_to; /* of the process under test, while messages count */
	atomic_llong left; /* messages of which not everything was read */
	atomic_bool stop;
};

static struct times *times_of(struct watch *watch, struct bytes value)
{
	uint64_t number;
	if (!people_find(value, &number))
		return NULL;
	int64_t place = (int64_t)people_client(number) - first;
	return place >= 0 && place < watch->count ? &watch->times[place] : NULL;
}

/* A message is never without an Event; but one whose giver is also its target, as the routes have
 * it, is accepted at once and hands over nothing. Samples are written in their average number. */
static bool is_whole(const struct times *times)
{
	return samples ? times->events > 0 : times->events == 1 && times->handovers == times->owed;
}

static int32_t handovers_of(struct watch *watch, struct bytes value)
{
	struct event event;
	struct err err = {0};
	arena_reset(&watch->arena);
	if (event_decode(&event, bytes_of(value.data + HEAD_SIZE, value.size - HEAD_SIZE),
		    &watch->arena, &err) != OK)
		args_die("an Event: %s", err.text);
	return (int32_t)event.handovers_count;
}

static void take_record(struct watch *watch, const struct record_read *record)
{
	struct times *times = times_of(watch, record->value);
	if (!times)
		return;
	bool was_whole = is_whole(times);
	if (record->topic == TOPIC_EVENTS) {
		times->events++;
		times->owed += samples ? 0 : handovers_of(watch, record->value);
	} else {
		times->handovers++;
		times->told = times->told ? times->told : spread_wall();
	}
	atomic_fetch_add(&watch->left, was_whole - is_whole(times));
}

static size_t add_places(struct watch *watch, enum topic topic, struct consumer_place *places)
{
	int32_t count = topics_partitions(&watch->settings, topic);
	if (count > PLACES_MAX / 2)
		args_die("more than %d partitions", PLACES_MAX / 2);
	for (int32_t i = 0; i < count; i++)
		places[i] = (struct consumer_place){topic, i, 0};
	return (size_t)count;
}

static void open_watch(struct watch *watch)
{
	struct consumer_place places[PLACES_MAX];
	struct err err = {0};
	size_t count = add_places(watch, TOPIC_EVENTS, places);
	count += add_places(watch, TOPIC_HANDOVERS, places + count);
	if (consumer_new(&watch->consumer, &watch->settings, &err) != OK ||
		consumer_ends(watch->consumer, places, count, ENDS_MS, &err) != OK ||
		consumer_assign(watch->consumer, places, count, &err) != OK)
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
		if (news == CONSUMER_RECORD)
			take_record(watch, &record);
	}
	arena_done(&watch->arena);
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
		const struct timespec pause = {.tv_nsec = (left < 500 ? left : 500) * 1000};
		sender_serve(sender);
		nanosleep(&pause, NULL);
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

static void nap(int64_t ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void wait_for_all(struct watch *watch)
{
	int64_t end = clock_monotonic() + wait_ms;
	while (atomic_load(&watch->left) > 0 && clock_monotonic() < end)
		nap(POLL_MS);
	nap(settle_ms);
	atomic_store(&watch->stop, true);
}

static void check_all(const struct watch *watch)
{
	int64_t wrong = 0, example = 0;
	for (int64_t i = 0; i < watch->count; i++) {
		if (is_whole(&watch->times[i]))
			continue;
		example = wrong++ == 0 ? i : example;
	}
	const struct times *times = &watch->times[example];
	if (wrong > 0)
		args_die("%lld of %lld messages did not come to what they should, the first of "
			 "client %lld: %d Events, %d handovers of %d",
			(long long)wrong, (long long)watch->count, (long long)(first + example),
			times->events, times->handovers, times->owed);
}

static void write_each(const struct watch *watch)
{
	FILE *file = each[0] != '\0' ? fopen(each, "w") : NULL;
	if (each[0] == '\0')
		return;
	for (int64_t i = 0; file && i < watch->count; i++)
		fprintf(file, "%lld %lld %lld\n", (long long)watch->times[i].due,
			(long long)watch->times[i].stored, (long long)watch->times[i].told);
	if (!file || fclose(file) != 0)
		args_die("%s: cannot be written", each);
}

static void report(const struct watch *watch)
{
	struct spread stored = {0}, told = {0}, whole = {0};
	int64_t without = 0;
	for (int64_t i = skip * rate; i < watch->count; i++) {
		const struct times *times = &watch->times[i];
		spread_add(&stored, times->stored - times->due);
		if (times->told == 0) {
			without++;
			continue;
		}
		spread_add(&told, times->told - times->stored);
		spread_add(&whole, times->told - times->due);
	}
	double cpu = watch->cpu_to - watch->cpu_from;
	printf("{\"rate\": %lld, \"messages\": %lld, \"without_handover\": %lld, \"cpu_us\": "
	       "%.2f, ",
		(long long)rate, (long long)watch->count, (long long)without,
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
	atomic_store(&watch.left, watch.count);
	open_watch(&watch);
	sender_open(&sender, LINGER_MS);
	if (pthread_create(&thread, NULL, run_watch, &watch) != 0)
		args_die("no thread");
	send_all(&sender, &people, &watch);
	wait_for_all(&watch);
	pthread_join(thread, NULL);
	check_all(&watch);
	write_each(&watch);
	report(&watch);
	people_done(&people);
	return 0;
}
