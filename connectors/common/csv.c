/* csv - the hub's own table: a referral or action per row, and a handover as a row. */
#include "connectors/common/csv.h"

#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/flat.h"
#include "connectors/common/sheet.h"
#include "hub/base/nearest.h"

/* What a row is about: the parts of a Draft. One of the last two is its body. */
enum part { DRAFT, PERSON, REFERRAL, CHANGE, PARTS };

static const char *const records[PARTS] = {"Draft", "Person", "Referral", "StatusChange"};

struct part_fields {
	struct flat_field items[FLAT_MAX];
	size_t count;
};

struct csv_config {
	const struct setting_pair *defaults;
};

static const struct setting settings[] = {
	{"defaults", SETTING_PAIRS, offsetof(struct csv_config, defaults),
		"( ( \"kind\", \"TRANSFER\" ), ( \"subject\", \"PERSON\" ), ( \"origin\", "
		"\"PARTNER\" ), ( "
		"\"purpose\", \"GUIDANCE\" ) )",
		0, 0, NULL,
		"What stands in a column of a referral that is empty or not there: ( ( "
		"\"from_desk\", "
		"\"gemeente-rotterdam\" ) )."},
	{0},
};

/* The system is that of the source. */
static bool is_column(const struct flat_field *at)
{
	return strcmp(at->name, "system") != 0;
}

static void list_parts(struct part_fields out[PARTS], struct arena *arena)
{
	for (size_t i = 0; i < PARTS; i++)
		out[i].count = flat_list(
			schema_find(records[i])->rows, CHECK_PARTNER, arena, out[i].items);
}

static const struct flat_field *find(const struct part_fields *part, struct bytes name)
{
	for (size_t i = 0; i < part->count; i++)
		if (is_column(&part->items[i]) && bytes_equal_string(name, part->items[i].name))
			return &part->items[i];
	return NULL;
}

/* A column's place in each part that has it. */
struct column {
	const struct flat_field *at[PARTS];
	bool is_known;
};

/* A column whose value is preset where it is empty. */
struct preset {
	struct column column;
	struct bytes value;
	size_t place; /* in the sheet */
};

static struct column column_of(const struct part_fields parts[PARTS], struct bytes name)
{
	struct column column = {0};
	for (size_t i = 0; i < PARTS; i++) {
		column.at[i] = find(&parts[i], name);
		column.is_known = column.is_known || column.at[i] != NULL;
	}
	return column;
}

struct reader {
	struct sheet sheet;
	struct column columns[ROWS_FIELDS];
	struct preset *presets; /* of the settings */
	size_t presets_count;
	size_t action; /* the column */
	struct arena *arena;
};

/* Without the name: where a file has no first row of names, it is a client's. */
static enum outcome refuse_column(const struct part_fields parts[PARTS], const struct sheet *sheet,
	size_t place, struct err *err)
{
	const char *words[PARTS * FLAT_MAX + 1] = {NULL};
	size_t count = 0;
	for (size_t i = 0; i < PARTS; i++)
		for (size_t j = 0; j < parts[i].count; j++)
			words[count++] = parts[i].items[j].name;
	const char *meant =
		nearest_word(arena_string(sheet->rows.arena, sheet->names[place]), words);
	return err_set(err, REJECT,
		"the first row has in column %zu a name that the template does not have%s%s",
		place + 1, meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "");
}

static void take_presets(
	struct reader *out, const struct part_fields parts[PARTS], const struct setting_pair *pairs)
{
	while (pairs[out->presets_count].name != NULL)
		out->presets_count++;
	out->presets = arena_get_array(out->arena, out->presets_count, sizeof(*out->presets));
	for (size_t i = 0; i < out->presets_count; i++)
		out->presets[i] =
			(struct preset){.column = column_of(parts, bytes_of_string(pairs[i].name)),
				.value = bytes_of_string(pairs[i].value),
				.place = sheet_find(&out->sheet, pairs[i].name)};
}

