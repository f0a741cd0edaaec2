/* sheet - a CSV document whose first row names its columns, in parcels; and one as an answer. */
#include "connectors/common/sheet.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A parcel reads no more than this, so that rows that say nothing do not make it long either. */
#define PARCEL_BYTES (4 * 1024 * 1024)

/* How many bytes of white space, or of a no-break space, lie there. */
static size_t space_at(struct bytes text, size_t at)
{
	static const uint8_t no_break[] = {0xc2, 0xa0};
	if (at + 1 < text.size && memcmp(text.data + at, no_break, 2) == 0)
		return 2;
	return at < text.size && isspace(text.data[at]) ? 1 : 0;
}

static size_t skip_space(struct bytes text, size_t at)
{
	for (size_t size; (size = space_at(text, at)) > 0;)
		at += size;
	return at;
}

/* Most have none at either end. */
static bool is_trim(struct bytes text)
{
	return text.size == 0 ||
		(text.data[0] > ' ' && text.data[0] < 0x7f && text.data[text.size - 1] > ' ' &&
			text.data[text.size - 1] < 0x7f);
}

static struct bytes trim(struct bytes text)
{
	if (is_trim(text))
		return text;
	size_t from = skip_space(text, 0), end = from;
	for (size_t at = from; at < text.size; at = skip_space(text, at + 1))
		end = at + 1;
	return bytes_of(text.data + from, end - from);
}

static bool is_same_name(struct bytes a, struct bytes b)
{
	size_t i = skip_space(a, 0), j = skip_space(b, 0);
	while (i < a.size && j < b.size && tolower(a.data[i]) == tolower(b.data[j])) {
		i = skip_space(a, i + 1);
		j = skip_space(b, j + 1);
	}
	return i == a.size && j == b.size;
}

static enum outcome take_names(struct sheet *sheet, struct err *err)
{
	if (!rows_next(&sheet->rows, &sheet->row) || sheet->row.fault != NULL)
		return err_set(err, REJECT, "has no first row that names its columns");
	if (sheet->row.count > ROWS_FIELDS)
		return err_set(err, REJECT, "has more than %d columns", ROWS_FIELDS);
	sheet->columns = sheet->row.count;
	for (size_t i = 0; i < sheet->columns; i++) {
		sheet->names[i] = trim(sheet->row.fields[i]);
		for (size_t j = 0; j < i && sheet->names[i].size > 0; j++)
			if (is_same_name(sheet->names[i], sheet->names[j]))
				return err_set(err, REJECT,
					"the first row has the same name in columns %zu and %zu",
					j + 1, i + 1);
	}
	return OK;
}

enum outcome sheet_open(
	struct sheet *out, const struct documents *docs, struct arena *arena, struct err *err)
{
	struct bytes text = docs->items[0].body;
	if (docs->from == 0 && rows_check(text, err) != OK)
		return REJECT;
	rows_open(&out->rows, text, 0, arena);
	if (take_names(out, err) != OK)
		return REJECT;
	if (docs->from > out->rows.at)
		rows_go_on(&out->rows, docs->from, docs->line);
	out->end = out->rows.at + PARCEL_BYTES;
	return OK;
}

size_t sheet_find(const struct sheet *sheet, const char *name)
{
	for (size_t i = 0; i < sheet->columns; i++)
		if (is_same_name(sheet->names[i], bytes_of_string(name)))
			return i;
	return SHEET_NONE;
}

enum outcome sheet_need(const struct sheet *sheet, const char *const *names, struct err *err)
{
	char missing[160] = "";
	for (; *names != NULL; names++) {
		size_t size = strlen(missing);
		if (sheet_find(sheet, *names) == SHEET_NONE)
			snprintf(missing + size, sizeof(missing) - size, "%s%s",
				size > 0 ? ", " : "", *names);
	}
	if (missing[0] == '\0')
		return OK;
	return err_set(err, REJECT, "the first row lacks the columns: %s", missing);
}

bool sheet_next(struct sheet *sheet, struct parcel *parcel)
{
	struct rows *rows = &sheet->rows;
	bool has_room = parcel->drafts_count < PARCEL_DRAFTS && rows->at < sheet->end;
	if (has_room && rows_next(rows, &sheet->row))
		return true;
	parcel->more = rows->at < rows->text.size;
	parcel->next = rows->at;
	parcel->next_line = rows->line;
	return false;
}

