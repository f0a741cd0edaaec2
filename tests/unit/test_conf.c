/* test_conf - what a bad configuration is told: every problem, with file, line and what to write.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/small_conf.h"

static const struct small_conf_row rows[] = {
	{"nothing", {0}, ""},
	{"a text that does not end", {.main = "node = \"n1\";\nx = \"\n"},
		"main.conf:3: syntax error\n"},
	{"a key without value", {.main = "node = ;\n"}, "main.conf:1: syntax error\n"},
	{"the same key twice", {.main = "node = \"a\";\nnode = \"b\";\n"},
		"main.conf:2: duplicate setting name\n"},
	{"a number that libconfig would wrap",
		{.main = "node = \"n1\";\nrouter = {\n\tbatch_messages = 4294967297; };\n"},
		"main.conf:3: 4294967297 is too large: the greatest number is 2147483647 "
		"(9223372036854775807 with L behind)\n"},
	{"a hexadecimal one", {.main = "node = \"n1\"; router = { workers = 0xffffffff; };\n"},
		"main.conf:1: 0xffffffff is too large: the greatest number is 2147483647 "
		"(9223372036854775807 with L behind)\n"},
	{"numbers in texts, comments and names are none",
		{.main = "# 99999999999\nnode = \"n99999999999\"; // 99999999999\n"
			 "/* 99999999999\n 99999999999 */\ndata_dir = "
			 "\"x99999999999 \\\" 99999999999\";\n"},
		""},
	{"a file that is not there", {.main = "node = \"n1\";\n@include \"no.conf\"\n"},
		"main.conf:2: @include \"no.conf\": the file cannot be opened: No such file or "
		"directory\n"},
	{"a folder", {.main = "@include \".\"\n"},
		"main.conf:1: @include \".\": the file is not a regular file\n"},
	{"an absolute path", {.main = "@include \"/etc/passwd\"\n"},
		"main.conf:1: @include \"/etc/passwd\": the file must be written relative to the "
		"folder of the main file\n"},
	{"an include that does not begin a line", {.main = "x = 1; @include \"no.conf\"\n"},
		"main.conf:1: syntax error\n"},
	{"a circle, told once",
		{.clocks = "@include \"clocks.conf\"\n  @include \"clocks.conf\"\n"},
		"clocks.conf:1: @include \"clocks.conf\": the file is included too deep: a file "
		"must not include itself\n"},
	{"no UTF-8", {.main = "node = \"n1\";\n# \xff\n"}, "main.conf: is not UTF-8\n"},

	{"a required one is missing", {.main = "log_level = \"info\";\n"},
		"main.conf: node is missing: it must be a text of 1 to 60 bytes. Name of this "
		"process, unique among all that run: letters, digits and hyphens. Transactions and "
		"group membership hang on it, so it must stay the same over restarts.\n"},
	{"an unknown one", {.main = "node = \"n1\";\nroter = { };\nlog_levle = \"info\";\n"},
		"main.conf:2: roter is not a known name; did you mean router?\n"
		"main.conf:3: log_levle is not a known name; did you mean log_level?\n"},
	{"an unknown one in a group",
		{.main = "node = \"n1\";\nrouter = {\n\twrokers = 2;\n\tmagic = 3;\n};\n"},
		"main.conf:3: router.wrokers is not a known name; did you mean router.workers?\n"
		"main.conf:4: router.magic is not a known name\n"},
	{"no group", {.main = "node = \"n1\";\nrouter = 3;\n"},
		"main.conf:2: router must be a group: write router = { … };\n"},
	{"a text for a number", {.main = "node = \"n1\";\nrouter = { workers = \"2\"; };\n"},
		"main.conf:2: router.workers must be a whole number from 1 to 64\n"},
	{"a fraction for a number", {.main = "node = \"n1\";\nrouter = { workers = 2.5; };\n"},
		"main.conf:2: router.workers must be a whole number from 1 to 64\n"},
	{"too large", {.main = "node = \"n1\";\nrouter = { workers = 65; };\n"},
		"main.conf:2: router.workers must be a whole number from 1 to 64, not 65\n"},
	{"too small", {.main = "node = \"n1\";\nrouter = { workers = -1; };\n"},
		"main.conf:2: router.workers must be a whole number from 1 to 64, not -1\n"},
	{"bodies that no record could hold",
		{.main = "node = \"n1\";\nhttp = { body_bytes = 2000000; };\n"},
		"main.conf:2: http.body_bytes must be a whole number from 1024 to 1900000, not "
		"2000000\n"},
	{"far too large", {.main = "node = \"n1\";\nrouter = { workers = 4294967297L; };\n"},
		"main.conf:2: router.workers must be a whole number from 1 to 64, not "
		"4294967297\n"},
	{"a number for a text", {.main = "node = 5;\n"},
		"main.conf:1: node must be a text of 1 to 60 bytes\n"},
	{"an empty text", {.main = "node = \"\";\n"},
		"main.conf:1: node must be a text of 1 to 60 bytes, not \"\"\n"},
	{"no such choice", {.main = "node = \"n1\";\nlog_level = \"inof\";\n"},
		"main.conf:2: log_level must be one of error, warn, info, debug, not \"inof\"; did "
		"you mean info?\n"},
	{"no list", {.main = "node = \"n1\";\nroles = \"edge\";\n"},
		"main.conf:2: roles must be a list of router, edge\n"},
	{"no such role", {.main = "node = \"n1\";\nroles = [ \"edge\", \"rooter\" ];\n"},
		"main.conf:2: roles must be a list of router, edge, not \"rooter\"; did you mean "
		"router?\n"},
	{"no pairs", {.main = "node = \"n1\";\nkafka = {\n properties = ( ( \"a\" ) ); };\n"},
		"main.conf:3: kafka.properties must be a list of pairs such as ( ( \"name\", "
		"\"value\" ) )\n"},
	{"no region", {.main = "node = \"n1\";\ndefault_region = \"Rijnmond\";\n"},
		"main.conf:2: default_region must be a text: AM and 2 digits, not \"Rijnmond\"\n"},
	{"all at once",
		{.main = "node = \"n 1\";\nlog_level = 3;\nhttp = { port = 70000;\nhosst = \"\"; "
			 "};\n"},
		"main.conf: node is \"n 1\": write letters, digits and hyphens only\n"
		"main.conf:2: log_level must be one of error, warn, info, debug\n"
		"main.conf:3: http.port must be a whole number from 0 to 65535, not 70000\n"
		"main.conf:4: http.hosst is not a known name; did you mean http.host?\n"},

	{"a session shorter than a transaction",
		{.main = "node = \"n1\";\nrouter = { session_timeout_ms = 12000; };\n"},
		"main.conf: router.transaction_timeout_ms is 12000: write less than "
		"router.session_timeout_ms, which is 12000\n"},
	{"a gap longer than the interval",
		{.main = "node = \"n1\";\nrouter = { commit_gap_ms = 51; };\n"},
		"main.conf: router.commit_gap_ms is 51: write at most router.commit_interval_ms, "
		"which is 50\n"},
	{"silences that nobody would note",
		{.main = "node = \"n1\";\nrouter = { session_timeout_ms = 60001; };\n"},
		"main.conf: router.session_timeout_ms is 60001: write at most "
		"router.outage_after_ms, which is 60000: a shorter silence costs no assignment, so "
		"no router would note it as an outage\n"},
	{"outages shorter than heartbeats",
		{.main = "node = \"n1\";\nrouter = { outage_after_ms = 19999; session_timeout_ms = "
			 "15000; };\n"},
		"main.conf: router.outage_after_ms is 19999: write at least twice "
		"router.heartbeat_ms, which is 10000\n"},
	{"more workers than partitions", {.main = "node = \"n1\"; router = { workers = 13; };\n"},
		"main.conf: warning: router.workers is 13, but with 12 partitions only so many "
		"have work\n"},
	{"more copies in step than there are",
		{.main = "node = \"n1\"; kafka = { replication = 1; min_insync = 2; };\n"},
		"main.conf: kafka.min_insync is 2, more than kafka.replication: write at most 1\n"},
	{"a password in the open",
		{.main = "node = \"n1\";\nkafka = { producer = ( ( \"sasl.password\", \"hush\" ) "
			 "); "
			 "};\n"},
		"main.conf: kafka.producer: sasl.password is a secret: put it into a file and name "
		"that in kafka.secret_properties\n"},
	{"a password in a URL",
		{.main = "node = \"n1\"; registry = { url = \"https://me:hush@registry.nl/v7\"; "
			 "};\n"},
		"main.conf: registry.url holds a user or password: put them into "
		"registry.credentials_file\n"},
	{"no URL", {.main = "node = \"n1\"; registry = { url = \"registry.nl\"; };\n"},
		"main.conf: registry.url must begin with http:// or https://\n"},
	{"a base that is no URL",
		{.main = "node = \"n1\"; http = { base_url = \"api.example\"; };\n"},
		"main.conf: http.base_url must begin with http:// or https://\n"},
	{"a prefix that no topic may have",
		{.main = "node = \"n1\"; kafka = { topic_prefix = \"loket hub\"; };\n"},
		"main.conf: kafka.topic_prefix is \"loket hub\": write letters, digits and ._- "
		"only\n"},
	{"TLS by half", {.main = "node = \"n1\"; http = { tls_cert_file = \"c.pem\"; };\n"},
		"main.conf: http.tls_key_file is missing: certificate and key go together\n"},
	{"certificates of clients without TLS",
		{.main = "node = \"n1\"; http = { tls_client_ca_file = \"ca.pem\"; };\n"},
		"main.conf: http.tls_client_ca_file is of no use without http.tls_cert_file or "
		"http.proxies: a client shows its certificate in TLS\n"},
	{"a proxy that is no address",
		{.main = "node = \"n1\"; http = { tls_client_ca_file = \"ca.pem\"; proxies = [ "
			 "\"10.0.0.5\", \"fd00::5\", \"10.0.0.0/8\" ]; };\n"},
		"main.conf: http.proxies: \"10.0.0.0/8\" is no address: write one like 10.0.0.5 or "
		"fd00::5\n"},
	{"proxies that pass on what nobody issued",
		{.main = "node = \"n1\"; http = { proxies = [ \"10.0.0.5\" ]; };\n"},
		"main.conf: http.proxies is of no use without http.tls_client_ca_file: who issues "
		"the certificates that they pass on\n"},
	{"open to all without TLS", {.main = "node = \"n1\"; http = { host = \"0.0.0.0\"; };\n"},
		"main.conf: warning: http.host is 0.0.0.0 without TLS: tokens and people's data "
		"travel in clear unless a proxy in front encrypts\n"},
	{"one port for two", {.main = "node = \"n1\"; http = { port = 8090; };\n"},
		"main.conf: http.port and http.admin_port are both 8090: write two different "
		"ones\n"},
	{"no role", {.main = "node = \"n1\"; roles = [ ];\n"},
		"main.conf: roles is empty: write [ \"router\", \"edge\" ]\n"},
	{"no such master key", {.main = "node = \"n1\"; seal = { current_master_key = \"x\"; };\n"},
		"main.conf: seal.current_master_key is x, which is not in seal.master_keys\n"},
	{"no master key", {.main = "node = \"n1\"; seal = { master_keys = ( ); };\n"},
		"main.conf: seal.master_keys is empty: write ( ( \"first\", \"master-first.key\" ) "
		")\n"},

	{"no list of groups", {.clocks = "overrides = ( 5 );\n"},
		"clocks.conf:1: overrides must be a list of groups: write overrides = ( { … }, { … "
		"} );\n"},
	{"a partner that is none",
		{.partners = "partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; "
			     "home_desk = \"entry\"; },\n{ oin = \"12\"; naam = \"x\"; };\n);\n"},
		"partners.conf:3: syntax error\n"},
	{"a partner with much wrong",
		{.partners = "partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; "
			     "home_desk = \"entry\"; },\n{ oin = \"12\";\nnaam = \"x\";\nfeedback "
			     "= "
			     "\"al\"; home_desk = \"wsp\";\ntokens = \"t\"; }\n);\n"},
		"partners.conf:3: name is missing: it must be a text of 1 to 200 bytes. As people "
		"know it.\n"
		"partners.conf:3: oin must be a text: 20 digits, not \"12\"\n"
		"partners.conf:4: naam is not a known name\n"
		"partners.conf:5: feedback must be one of none, closure, full, not \"al\"\n"
		"partners.conf:6: tokens must be a list of texts such as [ \"a\", \"b\" ]\n"},
	{"a partner twice",
		{.partners = "partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; "
			     "home_desk = \"entry\"; },\n{ oin = \"00000099000000002000\"; name = "
			     "\"Two\"; home_desk = \"wsp\"; },\n{ oin = \"00000099000000001000\"; "
			     "name = "
			     "\"Three\"; home_desk = \"entry\"; }\n);\n"},
		"partners.conf:4: 00000099000000001000 is declared twice, first in "
		"partners.conf:2: remove one\n"},
	{"a code that is in no list",
		{.kinds = "desk_kinds = ( { kind = \"WERKCENTRUM\"; holds = true; },\n"
			  "{ kind = \"WPS\"; questions = [ \"WERKK\",\n\"TALA\" ]; } );\n"},
		"kinds.conf:2: kind must be a code of the list desk_kind, not \"WPS\"; did you "
		"mean "
		"WSP?\n"
		"kinds.conf:2: questions must be a list of codes of the list question, not "
		"\"WERKK\"; did you mean WERK?\n"
		"kinds.conf:3: questions must be a list of codes of the list question, not "
		"\"TALA\"; did you mean TAAL?\n"},
	{"a programme that ends before it begins",
		{.programmes = "programmes = (\n{ code = \"OLD\"; from = \"2026-01-01\"; to = "
			       "\"2026-01-01\"; },\n{ code = \"NEW\"; to = \"soon\"; } );\n"},
		"programmes.conf:2: programme OLD: to must be later than from\n"
		"programmes.conf:3: to must be a date such as \"2026-03-02\", not \"soon\"\n"},
	{"a route without end",
		{.routes = "routes = (\n{ name = \"a\"; },\n{ name = \"b\"; to_desk = \"wsp\"; "
			   "to_kind "
			   "= \"WSP\"; },\n{ name = \"c\"; to_desk = \"wsp\"; age_from = 28; "
			   "age_to = "
			   "27; },\n{ name = \"d\"; to_desk = \"wsp\"; level_from = 3; level_to = "
			   "2; }\n"
			   ");\n"},
		"routes.conf:2: route a: write either to_desk or to_kind\n"
		"routes.conf:3: route b: write either to_desk or to_kind\n"
		"routes.conf:4: route c: age_to must not be below age_from\n"
		"routes.conf:5: route d: level_to must not be below level_from\n"},
	{"clocks",
		{.clocks = "clocks = {\nT1 = { normal = [ \"2wd\", \"1wd\" ]; };\nT2 = { urgent = "
			   "[ "
			   "\"2 days\" ];\nrepeat = \"0wd\"; };\nT15 = { };\nT3 = "
			   "5;\n};\noverrides = "
			   "(\n{ clock = \"T2\"; duration = \"soon\"; },\n{ duration = \"5wd\"; } "
			   ");\n"},
		"clocks.conf:2: T1 has 2 times in a row: write 1 to 1, one for each level from 1 "
		"to "
		"1\n"
		"clocks.conf:3: \"0wd\" is no time: write a number and min, h, d or wd (working "
		"days), as in \"5wd\"\n"
		"clocks.conf:3: \"2 days\" is no time: write a number and min, h, d or wd (working "
		"days), as in \"5wd\"\n"
		"clocks.conf:5: T15 is not a known name; did you mean T1?\n"
		"clocks.conf:6: T3 must be a group: write T3 = { normal = [ \"5wd\" ]; };\n"
		"clocks.conf:9: \"soon\" is no time: write a number and min, h, d or wd (working "
		"days), as in \"5wd\"\n"
		"clocks.conf:10: clock is missing: it must be one of T0, T1, T2, T3, T4, T5, T6, "
		"T7, "
		"T8, T9. The clock whose first time is another one; T6: of a SERVICE, not of the "
		"client.\n"},

	{"code lists",
		{.codes = "list,code,label_nl,from\nquestion,WERK,Werk,x\nquestion,werk,Werk,x\n"
			  "question,WERK,Werk,x\n,TAAL,Taal,x\nquestion,TAAL,Taal\n"
			  "desk_kind,WSP,W,x\ndesk_kind,WERKCENTRUM,C,x\nprogramme,OLD,O,x\n"},
		"codes.csv:3: code \"werk\" must be capital letters, digits and underscores\n"
		"codes.csv:4: code WERK is in the list question twice: remove one\n"
		"codes.csv:5: a row needs list, code and label_nl\n"
		"codes.csv:6: has 3 fields, but the first line has 4\n"},
	{"a column is missing", {.regions_csv = "am_code,naam,valid_from,valid_to\nAM22,R,,\n"},
		"arbeidsmarktregios.csv:1: the column arbeidsmarktregio is missing in the first "
		"line\n"},
	{"a region that the file does not know",
		{.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\n"},
		"regions.conf:1: region AM22 is not in the file of regions\n"},
	{"no code lists", {.codes = "list;code;label_nl\n"},
		"codes.csv:1: the column list is missing in the first line\n"},
	{"no municipalities",
		{.municipalities = "",
			.mergers = "oude_gm_code,nieuwe_gm_code,ingangsdatum\n"
				   "GM0001,GM0599,2026-01-01\n"},
		"gemeenten.csv: the column gm_code is missing in the first line\n"},
	{"regions",
		{.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\nAM22,Rijnmond,,\n"
				"AM05,Twente,,\nTwente,Twente,,\nAM01,G,2026-01-01,2026-01-"
				"01\nAM02,F,"
				"x,\nAM05,Twente,2030-01-01,\n"},
		"arbeidsmarktregios.csv:3: region AM05 has no desks: add { code = \"AM05\"; "
		"entry_desk = …; coordinator = …; } to regions\n"
		"arbeidsmarktregios.csv:4: \"Twente\" must be AM and 2 digits\n"
		"arbeidsmarktregios.csv:5: valid_to must be later than valid_from: it is the first "
		"day on which the row no longer holds\n"
		"arbeidsmarktregios.csv:6: \"x\" must be a date such as 2026-01-01\n"
		"arbeidsmarktregios.csv:7: region AM05 is there twice: remove one\n"},
	{"municipalities",
		{.municipalities = "gm_code,gemeente,am_code,valid_from,valid_to\n599,R,AM22,,\n"
				   "GM0599,R,22,,\nGM0600,\"Nuenen, Gerwen\",AM22,2026-02-30,\n",
			.mergers = "oude_gm_code,nieuwe_gm_code,ingangsdatum\nGM0001,GM0002,2026-"
				   "01-01\n"
				   "GM0001,GM0599,\n"},
		"gemeente-fusies.csv:2: GM0001 merges into GM0002: write a code of the file of "
		"municipalities\n"
		"gemeente-fusies.csv:3: \"\" must be a date such as 2026-01-01\n"
		"gemeenten.csv:2: \"599\" must be GM and 4 digits\n"
		"gemeenten.csv:3: \"22\" must be AM and 2 digits\n"
		"gemeenten.csv:4: \"2026-02-30\" must be a date such as 2026-01-01\n"},
	{"sources that are none",
		{.main = "node = \"n1\";\nsources = (\n{ name = \"s\"; partner = "
			 "\"00000099000000001000\"; connector = \"fax\"; colour = 1; }\n);\n"},
		"main.conf:3: colour is not a known name\n"
		"main.conf:3: connector fax is not known: it must be one of cloudevent, table\n"
		"main.conf:3: name must be a text: 2 to 60 lower-case letters, digits and single "
		"hyphens, first a letter, not \"s\"\n"},
	{"settings of a connector that do not fit",
		{.main = "node = \"n1\";\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; settings = {\n"
			 "desks = ( ( \"a\", \"wsp\" ), ( \"b\", \"No Desk\" ) );\n"
			 "questions = ( ( \"a\", \"TAAL\" ), ( \"b\", \"TALL\" ) ); }; } );\n"},
		"main.conf:3: desks must be a list of pairs such as ( ( \"name\", \"value\" ) ), "
		"each with 2 to 60 lower-case letters, digits and single hyphens, first a letter, "
		"not \"No Desk\"\n"
		"main.conf:4: questions must be a list of pairs such as ( ( \"name\", \"CODE\" ) "
		"), "
		"each with a code of the list question, not \"TALL\"; did you mean TAAL?\n"},
	{"endpoints that are none",
		{.main = "node = \"n1\";\nendpoints = (\n{ name = \"a\"; url = "
			 "\"https://a.example\"; },\n{ name = \"B_c\"; url = \"a.example\"; }"
			 ",\n{ name = \"one\"; url = \"https://a.example\"; auth = "
			 "\"oath2\"; },\n{ name = \"two\"; url = \"https://a.example\"; "
			 "secret_file = \"two\"; },\n{ name = \"two\"; url = "
			 "\"https://a.example\"; }\n);\n"},
		"main.conf:3: name must be a text: 2 to 60 lower-case letters, digits and single "
		"hyphens, first a letter, not \"a\"\n"
		"main.conf:4: name must be a text: 2 to 60 lower-case letters, digits and single "
		"hyphens, first a letter, not \"B_c\"\n"
		"main.conf:5: auth must be one of none, bearer, header, jwt, oauth2, not "
		"\"oath2\"; did you mean oauth2?\n"
		"main.conf:7: two is declared twice, first in main.conf:6: remove one\n"},
};

