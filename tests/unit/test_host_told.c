/* test_host_told - what played systems tell: zaken and what they name, and the list of CAMBO. */
#include "tests/unit/hosts.h"

#include "hub/cli/host/notifier.h"
#include "hub/http/server/server.h"

enum { STEPS = 300 };

static struct ledger ledger_now(int64_t said)
{
	struct ledger ledger = ledger_of(SEED, bytes_of_string(EDGE_CONF_CITY));
	ledger.said = said;
	return ledger;
}

static int64_t first_of(const struct ledger *ledger, enum ledger_step step)
{
	int64_t number = 1;
	while (ledger_step(ledger, number) != step)
		number++;
	return number;
}

/* The zaak that a step's notification is of, which says this of it. */
static const char *said_zaak(
	struct fixture *fixture, int64_t number, const char *resource, const char *action)
{
	struct buffer out = {0};
	struct err err = {0};
	assert_int_equal(host_notify(fixture->system, number, &out, &err), OK);
	const struct json_tree *told =
		tree_of(fixture, arena_copy(&fixture->arena, buffer_bytes(&out)));
	buffer_done(&out);
	assert_string_equal(text(fixture, told, "resource"), resource);
	assert_string_equal(text(fixture, told, "actie"), action);
	return text(fixture, told, "hoofdObject");
}

static void a_zaak_and_what_it_names(void **state)
{
	(void)state;
	struct fixture fixture;
	struct ledger ledger = ledger_now(STEPS);
	set_up(&fixture, &zgw);
	add(&fixture);
	const char *catalogi = arena_format(
		&fixture.arena, "http://127.0.0.1:%d/" EDGE_CONF_CITY "/catalogi", fixture.port);
	fixture.settings.also = (const char *const[]){catalogi, NULL};
	int64_t cancel = first_of(&ledger, LEDGER_CANCEL);
	say(&fixture, cancel);
	const struct json_tree *told = tree_of(&fixture, fixture.body);
	assert_string_equal(text(&fixture, told, "resource"), "status");
	assert_string_equal(text(&fixture, told, "actie"), "create");
	const char *url = text(&fixture, told, "hoofdObject");
	const struct json_tree *zaak = asked(&fixture, url);
	assert_string_equal(text(&fixture, zaak, "url"), url);
	assert_non_null(strstr(text(&fixture, zaak, "identificatie"), "SIM-7-"));
	assert_string_equal(text(&fixture, zaak, "status"), text(&fixture, told, "resourceUrl"));
	assert_int_equal(strlen(text(&fixture, zaak, "einddatum")), 10);
	const struct json_tree *status = asked(&fixture, text(&fixture, zaak, "status"));
	assert_string_equal(text(&fixture, status, "zaak"), url);
	const struct json_tree *type = asked(&fixture, text(&fixture, status, "statustype"));
	assert_true(json_tree_member(type, "isEindstatus")->yes);
	const struct json_tree *result = asked(&fixture, text(&fixture, zaak, "resultaat"));
	type = asked(&fixture, text(&fixture, result, "resultaattype"));
	assert_string_equal(text(&fixture, type, "omschrijving"), "Ingetrokken");
	type = asked(&fixture, text(&fixture, zaak, "zaaktype"));
	assert_string_equal(text(&fixture, type, "identificatie"), "B1026");
	const struct json_tree *list =
		asked(&fixture, arena_format(&fixture.arena, "%s/zaakeigenschappen", url));
	assert_string_equal(text(&fixture, list->first, "zaak"), url);
	list = asked(&fixture, arena_format(&fixture.arena, "rollen?zaak=%s", url));
	list = json_tree_member(list, "results");
	assert_int_equal(list->count, 1);
	assert_string_equal(text(&fixture, list->first, "zaak"), url);
	list = asked(&fixture, arena_format(&fixture.arena, "statussen?zaak=%s", url));
	list = json_tree_member(list, "results");
	assert_int_equal(list->count, 2);
	assert_string_equal(text(&fixture, list->first, "url"), text(&fixture, zaak, "status"));
	type = asked(&fixture, text(&fixture, list->first->next, "statustype"));
	assert_string_equal(text(&fixture, type, "omschrijving"), "Ontvangen");
	tear_down(&fixture);
}

