/* test_host - played systems, as the hub's own client asks them. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/cli/host/host.h"
#include "hub/cli/host/ledger.h"
#include "hub/connector/connector.h"
#include "hub/http/client/endpoint.h"
#include "schemas/json_tree.h"
#include "tests/support/edge_conf.h"
#include "tests/support/folder.h"

enum { SEED = 7, STEPS = 300, DEPTH = 8 };
#define CAMBO_TYPE "application/vnd.topicus.cambo+json"

static const struct setting_pair values[] = {
	{"zaaktype", "B1026"}, {"brin", "99XX"}, {"koppelpunt", "0234AS"}, {0}};
static const struct conf_simulation plan = {.values = values};
static const struct connector zgw = {.name = "zgw"}, cambo = {.name = "cambo"},
			      other = {.name = "csv"};

struct fixture {
	struct folder folder;
	struct arena arena;
	struct conf conf;
	struct endpoint_settings settings;
	struct stage stage;
	struct stage_role role;
	struct conf_source source;
	struct host_system *system;
	struct endpoint *endpoint;
	int32_t port;
	int32_t status;
	struct bytes body; /* of the last answer, in the arena */
};

static int32_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void set_up(struct fixture *fixture, const struct connector *connector)
{
	struct err err = {0};
	*fixture = (struct fixture){.conf = *edge_conf(), .port = free_port()};
	struct stage *stage = &fixture->stage;
	bool is_zgw = connector == &zgw;
	folder_make(&fixture->folder);
	folder_write(&fixture->folder, "secret", "s3cret & more\n");
	fixture->settings = (struct endpoint_settings){.name = "one",
		.url = arena_format(&fixture->arena, "http://127.0.0.1:%d/" EDGE_CONF_CITY "/%s/v1",
			fixture->port, is_zgw ? "zaken/api" : "cambo/rest"),
		.also = NULL,
		.allow_private = true,
		.concurrency = 2,
		.timeout_ms = 5000,
		.answer_kb = 10000,
		.auth = is_zgw ? ENDPOINT_JWT : ENDPOINT_OAUTH2,
		.client_id = "hub",
		.secret_file = arena_format(
			&fixture->arena, "%s", folder_path(&fixture->folder, "secret")),
		.token_url = is_zgw
			? NULL
			: arena_format(&fixture->arena,
				  "http://127.0.0.1:%d/" EDGE_CONF_CITY "/login/oauth2/token",
				  fixture->port)};
	fixture->conf.endpoints = &fixture->settings;
	fixture->conf.endpoints_count = 1;
	stage->conf = &fixture->conf;
	stage->folder = "config/simulate";
	stage->seed = SEED;
	fixture->role = (struct stage_role){
		.stage = stage, .partner = &fixture->conf.partners[0], .plan = &plan};
	fixture->source = (struct conf_source){
		.name = "asked", .oin = EDGE_CONF_CITY, .connector = connector, .endpoint = "one"};
	assert_int_equal(loop_new(&stage->loop, &err), OK);
	if (host_new(&stage->host, stage->loop, arena_format(&fixture->arena, "%d", fixture->port),
		    &err) != OK)
		fail_msg("%s", err.text);
}

static void add(struct fixture *fixture)
{
	struct err err = {0};
	if (host_add(fixture->stage.host, &fixture->role, &fixture->source, &fixture->system,
		    &err) != OK)
		fail_msg("%s", err.text);
}

/* So many steps, at once. */
static void say(struct fixture *fixture, int64_t steps)
{
	struct buffer out = {0};
	struct err err = {0};
	host_begin(fixture->system, 1000);
	while (steps-- > 0) {
		buffer_clear(&out);
		int64_t number = host_step(fixture->system);
		assert_int_equal(host_notify(fixture->system, number, &out, &err), OK);
	}
	fixture->body = arena_copy(&fixture->arena, buffer_bytes(&out));
	buffer_done(&out);
}

static void tear_down(struct fixture *fixture)
{
	endpoint_free(fixture->endpoint);
	host_free(fixture->stage.host);
	loop_free(fixture->stage.loop);
	arena_done(&fixture->stage.arena);
	arena_done(&fixture->arena);
	folder_remove(&fixture->folder);
}

static void keep(void *context, const struct client_answer *answer)
{
	struct fixture *fixture = context;
	fixture->status = answer->outcome == OK ? answer->status : 0;
	fixture->body = arena_copy(&fixture->arena, answer->body);
	loop_stop(fixture->stage.loop);
}

