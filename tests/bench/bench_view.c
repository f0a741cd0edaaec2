/* bench_view - how many records a second the view takes in, and how long its answers take. */
/* usage: bench_view [CLIENTS] [RECORDS] [FILE]
 * Each client: a message, its Event and Client, an offer, a data key and a sealed person; then an
 * acceptance: a message, Event, Client and two handovers. In transactions of so many RECORDS: 2,000
 * as while catching up, or what comes in 100 ms. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/view/apply.h"
#include "hub/view/audit.h"
#include "hub/view/database.h"
#include "hub/view/query.h"
#include "tests/support/random.h"

#define ASKED 1000
#define SOME_DESKS 200

struct bench {
	sqlite3 *db;
	struct apply *apply;
	struct buffer payload;
	struct err err;
	int64_t offsets[TOPIC_COUNT];
	int64_t records, waiting, batch; /* records */
	char giver[40], target[40], case_[40];
	uint8_t box[400];
};

static void must(enum outcome outcome, const struct err *err)
{
	if (outcome == OK)
		return;
	fprintf(stderr, "bench_view: %s\n", err->text);
	exit(1);
}

static void commit(struct bench *bench)
{
	must(database_exec(bench->db, "COMMIT; BEGIN", &bench->err), &bench->err);
	bench->waiting = 0;
}

static void put(struct bench *bench, enum topic topic, const void *value)
{
	buffer_clear(&bench->payload);
	topics_row(topic)->value->encode(value, &bench->payload);
	const struct apply_record record = {.topic = topic,
		.offset = bench->offsets[topic]++,
		.time = 1700000000000 + bench->records,
		.payload = buffer_bytes(&bench->payload),
		.value = value};
	must(apply_record(bench->apply, &record, &bench->err), &bench->err);
	bench->records++;
	if (++bench->waiting == bench->batch)
		commit(bench);
}

static void id_of(int64_t n, uint8_t salt, uint8_t id[16])
{
	struct random random = {(uint64_t)n << 8 | salt};
	uint64_t parts[2] = {random_next(&random), random_next(&random)};
	memcpy(id, parts, 16);
}

struct subject_of_bench {
	struct pseudonym client;
	struct uuid referral;
	struct bytes desks[2];
	struct clock clocks[3], of_client;
	struct desk_number numbers[2];
	struct client_referral client_referral;
	struct client state;
};

static void make_subject(struct bench *bench, int64_t n, struct subject_of_bench *out)
{
	uint8_t match[16];
	memset(out, 0, sizeof(*out));
	id_of(n, 1, out->client.data);
	id_of(n, 2, out->referral.data);
	snprintf(bench->giver, sizeof(bench->giver), "gemeente-%03d", (int)(n % SOME_DESKS));
	snprintf(bench->target, sizeof(bench->target), "wsp-%03d", (int)(n / 7 % SOME_DESKS));
	snprintf(bench->case_, sizeof(bench->case_), "2026-%09" PRId64, n);
	out->desks[0] = bytes_of_string(bench->giver);
	out->desks[1] = bytes_of_string(bench->target);
	out->clocks[0] = (struct clock){CLOCK_NAME_T1, n, n + 5, 0, ROLE_TARGET};
	out->clocks[1] = (struct clock){CLOCK_NAME_T2, n, n + 9, 0, ROLE_TARGET};
	out->of_client = (struct clock){CLOCK_NAME_T6, n, n + 90, 0, ROLE_OWNER};
	out->numbers[0] = (struct desk_number){1, 1};
	out->client_referral = (struct client_referral){.referral = out->referral,
		.target = 1,
		.question = bytes_of_string("LEERBAAN"),
		.version = 1,
		.clocks = out->clocks,
		.clocks_count = 2,
		.handovers = out->numbers,
		.handovers_count = 1};
	out->state = (struct client){.client = out->client,
		.state_version = 1,
		.version = 1,
		.desks = out->desks,
		.desks_count = 2,
		.region = bytes_of_string("AM22"),
		.owner_via = out->referral,
		.referrals = &out->client_referral,
		.referrals_count = 1,
		.clocks = &out->of_client,
		.clocks_count = 1,
		.has_match = true};
	id_of(n, 3, match);
	memcpy(out->state.match.data, match, sizeof(out->state.match.data));
}

static struct referral_after after_of(const struct subject_of_bench *of, enum referral_state state)
{
	return (struct referral_after){.referral = of->referral,
		.giver = of->desks[0],
		.sender = of->desks[0],
		.target = of->desks[1],
		.question = bytes_of_string("LEERBAAN"),
		.state = state,
		.version = 1 + (state == REFERRAL_STATE_ACCEPTED)};
}

