/* small_conf - a small configuration in files, of which a test changes one thing. */
#include "tests/support/small_conf.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct small_conf plain = {
	.main = "node = \"n1\";\n",
	.partners = "partners = (\n"
		    "{ oin = \"00000099000000001000\"; name = \"One\"; home_desk = \"entry\"; },\n"
		    "{ oin = \"00000099000000002000\"; name = \"Two\"; home_desk = \"wsp\"; }\n"
		    ");\n",
	.kinds = "desk_kinds = (\n"
		 "{ kind = \"WERKCENTRUM\"; holds = true; },\n"
		 "{ kind = \"WSP\"; holds = true; questions = [ \"WERK\" ]; }\n"
		 ");\n",
	.desks =
		"desks = (\n"
		"{ id = \"wsp\"; name = \"W\"; partner = \"00000099000000002000\"; kind = \"WSP\"; "
		"region = \"AM22\"; },\n"
		"{ id = \"entry\"; name = \"E\"; partner = \"00000099000000001000\"; "
		"kind = \"WERKCENTRUM\"; region = \"AM22\"; }\n"
		");\n",
	.regions =
		"regions = ( { code = \"AM22\"; entry_desk = \"entry\"; coordinator = \"wsp\"; } "
		");\n",
	.programmes = "programmes = ( { code = \"OLD\"; to = \"2026-01-01\"; } );\n",
	.routes =
		"routes = ( { name = \"work\"; questions = [ \"WERK\" ]; to_kind = \"WSP\"; } );\n",
	.clocks = "clocks = { };\n",
	.codes = "list,code,label_nl,from\nquestion,WERK,Werk,x\nquestion,TAAL,Taal,x\n"
		 "desk_kind,WSP,W,x\ndesk_kind,WERKCENTRUM,C,x\nprogramme,OLD,O,x\n"
		 "programme,NEW,N,x\n",
	.regions_csv = "am_code,arbeidsmarktregio,valid_from,valid_to\nAM22,Rijnmond,,\n",
	.municipalities = "gm_code,gemeente,am_code,valid_from,valid_to\nGM0599,Rotterdam,AM22,,\n",
	.mergers = "oude_gm_code,nieuwe_gm_code,ingangsdatum\n",
};

static const char *const includes = "codes_file = \"codes.csv\";\n"
				    "@include \"partners.conf\"\n@include \"kinds.conf\"\n"
				    "@include \"desks.conf\"\n@include \"regions.conf\"\n"
				    "@include \"programmes.conf\"\n@include \"routes.conf\"\n"
				    "@include \"clocks.conf\"\n";

static void write_one(
	const struct folder *folder, const char *name, const char *text, const char *otherwise)
{
	folder_write(folder, name, text != NULL ? text : otherwise);
}

void small_conf_write(const struct small_conf *conf, const struct folder *folder)
{
	char main_file[8192];
	snprintf(main_file, sizeof(main_file), "%s%s", conf->main != NULL ? conf->main : plain.main,
		includes);
	folder_write(folder, "main.conf", main_file);
	write_one(folder, "partners.conf", conf->partners, plain.partners);
	write_one(folder, "kinds.conf", conf->kinds, plain.kinds);
	write_one(folder, "desks.conf", conf->desks, plain.desks);
	write_one(folder, "regions.conf", conf->regions, plain.regions);
	write_one(folder, "programmes.conf", conf->programmes, plain.programmes);
	write_one(folder, "routes.conf", conf->routes, plain.routes);
	write_one(folder, "clocks.conf", conf->clocks, plain.clocks);
	write_one(folder, "codes.csv", conf->codes, plain.codes);
	write_one(folder, "arbeidsmarktregios.csv", conf->regions_csv, plain.regions_csv);
	write_one(folder, "gemeenten.csv", conf->municipalities, plain.municipalities);
	write_one(folder, "gemeente-fusies.csv", conf->mergers, plain.mergers);
}

/* As the one that deliveries have if they name none. */
static enum outcome render_nothing(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	(void)config;
	(void)opened;
	(void)answers;
	(void)err;
	out->method = NULL;
	return OK;
}

static enum outcome parse_nothing(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	(void)config;
	(void)docs;
	(void)out;
	(void)err;
	return OK;
}

struct table_config {
	const char *desk;
	const struct setting_pair *desks, *questions;
	bool snapshot;
};

static const struct setting table_settings[] = {
	{"desk", SETTING_FORMAT, offsetof(struct table_config, desk), "", 0, 0, SETTING_ONE("desk"),
		"One."},
	{"desks", SETTING_FORMAT_PAIRS, offsetof(struct table_config, desks), "", 0, 0,
		SETTING_ONE("desk"), "Several."},
	{"questions", SETTING_CODE_PAIRS, offsetof(struct table_config, questions), "", 0, 0,
		SETTING_ONE("question"), "What they ask."},
	{"snapshot", SETTING_BOOL, offsetof(struct table_config, snapshot), "false", 0, 0, NULL,
		"All of it."},
	{0},
};

static const struct connector cloudevent = {.name = "cloudevent", .render = render_nothing};
static const struct connector table = {.name = "table",
	.settings = table_settings,
	.config_size = sizeof(struct table_config),
	.parse = parse_nothing,
	.render = render_nothing};
static const struct connector *const connectors[] = {&cloudevent, &table, NULL};

struct conf *small_conf_load(
	const struct small_conf *conf, const struct folder *folder, struct conf_problems *problems)
{
	struct conf *loaded = NULL;
	small_conf_write(conf, folder);
	if (conf_load(folder_path(folder, "main.conf"), connectors, &loaded, problems) != OK)
		return NULL;
	if (conf_check(loaded, NULL, 0, problems) == OK)
		return loaded;
	conf_free(loaded);
	return NULL;
}

static void leave_out(char *text, const char *word)
{
	size_t size = strlen(word);
	for (char *at = text; (at = strstr(at, word)) != NULL;)
		memmove(at, at + size, strlen(at + size) + 1);
}

char *small_conf_text(const struct conf_problems *problems, const struct folder *folder)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	conf_problems_print(problems, out);
	fclose(out);
	leave_out(text, folder_path(folder, ""));
	return text;
}

static bool is_right(const struct small_conf_row *row)
{
	struct folder folder;
	struct conf_problems problems = {0};
	folder_make(&folder);
	struct conf *conf = small_conf_load(&row->conf, &folder, &problems);
	char *text = small_conf_text(&problems, &folder);
	bool right = strcmp(text, row->problems) == 0 && (conf == NULL) == (problems.errors > 0);
	if (!right)
		fprintf(stderr, "%s:\n%sexpected:\n%s", row->text, text, row->problems);
	free(text);
	conf_free(conf);
	conf_problems_done(&problems);
	folder_remove(&folder);
	return right;
}

size_t small_conf_wrong(const struct small_conf_row *rows, size_t count)
{
	size_t wrong = 0;
	for (size_t i = 0; i < count; i++)
		wrong += !is_right(&rows[i]);
	return wrong;
}