/* As the hub would; with settings of its own. */
static int32_t ask_as(
	struct fixture *fixture, const struct endpoint_settings *settings, const char *url)
{
	static const struct client_header accept = {
		"Accept", {(const uint8_t *)CAMBO_TYPE, sizeof(CAMBO_TYPE) - 1}};
	struct err err = {0};
	struct endpoint_call *call = NULL;
	const struct endpoint_request request = {.method = "GET",
		.url = bytes_of_string(url),
		.headers = &accept,
		.headers_count = fixture->source.connector == &cambo ? 1 : 0,
		.done = keep,
		.context = fixture};
	endpoint_free(fixture->endpoint);
	fixture->endpoint = NULL;
	if (endpoint_check(settings, &err) != OK ||
		endpoint_new(&fixture->endpoint, fixture->stage.loop, settings, &err) != OK ||
		endpoint_send(fixture->endpoint, &request, &call, &err) != OK)
		fail_msg("%s", err.text);
	loop_run(fixture->stage.loop);
	return fixture->status;
}

static int32_t ask(struct fixture *fixture, const char *url)
{
	return ask_as(fixture, &fixture->settings, url);
}

static const struct json_tree *tree_of(struct fixture *fixture, struct bytes json)
{
	struct problems *problems = arena_get(&fixture->arena, sizeof(*problems));
	problems_init(problems, &fixture->arena);
	const struct json_tree *tree = json_tree_parse(json, DEPTH, problems);
	assert_non_null(tree);
	return tree;
}

static const struct json_tree *asked(struct fixture *fixture, const char *url)
{
	assert_int_equal(ask(fixture, url), 200);
	return tree_of(fixture, fixture->body);
}

static const char *text(struct fixture *fixture, const struct json_tree *in, const char *name)
{
	const struct json_tree *found = json_tree_member(in, name);
	if (found == NULL || found->kind == JSON_TREE_NULL)
		return "";
	return arena_string(&fixture->arena, found->text);
}

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

static void where_it_listens(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"", ":", ":9100", "0", "65536", "host", "127.0.0.1:", "127.0.0.1:x", "1:2:-3"};
	struct loop *loop = NULL;
	struct host *host = NULL, *second = NULL;
	struct err err = {0};
	char address[40];
	assert_int_equal(loop_new(&loop, &err), OK);
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		assert_int_equal(host_new(&host, loop, wrong[i], &err), REJECT);
	snprintf(address, sizeof(address), "127.0.0.1:%d", free_port());
	assert_int_equal(host_new(&host, loop, address, &err), OK);
	assert_int_equal(host_new(&second, loop, address, &err), RETRY);
	host_free(host);
	loop_free(loop);
}

static void whose_systems_it_plays(void **state)
{
	(void)state;
	struct fixture fixture;
	struct err err = {0};
	set_up(&fixture, &other);
	add(&fixture);
	assert_null(fixture.system);
	assert_string_equal(fixture.role.why, "");
	fixture.source.connector = &zgw;
	fixture.settings.url = "https://zaken.example/zaken/api/v1";
	add(&fixture);
	assert_null(fixture.system);
	assert_non_null(strstr(fixture.role.why, "leads elsewhere"));
	assert_int_equal(host_systems(fixture.stage.host), 0);
	fixture.settings.url = "http://127.0.0.1:1/" EDGE_CONF_CITY "/zaken/api/v1";
	fixture.role.plan = &(const struct conf_simulation){0};
	assert_int_equal(
		host_add(fixture.stage.host, &fixture.role, &fixture.source, &fixture.system, &err),
		REJECT);
	assert_non_null(strstr(err.text, "zaaktype"));
	fixture.role.plan = &plan;
	fixture.stage.folder = fixture.folder.path;
	assert_int_equal(
		host_add(fixture.stage.host, &fixture.role, &fixture.source, &fixture.system, &err),
		REJECT);
	assert_non_null(strstr(err.text, "is missing"));
	fixture.stage.folder = "config/simulate";
	add(&fixture);
	assert_non_null(fixture.system);
	assert_int_equal(host_systems(fixture.stage.host), 1);
	tear_down(&fixture);
}

