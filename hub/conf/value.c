/* value - one value of a setting: described, read and checked against its row, and stored. */
#include "hub/conf/bind.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "hub/base/format.h"
#include "hub/conf/words.h"

/* How a value is written. */
enum shape { TEXT, NUMBER, LIST, PAIRS };

/* What is said of a type, the row's choices behind it. */
static const struct type {
	enum shape shape;
	bool is_plain;
	const char *must, *kind;
} types[] = {
	[SETTING_STRING] = {TEXT, true, "a text in double quotes", "text"},
	[SETTING_FORMAT] = {TEXT, false, "a text: ", ""},
	[SETTING_CODE] = {TEXT, false, "a code of the list ", "code of "},
	[SETTING_FILE] = {TEXT, true, "the path of a file in double quotes", "file"},
	[SETTING_SECRET] = {TEXT, true, "the path of a file in double quotes", "file"},
	[SETTING_INT] = {NUMBER, false, "a whole number", "number"},
	[SETTING_LONG] = {NUMBER, false, "a whole number", "number"},
	[SETTING_BOOL] = {NUMBER, false, "true or false", "true | false"},
	[SETTING_DATE] = {TEXT, false, "a date such as \"2026-03-02\"", "date"},
	[SETTING_CHOICE] = {TEXT, false, "one of ", ""},
	[SETTING_CHOICES] = {LIST, false, "a list of ", ""},
	[SETTING_STRINGS] = {LIST, false, "a list of texts such as [ \"a\", \"b\" ]", "texts"},
	[SETTING_CODES] = {LIST, false, "a list of codes of the list ", "codes of "},
	[SETTING_PAIRS] = {PAIRS, true, "a list of pairs such as ( ( \"name\", \"value\" ) )",
		"pairs"},
	[SETTING_SECRET_PAIRS] = {PAIRS, true,
		"a list of names and files such as ( ( \"name\", \"file\" ) )", "pairs"},
	[SETTING_CODE_PAIRS] = {PAIRS, false,
		"a list of pairs such as ( ( \"name\", \"CODE\" ) ), each with a code of the list ",
		"pairs with codes of "},
	[SETTING_FORMAT_PAIRS] = {PAIRS, false,
		"a list of pairs such as ( ( \"name\", \"value\" ) ), each with ", "pairs with "},
};

/* Its texts, or the second of each pair, are codes; or of a form. */
static bool is_code(const struct setting *row)
{
	return row->type == SETTING_CODE || row->type == SETTING_CODES ||
		row->type == SETTING_CODE_PAIRS;
}

static bool is_form(const struct setting *row)
{
	return row->type == SETTING_FORMAT || row->type == SETTING_FORMAT_PAIRS;
}

bool value_is_plain(const struct setting *row)
{
	return types[row->type].is_plain;
}

const char *value_kind(struct arena *arena, const struct setting *row)
{
	return arena_format(
		arena, "%s%s", types[row->type].kind, words_join(arena, row->choices, " | "));
}

const char *value_describe(struct arena *arena, const struct setting *row)
{
	const struct type *type = &types[row->type];
	const char *more = words_join(arena, row->choices, ", ");
	if (is_form(row))
		more = format_doc(row->choices[0]);
	else if (row->type == SETTING_STRING && row->max != 0)
		return arena_format(
			arena, "a text of %" PRId64 " to %" PRId64 " bytes", row->min, row->max);
	else if (type->shape == NUMBER && (row->min != 0 || row->max != 0))
		more = arena_format(arena, " from %" PRId64 " to %" PRId64, row->min, row->max);
	return arena_format(arena, "%s%s", type->must, more);
}

const char *value_literal(struct arena *arena, const struct setting *row, const char *example)
{
	const char *preset = row->preset != NULL ? row->preset : example;
	enum shape shape = types[row->type].shape;
	if (shape == TEXT)
		return arena_format(arena, "\"%s\"", preset);
	if (preset[0] == '\0')
		return shape == PAIRS ? "( )" : "[ ]";
	return preset;
}

static bool size_fits(const struct setting *row, size_t size)
{
	size_t least = row->min > 0 ? (size_t)row->min : 1;
	return size >= least && (row->max == 0 || size <= (size_t)row->max);
}

