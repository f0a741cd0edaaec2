/* test_conf_example - the shipped configurations are whole, and the small things that hang on the
 * content. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/connectors.h"
#include "hub/base/clock.h"
#include "hub/handover/rule/route.h"
#include "tests/support/small_conf.h"

static struct conf *load(const char *path)
{
	struct conf *conf = NULL;
	struct conf_problems problems = {0};
	if (conf_load(path, connectors, &conf, &problems) == OK &&
		conf_check(conf, NULL, 0, &problems) != OK) {
		conf_free(conf);
		conf = NULL;
	}
	conf_problems_print(&problems, stderr);
	assert_int_equal(problems.count, 0);
	conf_problems_done(&problems);
	return conf;
}

static void every_shipped_file_is_accepted_without_a_word(void **state)
{
	(void)state;
	static const char *const paths[] = {"config/lokethub.conf", "config/demo.conf",
		"config/production/router-1.conf", "config/production/edge-1.conf",
		"config/production/test-lane.conf"};
	char version[13] = "";
	for (size_t i = 0; i < UNIT_COUNT(paths); i++) {
		struct conf *conf = load(paths[i]);
		assert_non_null(conf);
		assert_int_equal(conf->rules.regions_count, 35);
		if (i == 0)
			memcpy(version, conf->rules.version, sizeof(version));
		assert_string_equal(conf->rules.version, version);
		conf_free(conf);
	}
}

static void it_has_every_kind_of_desk_and_every_kind_has_a_row(void **state)
{
	(void)state;
	struct conf *conf = load("config/lokethub.conf");
	const struct code *kind = NULL;
	size_t at = 0;
	while ((kind = codes_next(conf->codes, "desk_kind", &at)) != NULL) {
		const struct rules_desk *found = NULL;
		for (size_t i = 0; i < conf->rules.desks_count; i++) {
			if (strcmp(conf->rules.desks[i].kind, kind->code) == 0)
				found = &conf->rules.desks[i];
		}
		if (found == NULL || found->fields_accepted == NULL)
			fail_msg("%s", kind->code);
	}
	conf_free(conf);
}

/* A few decisions that people can check by reading the example. */
static void questions_find_their_desks(void **state)
{
	(void)state;
	static const struct {
		const char *question, *region, *municipality, *programme, *voucher, *desk;
		bool service;
	} rows[] = {
		{"LEERBAAN", "AM22", NULL, NULL, NULL, "leerwerkloket-rijnmond", false},
		{"LEERBAAN", "AM11", NULL, NULL, NULL, "werkcentrum-flevoland", false},
		{"LEERBAAN", "AM12", NULL, NULL, NULL, "werkcentrum-gooi-en-vechtstreek", false},
		{"LEERBAAN", NULL, "GM0501", NULL, NULL, "leerwerkloket-rijnmond", false},
		{"WERK", "AM05", NULL, NULL, NULL, "wsp-twente", false},
		{"ANDERS", "AM05", NULL, NULL, NULL, "werkcentrum-twente", false},
		{"BASISVOORWAARDEN", "AM01", NULL, NULL, NULL, "gemeente-groningen", false},
		{"SCHOLINGSVOUCHER", "AM05", NULL, NULL, "TWENTS_FONDS", "twents-fonds", true},
		{"SCHOLINGSVOUCHER", "AM22", NULL, NULL, "STOOF", "stoof", true},
		{"SCHOLINGSVOUCHER", "AM22", NULL, NULL, "STOOF", "leerwerkloket-rijnmond", false},
		{"LEERBEDRIJF", "AM22", NULL, NULL, NULL, "sbb", true},
		{"LEERBEDRIJF", "AM22", NULL, NULL, NULL, "wsp-rijnmond", false},
		{"WERK", "AM22", NULL, "LEERWERKLOKET_PLUS_RIJNMOND", NULL, "wsp-rijnmond", false},
	};
	struct conf *conf = load("config/lokethub.conf");
	int32_t day = 0;
	assert_true(clock_date_from_text(bytes_of_string("2026-03-02"), &day));
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct voucher voucher = {.kind = bytes_of_string(rows[i].voucher)};
		struct referral referral = {
			.kind = rows[i].service ? REFERRAL_KIND_SERVICE : REFERRAL_KIND_TRANSFER,
			.question = bytes_of_string(rows[i].question),
			.region = bytes_of_string(rows[i].region),
			.municipality = bytes_of_string(rows[i].municipality),
			.programme = bytes_of_string(rows[i].programme),
			.voucher = rows[i].voucher != NULL ? &voucher : NULL,
		};
		struct route_question question = {.referral = &referral, .day = day};
		struct route_answer answer = {0};
		struct err err = {0};
		assert_int_equal(route_find(&conf->rules, &question, &answer, &err), OK);
		if (strcmp(answer.desk->id, rows[i].desk) != 0)
			fail_msg("%s in row %zu: %s by %s", rows[i].question, i, answer.desk->id,
				answer.rule);
	}
	conf_free(conf);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	char *text = NULL;
	size_t size = 0;
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* The shipped file says every setting with its default, since the manual is in it word by word. */
static void the_shipped_file_is_the_manual(void **state)
{
	(void)state;
	char *manual = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&manual, &size);
	conf_manual(out);
	fclose(out);
	char *shipped = read_file("config/lokethub.conf");
	if (strstr(shipped, manual) == NULL)
		fail_msg("config/lokethub.conf is not what `lokethub settings` prints");
	free(shipped);
	free(manual);
}

