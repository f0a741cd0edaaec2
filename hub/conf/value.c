/* value - one value of a setting: described, read and checked against its row, and stored. */
#include "hub/conf/value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/format.h"
#include "hub/conf/file.h"
#include "hub/conf/words.h"

/* How a value is written. */
enum shape { TEXT, NUMBER, TRUTH, LIST, PAIRS };

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
	[SETTING_BOOL] = {TRUTH, false, "true or false", "true | false"},
	[SETTING_DATE] = {TEXT, false, "a date such as \"2026-03-02\"", "date"},
	[SETTING_CHOICE] = {TEXT, false, "one of ", ""},
	[SETTING_CHOICES] = {LIST, false, "a list of ", ""},
	[SETTING_STRINGS] = {LIST, false, "a list of texts such as [ \"a\", \"b\" ]", "texts"},
	[SETTING_CODES] = {LIST, false, "a list of codes of the list ", "codes of "},
	[SETTING_PAIRS] = {PAIRS, true, "a list of pairs such as ( ( \"name\", \"value\" ) )",
		"pairs"},
	[SETTING_SECRET_PAIRS] = {PAIRS, true,
		"a list of names and files such as ( ( \"name\", \"file\" ) )", "pairs"},
};

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
	if (row->type == SETTING_FORMAT)
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
	switch (row->type) {
	case SETTING_CHOICE:
	case SETTING_CHOICES:
		return words_have(row->choices, text);
	case SETTING_CODE:
	case SETTING_CODES:
		return bind->codes == NULL || codes_has(bind->codes, row->choices[0], bytes);
	case SETTING_FORMAT:
		return format_is(row->choices[0], bytes);
	case SETTING_DATE:
		return clock_date_from_text(bytes, &date);
	case SETTING_STRING:
	case SETTING_STRINGS:
	case SETTING_FILE:
	case SETTING_SECRET:
		return size_fits(row, bytes.size);
	case SETTING_INT:
	case SETTING_LONG:
	case SETTING_BOOL:
	case SETTING_PAIRS:
	case SETTING_SECRET_PAIRS:
		break;
	}
	assert(false);
	return false;
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

/* `but` ends the report: what it is instead, or "". */
static bool refuse(
	struct bind *bind, const struct setting *row, config_setting_t *member, const char *but)
{
	report_error(bind->problems, bind_place(bind, member), "%s must be %s%s", row->name,
		value_describe(&bind->problems->arena, row), but);
	return false;
}

static bool refuse_text(
	struct bind *bind, const struct setting *row, config_setting_t *member, const char *text)
{
	const char *hint = "";
	if (row->type == SETTING_CHOICE || row->type == SETTING_CHOICES)
		hint = report_hint(bind->problems, text, row->choices);
	else if (row->type == SETTING_CODE || row->type == SETTING_CODES)
		hint = report_hint(bind->problems, text, known_codes(bind, row->choices[0]));
	return refuse(bind, row, member,
		arena_format(&bind->problems->arena, ", not \"%s\"%s", text, hint));
}

static const char *copy(struct bind *bind, const struct setting *row, const char *text)
{
	if (row->type == SETTING_FILE)
		return file_path(bind->arena, bind->folder, text);
	if (row->type == SETTING_SECRET || row->type == SETTING_SECRET_PAIRS)
		return file_path(bind->arena, bind->secrets, text);
	return arena_string(bind->arena, bytes_of_string(text));
}

/* text NULL: none. */
static void store_text(struct bind *bind, const struct setting *row, const char *text, void *place)
{
	if (row->type == SETTING_DATE) {
		int32_t date = INT32_MIN;
		if (text != NULL && !clock_date_from_text(bytes_of_string(text), &date))
			assert(false);
		*(int32_t *)place = date;
	} else if (row->type != SETTING_CHOICE) {
		*(const char **)place = text != NULL ? copy(bind, row, text) : NULL;
	} else if (text != NULL) {
		*(int32_t *)place = (int32_t)words_place(row->choices, text);
	}
}

static bool read_text(
	struct bind *bind, const struct setting *row, config_setting_t *member, void *place)
{
	const char *text = config_setting_get_string(member);
	if (text == NULL)
		return refuse(bind, row, member, "");
	bool is_none = text[0] == '\0' && row->preset != NULL && row->preset[0] == '\0';
	if (!is_none && !text_fits(bind, row, text))
		return refuse_text(bind, row, member, text);
	store_text(bind, row, is_none ? NULL : text, place);
	return true;
}

static void store_number(const struct setting *row, int64_t number, void *place)
{
	if (row->type == SETTING_BOOL)
		*(bool *)place = number != 0;
	else if (row->type == SETTING_LONG)
		*(int64_t *)place = number;
	else
		*(int32_t *)place = (int32_t)number;
}

static bool number_fits(const struct setting *row, int64_t number)
{
	if (row->min == 0 && row->max == 0)
		return row->type == SETTING_LONG || (number >= INT32_MIN && number <= INT32_MAX);
	return number >= row->min && number <= row->max;
}