static void every_problem_is_told(void **state)
{
	(void)state;
	assert_int_equal(small_conf_wrong(rows, UNIT_COUNT(rows)), 0);
}

static void a_file_that_is_not_there(void **state)
{
	(void)state;
	struct conf_problems problems = {0};
	struct conf *conf = NULL;
	assert_int_equal(conf_load("nowhere/no.conf", NULL, &conf, &problems), REJECT);
	assert_null(conf);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.items[0].file, "nowhere/no.conf");
	assert_string_equal(problems.items[0].text, "cannot be opened: No such file or directory");
	conf_problems_done(&problems);
}

/* A configuration in which everything is said, and what becomes of it. */
static const struct small_conf said = {
	.main = "node = \"n-7\";\nlog_level = \"debug\";\nroles = [ \"edge\" ];\n"
		"data_dir = \"data\";\nsecrets_dir = \"/run/secrets\";\n"
		"clock_offset_file = \"offset\";\ndefault_region = \"AM22\";\n"
		"kafka = { partitions = 0x18; properties = ( ( \"linger.ms\", \"2\" ), ( \"a.b\", "
		"\"\" "
		") ); secret_properties = ( ( \"sasl.password\", \"kafka\" ) ); };\n"
		"seal = { master_keys = ( ( \"a\", \"a.key\" ), ( \"b\", \"/b.key\" ) ); };\n",
	.partners = "partners = (\n{ oin = \"00000099000000002000\"; name = \"Two\"; home_desk = "
		    "\"wsp\"; feedback = \"none\"; disclose_owner = \"desk\"; may_see_bsn = true; "
		    "tokens = [ \"t\" ]; coordinator_tokens = [ \"/c\" ]; requests_burst = 3; },\n"
		    "{ oin = \"00000099000000001000\"; name = \"One\"; home_desk = \"entry\"; "
		    "private = "
		    "true; }\n);\n",
	.kinds = "desk_kinds = (\n{ kind = \"WERKCENTRUM\"; holds = true; },\n"
		 "{ kind = \"WSP\"; holds = true; questions = [ \"WERK\" ]; fields = [ \"city\" ]; "
		 "fields_accepted = [ \"email\", \"phone\" ]; }\n);\n",
	.desks =
		"desks = (\n"
		"{ id = \"wsp\"; name = \"W\"; partner = \"00000099000000002000\"; kind = \"WSP\"; "
		"region = \"AM22\"; successor = \"entry\"; coordinator = \"entry\"; capacity = 12; "
		"},\n{ id = \"own\"; name = \"O\"; partner = \"00000099000000002000\"; kind = "
		"\"WSP\"; questions = [ ]; fields = [ ]; holds = false; active = false; },\n"
		"{ id = \"entry\"; name = \"E\"; partner = \"00000099000000001000\"; "
		"kind = \"WERKCENTRUM\"; region = \"AM22\"; }\n);\n",
	.programmes =
		"programmes = ( { code = \"OLD\"; from = \"1970-01-02\"; to = \"1970-01-11\"; "
		"successor = \"NEW\"; }, { code = \"NEW\"; } );\n",
	.routes = "routes = ( { name = \"a\"; questions = [ \"WERK\", \"TAAL\" ]; age_from = 16; "
		  "level_to = 4; to_kind = \"WSP\"; }, { name = \"b\"; to_desk = \"entry\"; } );\n",
	.clocks =
		"clocks = { T1 = { urgent = [ \"4h\" ]; }; T2 = { normal = [ \"3wd\", \"15min\" ]; "
		"reminder = \"2d\"; repeat = \"1wd\"; }; };\noverrides = ( { clock = \"T9\"; "
		"duration = \"30d\"; from_desk = \"wsp\"; question = \"TAAL\"; } );\n",
	.mergers = "oude_gm_code,nieuwe_gm_code,ingangsdatum\r\nGM0002,GM0001,1970-01-03\r\n"
		   "GM0001,GM0599,1970-01-05\r\n",
};