static enum outcome open_reader(struct reader *out, const struct csv_config *config,
	const struct documents *docs, struct err *err)
{
	static const char *const required[] = {"case", NULL};
	struct part_fields *parts = arena_get_array(out->arena, PARTS, sizeof(*parts));
	if (sheet_open(&out->sheet, docs, out->arena, err) != OK)
		return REJECT;
	list_parts(parts, out->arena);
	for (size_t i = 0; i < out->sheet.columns; i++) {
		struct bytes name = out->sheet.names[i];
		out->columns[i] = column_of(parts, name);
		if (name.size > 0 && !out->columns[i].is_known)
			return refuse_column(parts, &out->sheet, i, err);
	}
	take_presets(out, parts, config->defaults);
	out->action = sheet_find(&out->sheet, "action");
	return sheet_need(&out->sheet, required, err);
}

/* The trees that a row grows into. */
struct grown {
	struct flat_tree parts[PARTS];
	enum part body;
	bool is_used[PARTS];
};

/* false: the column is of the other body. */
static bool put(struct grown *grown, const struct column *column, struct bytes cell)
{
	const enum part order[] = {DRAFT, PERSON, grown->body};
	for (size_t i = 0; i < 3; i++) {
		enum part part = order[i];
		const struct flat_field *at = column->at[part];
		if (at == NULL)
			continue;
		flat_add(&grown->parts[part], at,
			flat_read(at->field, cell, grown->parts[part].arena));
		grown->is_used[part] = true;
		return true;
	}
	return false;
}

static void put_cells(const struct reader *reader, struct grown *grown, struct problems *problems)
{
	for (size_t i = 0; i < reader->sheet.columns; i++) {
		struct bytes cell = sheet_cell(&reader->sheet, i);
		if (cell.data == NULL || put(grown, &reader->columns[i], cell))
			continue;
		problems_add(problems, NULL, NULL, "%.*s is %s an action: leave it empty",
			BYTES_ARG(reader->sheet.names[i]),
			grown->body == CHANGE ? "not for" : "only for");
	}
}

static void put_defaults(const struct reader *reader, struct grown *grown)
{
	for (size_t i = 0; i < reader->presets_count; i++) {
		const struct preset *preset = &reader->presets[i];
		if (sheet_cell(&reader->sheet, preset->place).data == NULL)
			put(grown, &preset->column, preset->value);
	}
}

static void take_row(const struct reader *reader, struct parcel_draft *item)
{
	struct grown grown = {.body = REFERRAL};
	struct flat_tree body;
	if (!sheet_is_whole(&reader->sheet))
		return;
	if (sheet_cell(&reader->sheet, reader->action).data != NULL)
		grown.body = CHANGE;
	for (size_t i = 0; i < PARTS; i++)
		flat_begin(&grown.parts[i], reader->arena);
	flat_begin(&body, reader->arena);
	put_cells(reader, &grown, &item->problems);
	if (grown.body == REFERRAL)
		put_defaults(reader, &grown);
	flat_add_tree(&body, records[grown.body], &grown.parts[grown.body]);
	flat_add_tree(&grown.parts[DRAFT], "body", &body);
	if (grown.is_used[PERSON])
		flat_add_tree(&grown.parts[DRAFT], "person", &grown.parts[PERSON]);
	(void)draft_from_json(&item->draft, &grown.parts[DRAFT].json, &item->problems);
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct reader reader = {.arena = out->arena};
	if (open_reader(&reader, config, docs, err) != OK)
		return REJECT;
	while (sheet_next(&reader.sheet, out))
		take_row(&reader, sheet_add(&reader.sheet, out));
	return OK;
}

static enum outcome check(const void *config, struct err *err)
{
	const struct csv_config *csv_config = config;
	struct arena arena = {0};
	struct part_fields parts[PARTS];
	enum outcome outcome = OK;
	list_parts(parts, &arena);
	for (const struct setting_pair *it = csv_config->defaults; it->name != NULL; it++)
		if (outcome == OK && find(&parts[DRAFT], bytes_of_string(it->name)) == NULL &&
			find(&parts[PERSON], bytes_of_string(it->name)) == NULL &&
			find(&parts[REFERRAL], bytes_of_string(it->name)) == NULL)
			outcome = err_set(
				err, REJECT, "defaults: a referral has no column %s", it->name);
	arena_done(&arena);
	return outcome;
}