bool sheet_is_ended(const struct sheet *sheet, const struct parcel *parcel)
{
	struct bytes text = sheet->rows.text;
	uint8_t last = text.size > 0 ? text.data[text.size - 1] : 0;
	return !parcel->more && (last == '\n' || last == '\r');
}

/* Fields behind the last column are fine as long as they are empty. */
bool sheet_is_whole(const struct sheet *sheet)
{
	const struct rows_row *row = &sheet->row;
	size_t count = row->count;
	while (count > sheet->columns && count <= ROWS_FIELDS && row->fields[count - 1].size == 0)
		count--;
	return row->fault == NULL && count == sheet->columns;
}

struct parcel_draft *sheet_add(const struct sheet *sheet, struct parcel *parcel)
{
	const struct rows_row *row = &sheet->row;
	struct parcel_draft *item = parcel_add(parcel, row->text,
		bytes_of_string(arena_format(parcel->arena, "line %zu", row->line)));
	if (row->fault != NULL)
		problems_add(&item->problems, NULL, NULL, "%s", row->fault);
	else if (!sheet_is_whole(sheet))
		problems_add(&item->problems, NULL, NULL,
			"has %zu fields, but the first row has %zu", row->count, sheet->columns);
	return item;
}

struct bytes sheet_cell(const struct sheet *sheet, size_t column)
{
	struct bytes cell = {0};
	if (column != SHEET_NONE && column < sheet->row.count)
		cell = trim(sheet->row.fields[column]);
	return cell.size > 0 ? cell : (struct bytes){0};
}

void sheet_add_cell(struct buffer *out, struct bytes text)
{
	bool is_quoted = false;
	for (size_t i = 0; i < text.size; i++)
		is_quoted |= strchr(";\"\r\n", text.data[i]) != NULL;
	if (is_quoted)
		buffer_add_string(out, "\"");
	for (size_t i = 0; i < text.size; i++) {
		buffer_add_string(out, text.data[i] == '"' ? "\"" : "");
		buffer_add(out, &text.data[i], 1);
	}
	if (is_quoted)
		buffer_add_string(out, "\"");
}

static void add_reason(struct buffer *out, const struct problems *problems)
{
	struct buffer reason = {0};
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MAX; i++) {
		const struct problem *problem = &problems->items[i];
		buffer_add_format(&reason, "%s%s%s%s", i > 0 ? "; " : "", problem->path,
			problem->path[0] != '\0' ? " " : "", problem->text);
	}
	sheet_add_cell(out, buffer_bytes(&reason));
	buffer_done(&reason);
}

/* What waits for its case, and a fact, have no referral. */
static bool is_named(struct uuid referral)
{
	static const struct uuid none;
	return memcmp(&referral, &none, sizeof(none)) != 0;
}

static void add_verdict(struct buffer *out, const struct verdict *verdict)
{
	static const char *const fates[] = {"taken", "refused", "unknown"};
	char referral[37] = "";
	sheet_add_cell(out, verdict->of->label);
	if (verdict->fate == VERDICT_TAKEN && is_named(verdict->referral))
		bytes_to_uuid(verdict->referral.data, referral);
	buffer_add_format(out, ";%s;%s;", fates[verdict->fate], referral);
	if (verdict->fate == VERDICT_REFUSED)
		add_reason(out, &verdict->of->problems);
	else if (verdict->fate == VERDICT_UNKNOWN)
		buffer_add_string(out, "send it again as it was");
	buffer_add_string(out, "\r\n");
}

enum outcome sheet_acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err)
{
	struct buffer text = {0};
	(void)config;
	(void)err;
	if (docs->from == 0)
		buffer_add_string(&text, "row;fate;referral;reason\r\n");
	for (size_t i = 0; i < verdicts->count; i++)
		add_verdict(&text, &verdicts->items[i]);
	out->status = 200;
	out->type = bytes_of_string("text/csv; charset=utf-8");
	out->body = arena_copy(verdicts->arena, buffer_bytes(&text));
	buffer_done(&text);
	return OK;
}
