/* test_conf_secrets - keys and tokens: made, read, found, and refused without being told. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/small_conf.h"

#define PARTNERS                                                                                   \
	"partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; home_desk = \"entry\"; "  \
	"tokens = [ \"tokens/one\", \"tokens/one.new\" ]; coordinator_tokens = [ "                 \
	"\"tokens/coordinator\" ]; },\n{ oin = \"00000099000000002000\"; name = \"Two\"; "         \
	"home_desk = \"wsp\"; tokens = [ \"tokens/two\" ]; requests_per_second = 5; }\n);\n"

struct fixture {
	struct folder folder;
	struct conf *conf;
	struct conf_problems problems;
};

static void set_up(struct fixture *fixture, const char *main_text)
{
	const struct small_conf small = {.main = main_text, .partners = PARTNERS};
	*fixture = (struct fixture){0};
	folder_make(&fixture->folder);
	fixture->conf = small_conf_load(&small, &fixture->folder, &fixture->problems);
	assert_non_null(fixture->conf);
}

static void tear_down(struct fixture *fixture)
{
	conf_free(fixture->conf);
	conf_problems_done(&fixture->problems);
	folder_remove(&fixture->folder);
}

/* What it said it made, one name a line; free it. */
static char *make(struct fixture *fixture)
{
	char *said = NULL;
	size_t size = 0;
	struct err err = {0};
	FILE *out = open_memstream(&said, &size);
	assert_int_equal(conf_make_secrets(fixture->conf, out, &err), OK);
	fclose(out);
	return said;
}

static void expect_problems(struct fixture *fixture, const char *expected)
{
	char *text = small_conf_text(&fixture->problems, &fixture->folder);
	assert_string_equal(text, expected);
	free(text);
}

static void read_token(const struct fixture *fixture, const char *name, char *line, size_t size)
{
	struct err err = {0};
	assert_int_equal(conf_read_line(folder_path(&fixture->folder, name), line, size, &err), OK);
}

static void what_is_missing_is_made_once(void **state)
{
	(void)state;
	static const char *const names[] = {"secrets/pseudonym.key", "secrets/id.key",
		"secrets/master-first.key", "secrets/ops.pub", "secrets/ops.pub.secret",
		"secrets/tokens/one", "secrets/tokens/one.new", "secrets/tokens/two",
		"secrets/tokens/coordinator"};
	struct fixture fixture;
	set_up(&fixture, NULL);
	char *said = make(&fixture);
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct stat status;
		const char *path = folder_path(&fixture.folder, names[i]);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
		assert_non_null(strstr(said, path));
	}
	free(said);
	said = make(&fixture);
	assert_string_equal(said, "");
	free(said);
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), OK);
	expect_problems(&fixture, "");
	tear_down(&fixture);
}

static void the_public_key_belongs_to_the_secret_one(void **state)
{
	(void)state;
	struct fixture fixture;
	struct err err = {0};
	uint8_t public_key[32], secret_key[32], sealed[crypto_box_SEALBYTES + 3], opened[3];
	set_up(&fixture, "node = \"n1\"; seal = { ops_secret_key_file = \"ops.key\"; };\n");
	free(make(&fixture));
	assert_int_equal(
		conf_read_key(fixture.conf->seal.ops_public_key_file, public_key, &err), OK);
	assert_int_equal(
		conf_read_key(fixture.conf->seal.ops_secret_key_file, secret_key, &err), OK);
	crypto_box_seal(sealed, (const uint8_t *)"abc", 3, public_key);
	assert_int_equal(
		crypto_box_seal_open(opened, sealed, sizeof(sealed), public_key, secret_key), 0);
	assert_memory_equal(opened, "abc", 3);

	remove(fixture.conf->seal.ops_secret_key_file);
	FILE *out = tmpfile();
	assert_int_equal(conf_make_secrets(fixture.conf, out, &err), REJECT);
	assert_non_null(strstr(err.text, "cannot be made from"));
	fclose(out);
	tear_down(&fixture);
}