static void expect_settings(const struct conf *conf, const struct folder *folder)
{
	assert_string_equal(conf->node, "n-7");
	assert_int_equal(conf->log_level, LOG_DEBUG);
	assert_int_equal(conf->roles, CONF_EDGE);
	assert_string_equal(conf->data_dir, folder_path(folder, "data"));
	assert_string_equal(conf->clock_offset_file, folder_path(folder, "offset"));
	assert_string_equal(conf->rules.default_region, "AM22");
	assert_int_equal(conf->kafka.partitions, 24);
	assert_string_equal(conf->kafka.properties[0].name, "linger.ms");
	assert_string_equal(conf->kafka.properties[0].value, "2");
	assert_string_equal(conf->kafka.properties[1].value, "");
	assert_null(conf->kafka.properties[2].name);
	assert_string_equal(conf->kafka.secret_properties[0].value, "/run/secrets/kafka");
	assert_string_equal(conf->seal.master_keys[0].value, "/run/secrets/a.key");
	assert_string_equal(conf->seal.master_keys[1].value, "/b.key");
	assert_string_equal(conf->seal.current_master_key, "b");
	assert_string_equal(conf->seal.id_key_file, "/run/secrets/id.key");
}

static void expect_partners(const struct conf *conf)
{
	const struct rules_partner *one = &conf->rules.partners[0], *two = &conf->rules.partners[1];
	assert_string_equal(one->name, "One");
	assert_true(one->is_private);
	assert_false(one->may_see_bsn);
	assert_int_equal(one->feedback, RULES_FEEDBACK_CLOSURE);
	assert_int_equal(one->disclose_owner, RULES_DISCLOSE_KIND);
	assert_int_equal(conf->partners[0].tokens_count, 0);
	assert_int_equal(conf->partners[0].requests_burst, conf->http.requests_burst);
	assert_true(two->may_see_bsn);
	assert_int_equal(two->feedback, RULES_FEEDBACK_NONE);
	assert_int_equal(two->disclose_owner, RULES_DISCLOSE_DESK);
	assert_ptr_equal(conf->partners[1].rules, two);
	assert_int_equal(conf->partners[1].requests_burst, 3);
	assert_int_equal(conf->partners[1].tokens_count, 2);
	assert_string_equal(conf->partners[1].tokens[0].file, "/run/secrets/t");
	assert_string_equal(conf->partners[1].tokens[1].file, "/c");
	assert_int_equal(conf->partners[1].tokens[1].role, CONF_TOKEN_COORDINATOR);
}