static void put_message(struct bench *bench, const struct subject_of_bench *of, bool accept)
{
	struct sealed sealed = {.box = bytes_of(bench->box, sizeof(bench->box))};
	struct referral referral = {.has_referral = true,
		.referral = of->referral,
		.from_desk = of->desks[0],
		.to_desk = of->desks[1],
		.question = bytes_of_string("LEERBAAN"),
		.municipality = bytes_of_string("GM0599"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("NORMAL"),
		.purpose = bytes_of_string("GUIDANCE")};
	struct status_change change = {.has_referral = true,
		.referral = of->referral,
		.action = ACTION_ACCEPT,
		.actor = {.desk = of->desks[1], .worker = bytes_of_string("team-bbl")}};
	struct message message = {.partner = bytes_of_string("00000099000000001000"),
		.system = bytes_of_string("suite"),
		.reference = bytes_of_string(bench->case_),
		.case_ = bytes_of_string(accept ? NULL : bench->case_),
		.leg = bytes_of_string(""),
		.has_client = true,
		.client = of->client,
		.sealed = &sealed};
	id_of(bench->records, 4, message.id.data);
	if (accept)
		message.body_status_change = &change;
	else
		message.body_referral = &referral;
	put(bench, TOPIC_INTAKE, &message);
}

static void put_event(struct bench *bench, const struct subject_of_bench *of,
	struct transition *transition, bool accept)
{
	struct clock_armed armed[] = {{.clock = CLOCK_NAME_T1, .has_referral = true},
		{.clock = CLOCK_NAME_T2, .has_referral = true}, {.clock = CLOCK_NAME_T6}};
	struct handover_id handovers[] = {{.desk = of->desks[1], .number = 1}};
	struct owner_change owner = {.old = of->desks[0], .new = of->desks[1]};
	struct event event = {.has_client = true,
		.client = of->client,
		.has_offset = true,
		.offset = bench->offsets[TOPIC_INTAKE] - 1,
		.has_message = true,
		.partner = bytes_of_string("00000099000000001000"),
		.transitions = transition,
		.transitions_count = 1,
		.owner = accept ? &owner : NULL,
		.armed = armed,
		.armed_count = 3,
		.config = bytes_of_string("0123456789ab"),
		.handovers = handovers,
		.handovers_count = 1,
		.version = of->state.version,
		.has_state_hash = true};
	put(bench, TOPIC_EVENTS, &event);
}

static void put_handover(
	struct bench *bench, const struct subject_of_bench *of, int desk, enum handover_kind kind)
{
	enum action actions[] = {ACTION_ACCEPT, ACTION_DECLINE, ACTION_ASK};
	struct sealed sealed = {.box = bytes_of(bench->box, sizeof(bench->box))};
	struct handover handover = {.desk = of->desks[desk],
		.number = 1,
		.kind = kind,
		.has_client = true,
		.client = of->client,
		.has_referral = true,
		.referral = of->referral,
		.actions = actions,
		.actions_count = 3,
		.sealed = kind == HANDOVER_KIND_STATUS ? NULL : &sealed};
	put(bench, TOPIC_HANDOVERS, &handover);
}

static void put_offer(struct bench *bench, int64_t n)
{
	struct subject_of_bench of;
	make_subject(bench, n, &of);
	struct transition transition = {
		.row = bytes_of_string("1"), .after = after_of(&of, REFERRAL_STATE_SUBMITTED)};
	struct data_key key = {
		.master = bytes_of_string("m1"), .wrapped = bytes_of(bench->box, 72)};
	struct sealed_person person = {.referral = of.referral,
		.client = of.client,
		.sealed = {.box = bytes_of(bench->box, sizeof(bench->box))}};
	memcpy(key.key.data, of.client.data, sizeof(of.client.data));
	put(bench, TOPIC_KEYS, &key);
	put_message(bench, &of, false);
	put_event(bench, &of, &transition, false);
	put(bench, TOPIC_CLIENTS, &of.state);
	put(bench, TOPIC_PERSONS, &person);
	put_handover(bench, &of, 1, HANDOVER_KIND_OFFER);
}

static void put_acceptance(struct bench *bench, int64_t n)
{
	struct subject_of_bench of;
	make_subject(bench, n, &of);
	struct transition transition = {.row = bytes_of_string("5"),
		.has_from = true,
		.from = REFERRAL_STATE_OFFERED,
		.after = after_of(&of, REFERRAL_STATE_ACCEPTED)};
	of.state.version = 2;
	of.state.owner = 1;
	of.client_referral.state = REFERRAL_STATE_ACCEPTED;
	of.clocks[0].clock = CLOCK_NAME_T5;
	of.client_referral.clocks_count = 1;
	put_message(bench, &of, true);
	put_event(bench, &of, &transition, true);
	put(bench, TOPIC_CLIENTS, &of.state);
	put_handover(bench, &of, 1, HANDOVER_KIND_DETAILS);
	put_handover(bench, &of, 0, HANDOVER_KIND_STATUS);
}

static void fill(struct bench *bench, int64_t clients, const char *what,
	void (*put_one)(struct bench *bench, int64_t n))
{
	int64_t start = clock_monotonic(), records = bench->records;
	double cpu = clock_cpu_seconds();
	for (int64_t n = 0; n < clients; n++)
		put_one(bench, n);
	commit(bench);
	double seconds = (double)(clock_monotonic() - start) / 1000;
	cpu = clock_cpu_seconds() - cpu;
	records = bench->records - records;
	printf("%-12s %9" PRId64 " records %7.1f s %8.0f records/s %8.0f per CPU-second\n", what,
		records, seconds, (double)records / seconds, (double)records / cpu);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static void ask_referral(struct view_reader *reader, const struct subject_of_bench *of,
	const char *case_, struct err *err)
{
	const struct view_referral *found;
	(void)case_;
	must(view_referral(reader, of->referral, &found, err), err);
	assert(found != NULL && found->created_by != NULL);
}

static void ask_case(struct view_reader *reader, const struct subject_of_bench *of,
	const char *case_, struct err *err)
{
	struct view_messages found;
	const struct view_case which = {.case_ = bytes_of_string(case_)};
	(void)of;
	must(view_messages_of_case(reader, &which, &found, err), err);
	assert(found.count == 1);
}

static void ask_whose(struct view_reader *reader, const struct subject_of_bench *of,
	const char *case_, struct err *err)
{
	struct view_case_client found;
	const struct view_case which = {bytes_of_string("00000099000000001000"),
		bytes_of_string("suite"), bytes_of_string(case_)};
	must(view_client_of_case(reader, &which, &found, err), err);
	assert(found.is_known && memcmp(&found.client, &of->client, sizeof(of->client)) == 0);
}

static void ask(struct bench *bench, const char *path, int64_t clients, const char *what,
	void (*one)(
		struct view_reader *, const struct subject_of_bench *, const char *, struct err *))
{
	struct view_reader *reader;
	struct arena arena = {0};
	struct random random = {7};
	double took[ASKED], opened = now_ms();
	must(view_reader_new(&reader, path, &bench->err), &bench->err);
	opened = now_ms() - opened;
	for (int i = 0; i < ASKED; i++) {
		struct subject_of_bench of;
		make_subject(bench, (int64_t)random_below(&random, (uint64_t)clients), &of);
		double start = now_ms();
		must(view_reader_begin(reader, &arena, &bench->err), &bench->err);
		one(reader, &of, bench->case_, &bench->err);
		view_reader_end(reader);
		took[i] = now_ms() - start;
		arena_reset(&arena);
	}
	qsort(took, ASKED, sizeof(took[0]), by_size);
	printf("%-12s open %.2f ms, p50 %.3f ms, p99 %.3f ms, worst %.3f ms\n", what, opened,
		took[ASKED / 2], took[ASKED * 99 / 100], took[ASKED - 1]);
	view_reader_free(reader);
	arena_done(&arena);
}

static void count_finding(void *context, const struct audit_finding *finding)
{
	(void)finding;
	++*(int64_t *)context;
}

static bool go_on(void *context, int64_t done, int64_t of)
{
	(void)context;
	(void)done;
	(void)of;
	return true;
}

/* No desk is known, so that every client is a finding; without the rests of an edge. */
static void audit_all(struct bench *bench, const char *path)
{
	static const struct rules no_rules;
	static const int64_t offsets[1];
	static const struct report_committed committed = {offsets, 1};
	struct view_reader *reader;
	struct audit_sums sums;
	int64_t found = 0;
	const struct audit audit = {.rules = &no_rules,
		.committed = &committed,
		.found = count_finding,
		.progress = go_on,
		.context = &found};
	double start = now_ms();
	must(view_reader_new(&reader, path, &bench->err), &bench->err);
	must(audit_run(reader, &audit, &sums, &bench->err), &bench->err);
	view_reader_free(reader);
	printf("%-12s %.0f ms, longest transaction %" PRId64 " ms, %" PRId64 " findings\n", "audit",
		now_ms() - start, sums.longest_ms, found);
}

int main(int argc, char **argv)
{
	int64_t clients = argc > 1 ? atoll(argv[1]) : 20000;
	const char *path = argc > 3 ? argv[3] : P_tmpdir "/bench_view.db";
	struct bench bench = {.batch = argc > 2 ? atoll(argv[2]) : 2000};
	struct stat file;
	bool fresh;
	database_delete(path);
	must(database_open_writer(&bench.db, &(struct database_options){path, "bench", 65536},
		     &fresh, &bench.err),
		&bench.err);
	must(apply_new(&bench.apply, bench.db, &bench.err), &bench.err);
	must(database_exec(bench.db, "BEGIN", &bench.err), &bench.err);
	fill(&bench, clients, "offers", put_offer);
	fill(&bench, clients, "acceptances", put_acceptance);
	must(database_exec(bench.db, "COMMIT", &bench.err), &bench.err);
	if (stat(path, &file) == 0)
		printf("%-12s %.0f bytes per client\n", "file",
			(double)file.st_size / (double)clients);
	ask(&bench, path, clients, "by referral", ask_referral);
	ask(&bench, path, clients, "by case", ask_case);
	ask(&bench, path, clients, "whose case", ask_whose);
	audit_all(&bench, path);
	apply_free(bench.apply);
	database_close(bench.db);
	buffer_done(&bench.payload);
	if (argc < 4)
		database_delete(path);
	return 0;
}