static void a_token_tells_whose_it_is(void **state)
{
	(void)state;
	struct fixture fixture;
	static const struct {
		const char *file, *name;
		enum conf_token_role role;
	} rows[] = {
		{"secrets/tokens/one", "One", CONF_TOKEN_DESK},
		{"secrets/tokens/one.new", "One", CONF_TOKEN_DESK},
		{"secrets/tokens/coordinator", "One", CONF_TOKEN_COORDINATOR},
		{"secrets/tokens/two", "Two", CONF_TOKEN_DESK},
	};
	char line[600];
	set_up(&fixture, NULL);
	free(make(&fixture));
	assert_null(conf_partner_by_token(fixture.conf, bytes_of_string("too early"), NULL));
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), OK);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct conf_token *which = NULL;
		read_token(&fixture, rows[i].file, line, sizeof(line));
		struct bytes token = bytes_of_string(line);
		const struct conf_partner *partner =
			conf_partner_by_token(fixture.conf, token, &which);
		assert_non_null(partner);
		assert_string_equal(partner->rules->name, rows[i].name);
		assert_string_equal(which->file, folder_path(&fixture.folder, rows[i].file));
		assert_int_equal(which->role, rows[i].role);
		token.size--;
		assert_null(conf_partner_by_token(fixture.conf, token, &which));
		line[0] ^= 1;
		token.size++;
		assert_null(conf_partner_by_token(fixture.conf, token, &which));
	}
	assert_null(conf_partner_by_token(fixture.conf, bytes_of_string(""), NULL));
	assert_null(conf_partner_by_token(fixture.conf, (struct bytes){0}, NULL));
	tear_down(&fixture);
}

static void take_roles(const struct conf *conf, enum conf_token_role out[3])
{
	for (size_t i = 0; i < conf->partners[1].tokens_count; i++)
		out[i] = conf->partners[1].tokens[i].role;
}

/* The same list of partners does for both. */
static void the_test_lane_reads_test_tokens_alone(void **state)
{
	(void)state;
	static const char partners[] =
		"partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; home_desk = "
		"\"entry\"; },\n{ oin = \"00000099000000002000\"; name = \"Two\"; home_desk = "
		"\"wsp\"; client_certificate = true; tokens = [ \"a\" ]; coordinator_tokens = [ "
		"\"b\" ]; test_tokens = [ \"c\" ]; }\n);\n";
	static const char lane[] = "node = \"n1\"; lane = \"test\"; kafka = { topic_prefix = "
				   "\"test.\"; };\n";
	static const char production[] =
		"node = \"n1\"; http = { test_lane = \"lane\"; tls_cert_file = \"c\"; tls_key_file "
		"= "
		"\"k\"; tls_client_ca_file = \"ca\"; }; endpoints = ( { name = \"lane\"; url = "
		"\"https://a.example\"; } );\n";
	struct folder folder;
	struct conf_problems problems = {0};
	enum conf_token_role roles[3];
	folder_make(&folder);
	struct conf *conf = small_conf_load(
		&(struct small_conf){.main = lane, .partners = partners}, &folder, &problems);
	assert_non_null(conf);
	assert_int_equal(conf->partners[1].tokens_count, 1);
	assert_string_equal(conf->partners[1].tokens[0].file, folder_path(&folder, "secrets/c"));
	assert_int_equal(conf->partners[1].tokens[0].role, CONF_TOKEN_DESK);
	assert_false(conf->partners[1].needs_certificate);
	conf_free(conf);

	conf = small_conf_load(
		&(struct small_conf){.main = production, .partners = partners}, &folder, &problems);
	assert_non_null(conf);
	assert_int_equal(conf->partners[1].tokens_count, 3);
	take_roles(conf, roles);
	assert_int_equal(roles[0], CONF_TOKEN_DESK);
	assert_int_equal(roles[1], CONF_TOKEN_COORDINATOR);
	assert_int_equal(roles[2], CONF_TOKEN_TEST);
	assert_true(conf->partners[1].needs_certificate);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

static void a_partner_has_its_own_rate_or_that_of_all(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, "node = \"n1\"; http = { requests_per_second = 7; };\n");
	const struct conf_partner *one =
		conf_partner(fixture.conf, bytes_of_string("00000099000000001000"));
	const struct conf_partner *two =
		conf_partner(fixture.conf, bytes_of_string("00000099000000002000"));
	assert_int_equal(one->requests_per_second, 7);
	assert_int_equal(two->requests_per_second, 5);
	assert_null(conf_partner(fixture.conf, bytes_of_string("00000099000000003000")));
	tear_down(&fixture);
}

