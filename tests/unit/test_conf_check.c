/* test_conf_check - what one row of a configuration alone cannot show. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/small_conf.h"

#define PARTNER_1 "{ oin = \"00000099000000001000\"; name = \"One\"; home_desk = \"entry\"; },\n"
#define PARTNER_2 "{ oin = \"00000099000000002000\"; name = \"Two\"; home_desk = \"wsp\"; "
#define WSP "{ id = \"wsp\"; name = \"W\"; partner = \"00000099000000002000\"; kind = \"WSP\"; "
#define ENTRY                                                                                      \
	"{ id = \"entry\"; name = \"E\"; partner = \"00000099000000001000\"; "                     \
	"kind = \"WERKCENTRUM\"; "
#define REGION "{ code = \"AM22\"; entry_desk = \"entry\"; coordinator = \"wsp\"; "
#define MUNICIPALITIES "gm_code,gemeente,am_code,valid_from,valid_to\n"
#define MERGERS "oude_gm_code,nieuwe_gm_code,ingangsdatum\n"

static const struct small_conf_row rows[] = {
	{"a home desk that is not there",
		{.partners = "partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; "
			     "home_desk = \"enrty\"; },\n" PARTNER_2 "}\n);\n"},
		"partners.conf:2: partner One: home_desk enrty is not in desks; did you mean "
		"entry?\n"},
	{"a home desk of another partner",
		{.partners = "partners = (\n{ oin = \"00000099000000001000\"; name = \"One\"; "
			     "home_desk = \"wsp\"; },\n" PARTNER_2 "}\n);\n"},
		"partners.conf:2: partner One: home_desk wsp belongs to another partner: name one "
		"of its own\n"},
	{"a private partner with BSN",
		{.partners = "partners = (\n" PARTNER_1 PARTNER_2
			     "private = true; may_see_bsn = true; }\n);\n"},
		"partners.conf:3: partner Two: a private partner never gets a BSN: leave out "
		"private or may_see_bsn\n"},

	{"a certificate that nobody can check",
		{.partners = "partners = (\n" PARTNER_1 PARTNER_2
			     "client_certificate = true; }\n);\n"},
		"partners.conf:3: partner Two: client_certificate is true, but "
		"http.tls_client_ca_file names no issuer of such certificates\n"},
	{"a test lane that is not there",
		{.main = "node = \"n1\";\nhttp = { test_lane = \"lane\"; };\n"},
		"main.conf: http.test_lane lane is not in endpoints\n"},
	{"test tokens without a test lane",
		{.partners = "partners = (\n" PARTNER_1 PARTNER_2
			     "test_tokens = [ \"t\" ]; }\n);\n"},
		"partners.conf:3: partner Two: test_tokens lead nowhere: http.test_lane names no "
		"endpoint\n"},
	{"a test lane that gets tokens in clear, and other ones",
		{.main = "node = \"n1\";\nhttp = { test_lane = \"lane\"; };\nendpoints = (\n"
			 "{ name = \"lane\"; url = \"http://127.0.0.1.example:8480\"; "
			 "allow_private = true; auth = \"bearer\"; secret_file = \"s\"; }\n);\n"},
		"main.conf:4: endpoint lane: leave out auth: partners' own tokens go on to the "
		"test lane\n"
		"main.conf:4: endpoint lane: tokens would travel in clear: write https, or the "
		"test lane on this machine\n"},
	{"a test lane on this machine",
		{.main = "node = \"n1\";\nhttp = { test_lane = \"lane\"; };\nendpoints = ( { name "
			 "= "
			 "\"lane\"; url = \"http://127.0.0.1:8580\"; allow_private = true; } );\n",
			.partners = "partners = (\n" PARTNER_1 PARTNER_2
				    "test_tokens = [ \"t\" ]; }\n);\n"},
		""},
	{"a test lane on production's topics, with a test lane of its own",
		{.main = "node = \"n1\";\nlane = \"test\";\nhttp = { test_lane = \"lane\"; };\n"},
		"main.conf: http.test_lane is for production: this hub is the test lane\n"
		"main.conf: kafka.topic_prefix is \"lokethub.\", as that of production: the test "
		"lane needs another\n"},
	{"a desk of nobody, nowhere",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; },\n" ENTRY
			  "region = \"AM22\"; },\n{ id = \"lost\"; name = \"L\"; kind = \"WSP\"; "
			  "partner = \"00000099000000003000\"; region = \"AM99\"; coordinator = "
			  "\"x-desk\"; }\n);\n"},
		"desks.conf:4: desk lost: coordinator x-desk is not in desks\n"
		"desks.conf:4: desk lost: partner 00000099000000003000 is not in partners\n"
		"desks.conf:4: desk lost: region AM99 is not in regions\n"},
	{"fields",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; fields = [ \"emial\" ]; "
			  "fields_accepted = [ \"email\", "
			  "\"shoe_size\", \"bsn\" ]; },\n" ENTRY "region = \"AM22\"; }\n);\n"},
		"desks.conf:2: desk wsp: fields: a person has no field emial; did you mean email?\n"
		"desks.conf:2: desk wsp: fields_accepted: a person has no field shoe_size\n"
		"desks.conf:2: desk wsp: its fields hold bsn, but its partner has no may_see_bsn = "
		"true\n"},
	{"a BSN too early",
		{.partners = "partners = (\n" PARTNER_1 PARTNER_2 "may_see_bsn = true; }\n);\n",
			.desks = "desks = (\n" WSP
				 "region = \"AM22\"; fields = [ \"bsn\" ]; },\n" ENTRY
				 "region = \"AM22\"; }\n);\n"},
		"desks.conf:2: warning: desk wsp: it sees the BSN before it has accepted\n"},
	{"successors in a circle",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; successor = \"b-desk\"; },\n" ENTRY
			  "region = \"AM22\"; },\n{ id = \"b-desk\"; name = \"B\"; kind = \"WSP\"; "
			  "partner = \"00000099000000002000\"; successor = \"c-desk\"; },\n{ id = "
			  "\"c-desk\"; name = \"C\"; kind = \"WSP\"; partner = "
			  "\"00000099000000002000\"; successor = \"wsp\"; },\n{ id = \"d-desk\"; "
			  "name "
			  "= \"D\"; kind = \"WSP\"; partner = \"00000099000000002000\"; successor "
			  "= "
			  "\"d-desk\"; }\n);\n"},
		"desks.conf:4: desk b-desk: successor c-desk leads back to it: name the desk that "
		"has its work now\n"
		"desks.conf:6: desk d-desk: successor d-desk leads back to it: name the desk that "
		"has its work now\n"},
	{"a successor that is not there, and one that is closed",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; successor = \"wps\"; },\n" ENTRY
			  "region = \"AM22\"; successor = \"old\"; },\n{ id = \"old\"; name = "
			  "\"O\"; "
			  "kind = \"WSP\"; partner = \"00000099000000002000\"; active = false; }\n"
			  ");\n"},
		"desks.conf:2: desk wsp: successor wps is not in desks; did you mean wsp?\n"
		"desks.conf:3: warning: desk entry: successor old is not active, so the routes "
		"decide\n"},

	{"no regions",
		{.regions = "regions = ( );\n",
			.regions_csv = "am_code,arbeidsmarktregio,"
				       "valid_from,valid_to\n",
			.municipalities = MUNICIPALITIES,
			.desks = "desks = ( " WSP "}, " ENTRY "} );\n"},
		"main.conf: regions is empty: a referral needs a region to be routed in\n"},
	{"endpoints whose settings contradict each other",
		{.main = "node = \"n1\";\nendpoints = (\n{ name = \"b-c\"; url = "
			 "\"a.example\"; },\n{ name = \"two\"; url = \"https://a.example\"; "
			 "secret_file = \"two\"; }\n);\n"},
		"main.conf:3: endpoint b-c: url is no http or https URL in plain form\n"
		"main.conf:4: endpoint two: auth none has no use for secret_file\n"},
	{"deliveries that lead nowhere",
		{.main = "node = \"n1\";\nendpoints = ( { name = \"hook\"; url = "
			 "\"https://a.example\"; } );\ndeliveries = (\n{ desk = \"entry\"; "
			 "endpoint = \"hok\"; },\n{ desk = \"wps\"; way = \"file\"; }\n);\n"},
		"main.conf:4: delivery entry: endpoint hok is not in endpoints\n"
		"main.conf:5: delivery wps: desk wps is not in desks; did you mean wsp?\n"
		"main.conf:5: delivery wps: way file and a folder go together\n"},
	{"deliveries to topics",
		{.main = "node = \"n1\";\ndeliveries = (\n{ desk = \"entry\"; way = \"topic\"; "
			 "},\n{ desk = \"wsp\"; way = \"topic\"; topic = \"lokethub.intake\"; "
			 "}\n);\n"},
		"main.conf:3: delivery entry: way topic and a topic go together\n"
		"main.conf:4: delivery wsp: topic lokethub.intake begins as the hub's own do\n"},
	{"ops without a server, and with a wrong address",
		{.main = "node = \"n1\";\nmail = { ops_to = \"ops at example.nl\"; };\n"},
		"main.conf: mail.ops_to is no address\n"
		"main.conf: mail.ops_to needs mail.url: the server that mails go through\n"},
	{"a desk that is named as ops is",
		{.main = "node = \"n1\";\nmail = { url = \"smtp://m\"; from = \"a@b\"; ops_to = "
			 "\"ops@b\"; };\n",
			.desks = "desks = (\n" WSP "region = \"AM22\"; },\n" ENTRY
				 "region = \"AM22\"; },\n{ id = \"ops\"; name = \"O\"; kind = "
				 "\"WSP\"; partner = \"00000099000000002000\"; }\n);\n"},
		"desks.conf:4: desk ops: with mail.ops_to that name is those who run the hub: give "
		"the desk another, or leave out mail.ops_to\n"},
	{"mails without a server or an address",
		{.main = "node = \"n1\";\ndeliveries = (\n{ desk = \"entry\"; way = \"mail\"; "
			 "},\n{ desk = \"wsp\"; way = \"feed\"; mail_to = \"a@b@c\"; }\n);\n"},
		"main.conf:3: delivery entry: way mail needs mail_to\n"
		"main.conf:4: delivery wsp: mail_to is no address\n"
		"main.conf:4: delivery wsp: mail_to needs mail.url: the server that mails go "
		"through\n"},
	{"letters without a server or an address",
		{.partners = "partners = (\n" PARTNER_1 PARTNER_2
			     "balance_to = \"a@b@c\"; }\n);\n"},
		"partners.conf:3: partner Two: balance_to is no address\n"
		"partners.conf:3: partner Two: balance_to needs mail.url: the server that mails go "
		"through\n"},
	{"deliveries with what they have no use for",
		{.main = "node = \"n1\";\nendpoints = ( { name = \"hook\"; url = "
			 "\"https://a.example\"; } );\ndeliveries = (\n{ desk = \"entry\"; "
			 "folder = \"f\"; },\n{ desk = \"wsp\"; way = \"file\"; folder = \"f\"; "
			 "endpoint = \"hook\"; signing_secrets = [ \"s\" ]; }\n);\n"},
		"main.conf:4: delivery entry: way file and a folder go together\n"
		"main.conf:4: delivery entry: way webhook needs an endpoint\n"
		"main.conf:5: delivery wsp: an endpoint is of use only with way webhook\n"
		"main.conf:5: delivery wsp: signing_secrets are of use only with way webhook\n"},
	{"notices together where they cannot be",
		{.main = "node = \"n1\";\nendpoints = ( { name = \"hook\"; url = "
			 "\"https://a.example\"; } );\ndeliveries = (\n{ desk = \"entry\"; way = "
			 "\"feed\"; notices_together = true; },\n{ desk = \"wsp\"; endpoint = "
			 "\"hook\"; notices_together = true; }\n);\n"},
		"main.conf:4: delivery entry: notices_together is of use only with way webhook or "
		"file\n"
		"main.conf:5: delivery wsp: cloudevent sends each notice by itself: leave "
		"notices_together out\n"},
	{"a default region that is not there",
		{.main = "node = \"n1\";\ndefault_region = \"AM05\";\n"},
		"main.conf: default_region AM05 is not in regions\n"},
	{"an entry desk that is closed, picky and holds nobody",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; },\n" ENTRY
			  "region = \"AM22\"; active = false; holds = false; questions = [ "
			  "\"WERK\" "
			  "]; }\n);\n"},
		"partners.conf:2: partner One: home_desk entry is not active\n"
		"regions.conf:1: region AM22: entry_desk entry is not active\n"
		"regions.conf:1: region AM22: entry_desk entry must have holds = true: it becomes "
		"responsible for whom nobody has\n"
		"regions.conf:1: region AM22: entry_desk entry must take every question: write "
		"questions = [ ] for it\n"
		"regions.conf:1: region AM22: question WERK and 1 others lead nowhere: desk entry, "
		"found by entry-desk, cannot take it\n"},
	{"an entry desk that is not there",
		{.regions = "regions = (\n{ code = \"AM22\"; entry_desk = \"gone\"; coordinator = "
			    "\"wsp\"; }\n);\n",
			.routes = "routes = ( );\n"},
		"regions.conf:2: region AM22: entry_desk gone is not in desks\n"
		"regions.conf:2: region AM22: question WERK and 1 others lead nowhere: region AM22 "
		"has no entry desk in config\n"},
	{"an entry desk that does not take all that no rule takes",
		{.desks = "desks = (\n" WSP "region = \"AM22\"; },\n" ENTRY
			  "region = \"AM22\"; questions = [ \"WERK\" ]; }\n);\n"},
		"regions.conf:1: region AM22: entry_desk entry must take every question: write "
		"questions = [ ] for it\n"
		"regions.conf:1: region AM22: question TAAL and 0 others lead nowhere: desk entry, "
		"found by entry-desk, cannot take it\n"},
	{"desks of another region",
		{.regions = "regions = (\n" REGION "},\n{ code = \"AM05\"; entry_desk = \"entry\"; "
			    "coordinator = \"wsp\";\nstand_ins = ( ( \"WSP\", \"wsp\" ) ); }\n);\n",
			.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\n"
				       "AM22,Rijnmond,,\nAM05,Twente,,\n"},
		"regions.conf:3: region AM05: coordinator wsp lies in AM22: name a desk of this "
		"region, or one that works nationwide\n"
		"regions.conf:3: region AM05: entry_desk entry lies in AM22: name a desk of this "
		"region, or one that works nationwide\n"},
	{"stand-ins",
		{.regions = "regions = (\n" REGION
			    "stand_ins = ( ( \"WPS\", \"wsp\" ), ( \"WSP\", \"entry\" ), ( "
			    "\"WERKCENTRUM\", \"nobody\" ) ); } );\n"},
		"regions.conf:2: region AM22: stand_ins: WERKCENTRUM nobody is not in desks\n"
		"regions.conf:2: warning: region AM22: stand_ins: WERKCENTRUM: the region has one, "
		"so nobody stands in for it\n"
		"regions.conf:2: region AM22: stand_ins: WPS is not in the code list desk_kind\n"
		"regions.conf:2: warning: region AM22: stand_ins: WSP: the region has one, so "
		"nobody stands in for it\n"},

	{"municipalities in unknown and ended regions",
		{.municipalities = MUNICIPALITIES "GM0599,R,AM05,,\nGM0600,S,AM22,2020-01-01,\n"
						  "GM0601,T,AM22,2021-01-01,2024-01-01\n"
						  "GM0602,U,AM22,2021-01-01,\n",
			.mergers = MERGERS "GM0601,GM0600,2024-01-01\n",
			.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\n"
				       "AM22,Rijnmond,2021-01-01,2025-01-01\n"},
		"gemeenten.csv:2: GM0599: region AM05 is not in regions\n"
		"gemeenten.csv:3: GM0600 lies in region AM22 on days on which that is not valid: "
		"end the row, or lengthen the region's\n"
		"gemeenten.csv:5: GM0602 lies in region AM22 on days on which that is not valid: "
		"end the row, or lengthen the region's\n"},
	{"a municipality that is older than its region",
		{.municipalities = MUNICIPALITIES "GM0599,R,AM22,,\nGM0600,S,AM22,2020-12-31,\n"
						  "GM0601,T,AM22,2021-01-01,\n",
			.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\n"
				       "AM22,Rijnmond,2021-01-01,\n"},
		"gemeenten.csv:3: GM0600 lies in region AM22 on days on which that is not valid: "
		"end the row, or lengthen the region's\n"},
	{"gaps and overlaps",
		{.municipalities = MUNICIPALITIES "GM0001,A,AM22,,2021-01-01\n"
						  "GM0001,A,AM22,2021-01-02,\n"
						  "GM0002,B,AM22,,2021-01-02\n"
						  "GM0002,B,AM22,2021-01-01,\n"
						  "GM0003,C,AM22,,2021-01-01\n"
						  "GM0003,C,AM22,2021-01-01,\n"
						  "GM0004,D,AM22,,2021-01-01\n"},
		"gemeenten.csv:2: GM0001 lies nowhere from 2021-01-01 on: let the earlier row end "
		"on the day the later begins\n"
		"gemeenten.csv:4: GM0002 has two rows that hold on the same days: let the earlier "
		"end on the day the later begins\n"
		"gemeenten.csv:8: GM0004 ends: name what it merged into in the file of mergers\n"},
	{"mergers into what is not there yet, and twice in a row",
		{.municipalities = MUNICIPALITIES "GM0001,A,AM22,2023-01-01,\n",
			.mergers = MERGERS "GM0002,GM0003,2020-01-01\nGM0003,GM0001,2023-01-01\n"
					   "GM0004,GM0001,2022-12-31\n"},
		"gemeente-fusies.csv:4: GM0004 merges into GM0001, which does not exist on that "
		"day\n"},
	{"programmes",
		{.programmes = "programmes = (\n{ code = \"OLD\"; successor = \"NEW\"; }\n);\n"},
		"programmes.conf:2: programme OLD: successor NEW is not in programmes\n"},
	{"a programme without end but with successor",
		{.programmes = "programmes = (\n{ code = \"OLD\"; successor = \"NEW\"; },\n{ code "
			       "= "
			       "\"NEW\"; }\n);\n"},
		"programmes.conf:2: warning: programme OLD: it has a successor but no end, so "
		"nothing goes over\n"},
	{"programmes in a circle",
		{.programmes = "programmes = (\n{ code = \"OLD\"; to = \"2026-01-01\"; successor = "
			       "\"NEW\"; },\n{ code = \"NEW\"; to = \"2025-01-01\"; successor = "
			       "\"OLD\"; }\n);\n"},
		"programmes.conf:2: programme OLD: its successor NEW ends before it, or leads back "
		"to it\n"},

	{"what routes name",
		{.routes = "routes = (\n{ name = \"a\"; regions = [ \"AM99\" ]; partners = [ \"1\" "
			   "]; "
			   "municipalities = [ \"GM0001\" ]; pathways = [ \"bbl\" ]; to_desk = "
			   "\"entry\"; },\n{ name = \"a\"; to_desk = \"nobody\"; }\n);\n"},
		"routes.conf:2: route a: municipality GM0001 does not exist today\n"
		"routes.conf:2: route a: partner 1 is not in partners\n"
		"routes.conf:2: route a: pathway bbl must be BOL or BBL\n"
		"routes.conf:2: route a: region AM99 is not in regions\n"
		"routes.conf:2: warning: route a: to_desk entry lies in AM22, outside of the "
		"rule's "
		"regions\n"
		"routes.conf:3: route a: another one has this name: decisions name it, so choose a "
		"new one\n"
		"routes.conf:3: route a: to_desk nobody is not in desks\n"},
	{"routes to desks that do not take it",
		{.routes = "routes = (\n{ name = \"a\"; questions = [ \"WERK\", \"TAAL\" ]; "
			   "to_desk = "
			   "\"wsp\"; }\n);\n"},
		"routes.conf:2: route a: desk wsp does not take TAAL, so the rule never leads "
		"there: "
		"mend one of the two\n"},
	{"routes to a closed desk, and to a kind that a region lacks",
		{.desks = "desks = (\n" WSP "},\n" ENTRY
			  "region = \"AM22\"; },\n{ id = \"old\"; name = \"O\"; kind = \"WSP\"; "
			  "partner = \"00000099000000002000\"; active = false; }\n);\n",
			.routes = "routes = (\n{ name = \"a\"; to_desk = \"old\"; },\n{ name = "
				  "\"b\"; "
				  "to_kind = \"WSP\"; }\n);\n"},
		"routes.conf:2: warning: route a: to_desk old is not active, so the rule is passed "
		"over\n"
		"routes.conf:3: warning: route b: region AM22 has no WSP and names no desk that "
		"stands in, so later rules decide there\n"},
	{"what a connector's settings name",
		{.main = "node = \"n1\";\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; settings = { desk = "
			 "\"wps\"; desks = ( ( \"a\", \"wsp\" ), ( \"b\", \"nobody\" ) ); }; } );\n"
			 "deliveries = ( { desk = \"wsp\"; way = \"feed\"; connector = \"table\"; "
			 "settings = { desk = \"gone\"; }; } );\n"},
		"main.conf:2: source suite: desk wps is not in desks; did you mean wsp?\n"
		"main.conf:2: source suite: desks nobody is not in desks\n"
		"main.conf:3: delivery wsp: desk gone is not in desks\n"},
	{"deliveries to a system that no source of the partner has",
		{.main = "node = \"n1\";\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; system = \"zaken\"; "
			 "settings = { desk = \"wsp\"; }; } );\ndeliveries = ( { desk = \"entry\"; "
			 "way = \"feed\"; system = \"zakne\"; } );\n"},
		"main.conf:3: warning: delivery entry: no source of its partner has system zakne: "
		"unless the partner's own messages name it, no handover is told with a case of "
		"that "
		"system\n"},
	{"deliveries to a system that a source of the partner has",
		{.main = "node = \"n1\";\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; system = \"zaken\"; "
			 "settings = { desk = \"wsp\"; }; } );\ndeliveries = ( { desk = \"entry\"; "
			 "way = \"feed\"; system = \"zaken\"; } );\n"},
		""},
	{"deliveries to a system of a partner without sources",
		{.main = "node = \"n1\";\ndeliveries = ( { desk = \"wsp\"; way = \"feed\"; "
			 "system = \"zakne\"; } );\n"},
		""},
	{"a source whose certificates nobody can check",
		{.main = "node = \"n1\";\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; auth = "
			 "\"certificate\"; } );\n"},
		"main.conf:2: source suite: auth is certificate, but http.tls_client_ca_file names "
		"no issuer of such certificates\n"},
	{"on the test lane, nobody can",
		{.main = "node = \"n1\";\nlane = \"test\";\nkafka = { topic_prefix = "
			 "\"lokethub-test.\"; };\nsources = ( { name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; auth = "
			 "\"certificate\"; } );\n"},
		""},
	{"two sources with one folder",
		{.main = "node = \"n1\";\nsources = (\n{ name = \"suite\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; folder = "
			 "\"/in\"; },\n{ name = \"other\"; partner = "
			 "\"00000099000000002000\"; connector = \"table\"; folder = "
			 "\"/in\"; } );\n"},
		"main.conf:4: source other: its folder is that of source suite too, whose files it "
		"would take: give each its own\n"},
	{"a whole list, and another source of the same cases",
		{.main = "node = \"n1\";\nsources = (\n{ name = \"list\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; system = \"a\"; "
			 "settings = { snapshot = true; }; },\n{ name = \"other\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; system = \"a\"; },\n{ "
			 "name = \"third\"; partner = \"00000099000000001000\"; connector = "
			 "\"table\"; system = \"b\"; },\n{ name = \"list\"; partner = "
			 "\"00000099000000002000\"; connector = \"table\"; system = \"a\"; } );\n"},
		"main.conf:4: source other: its system is that of source list too, and one of them "
		"has snapshot = true: what the other sent would be missing from it; give each a "
		"system of its own\n"},
	{"a whole list behind another source of the same cases",
		{.main = "node = \"n1\";\nsources = (\n{ name = \"first\"; partner = "
			 "\"00000099000000001000\"; connector = \"table\"; },\n{ name = \"list\"; "
			 "partner = \"00000099000000001000\"; connector = \"table\"; settings = { "
			 "snapshot = true; }; } );\n"},
		"main.conf:4: source list: its system is that of source first too, and one of them "
		"has snapshot = true: what the other sent would be missing from it; give each a "
		"system of its own\n"},
	{"overrides",
		{.clocks = "overrides = (\n{ clock = \"T2\"; duration = \"5wd\"; from_desk = "
			   "\"nobody\"; to_desk = \"wps\"; }\n);\n"},
		"clocks.conf:2: override: from_desk nobody is not in desks\n"
		"clocks.conf:2: override: to_desk wps is not in desks; did you mean wsp?\n"},
};

static void every_problem_is_told(void **state)
{
	(void)state;
	assert_int_equal(small_conf_wrong(rows, UNIT_COUNT(rows)), 0);
}

static void desks_with_clients_stay(void **state)
{
	(void)state;
	struct folder folder;
	struct conf_problems problems = {0};
	const struct small_conf small = {
		.desks =
			"desks = (\n" WSP "region = \"AM22\"; },\n" ENTRY
			"region = \"AM22\"; },\n{ id = \"closed\"; name = \"O\"; kind = \"WSP\"; "
			"partner = \"00000099000000002000\"; active = false; },\n{ id = \"bare\"; "
			"name = \"N\"; kind = \"WSP\"; partner = \"00000099000000002000\"; holds = "
			"false; }\n);\n"};
	const char *const owners[] = {"wsp", "removed", "closed", "bare", "entry"};
	folder_make(&folder);
	struct conf *conf = small_conf_load(&small, &folder, &problems);
	assert_non_null(conf);
	assert_int_equal(conf_check(conf, owners, UNIT_COUNT(owners), &problems), REJECT);
	char *text = small_conf_text(&problems, &folder);
	assert_string_equal(text,
		"desks.conf:4: desk closed still has clients: leave it active until they are "
		"assigned to others\n"
		"desks.conf:5: desk bare still has clients: leave holds = true until they are "
		"assigned to others\n"
		"main.conf: desk removed still has clients: put it back, and take it out when they "
		"are assigned to others\n");
	free(text);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
}

static void who_has_no_second_channel(void **state)
{
	(void)state;
	static const struct small_conf_row small[] = {
		{"no mail at all", {.main = "node = \"n1\";\n"},
			"main.conf: warning: mail.url is missing: nobody is told of what is late "
			"over a second channel, and those who run the hub not at all\n"},
		{"some",
			{.main = "node = \"n1\";\nmail = { url = \"smtp://m\"; from = \"a@b\"; };\n"
				 "deliveries = ( { desk = \"wsp\"; way = \"feed\"; mail_to = "
				 "\"w@b\"; } );\n"},
			"main.conf: warning: mail.ops_to is missing: those who run the hub are "
			"told "
			"of nothing that is late\n"
			"main.conf: warning: 1 desk is told of what is late over one channel "
			"alone, for want of mail_to in deliveries: entry\n"},
		{"all",
			{.main = "node = \"n1\";\nmail = { url = \"smtp://m\"; from = \"a@b\"; "
				 "ops_to "
				 "= \"o@b\"; };\ndeliveries = ( { desk = \"wsp\"; way = "
				 "\"mail\"; mail_to = \"w@b\"; }, { desk = \"entry\"; way = "
				 "\"feed\"; mail_to = \"e@b\"; } );\n"},
			""},
	};
	for (size_t i = 0; i < UNIT_COUNT(small); i++) {
		struct folder folder;
		struct conf_problems problems = {0};
		folder_make(&folder);
		struct conf *conf = small_conf_load(&small[i].conf, &folder, &problems);
		assert_non_null(conf);
		conf_check_second_channels(conf, &problems);
		char *text = small_conf_text(&problems, &folder);
		assert_string_equal(text, small[i].problems);
		free(text);
		conf_free(conf);
		conf_problems_done(&problems);
		folder_remove(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_problem_is_told),
		cmocka_unit_test(desks_with_clients_stay),
		cmocka_unit_test(who_has_no_second_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