static void expect_desks(const struct rules *rules)
{
	const struct rules_desk *entry = rules_desk(rules, bytes_of_string("entry"));
	const struct rules_desk *own = rules_desk(rules, bytes_of_string("own"));
	const struct rules_desk *wsp = rules_desk(rules, bytes_of_string("wsp"));
	assert_null(entry->questions);
	assert_true(entry->holds && entry->active);
	assert_int_equal(entry->capacity, -1);
	assert_string_equal(wsp->questions[0], "WERK");
	assert_string_equal(wsp->fields[0], "city");
	assert_string_equal(wsp->fields_accepted[1], "phone");
	assert_null(wsp->fields_accepted[2]);
	assert_string_equal(wsp->successor, "entry");
	assert_string_equal(wsp->coordinator, "entry");
	assert_int_equal(wsp->capacity, 12);
	assert_null(own->region);
	assert_null(own->questions[0]);
	assert_null(own->fields[0]);
	assert_string_equal(own->fields_accepted[0], "email");
	assert_false(own->holds || own->active);
	assert_ptr_equal(rules->desks_by_kind[0], entry);
}

static void expect_rest(const struct rules *rules)
{
	assert_int_equal(rules->programmes[1].from, 1);
	assert_int_equal(rules->programmes[1].to, 10);
	assert_string_equal(rules->programmes[1].successor, "NEW");
	assert_int_equal(rules->programmes[0].to, INT32_MAX);
	assert_string_equal(rules->routes[0].questions[1], "TAAL");
	assert_int_equal(rules->routes[0].age_from, 16);
	assert_int_equal(rules->routes[0].age_to, -1);
	assert_int_equal(rules->routes[0].level_to, 4);
	assert_string_equal(rules->routes[1].to_desk, "entry");
	assert_int_equal(rules->clocks[1].urgent[0].count, 240);
	assert_int_equal(rules->clocks[1].urgent[0].unit, RULES_MINUTES);
	assert_int_equal(rules->clocks[1].normal[0].count, 2);
	assert_int_equal(rules->clocks[2].normal[0].unit, RULES_WORKING_DAYS);
	assert_int_equal(rules->clocks[2].normal[1].count, 15);
	assert_int_equal(rules->clocks[2].normal[2].count, 0);
	assert_int_equal(rules->clocks[2].reminder.unit, RULES_DAYS);
	assert_int_equal(rules->clocks[2].repeat.count, 1);
	assert_int_equal(rules->overrides[0].clock, 9);
	assert_int_equal(rules->overrides[0].duration.count, 30);
	assert_string_equal(rules->overrides[0].from_desk, "wsp");
	assert_null(rules->overrides[0].urgency);
	assert_int_equal(rules->municipalities_count, 3);
	assert_string_equal(rules->municipalities[1].code, "GM0002");
	assert_string_equal(rules->municipalities[1].successor, "GM0001");
	assert_int_equal(rules->municipalities[1].to, 2);
	assert_string_equal(rules->municipalities[1].region, "AM22");
}