static void what_is_wrong_with_a_secret_is_told_without_it(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture,
		"node = \"n1\"; kafka = { secret_properties = ( ( \"sasl.password\", "
		"\"kafka\" ) ); };\nregistry = { credentials_file = \"registry\"; };\n");
	free(make(&fixture));
	char same[600];
	read_token(&fixture, "secrets/tokens/two", same, sizeof(same));
	folder_write(&fixture.folder, "secrets/tokens/one", "short\n");
	folder_write(&fixture.folder, "secrets/tokens/one.new", same);
	folder_write(&fixture.folder, "secrets/tokens/coordinator", "two\nlines\n");
	folder_write(&fixture.folder, "secrets/pseudonym.key", "hush\n");
	folder_write(&fixture.folder, "secrets/id.key", "");
	folder_write(&fixture.folder, "secrets/registry", "hush\n");
	remove(folder_path(&fixture.folder, "secrets/ops.pub"));
	chmod(folder_path(&fixture.folder, "secrets/master-first.key"), 0644);
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), REJECT);
	char *text = small_conf_text(&fixture.problems, &fixture.folder);
	assert_null(strstr(text, "hush"));
	assert_null(strstr(text, same));
	static const char *const told[] = {
		"secrets/tokens/one: token of One: is no token: write one line of 32 to 512 "
		"letters, digits and -._~+/\n",
		"holds the same token as ",
		"secrets/tokens/coordinator: token of One: must hold one line and nothing else\n",
		"secrets/pseudonym.key: seal.pseudonym_key_file: must hold one line of 64 "
		"hexadecimal digits\n",
		"secrets/id.key: seal.id_key_file: is empty: its first line must hold the secret\n",
		"secrets/kafka: kafka.secret_properties: cannot be opened: No such file or "
		"directory\n",
		"secrets/registry: registry.credentials_file: must hold user:password\n",
		"secrets/ops.pub: seal.ops_public_key_file: cannot be opened: No such file or "
		"directory\n",
		"secrets/master-first.key: warning: others on this machine may read or change it: "
		"chmod 600\n",
	};
	for (size_t i = 0; i < UNIT_COUNT(told); i++) {
		if (strstr(text, told[i]) == NULL)
			fail_msg("%snot: %s", text, told[i]);
	}
	assert_int_equal(fixture.problems.count, UNIT_COUNT(told));
	free(text);
	tear_down(&fixture);
}

#define SCHOOL                                                                                     \
	"node = \"n1\";\nendpoints = ( { name = \"school\"; url = \"https://s.example\"; "         \
	"auth = \"bearer\"; secret_file = \"school\"; } );\n"

/* What a partner gave is not made here. */
static void secrets_of_others_are_asked_for(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, SCHOOL);
	free(make(&fixture));
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), REJECT);
	char *text = small_conf_text(&fixture.problems, &fixture.folder);
	assert_non_null(strstr(text, "main.conf:2: endpoint school: "));
	assert_non_null(strstr(text, "secrets/school: cannot be opened"));
	assert_int_equal(fixture.problems.count, 1);
	free(text);
	tear_down(&fixture);
}

static void secrets_of_others_are_found(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, SCHOOL);
	free(make(&fixture));
	folder_write(&fixture.folder, "secrets/school", "t0ken\n");
	chmod(folder_path(&fixture.folder, "secrets/school"), 0600);
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), OK);
	expect_problems(&fixture, "");
	const struct endpoint_settings *endpoint = conf_endpoint(fixture.conf, "school");
	assert_int_equal(endpoint->auth, ENDPOINT_BEARER);
	assert_int_equal(endpoint->concurrency, 4);
	assert_null(conf_endpoint(fixture.conf, "other"));
	tear_down(&fixture);
}

static void a_router_has_no_keys(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture,
		"node = \"n1\"; roles = [ \"router\" ]; kafka = { secret_properties = ( ( "
		"\"sasl.password\", \"kafka\" ) ); };\n");
	free(make(&fixture));
	folder_write(&fixture.folder, "secrets/kafka", "pass word\r\n");
	assert_int_equal(conf_load_secrets(fixture.conf, &fixture.problems), OK);
	expect_problems(&fixture, "");
	assert_string_equal(fixture.conf->kafka.secrets[0].name, "sasl.password");
	assert_string_equal(fixture.conf->kafka.secrets[0].value, "pass word");
	assert_null(fixture.conf->kafka.secrets[1].name);
	struct stat status;
	assert_int_not_equal(stat(fixture.conf->seal.pseudonym_key_file, &status), 0);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_made_once),
		cmocka_unit_test(the_public_key_belongs_to_the_secret_one),
		cmocka_unit_test(a_token_tells_whose_it_is),
		cmocka_unit_test(the_test_lane_reads_test_tokens_alone),
		cmocka_unit_test(a_partner_has_its_own_rate_or_that_of_all),
		cmocka_unit_test(what_is_wrong_with_a_secret_is_told_without_it),
		cmocka_unit_test(secrets_of_others_are_asked_for),
		cmocka_unit_test(secrets_of_others_are_found),
		cmocka_unit_test(a_router_has_no_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