static void the_defaults_are_what_the_manual_says(void **state)
{
	(void)state;
	struct folder folder;
	struct conf_problems problems = {0};
	folder_make(&folder);
	struct conf *small = small_conf_load(&(struct small_conf){0}, &folder, &problems);
	struct conf *full = load("config/lokethub.conf");
	assert_memory_equal(&small->router, &full->router, sizeof(full->router));
	assert_int_equal(small->kafka.partitions, 12);
	assert_string_equal(small->kafka.topic_prefix, "lokethub.");
	assert_string_equal(full->kafka.bootstrap, small->kafka.bootstrap);
	assert_int_equal(small->roles, CONF_ROUTER | CONF_EDGE);
	assert_int_equal(small->log_level, LOG_INFO);
	assert_null(small->clock_offset_file);
	assert_null(full->clock_offset_file);
	assert_string_equal(small->view.path, "/var/lib/lokethub/view.db");
	assert_string_equal(small->seal.current_master_key, "first");
	assert_string_equal(full->codes_file, "config/codes.csv");
	assert_string_equal(full->seal.id_key_file, "config/secrets/id.key");
	assert_memory_equal(&small->rules.clocks, &full->rules.clocks, sizeof(full->rules.clocks));
	conf_free(small);
	conf_free(full);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

static void version_of(const struct small_conf *small, char out[13])
{
	struct folder folder;
	struct conf_problems problems = {0};
	folder_make(&folder);
	struct conf *conf = small_conf_load(small, &folder, &problems);
	assert_non_null(conf);
	assert_int_equal(strlen(conf->rules.version), 12);
	memcpy(out, conf->rules.version, 13);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

#define DESK_1                                                                                     \
	"{ id = \"wsp\"; name = \"W\"; partner = \"00000099000000002000\"; kind = \"WSP\"; "       \
	"region = \"AM22\"; }"
#define DESK_2                                                                                     \
	"{ id = \"entry\"; name = \"E\"; partner = \"00000099000000001000\"; "                     \
	"kind = \"WERKCENTRUM\"; region = \"AM22\"; }"
#define ROUTE_1 "{ name = \"work\"; questions = [ \"WERK\" ]; to_kind = \"WSP\"; }"

/* The version names what a decision rests on. */
static void the_version_follows_the_content_alone(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		struct small_conf conf;
		bool same;
	} rows[] = {
		{"nothing", {0}, true},
		{"a setting of the machine", {.main = "node = \"n2\"; http = { port = 1; };\n"},
			true},
		{"comments and space",
			{.routes = "# one\n\n\nroutes   = (\n/* two */ " ROUTE_1 "  );\n"}, true},
		{"the order of desks", {.desks = "desks = ( " DESK_2 ", " DESK_1 " );\n"}, true},
		{"a default said aloud",
			{.clocks = "clocks = { T2 = { urgent = [ \"1wd\" ]; }; };\n"}, true},
		{"the order of routes",
			{.routes = "routes = ( { name = \"b\"; to_kind = \"WSP\"; }, " ROUTE_1
				   " );\n"},
			false},
		{"a clock", {.clocks = "clocks = { T2 = { urgent = [ \"2wd\" ]; }; };\n"}, false},
		{"the unit of a clock",
			{.clocks = "clocks = { T2 = { urgent = [ \"1d\" ]; }; };\n"}, false},
		{"an override",
			{.clocks = "overrides = ( { clock = \"T2\"; duration = \"5wd\"; } );\n"},
			false},
		{"a name",
			{.desks = "desks = ( " DESK_2 ", { id = \"wsp\"; name = \"V\"; partner = "
				  "\"00000099000000002000\"; kind = \"WSP\"; region = \"AM22\"; } "
				  ");\n"},
			false},
		{"a municipality",
			{.municipalities = "gm_code,gemeente,am_code,valid_from,valid_to\n"
					   "GM0599,Rotterdam,AM22,2000-01-01,\n"},
			false},
		{"a programme",
			{.programmes = "programmes = ( { code = \"OLD\"; to = "
				       "\"2026-01-02\"; } );\n"},
			false},
		{"a default region", {.main = "node = \"n1\"; default_region = \"AM22\";\n"},
			false},
		{"a label",
			{.codes = "list,code,label_nl,from\nquestion,WERK,Werken,x\nquestion,TAAL,"
				  "Taal,x"
				  "\ndesk_kind,WSP,W,x\ndesk_kind,WERKCENTRUM,C,x\nprogramme,OLD,O,"
				  "x\nprogramme,NEW,N,x\n"},
			false},
	};
	char plain[13], version[13];
	version_of(&(struct small_conf){0}, plain);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		version_of(&rows[i].conf, version);
		if ((strcmp(version, plain) == 0) != rows[i].same)
			fail_msg("%s: %s and %s", rows[i].text, plain, version);
	}
}