static void an_amended_zaak_says_something_else(void **state)
{
	(void)state;
	struct fixture fixture;
	struct ledger ledger = ledger_now(STEPS);
	set_up(&fixture, &zgw);
	add(&fixture);
	int64_t amend = first_of(&ledger, LEDGER_AMEND);
	ledger.said = amend - 1;
	assert_false(ledger_case(&ledger, amend).is_amended);
	say(&fixture, amend - 1);
	const char *url = text(&fixture, tree_of(&fixture, fixture.body), "hoofdObject");
	const struct json_tree *before = asked(&fixture, url), *again = asked(&fixture, url);
	const char *words = text(&fixture, before, "toelichting");
	assert_string_equal(text(&fixture, again, "toelichting"), words);
	say(&fixture, 1);
	assert_string_equal(said_zaak(&fixture, amend, "zaak", "partial_update"), url);
	const struct json_tree *after = asked(&fixture, url);
	const char *now = text(&fixture, after, "toelichting");
	assert_int_equal(strncmp(now, words, strlen(words)), 0);
	assert_true(strlen(now) > strlen(words));
	assert_string_equal(
		text(&fixture, after, "identificatie"), text(&fixture, before, "identificatie"));
	assert_string_equal(text(&fixture, after, "einddatum"), "");
	tear_down(&fixture);
}

/* All open zaken and all that ended are in the walks, once. */
static void the_walks_find_every_zaak(void **state)
{
	(void)state;
	struct fixture fixture;
	struct ledger ledger = ledger_now(STEPS);
	size_t referred = 0, cancelled = 0, found[2] = {0};
	set_up(&fixture, &zgw);
	add(&fixture);
	assert_int_equal(json_tree_member(asked(&fixture, "zaken"), "results")->count, 0);
	say(&fixture, STEPS);
	for (int64_t i = 1; i <= STEPS; i++) {
		referred += ledger_step(&ledger, i) == LEDGER_REFERRAL;
		cancelled += ledger_step(&ledger, i) == LEDGER_CANCEL;
	}
	assert_in_range(cancelled, 1, STEPS);
	for (int ended = 0; ended < 2; ended++) {
		const char *filter = ended ? "einddatum__gt=2026-01-01" : "einddatum__isnull=true";
		const struct json_tree *page;
		int number = 1;
		do {
			page = asked(&fixture,
				arena_format(&fixture.arena, "zaken?%s&page=%d", filter, number++));
			found[ended] += json_tree_member(page, "results")->count;
		} while (text(&fixture, page, "next")[0] != '\0');
		assert_int_equal(number, 1 + (STEPS + 99) / 100);
		assert_int_equal(
			ask(&fixture,
				arena_format(&fixture.arena, "zaken?%s&page=%d", filter, number)),
			404);
	}
	assert_int_equal(found[0], referred - cancelled);
	assert_int_equal(found[1], cancelled);
	tear_down(&fixture);
}

/* A walk through all may be why the hub looks at a zaak, once; at CAMBO there is nothing else. */
static void what_the_hub_looks_at_for_its_own_sake(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, &zgw);
	add(&fixture);
	int64_t other = host_say(fixture.system, LEDGER_REFERRAL, 0);
	const char *elsewhere = said_zaak(&fixture, other, "zaak", "create");
	int64_t first = host_say(fixture.system, LEDGER_REFERRAL, 0);
	const char *url = said_zaak(&fixture, first, "zaak", "create");
	asked(&fixture, url);
	assert_true(host_is_seen(fixture.stage.host));
	assert_false(host_is_done(fixture.stage.host));
	host_watch(fixture.system, host_say(fixture.system, LEDGER_AMEND, first));
	assert_false(host_is_seen(fixture.stage.host));
	asked(&fixture, elsewhere);
	assert_int_equal(host_looks(fixture.system), 0);
	assert_false(host_was_listed(fixture.system));
	asked(&fixture, "zaken");
	assert_true(host_was_listed(fixture.system));
	asked(&fixture, url);
	assert_true(host_is_seen(fixture.stage.host));
	assert_int_equal(host_looks(fixture.system), 0);
	asked(&fixture, url);
	assert_int_equal(host_looks(fixture.system), 1);
	assert_true(host_names(fixture.system));
	tear_down(&fixture);
	set_up(&fixture, &cambo);
	add(&fixture);
	host_watch(fixture.system, host_say(fixture.system, LEDGER_REFERRAL, 0));
	assert_int_equal(host_looks(fixture.system), 0);
	asked(&fixture, "koppelpunt/0234AS/aanmelding");
	assert_int_equal(host_looks(fixture.system), 1);
	assert_false(host_names(fixture.system));
	tear_down(&fixture);
}