static void what_is_said_is_filled_in(void **state)
{
	(void)state;
	struct folder folder;
	struct conf_problems problems = {0};
	folder_make(&folder);
	struct conf *conf = small_conf_load(&said, &folder, &problems);
	char *text = small_conf_text(&problems, &folder);
	assert_string_equal(text, "");
	expect_settings(conf, &folder);
	expect_partners(conf);
	expect_desks(&conf->rules);
	expect_rest(&conf->rules);
	free(text);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

static void who_is_not_in_the_list_is_played_as_is_usual(void **state)
{
	(void)state;
	static const struct small_conf one = {
		.main = "node = \"n-7\";\nsimulations = ( { partner = \"00000099000000001000\"; "
			"referrals_per_day = 3; accepted = 70; values = ( ( \"brin\", \"99XX\" ) "
			"); } "
			");\n"};
	struct folder folder;
	struct conf_problems problems = {0};
	folder_make(&folder);
	struct conf *conf = small_conf_load(&one, &folder, &problems);
	assert_non_null(conf);
	const struct conf_simulation *listed = conf_simulation(conf, "00000099000000001000");
	assert_int_equal(listed->referrals_per_day, 3);
	assert_int_equal(listed->accepted, 70);
	assert_int_equal(listed->declined, 25);
	assert_string_equal(listed->values[0].value, "99XX");
	const struct conf_simulation *usual = conf_simulation(conf, "00000099000000002000");
	assert_int_equal(usual->referrals_per_day, -1);
	assert_int_equal(usual->accepted, 60);
	assert_int_equal(usual->declined, 25);
	assert_int_equal(usual->no_show, 10);
	assert_int_equal(usual->decides_min, 480);
	assert_null(usual->values[0].name);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_problem_is_told),
		cmocka_unit_test(a_file_that_is_not_there),
		cmocka_unit_test(what_is_said_is_filled_in),
		cmocka_unit_test(who_is_not_in_the_list_is_played_as_is_usual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
