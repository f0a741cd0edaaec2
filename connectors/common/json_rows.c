/* json_rows - the rows of a JSON document, one behind the other. */
#include "connectors/common/json_rows.h"

#include <string.h>

/* What a parcel's rows may need of the arena before the rest waits for the next one. */
#define PARCEL_MAX ((size_t)16 << 20)

/* Behind the word and the spaces that follow it; false: another one stands there. */
static bool pass(struct member_walk *walk, struct bytes word)
{
	if ((size_t)(walk->end - walk->at) < word.size ||
		memcmp(walk->at, word.data, word.size) != 0)
		return false;
	walk->at += word.size;
	member_skip_space(walk);
	return true;
}

static bool pass_mark(struct member_walk *walk, const char *mark)
{
	return pass(walk, bytes_of_string(mark));
}

/* Behind the bracket of the list that the member of that name is. */
static bool enter_member(struct member_walk *walk, const char *name)
{
	struct member_walk member = *walk;
	if (member.at == member.end || *member.at++ != '"' || !pass_mark(&member, name) ||
		member.at == member.end || *member.at++ != '"')
		return false;
	member_skip_space(&member);
	if (!pass_mark(&member, ":") || !pass_mark(&member, "["))
		return false;
	*walk = member;
	return true;
}

static bool enter_list(struct member_walk *walk, const char *name)
{
	struct member_walk in = *walk;
	do {
		in.at++;
		member_skip_space(&in);
		if (enter_member(&in, name)) {
			*walk = in;
			return true;
		}
		in.at = member_end(in.at, in.end);
	} while (in.at < in.end && *in.at == ',');
	return false;
}

enum outcome json_rows_open(
	struct json_rows *out, struct bytes body, size_t from, const char *wrapper, struct err *err)
{
	struct json_rows rows = {.walk = member_walk_of(body), .wrapper = wrapper};
	if (rows.walk.at == rows.walk.end)
		return err_set(err, REJECT, "it is empty: send a row, or a list of rows");
	if (*rows.walk.at != '{' && *rows.walk.at != '[')
		return err_set(err, REJECT, "it is neither a JSON object nor a list of them");
	rows.is_wrapped = *rows.walk.at == '{' && enter_list(&rows.walk, wrapper);
	if (rows.is_wrapped || pass_mark(&rows.walk, "["))
		rows.head = rows.walk.at;
	if (from > 0)
		rows.walk.at = rows.walk.begin + from;
	member_skip_space(&rows.walk);
	rows.is_over = rows.head != NULL && rows.walk.at < rows.walk.end && *rows.walk.at == ']';
	rows.walk.at += rows.is_over;
	member_skip_space(&rows.walk);
	*out = rows;
	return OK;
}

/* Stands behind the comma or bracket that follows the row then. false: there is none. */
static bool next_row(struct json_rows *rows, struct bytes *out)
{
	const uint8_t *from = rows->walk.at;
	if (rows->is_over)
		return false;
	rows->walk.at = rows->head != NULL ? member_end(from, rows->walk.end) : rows->walk.end;
	*out = bytes_of(from, (size_t)(rows->walk.at - from));
	rows->mark = rows->walk.at < rows->walk.end ? *rows->walk.at++ : 0;
	rows->is_over = rows->mark == 0 || rows->mark == ']';
	member_skip_space(&rows->walk);
	return true;
}

/* Published examples have commas with nothing behind them. NULL: it is not that. */
static const uint8_t *find_loose_comma(const struct json_rows *rows)
{
	const uint8_t *comma = NULL;
	bool is_string = false;
	for (const uint8_t *at = rows->walk.begin; at < rows->walk.end; at++) {
		if (is_string && *at == '\\' && at + 1 < rows->walk.end)
			at++;
		else if (*at == '"')
			is_string = !is_string;
		else if (!is_string && comma != NULL && memchr(",}]", *at, 3) != NULL)
			return comma;
		else if (!is_string && *at == ',')
			comma = at;
		if (is_string || memchr(", \t\r\n", *at, 5) == NULL)
			comma = NULL;
	}
	return NULL;
}

static bool has_loose_comma(const struct json_rows *rows, struct err *err)
{
	const uint8_t *comma = find_loose_comma(rows);
	if (comma != NULL)
		err_set(err, REJECT,
			"it is not JSON: nothing follows the comma at byte %zu: leave it out",
			(size_t)(comma - rows->walk.begin));
	return comma != NULL;
}

static enum outcome refuse(
	const struct json_rows *rows, struct bytes row, const char *why, struct err *err)
{
	if (has_loose_comma(rows, err))
		return REJECT;
	return err_set(
		err, REJECT, "the row at byte %zu %s", (size_t)(row.data - rows->walk.begin), why);
}

/* Sizes of what stands around a list that is over. */
struct around {
	const uint8_t *begin;
	size_t before, behind;
};