static void what_is_not_there(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, &zgw);
	add(&fixture);
	say(&fixture, 1);
	const char *url = text(&fixture, tree_of(&fixture, fixture.body), "hoofdObject");
	size_t size = strlen(url);
	assert_int_equal(ask(&fixture, url), 200);
	const char *later = arena_format(&fixture.arena, "%.*s2", (int)size - 1, url);
	assert_int_equal(ask(&fixture, later), 404);
	say(&fixture, 1);
	struct ledger ledger = ledger_now(2);
	assert_int_equal(
		ask(&fixture, later), ledger_step(&ledger, 2) == LEDGER_REFERRAL ? 200 : 404);
	static const char *const paths[] = {"zaken/x", "zaken?page=0", "zaken?page=x",
		"zaken?page=9223372036854775807", "zaken/00000000-0000-8001-8000-000000000001",
		"resultaten", "resultaten/x", "wat", "wat/x",
		"zaken/00000000-0000-8001-8000-000000000001/zaakeigenschappen"};
	for (size_t i = 0; i < UNIT_COUNT(paths); i++)
		assert_int_equal(ask(&fixture, paths[i]), 404);
	const struct json_tree *page = asked(&fixture, "rollen?zaak=x");
	assert_int_equal(json_tree_member(page, "results")->count, 0);
	page = asked(&fixture, "zaken?identificatie=SIM-7-1");
	assert_int_equal(json_tree_member(page, "results")->count, 0);
	tear_down(&fixture);
}

static int64_t number_of(struct fixture *fixture, const struct json_tree *row)
{
	int64_t number = 0;
	const char *digits = text(fixture, row, "wijzigingsvolgnummer");
	assert_true(bytes_to_int64(bytes_of_string(digits), &number));
	return number;
}

static void check_row(struct fixture *fixture, const struct json_tree *row, int64_t number)
{
	struct ledger ledger = ledger_now(number);
	struct ledger_case is = ledger_case(&ledger, number);
	assert_int_equal(is.changed, number);
	assert_int_equal(json_tree_member(row, "ingetrokken")->yes, is.cancelled > 0);
	assert_string_equal(
		text(fixture, row, "opleidingCohort"), is.is_amended ? "2026B" : "2026A");
}

/* The rows of CAMBO's list from a change on. */
static const struct json_tree *rows_from(struct fixture *fixture, int64_t from)
{
	const char *url = arena_format(&fixture->arena,
		"koppelpunt/0234AS/aanmelding?vanafWijziging=%lld", (long long)from);
	return json_tree_member(asked(fixture, url), "items");
}

/* From each answer on, as the connector asks. None is withdrawn that was not there before. */
static void the_list_tells_every_application(void **state)
{
	(void)state;
	struct fixture fixture;
	const struct ledger ledger = ledger_now(STEPS);
	const char *url = "koppelpunt/0234AS/aanmelding?vanafWijziging";
	const int64_t first = SEED * INT64_C(1000000);
	bool is_there[STEPS + 1] = {0}, is_withdrawn[STEPS + 1] = {0};
	set_up(&fixture, &cambo);
	add(&fixture);
	say(&fixture, STEPS);
	assert_false(host_is_done(fixture.stage.host));
	for (int64_t from = 0, last = -1; last != from;) {
		last = from;
		const struct json_tree *row = rows_from(&fixture, from)->first;
		for (; row != NULL; row = row->next) {
			int64_t number = number_of(&fixture, row) - first;
			assert_in_range(number, last > 0 ? last - first : 1, STEPS);
			check_row(&fixture, row, number);
			bool is_end = ledger_step(&ledger, number) == LEDGER_CANCEL;
			int64_t referred = ledger_case(&ledger, number).referred;
			assert_true(!is_end || is_there[referred]);
			*(is_end ? &is_withdrawn[referred] : &is_there[referred]) = true;
			from = number + first;
		}
	}
	for (int64_t i = 1; i <= STEPS; i++) {
		bool is_first = ledger_step(&ledger, i) == LEDGER_REFERRAL;
		assert_int_equal(is_there[i], is_first);
		assert_int_equal(
			is_withdrawn[i], is_first && ledger_case(&ledger, i).cancelled > 0);
	}
	assert_int_equal(
		ask(&fixture,
			arena_format(&fixture.arena, "%s=%lld", url, (long long)first + STEPS + 1)),
		400);
	assert_int_equal(ask(&fixture, "koppelpunt/0234AS/aanmelding?vanafWijziging=x"), 400);
	tear_down(&fixture);
}