/* One text of the value. */
static bool text_fits(const struct bind *bind, const struct setting *row, const char *text)
{
	int32_t date = 0;
	struct bytes bytes = bytes_of_string(text);
	if (row->type == SETTING_CHOICE || row->type == SETTING_CHOICES)
		return words_have(row->choices, text);
	if (is_code(row))
		return bind->codes == NULL || codes_has(bind->codes, row->choices[0], bytes);
	if (is_form(row))
		return format_is(row->choices[0], bytes);
	if (row->type == SETTING_DATE)
		return clock_date_from_text(bytes, &date);
	return size_fits(row, bytes.size);
}

static const char *const *known_codes(struct bind *bind, const char *list)
{
	size_t count = 0, at = 0;
	while (codes_next(bind->codes, list, &at) != NULL)
		count++;
	const char **words = arena_get_array(&bind->problems->arena, count + 1, sizeof(*words));
	at = 0;
	for (size_t i = 0; i < count; i++)
		words[i] = codes_next(bind->codes, list, &at)->code;
	return words;
}

/* A row, where it stands in the tree, and its place in what is filled. */
struct value {
	struct bind *bind;
	const struct setting *row;
	config_setting_t *member;
	void *place;
};

/* Of the value or an element of it; `but` ends the report: what it is instead, or "". */
static bool refuse(const struct value *value, const config_setting_t *element, const char *but)
{
	struct conf_problems *problems = value->bind->problems;
	report_error(problems, bind_place(value->bind, element), "%s must be %s%s",
		value->row->name, value_describe(&problems->arena, value->row), but);
	return false;
}

static bool refuse_text(
	const struct value *value, const config_setting_t *element, const char *text)
{
	struct conf_problems *problems = value->bind->problems;
	const struct setting *row = value->row;
	const char *hint = "";
	if (row->type == SETTING_CHOICE || row->type == SETTING_CHOICES)
		hint = report_hint(problems, text, row->choices);
	else if (is_code(row))
		hint = report_hint(problems, text, known_codes(value->bind, row->choices[0]));
	return refuse(value, element, arena_format(&problems->arena, ", not \"%s\"%s", text, hint));
}

static const char *copy(const struct value *value, const char *text)
{
	enum setting_type type = value->row->type;
	struct bind *bind = value->bind;
	if (type == SETTING_FILE)
		return file_path(bind->arena, bind->folder, text);
	if (type == SETTING_SECRET || type == SETTING_SECRET_PAIRS)
		return file_path(bind->arena, bind->secrets, text);
	return arena_string(bind->arena, bytes_of_string(text));
}

/* A text that fits; NULL: none. */
static void store_text(const struct value *value, const char *text)
{
	const struct setting *row = value->row;
	int32_t *number = value->place;
	if (row->type == SETTING_DATE) {
		*number = INT32_MIN;
		if (text != NULL && !clock_date_from_text(bytes_of_string(text), number))
			assert(false);
	} else if (row->type != SETTING_CHOICE) {
		*(const char **)value->place = text != NULL ? copy(value, text) : NULL;
	} else if (text != NULL) {
		*number = (int32_t)words_place(row->choices, text);
	}
}

static bool read_text(const struct value *value)
{
	const struct setting *row = value->row;
	const char *text = config_setting_get_string(value->member);
	if (text == NULL)
		return refuse(value, value->member, "");
	bool is_none = text[0] == '\0' && row->preset != NULL && row->preset[0] == '\0';
	if (!is_none && !text_fits(value->bind, row, text))
		return refuse_text(value, value->member, text);
	store_text(value, is_none ? NULL : text);
	return true;
}

static void store_number(const struct value *value, int64_t number)
{
	if (value->row->type == SETTING_BOOL)
		*(bool *)value->place = number != 0;
	else if (value->row->type == SETTING_LONG)
		*(int64_t *)value->place = number;
	else
		*(int32_t *)value->place = (int32_t)number;
}

static bool number_fits(const struct setting *row, int64_t number)
{
	if (row->min == 0 && row->max == 0)
		return row->type == SETTING_LONG || (number >= INT32_MIN && number <= INT32_MAX);
	return number >= row->min && number <= row->max;
}