static bool read_number(
	struct bind *bind, const struct setting *row, config_setting_t *member, void *place)
{
	int type = config_setting_type(member);
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return refuse(bind, row, member, "");
	int64_t number = config_setting_get_int64(member);
	if (type == CONFIG_TYPE_INT)
		number = config_setting_get_int(member);
	if (!number_fits(row, number))
		return refuse(bind, row, member,
			arena_format(&bind->problems->arena, ", not %" PRId64, number));
	store_number(row, number, place);
	return true;
}

static bool read_truth(
	struct bind *bind, const struct setting *row, config_setting_t *member, void *place)
{
	if (config_setting_type(member) != CONFIG_TYPE_BOOL)
		return refuse(bind, row, member, "");
	store_number(row, config_setting_get_bool(member), place);
	return true;
}

static bool is_listing(const config_setting_t *member)
{
	return config_setting_is_list(member) || config_setting_is_array(member);
}

static bool read_list(
	struct bind *bind, const struct setting *row, config_setting_t *member, void *place)
{
	if (!is_listing(member))
		return refuse(bind, row, member, "");
	size_t count = (size_t)config_setting_length(member);
	const char **words = arena_get_array(bind->arena, count + 1, sizeof(*words));
	uint32_t bits = 0;
	bool fine = true;
	for (size_t i = 0; i < count; i++) {
		config_setting_t *element = config_setting_get_elem(member, (unsigned)i);
		const char *text = config_setting_get_string(element);
		if (text == NULL)
			return refuse(bind, row, element, "");
		words[i] = copy(bind, row, text);
		if (!text_fits(bind, row, text))
			fine = refuse_text(bind, row, element, text);
		else if (row->type == SETTING_CHOICES)
			bits |= UINT32_C(1) << words_place(row->choices, text);
	}
	if (fine && row->type == SETTING_CHOICES)
		*(uint32_t *)place = bits;
	else if (fine)
		*(const char *const **)place = words;
	return fine;
}

static const char *element_text(config_setting_t *pair, unsigned place)
{
	config_setting_t *element = config_setting_get_elem(pair, place);
	return element != NULL ? config_setting_get_string(element) : NULL;
}

static bool read_pairs(
	struct bind *bind, const struct setting *row, config_setting_t *member, void *place)
{
	if (!is_listing(member))
		return refuse(bind, row, member, "");
	size_t count = (size_t)config_setting_length(member);
	struct setting_pair *pairs = arena_get_array(bind->arena, count + 1, sizeof(*pairs));
	for (size_t i = 0; i < count; i++) {
		config_setting_t *pair = config_setting_get_elem(member, (unsigned)i);
		bool is_pair = is_listing(pair) && config_setting_length(pair) == 2;
		const char *name = is_pair ? element_text(pair, 0) : NULL;
		const char *value = is_pair ? element_text(pair, 1) : NULL;
		if (name == NULL || value == NULL || name[0] == '\0')
			return refuse(bind, row, pair, "");
		pairs[i].name = arena_string(bind->arena, bytes_of_string(name));
		pairs[i].value = copy(bind, row, value);
	}
	*(const struct setting_pair **)place = pairs;
	return true;
}

bool value_bind(struct bind *bind, const struct setting *row, config_setting_t *member, void *out)
{
	void *place = (uint8_t *)out + row->offset;
	switch (types[row->type].shape) {
	case TEXT:
		return read_text(bind, row, member, place);
	case NUMBER:
		return read_number(bind, row, member, place);
	case TRUTH:
		return read_truth(bind, row, member, place);
	case LIST:
		return read_list(bind, row, member, place);
	case PAIRS:
		return read_pairs(bind, row, member, place);
	}
	assert(false);
	return false;
}

/* Lists are read as if they stood in a file. */
static void preset_list(struct bind *bind, const struct setting *row, void *out)
{
	config_t tree;
	config_init(&tree);
	const char *literal = value_literal(bind->arena, row, "");
	const char *text = arena_format(bind->arena, "preset = %s;", literal);
	bool fine = config_read_string(&tree, text) == CONFIG_TRUE &&
		value_bind(bind, row, config_lookup(&tree, "preset"), out);
	assert(fine);
	config_destroy(&tree);
}

void value_preset(struct bind *bind, const struct setting *row, void *out)
{
	static const struct setting_pair no_pairs[1];
	void *place = (uint8_t *)out + row->offset;
	bool is_none = row->preset == NULL || row->preset[0] == '\0';
	enum shape shape = types[row->type].shape;
	if (shape == TEXT)
		store_text(bind, row, is_none ? NULL : row->preset, place);
	else if (is_none && shape == PAIRS)
		*(const struct setting_pair **)place = no_pairs;
	else if (!is_none && (shape == PAIRS || shape == LIST))
		preset_list(bind, row, out);
	else if (!is_none)
		store_number(row,
			shape == TRUTH ? strcmp(row->preset, "true") == 0
				       : strtoll(row->preset, NULL, 10),
			place);
}