/* Case 4 ends before case 1 does: each is told as it stands. */
static void a_script_is_played_in_zaken(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, &zgw);
	add(&fixture);
	assert_int_equal(host_say(fixture.system, LEDGER_REFERRAL, 0), 1);
	const char *first = said_zaak(&fixture, 1, "zaak", "create");
	assert_int_equal(host_say(fixture.system, LEDGER_AMEND, 1), 2);
	assert_string_equal(said_zaak(&fixture, 2, "zaak", "partial_update"), first);
	assert_int_equal(host_say(fixture.system, LEDGER_AGAIN, 1), 3);
	assert_string_equal(said_zaak(&fixture, 3, "zaak", "partial_update"), first);
	assert_int_equal(host_say(fixture.system, LEDGER_REFERRAL, 0), 4);
	assert_int_equal(host_say(fixture.system, LEDGER_CANCEL, 4), 5);
	const char *second = said_zaak(&fixture, 4, "status", "create");
	assert_string_not_equal(first, second);
	assert_string_equal(text(&fixture, asked(&fixture, first), "einddatum"), "");
	assert_int_equal(
		strlen(text(&fixture, asked(&fixture, second), "einddatum")), strlen("2026-01-01"));
	assert_int_equal(host_say(fixture.system, LEDGER_CANCEL, 1), 6);
	assert_string_equal(said_zaak(&fixture, 6, "status", "create"), first);
	const char *list = arena_format(&fixture.arena, "statussen?zaak=%s", first);
	assert_int_equal(json_tree_member(asked(&fixture, list), "results")->count, 2);
	tear_down(&fixture);
}

/* The rows behind the number, by the last step of each application. */
static void a_script_is_played_in_a_list(void **state)
{
	(void)state;
	static const struct {
		enum ledger_step step;
		int64_t of;
		int64_t from, rows, last; /* as the hub asks behind that step */
		bool is_withdrawn;
	} lines[] = {{LEDGER_REFERRAL, 0, 0, 1, 1, false}, {LEDGER_AMEND, 1, 1, 1, 2, false},
		{LEDGER_AGAIN, 1, 2, 1, 2, false}, {LEDGER_REFERRAL, 0, 2, 2, 4, false},
		{LEDGER_CANCEL, 1, 4, 2, 5, true}};
	const int64_t first = SEED * INT64_C(1000000);
	struct fixture fixture;
	set_up(&fixture, &cambo);
	add(&fixture);
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		assert_int_equal(host_say(fixture.system, lines[i].step, lines[i].of), i + 1);
		const struct json_tree *items = rows_from(&fixture, first + lines[i].from);
		const struct json_tree *row = items->first;
		assert_int_equal(items->count, lines[i].rows);
		while (row->next != NULL)
			row = row->next;
		assert_int_equal(number_of(&fixture, row), first + lines[i].last);
		assert_int_equal(json_tree_member(row, "ingetrokken")->yes, lines[i].is_withdrawn);
	}
	tear_down(&fixture);
}

enum { LOOK_MS = 5, MOST_MS = 20000 };

/* The hub's side: nobody is there until somebody has been told so, then it has to be told again. */
struct hub_side {
	struct fixture *fixture;
	struct server_options options;
	struct server *server;
	struct loop_timer timer;
	int64_t until; /* as loop_now counts */
	size_t told;
	struct bytes first, second;
};