static bool read_number(const struct value *value)
{
	int type = config_setting_type(value->member);
	int64_t number = config_setting_get_int64(value->member);
	if (type == CONFIG_TYPE_BOOL)
		number = config_setting_get_bool(value->member);
	else if (type == CONFIG_TYPE_INT)
		number = config_setting_get_int(value->member);
	else if (type != CONFIG_TYPE_INT64)
		return refuse(value, value->member, "");
	if ((value->row->type == SETTING_BOOL) != (type == CONFIG_TYPE_BOOL))
		return refuse(value, value->member, "");
	if (!number_fits(value->row, number))
		return refuse(value, value->member,
			arena_format(&value->bind->problems->arena, ", not %" PRId64, number));
	store_number(value, number);
	return true;
}

static size_t length_of(const config_setting_t *member)
{
	bool is_listing = config_setting_is_list(member) || config_setting_is_array(member);
	return is_listing ? (size_t)config_setting_length(member) : SIZE_MAX;
}

static bool read_list(const struct value *value)
{
	size_t count = length_of(value->member);
	if (count == SIZE_MAX)
		return refuse(value, value->member, "");
	const char **words = arena_get_array(value->bind->arena, count + 1, sizeof(*words));
	uint32_t bits = 0;
	bool fine = true;
	for (size_t i = 0; i < count; i++) {
		config_setting_t *element = config_setting_get_elem(value->member, (unsigned)i);
		const char *text = config_setting_get_string(element);
		if (text == NULL)
			return refuse(value, element, "");
		words[i] = copy(value, text);
		if (!text_fits(value->bind, value->row, text))
			fine = refuse_text(value, element, text);
		else if (value->row->type == SETTING_CHOICES)
			bits |= UINT32_C(1) << words_place(value->row->choices, text);
	}
	if (fine && value->row->type == SETTING_CHOICES)
		*(uint32_t *)value->place = bits;
	else if (fine)
		*(const char *const **)value->place = words;
	return fine;
}

static bool read_pairs(const struct value *value)
{
	size_t count = length_of(value->member);
	if (count == SIZE_MAX)
		return refuse(value, value->member, "");
	bool is_checked = is_code(value->row) || is_form(value->row);
	struct setting_pair *pairs = arena_get_array(value->bind->arena, count + 1, sizeof(*pairs));
	for (size_t i = 0; i < count; i++) {
		config_setting_t *pair = config_setting_get_elem(value->member, (unsigned)i);
		if (length_of(pair) != 2)
			return refuse(value, pair, "");
		const char *name = config_setting_get_string_elem(pair, 0);
		const char *text = config_setting_get_string_elem(pair, 1);
		if (name == NULL || text == NULL || name[0] == '\0')
			return refuse(value, pair, "");
		if (is_checked && !text_fits(value->bind, value->row, text))
			return refuse_text(value, pair, text);
		pairs[i].name = arena_string(value->bind->arena, bytes_of_string(name));
		pairs[i].value = copy(value, text);
	}
	*(const struct setting_pair **)value->place = pairs;
	return true;
}

bool value_bind(struct bind *bind, const struct setting *row, config_setting_t *member, void *out)
{
	static bool (*const readers[])(const struct value *value) = {[TEXT] = read_text,
		[NUMBER] = read_number,
		[LIST] = read_list,
		[PAIRS] = read_pairs};
	struct value value = {bind, row, member, (uint8_t *)out + row->offset};
	return readers[types[row->type].shape](&value);
}

/* A list of a preset, as if it stood in a file. */
static void bind_string(struct bind *bind, const struct setting *row, const char *list, void *out)
{
	config_t tree;
	config_init(&tree);
	const char *text = arena_format(bind->arena, "list = %s;", list);
	bool fine = config_read_string(&tree, text) == CONFIG_TRUE &&
		value_bind(bind, row, config_lookup(&tree, "list"), out);
	assert(fine);
	config_destroy(&tree);
}

void value_preset(struct bind *bind, const struct setting *row, void *out)
{
	static const struct setting_pair no_pairs[1];
	struct value value = {bind, row, NULL, (uint8_t *)out + row->offset};
	const char *preset = row->preset != NULL && row->preset[0] != '\0' ? row->preset : NULL;
	enum shape shape = types[row->type].shape;
	if (shape == TEXT)
		store_text(&value, preset);
	else if (shape == PAIRS && preset == NULL)
		*(const struct setting_pair **)value.place = no_pairs;
	else if (shape != NUMBER && preset != NULL)
		bind_string(bind, row, preset, out);
	else if (preset != NULL)
		store_number(&value, strcmp(preset, "true") == 0 ? 1 : strtoll(preset, NULL, 10));
}