/* What spreadsheets take for a formula, and run: a client may have written it. */
static bool is_formula(struct bytes text)
{
	if (text.size == 0 || strchr("=+-@\t\r", text.data[0]) == NULL)
		return false;
	for (size_t i = 1; i < text.size; i++)
		if (strchr("0123456789 ().,-", text.data[i]) == NULL)
			return true;
	return text.data[0] != '+' && text.data[0] != '-';
}

struct line {
	struct buffer *names, *values;
	struct arena *arena;
};

static void add(struct line *line, const char *before, const char *name, struct bytes value)
{
	const char *separator = line->names->size > 0 ? ";" : "";
	buffer_add_format(line->names, "%s%s%s", separator, before, name);
	buffer_add_string(line->values, separator);
	if (is_formula(value))
		value = bytes_of_string(arena_format(line->arena, "'%.*s", BYTES_ARG(value)));
	sheet_add_cell(line->values, value);
}

static struct bytes text_of(struct json_object *value, struct arena *arena)
{
	struct buffer words = {0};
	if (value == NULL)
		return (struct bytes){0};
	if (!json_object_is_type(value, json_type_array))
		return arena_copy(arena, bytes_of_string(json_object_get_string(value)));
	for (size_t i = 0; i < json_object_array_length(value); i++)
		buffer_add_format(&words, "%s%s", i > 0 ? " " : "",
			json_object_get_string(json_object_array_get_idx(value, i)));
	struct bytes copy = arena_copy(arena, buffer_bytes(&words));
	buffer_done(&words);
	return copy;
}

/* What is inside of the hub, and what has columns of its own. */
static bool is_shown(const struct flat_field *at)
{
	static const char *const hidden[] = {"row", "body", "sealed"};
	const char *name = at->outer != NULL ? at->outer->name : at->name;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(name, hidden[i]) == 0)
			return false;
	return true;
}

/* All fields of a record, of which json may be NULL. */
static void add_record(struct line *line, const char *before, const char *record,
	struct json_object *json, enum check_author author)
{
	struct flat_field fields[FLAT_MAX];
	size_t count = flat_list(schema_find(record)->rows, author, line->arena, fields);
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = json;
		if (!is_shown(&fields[i]))
			continue;
		if (fields[i].outer != NULL)
			value = json_object_object_get(value, fields[i].outer->name);
		value = json_object_object_get(value, fields[i].field->name);
		add(line, before, fields[i].name, text_of(value, line->arena));
	}
}

/* One file with a header for each handover, always with the same columns: what a desk may not see
 * is empty. The columns of the referral and the person are those of the template that comes in. The
 * byte order mark is for Excel, which takes a file without one for Windows-1252. */
static enum outcome render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	struct buffer names = {0}, values = {0};
	struct line line = {&names, &values, opened->arena};
	(void)config;
	(void)err;
	if (answers->count > 0)
		return OK;
	struct json_object *handover = handover_to_json(opened->handover),
			   *person = opened->person != NULL ? person_to_json(opened->person) : NULL;
	add(&line, "handover.", "id", bytes_of_string(opened->id));
	add(&line, "handover.", "url", bytes_of_string(opened->url));
	add(&line, "handover.", "own_case", opened->own_case);
	add_record(&line, "handover.", "Handover", handover, CHECK_HUB);
	add_record(&line, "", "Referral", json_object_object_get(handover, "body"), CHECK_PARTNER);
	add_record(&line, "", "Person", person, CHECK_PARTNER);
	const char *text = arena_format(opened->arena, "\xef\xbb\xbf%s\r\n%s\r\n",
		buffer_string(&names), buffer_string(&values));
	out->method = "POST";
	out->type = bytes_of_string("text/csv; charset=utf-8");
	out->body = bytes_of_string(text);
	buffer_done(&names);
	buffer_done(&values);
	json_object_put(handover);
	json_object_put(person);
	return OK;
}

const struct connector csv = {
	.name = "csv",
	.summary = "the hub's own table as CSV: referrals and actions in, handovers out",
	.settings = settings,
	.config_size = sizeof(struct csv_config),
	.check = check,
	.parse = parse,
	.acknowledge = sheet_acknowledge,
	.render = render,
};
