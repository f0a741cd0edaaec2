/* test_host - where played systems are, and whom they answer. */
#include "tests/unit/hosts.h"

#include <sys/stat.h>

#include "hub/cli/host/inside.h"

static const struct connector other = {.name = "csv"};

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
	const char *here = arena_format(
		&fixture.arena, "http://127.0.0.1:%d/" EDGE_CONF_CITY "/", fixture.port);
	assert_non_null(strstr(fixture.role.why, here));
	assert_null(strstr(fixture.role.why, "HOST"));
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

/* What is said of a source without an endpoint, by who listens there. */
static void where_a_system_is_to_be_asked(void **state)
{
	(void)state;
	static const struct {
		const char *at, *url;
		bool is_any;
	} rows[] = {{"127.0.0.1", "127.0.0.1", false}, {"0.0.0.0", "HOST", true},
		{"[::1]", "[::1]", false}, {"[::]", "HOST", true}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct fixture fixture;
		struct err err = {0};
		set_up(&fixture, &zgw);
		host_free(fixture.stage.host);
		fixture.stage.host = NULL;
		fixture.source.endpoint = NULL;
		const char *address =
			arena_format(&fixture.arena, "%s:%d", rows[i].at, fixture.port);
		bool is_there =
			host_new(&fixture.stage.host, fixture.stage.loop, address, &err) == OK;
		/* A machine may be without IPv6. */
		assert_true(is_there || rows[i].at[0] == '[');
		if (is_there) {
			add(&fixture);
			assert_null(fixture.system);
			assert_non_null(strstr(fixture.role.why, "source asked has no endpoint"));
			assert_non_null(strstr(fixture.role.why,
				arena_format(&fixture.arena, "http://%s:%d/" EDGE_CONF_CITY "/…",
					rows[i].url, fixture.port)));
			assert_int_equal(strstr(fixture.role.why, "can reach as HOST") != NULL,
				rows[i].is_any);
		}
		tear_down(&fixture);
	}
}

/* What is before the OIN is a proxy's. */
static void a_proxy_may_be_between(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, &zgw);
	fixture.settings.url = "http://proxy.example/played/" EDGE_CONF_CITY "/zaken/api/v1";
	add(&fixture);
	assert_non_null(fixture.system);
	assert_string_equal(fixture.system->base, "http://proxy.example/played/" EDGE_CONF_CITY);
	tear_down(&fixture);
}

/* Into the fixture's folder: those that there are, and the one with {{url}} behind it. */
static void copy_templates(
	struct fixture *fixture, const struct host_kind *kind, const char *document)
{
	struct arena *arena = &fixture->arena;
	struct err err = {0};
	assert_int_equal(mkdir(folder_path(&fixture->folder, kind->connector), 0700), 0);
	for (const char *const *name = kind->documents; *name != NULL; name++) {
		const struct template_name whole = {"config/simulate", kind->connector, *name};
		bool is_it = strcmp(*name, document) == 0;
		struct template found;
		assert_int_equal(template_load(&whole, arena, &found, &err), OK);
		folder_write(&fixture->folder,
			arena_format(arena, "%s/%s.json", kind->connector, *name),
			arena_format(arena, "%s%s", arena_string(arena, found.text),
				is_it ? "{{url}}" : ""));
	}
}

/* One document with {{url}} in it, the others as they are. */
static void what_has_no_url_of_its_own_is_refused_at_once(void **state)
{
	(void)state;
	static const struct {
		const struct connector *connector;
		const char *document;
		bool has_url;
	} rows[] = {{&cambo, "notification", false}, {&cambo, "aanmelding", false},
		{&zgw, "notification", false}, {&zgw, "zaakeigenschappen", false},
		{&zgw, "zaak", true}, {&zgw, "resultaat", true}, {&zgw, "resultaattype", true}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct fixture fixture;
		struct err err = {0};
		set_up(&fixture, rows[i].connector);
		copy_templates(&fixture, rows[i].connector == &zgw ? &host_zgw : &host_cambo,
			rows[i].document);
		fixture.stage.folder = fixture.folder.path;
		enum outcome outcome = host_add(
			fixture.stage.host, &fixture.role, &fixture.source, &fixture.system, &err);
		assert_int_equal(outcome, rows[i].has_url ? OK : REJECT);
		assert_true(rows[i].has_url || strstr(err.text, "called url") != NULL);
		tear_down(&fixture);
	}
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
		/* Of CAMBO's that no token was given, or shown: one of an earlier run is no fault.
		 */
		assert_int_equal(fixture.role.counts.unproven, rows[i].connector == &zgw ? 3 : 2);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_listens),
		cmocka_unit_test(whose_systems_it_plays),
		cmocka_unit_test(where_a_system_is_to_be_asked),
		cmocka_unit_test(a_proxy_may_be_between),
		cmocka_unit_test(what_has_no_url_of_its_own_is_refused_at_once),
		cmocka_unit_test(who_shows_the_wrong_thing_is_refused),
		cmocka_unit_test(every_way_that_an_endpoint_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