static void who_shows_the_wrong_thing_is_refused(void **state)
{
	(void)state;
	static const struct {
		const struct connector *connector;
		const char *url, *whole;
		int32_t refused;
	} rows[] = {{&zgw, "zaken", "zaken/api/v1/zaken", 403},
		{&cambo, "koppelpunt/0234AS/aanmelding",
			"cambo/rest/v1/koppelpunt/0234AS/aanmelding", 401}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct fixture fixture;
		set_up(&fixture, rows[i].connector);
		add(&fixture);
		struct endpoint_settings wrong = fixture.settings;
		assert_int_equal(ask(&fixture, rows[i].url), 200);
		assert_int_equal(fixture.role.counts.asked, 1);
		const char *elsewhere =
			arena_format(&fixture.arena, "http://127.0.0.1:%d/" EDGE_CONF_CITY "/%s",
				fixture.port, rows[1 - i].whole);
		struct endpoint_settings also = fixture.settings;
		also.also = (const char *const[]){elsewhere, NULL};
		assert_int_equal(ask_as(&fixture, &also, elsewhere), 404);
		assert_int_equal(fixture.role.counts.asked, 1);
		folder_write(&fixture.folder, "wrong", "another\n");
		wrong.secret_file = folder_path(&fixture.folder, "wrong");
		/* Without a token to come with, nothing is asked. */
		assert_int_equal(
			ask_as(&fixture, &wrong, rows[i].url), rows[i].connector == &zgw ? 403 : 0);
		wrong = fixture.settings;
		wrong.auth = ENDPOINT_BEARER;
		wrong.client_id = wrong.token_url = NULL;
		assert_int_equal(ask_as(&fixture, &wrong, rows[i].url), rows[i].refused);
		wrong.auth = ENDPOINT_NONE;
		wrong.secret_file = NULL;
		assert_int_equal(ask_as(&fixture, &wrong, rows[i].url), rows[i].refused);
		assert_int_equal(fixture.role.counts.asked, 1);
		/* Of CAMBO's only that no token was given: one of an earlier run is no fault. */
		assert_int_equal(fixture.role.counts.unproven, rows[i].connector == &zgw ? 3 : 1);
		tear_down(&fixture);
	}
}

static void every_way_that_an_endpoint_has(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, &cambo);
	const char *url = "koppelpunt/0234AS/aanmelding";
	fixture.settings.token_auth = ENDPOINT_TOKEN_BASIC;
	fixture.settings.scope = "cambo read";
	add(&fixture);
	assert_int_equal(ask(&fixture, url), 200);
	fixture.settings.token_url = fixture.settings.client_id = fixture.settings.scope = NULL;
	fixture.settings.token_auth = ENDPOINT_TOKEN_FORM;
	fixture.settings.auth = ENDPOINT_BEARER;
	assert_int_equal(ask(&fixture, url), 200);
	fixture.settings.auth = ENDPOINT_HEADER;
	fixture.settings.header = "X-Key";
	assert_int_equal(ask(&fixture, url), 200);
	fixture.settings.auth = ENDPOINT_NONE;
	fixture.settings.secret_file = fixture.settings.header = NULL;
	assert_int_equal(ask(&fixture, url), 200);
	tear_down(&fixture);
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
	const struct json_tree *told = tree_of(&fixture, fixture.body);
	assert_string_equal(text(&fixture, told, "hoofdObject"), url);
	assert_string_equal(text(&fixture, told, "resource"), "zaak");
	assert_string_equal(text(&fixture, told, "actie"), "partial_update");
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
		const struct json_tree *page = asked(
			&fixture, arena_format(&fixture.arena, "%s=%lld", url, (long long)from));
		const struct json_tree *row = json_tree_member(page, "items")->first;
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
	struct fixture fixture;
	set_up(&fixture, &cambo);
	add(&fixture);
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		assert_int_equal(host_say(fixture.system, lines[i].step, lines[i].of), i + 1);
		const struct json_tree *items = json_tree_member(
			asked(&fixture,
				arena_format(&fixture.arena,
					"koppelpunt/0234AS/aanmelding?vanafWijziging=%lld",
					(long long)(SEED * INT64_C(1000000) + lines[i].from))),
			"items");
		const struct json_tree *row = items->first;
		assert_int_equal(items->count, lines[i].rows);
		while (row->next != NULL)
			row = row->next;
		assert_int_equal(number_of(&fixture, row), SEED * INT64_C(1000000) + lines[i].last);
		assert_int_equal(json_tree_member(row, "ingetrokken")->yes, lines[i].is_withdrawn);
	}
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_listens),
		cmocka_unit_test(whose_systems_it_plays),
		cmocka_unit_test(who_shows_the_wrong_thing_is_refused),
		cmocka_unit_test(every_way_that_an_endpoint_has),
		cmocka_unit_test(a_zaak_and_what_it_names),
		cmocka_unit_test(an_amended_zaak_says_something_else),
		cmocka_unit_test(the_walks_find_every_zaak),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(the_list_tells_every_application),
		cmocka_unit_test(a_script_is_played_in_zaken),
		cmocka_unit_test(a_script_is_played_in_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