/* CPU seconds to load and check so many desks, each the successor of the one before. */
static double seconds_for(int count)
{
	struct folder folder;
	struct conf_problems problems = {0};
	struct buffer desks = {0};
	buffer_add_string(&desks, "desks = (\n" DESK_1 ",\n" DESK_2);
	for (int i = 0; i < count; i++)
		buffer_add_format(&desks,
			",\n{ id = \"desk-%d\"; name = \"Desk %d\"; partner = "
			"\"00000099000000002000\"; kind = \"WSP\"; region = \"AM22\"; successor = "
			"\"desk-%d\"; questions = [ \"WERK\", \"TAAL\" ]; }",
			i, i, i + 1);
	buffer_add_format(&desks,
		",\n{ id = \"desk-%d\"; name = \"Last\"; partner = \"00000099000000002000\"; "
		"kind = \"WSP\"; }\n);\n",
		count);
	const struct small_conf small = {.desks = buffer_string(&desks)};
	folder_make(&folder);
	double start = clock_cpu_seconds();
	struct conf *conf = small_conf_load(&small, &folder, &problems);
	double seconds = clock_cpu_seconds() - start;
	assert_non_null(conf);
	assert_int_equal(conf->rules.desks_count, count + 3);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
	buffer_done(&desks);
	return seconds;
}

/* Ten times as many desks must not take a hundred times as long. */
static void many_desks_load_fast(void **state)
{
	(void)state;
	double few = seconds_for(1000), many = seconds_for(10000);
	print_message("1,000 desks: %.3f s, 10,000: %.3f s\n", few, many);
	assert_true(many < 30 * (few + 0.01));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_file_is_accepted_without_a_word),
		cmocka_unit_test(it_has_every_kind_of_desk_and_every_kind_has_a_row),
		cmocka_unit_test(questions_find_their_desks),
		cmocka_unit_test(the_shipped_file_is_the_manual),
		cmocka_unit_test(the_defaults_are_what_the_manual_says),
		cmocka_unit_test(the_version_follows_the_content_alone),
		cmocka_unit_test(many_desks_load_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
