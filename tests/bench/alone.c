/* alone - what a connector by itself makes of one document, or of the same one about many, per
 * second of CPU time: what the hub could do at best that has nothing else to do. */
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "tests/bench/args.h"
#include "tests/bench/manifest.h"
#include "tests/bench/numbers.h"
#include "tests/support/connector_conf.h"
#include "tests/support/made_sheet.h"

static const char *name, *settings, *codes, *sheet, *out, *document, *list;
static int64_t mb, rows, first = 1, count = 1;

static const struct args_row arguments[] = {
	{"connector", &name, NULL, "its name"},
	{"settings", &settings, NULL, "file with its settings"},
	{"codes", &codes, NULL, "file with the code lists"},
	{"sheet", &sheet, NULL, "name of a made file; else --document"},
	{"mb", NULL, &mb, "size of the made file, or"},
	{"rows", NULL, &rows, "so many rows of it"},
	{"first", NULL, &first, "number of its first row"},
	{"out", &out, NULL, "where the made file is put"},
	{"document", &document, NULL, "file with what is posted, with places for numbers"},
	{"count", NULL, &count, "so many of them"},
	{"list", &list, NULL, "what it may fetch: see manifest.h"},
};

struct alone {
	const struct connector *connector;
	const void *config;
	struct manifest manifest;
	struct arena arena, fetched;
	size_t rows, drafts, wrong, passed;
};

static void parse(struct alone *alone, const struct documents *docs, struct parcel *parcel)
{
	struct err err = {0};
	arena_reset(&alone->arena);
	*parcel = (struct parcel){.arena = &alone->arena};
	if (alone->connector->parse(alone->config, docs, parcel, &err) != OK)
		args_die("%s: %s", name, err.text);
}

static void count_parcel(struct alone *alone, const struct parcel *parcel)
{
	alone->drafts += parcel->drafts_count;
	alone->passed += parcel->passed;
	for (size_t i = 0; i < parcel->drafts_count; i++)
		alone->wrong += parcel->drafts[i]->problems.count > 0;
}

static void parse_all(struct alone *alone, struct documents *docs, struct parcel *parcel)
{
	parse(alone, docs, parcel);
	count_parcel(alone, parcel);
	while (parcel->more) {
		docs->from = parcel->next;
		docs->line = parcel->next_line;
		parse(alone, docs, parcel);
		count_parcel(alone, parcel);
	}
}

static struct document fetch(struct alone *alone, struct bytes url)
{
	struct bytes mark = url;
	const struct bytes plain = bytes_cut_first(&mark, '#');
	const struct document found = {.name = arena_copy(&alone->fetched, url),
		.body = manifest_find(&alone->manifest, plain, &alone->fetched),
		.status = 200};
	if (found.body.data == NULL)
		args_die("%.*s is not in the list", BYTES_ARG(plain));
	return found;
}

/* As an edge does it: what is wanted is fetched, and all of it parsed again. */
static void take_task(struct alone *alone, struct bytes url)
{
	struct document items[CONNECTOR_DOCUMENTS] = {fetch(alone, url)};
	struct documents docs = {.items = items, .count = 1, .way = DOCUMENTS_FETCHED};
	struct parcel parcel;
	parse(alone, &docs, &parcel);
	while (parcel.wants_count > 0) {
		if (docs.count + parcel.wants_count > CONNECTOR_DOCUMENTS)
			args_die("%s wants more than %d documents", name, CONNECTOR_DOCUMENTS);
		for (size_t i = 0; i < parcel.wants_count; i++)
			items[docs.count++] = fetch(alone, parcel.wants[i].url);
		parse(alone, &docs, &parcel);
	}
	count_parcel(alone, &parcel);
}

static void take_post(struct alone *alone, struct bytes text, int64_t number)
{
	struct buffer body = {0};
	struct parcel parcel;
	buffer_add_bytes(&body, text);
	numbers_fill_in(&body, number, 0);
	const struct document posted = {.body = buffer_bytes(&body), .status = 200};
	struct documents docs = {.items = &posted, .count = 1, .way = DOCUMENTS_POSTED};
	parse_all(alone, &docs, &parcel);
	for (size_t i = 0, tasks = parcel.tasks_count; i < tasks; i++) {
		const struct bytes url = arena_copy(&alone->fetched, parcel.tasks[i]);
		take_task(alone, url);
	}
	arena_reset(&alone->fetched);
	buffer_done(&body);
}

static double take_posts(struct alone *alone)
{
	struct arena arena = {0};
	struct bytes text;
	struct err err = {0};
	if (file_read(document, &arena, &text, &err) != OK)
		args_die("%s: %s", document, err.text);
	double began = clock_cpu_seconds();
	for (int64_t i = 0; i < count; i++)
		take_post(alone, text, first + i);
	double seconds = clock_cpu_seconds() - began;
	arena_done(&arena);
	return seconds;
}

static void write_out(struct bytes text)
{
	FILE *file = fopen(out, "we");
	if (file == NULL || fwrite(text.data, 1, text.size, file) != text.size || fclose(file) != 0)
		args_die("%s cannot be written", out);
}

static double take_sheet(struct alone *alone)
{
	struct buffer text = {0};
	struct parcel parcel;
	const struct made_sheet *made = made_sheets;
	while (made->connector != NULL && strcmp(made->about, sheet) != 0)
		made++;
	if (made->connector == NULL)
		args_die("no sheet is called %s", sheet);
	alone->rows = mb > 0 ? made_sheet_fill(made, (size_t)mb * 1000000, &text)
			     : made_sheet_rows(made, (size_t)first, (size_t)rows, &text);
	write_out(buffer_bytes(&text));
	const struct document whole = {.body = buffer_bytes(&text), .status = 200};
	struct documents docs = {.items = &whole, .count = 1, .way = DOCUMENTS_DROPPED};
	double began = clock_cpu_seconds();
	parse_all(alone, &docs, &parcel);
	double seconds = clock_cpu_seconds() - began;
	buffer_done(&text);
	return seconds;
}

int main(int argc, char **argv)
{
	struct alone alone = {0};
	struct connector_conf conf;
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	alone.connector = connector_find(connectors, bytes_of_string(name));
	if (alone.connector == NULL ||
		!connector_conf_load(&conf, alone.connector, settings, codes))
		args_die("--connector, or its --settings: it does not take them");
	alone.config = conf.config;
	if (list != NULL)
		manifest_read(&alone.manifest, list);
	double seconds = sheet != NULL ? take_sheet(&alone) : take_posts(&alone);
	printf("{\"rows\": %zu, \"drafts\": %zu, \"wrong\": %zu, \"passed\": %zu, "
	       "\"cpu_seconds\": %.6f}\n",
		alone.rows, alone.drafts, alone.wrong, alone.passed, seconds);
	arena_done(&alone.arena);
	arena_done(&alone.fetched);
	arena_done(&alone.manifest.arena);
	connector_conf_done(&conf);
	return 0;
}