static struct around around_of(const struct json_rows *rows)
{
	struct member_walk all = member_walk_of(
		bytes_of(rows->walk.begin, (size_t)(rows->walk.end - rows->walk.begin)));
	return (struct around){.begin = all.at,
		.before = (size_t)(rows->head - all.at),
		.behind = (size_t)(all.end - rows->walk.at)};
}

const struct json_tree *json_rows_around(const struct json_rows *rows, struct arena *arena)
{
	struct problems problems;
	if (!rows->is_wrapped)
		return NULL;
	struct around around = around_of(rows);
	if (around.before > JSON_ROWS_MAX || around.behind > JSON_ROWS_MAX)
		return NULL;
	uint8_t *text = arena_get(arena, around.before + 1 + around.behind);
	memcpy(text, around.begin, around.before);
	text[around.before] = ']';
	if (around.behind > 0)
		memcpy(text + around.before + 1, rows->walk.at, around.behind);
	problems_init(&problems, arena);
	return json_tree_parse(
		bytes_of(text, around.before + 1 + around.behind), JSON_ROWS_DEPTH, &problems);
}

static size_t count_members(const struct json_tree *around, const char *name)
{
	size_t count = 0;
	for (const struct json_tree *it = around->first; it != NULL; it = it->next)
		count += bytes_equal_string(it->name, name);
	return count;
}

/* What stands around a list that is over must be JSON too, with no rows in it, and tell of no other
 * list. */
static enum outcome check_around(const struct json_rows *rows, struct arena *arena, struct err *err)
{
	struct around around = around_of(rows);
	if (around.before > JSON_ROWS_MAX || around.behind > JSON_ROWS_MAX)
		return err_set(err, REJECT, "what stands around its %s is larger than %zu bytes",
			rows->wrapper, JSON_ROWS_MAX);
	const struct json_tree *found = json_rows_around(rows, arena);
	if (found == NULL && has_loose_comma(rows, err))
		return REJECT;
	if (found == NULL)
		return err_set(err, REJECT, "what stands around its %s is not JSON", rows->wrapper);
	if (count_members(found, rows->wrapper) != 1)
		return err_set(err, REJECT, "it has the member %s more than once", rows->wrapper);
	return OK;
}

static enum outcome check_end(
	const struct json_rows *rows, struct bytes row, struct arena *arena, struct err *err)
{
	if (rows->is_wrapped)
		return check_around(rows, arena, err);
	if (rows->walk.at < rows->walk.end)
		return refuse(rows, row, "is the last, and something follows", err);
	return OK;
}

/* Row by row, so that a long list needs no more memory than its longest row. */
static enum outcome check(struct json_rows rows, struct err *err)
{
	struct arena arena = {0};
	enum outcome outcome = OK;
	struct bytes row = bytes_of(rows.walk.at, 0);
	while (outcome == OK && next_row(&rows, &row)) {
		struct problems problems;
		problems_init(&problems, &arena);
		bool is_closed = rows.head == NULL || rows.mark == ',' || rows.mark == ']';
		if (row.size <= JSON_ROWS_MAX &&
			json_tree_parse(row, JSON_ROWS_DEPTH, &problems) == NULL)
			outcome = refuse(&rows, row, problems.items[0].text, err);
		else if (!is_closed)
			outcome = refuse(&rows, row, "does not end in a comma or ]", err);
		arena_reset(&arena);
	}
	if (outcome == OK)
		outcome = check_end(&rows, row, &arena, err);
	arena_done(&arena);
	return outcome;
}

bool json_rows_read(struct json_rows *rows, struct arena *arena, struct json_rows_row *out)
{
	struct problems unread;
	struct json_rows_row row = {0};
	if (!next_row(rows, &row.text))
		return false;
	problems_init(&unread, arena);
	row.place = (size_t)(row.text.data - rows->walk.begin);
	if (row.text.size > JSON_ROWS_MAX)
		row.why_not = arena_format(arena, "is larger than %zu bytes", JSON_ROWS_MAX);
	else
		row.tree = json_tree_parse(row.text, JSON_ROWS_DEPTH, &unread);
	if (row.tree == NULL && row.why_not == NULL)
		row.why_not = unread.items[0].text;
	if (row.tree != NULL && row.tree->kind != JSON_TREE_OBJECT) {
		row.why_not = "is not a JSON object";
		row.tree = NULL;
	}
	*out = row;
	return true;
}

enum outcome json_rows_parse(struct json_rows *rows, const struct documents *docs,
	struct parcel *out, struct json_rows_taker taker, struct err *err)
{
	size_t before = out->arena->used;
	struct json_rows_row row;
	if (docs->from == 0 && check(*rows, err) != OK)
		return REJECT;
	while (out->drafts_count < PARCEL_DRAFTS - 1 && out->arena->used - before < PARCEL_MAX) {
		if (!json_rows_read(rows, out->arena, &row))
			return OK;
		taker.take(taker.of, &row);
	}
	out->more = !rows->is_over;
	out->next = (size_t)(rows->walk.at - rows->walk.begin);
	return OK;
}