static void take_notice(void *context, struct request *request)
{
	struct hub_side *side = context;
	struct bytes body = arena_copy(&side->fixture->arena, request_body(request));
	side->told++;
	*(side->told == 1 ? &side->first : &side->second) = body;
	if (side->told == 1)
		request_refuse(request, PROBLEM_JSON_UNAVAILABLE, "not now");
	else
		request_answer(request, 202, NULL, (struct bytes){0});
}

static const char *const notice_types[] = {"application/json", NULL};
static const struct server_route side_routes[] = {
	{.method = "POST", .path = "/v1/in/{}/{}", .takes = notice_types, .whole = take_notice},
	{0}};

/* One step is enough; the hub's side is there once nobody has answered. */
static void watch(void *context)
{
	struct hub_side *side = context;
	struct stage *stage = &side->fixture->stage;
	const struct stage_counts *counts = &side->fixture->role.counts;
	struct err err = {0};
	stage->is_over = counts->sent > 0;
	if (counts->away > 0 && side->server == NULL)
		assert_int_equal(server_new(&side->server, stage->loop, &side->options, &err), OK);
	bool is_done = counts->taken > 0 && stage->waiting == 0;
	if (is_done || loop_now(stage->loop) >= side->until)
		loop_stop(stage->loop);
	else
		loop_set(stage->loop, &side->timer, loop_now(stage->loop) + LOOK_MS);
}

static void run_notifier(struct fixture *fixture, struct hub_side *side)
{
	struct stage *stage = &fixture->stage;
	const struct party_options options = {
		.loop = stage->loop, .conf = &fixture->conf, .connections = 1};
	struct err err = {0};
	fixture->conf.http.host = side->options.host;
	fixture->conf.http.port = side->options.port;
	assert_int_equal(party_new(&stage->party, &options, &err), OK);
	struct notifier *notifier =
		notifier_new(&fixture->role, fixture->system, "/v1/in/" EDGE_CONF_CITY "/asked");
	notifier_begin(notifier, 1000);
	side->until = loop_now(stage->loop) + MOST_MS;
	side->timer = (struct loop_timer){.fn = watch, .context = side};
	loop_set(stage->loop, &side->timer, side->until - MOST_MS + LOOK_MS);
	loop_run(stage->loop);
	party_free(stage->party);
	notifier_free(notifier);
	server_free(side->server);
}

static void what_is_not_answered_is_told_again(void **state)
{
	(void)state;
	struct fixture fixture;
	struct hub_side side = {.fixture = &fixture,
		.options = {.host = "127.0.0.1",
			.routes = side_routes,
			.connections = 4,
			.body_bytes = 65536,
			.header_bytes = 32768,
			.request_ms = 5000,
			.idle_ms = 5000,
			.retry_after_s = 1}};
	side.options.context = &side;
	set_up(&fixture, &zgw);
	add(&fixture);
	side.options.port = free_port();
	run_notifier(&fixture, &side);
	const struct stage_counts *counts = &fixture.role.counts;
	assert_int_equal(counts->sent, 1);
	assert_int_equal(counts->taken, 1);
	assert_in_range(counts->away, 2, MOST_MS); /* nobody was there, and 503 */
	assert_int_equal(counts->refused, 0);
	assert_int_equal(fixture.stage.waiting, 0);
	assert_int_equal(side.told, 2);
	assert_true(bytes_equal(side.first, side.second));
	const char *zaak = text(&fixture, tree_of(&fixture, side.second), "hoofdObject");
	assert_string_equal(said_zaak(&fixture, 1, "zaak", "create"), zaak);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zaak_and_what_it_names),
		cmocka_unit_test(an_amended_zaak_says_something_else),
		cmocka_unit_test(the_walks_find_every_zaak),
		cmocka_unit_test(what_the_hub_looks_at_for_its_own_sake),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(the_list_tells_every_application),
		cmocka_unit_test(a_script_is_played_in_zaken),
		cmocka_unit_test(a_script_is_played_in_a_list),
		cmocka_unit_test(what_is_not_answered_is_told_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
