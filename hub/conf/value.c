/* value - one value of a setting: read and checked against its row. */
#include "hub/conf/value.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/format.h"
#include "hub/conf/file.h"

static const char *join(struct arena *arena, const char *const *words)
{
	const char *text = words[0];
	for (words++; *words != NULL; words++)
		text = arena_format(arena, "%s, %s", text, *words);
	return text;
}

static const char *describe_text(struct arena *arena, const struct setting *row)
{
	if (row->max == 0)
		return "a text in double quotes";
	return arena_format(
		arena, "a text of %" PRId64 " to %" PRId64 " bytes", row->min, row->max);
}

static const char *describe_number(struct arena *arena, const struct setting *row)
{
	if (row->min == 0 && row->max == 0)
		return "a whole number";
	return arena_format(
		arena, "a whole number from %" PRId64 " to %" PRId64, row->min, row->max);
}

const char *value_describe(struct arena *arena, const struct setting *row)
{
	switch (row->type) {
	case SETTING_STRING:
		return describe_text(arena, row);
	case SETTING_FORMAT:
		return arena_format(arena, "a text: %s", format_doc(row->choices[0]));
	case SETTING_CODE:
		return arena_format(arena, "a code of the list %s", row->choices[0]);
	case SETTING_FILE:
	case SETTING_SECRET:
		return "the path of a file in double quotes";
	case SETTING_INT:
	case SETTING_LONG:
		return describe_number(arena, row);
	case SETTING_BOOL:
		return "true or false";
	case SETTING_DATE:
		return "a date such as \"2026-03-02\"";
	case SETTING_CHOICE:
		return arena_format(arena, "one of %s", join(arena, row->choices));
	case SETTING_CHOICES:
		return arena_format(arena, "a list of %s", join(arena, row->choices));
	case SETTING_STRINGS:
		return "a list of texts such as [ \"a\", \"b\" ]";
	case SETTING_CODES:
		return arena_format(arena, "a list of codes of the list %s", row->choices[0]);
	case SETTING_PAIRS:
		return "a list of pairs such as ( ( \"name\", \"value\" ) )";
	case SETTING_SECRET_PAIRS:
		return "a list of names and files such as ( ( \"name\", \"file\" ) )";
	}
	assert(false);
	return "";
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
		return row->choices[value_place(row->choices, text)] != NULL;
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

static bool number_fits(const struct setting *row, int64_t number)
{
	if (row->min == 0 && row->max == 0)
		return row->type == SETTING_LONG || (number >= INT32_MIN && number <= INT32_MAX);
	return number >= row->min && number <= row->max;
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

static const char *hint(struct bind *bind, const struct setting *row, const char *text)
{
	if (row->type == SETTING_CHOICE || row->type == SETTING_CHOICES)
		return report_hint(bind->problems, text, row->choices);
	if (row->type == SETTING_CODE || row->type == SETTING_CODES)
		return report_hint(bind->problems, text, known_codes(bind, row->choices[0]));
	return "";
}

static bool refuse(struct bind *bind, const struct setting *row, config_setting_t *member)
{
	const char *must = value_describe(&bind->problems->arena, row);
	report_error(bind->problems, bind_place(bind, member), "%s must be %s", row->name, must);
	return false;
}

static bool refuse_text(
	struct bind *bind, const struct setting *row, config_setting_t *member, const char *text)
{
	const char *must = value_describe(&bind->problems->arena, row);
	report_error(bind->problems, bind_place(bind, member), "%s must be %s, not \"%s\"%s",
		row->name, must, text, hint(bind, row, text));
	return false;
}

static bool read_text(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	const char *text = config_setting_get_string(member);
	if (text == NULL)
		return refuse(bind, row, member);
	bool is_none = text[0] == '\0' && row->preset != NULL && row->preset[0] == '\0';
	if (!is_none && !text_fits(bind, row, text))
		return refuse_text(bind, row, member, text);
	out->text = is_none ? NULL : text;
	return true;
}

static bool read_number(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	int type = config_setting_type(member);
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return refuse(bind, row, member);
	out->number = config_setting_get_int64(member);
	if (type == CONFIG_TYPE_INT)
		out->number = config_setting_get_int(member);
	if (number_fits(row, out->number))
		return true;
	report_error(bind->problems, bind_place(bind, member), "%s must be %s, not %" PRId64,
		row->name, value_describe(&bind->problems->arena, row), out->number);
	return false;
}

static bool is_listing(const config_setting_t *member)
{
	return config_setting_is_list(member) || config_setting_is_array(member);
}

static bool read_words(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	if (!is_listing(member))
		return refuse(bind, row, member);
	size_t count = (size_t)config_setting_length(member);
	const char **words = arena_get_array(bind->arena, count + 1, sizeof(*words));
	bool fine = true;
	for (size_t i = 0; i < count; i++) {
		config_setting_t *element = config_setting_get_elem(member, (unsigned)i);
		words[i] = config_setting_get_string(element);
		if (words[i] == NULL)
			return refuse(bind, row, element);
		if (!text_fits(bind, row, words[i]))
			fine = refuse_text(bind, row, element, words[i]);
	}
	out->words = words;
	return fine;
}

static const char *element_text(config_setting_t *pair, unsigned place)
{
	config_setting_t *element = config_setting_get_elem(pair, place);
	return element != NULL ? config_setting_get_string(element) : NULL;
}

static bool read_pairs(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	if (!is_listing(member))
		return refuse(bind, row, member);
	size_t count = (size_t)config_setting_length(member);
	struct setting_pair *pairs = arena_get_array(bind->arena, count + 1, sizeof(*pairs));
	for (size_t i = 0; i < count; i++) {
		config_setting_t *pair = config_setting_get_elem(member, (unsigned)i);
		bool is_pair = is_listing(pair) && config_setting_length(pair) == 2;
		pairs[i].name = is_pair ? element_text(pair, 0) : NULL;
		pairs[i].value = is_pair ? element_text(pair, 1) : NULL;
		if (pairs[i].name == NULL || pairs[i].value == NULL || pairs[i].name[0] == '\0')
			return refuse(bind, row, pair);
	}
	out->pairs = pairs;
	return true;
}

static bool read_bool(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	if (config_setting_type(member) != CONFIG_TYPE_BOOL)
		return refuse(bind, row, member);
	out->number = config_setting_get_bool(member);
	return true;
}

static bool read_value(
	struct bind *bind, const struct setting *row, config_setting_t *member, struct value *out)
{
	switch (row->type) {
	case SETTING_STRING:
	case SETTING_FORMAT:
	case SETTING_CODE:
	case SETTING_FILE:
	case SETTING_SECRET:
	case SETTING_DATE:
	case SETTING_CHOICE:
		return read_text(bind, row, member, out);
	case SETTING_INT:
	case SETTING_LONG:
		return read_number(bind, row, member, out);
	case SETTING_BOOL:
		return read_bool(bind, row, member, out);
	case SETTING_CHOICES:
	case SETTING_STRINGS:
	case SETTING_CODES:
		return read_words(bind, row, member, out);
	case SETTING_PAIRS:
	case SETTING_SECRET_PAIRS:
		return read_pairs(bind, row, member, out);
	}
	assert(false);
	return false;
}

bool value_bind(struct bind *bind, const struct setting *row, config_setting_t *member, void *out)
{
	struct value value = {0};
	if (!read_value(bind, row, member, &value))
		return false;
	value_store(bind, row, &value, out);
	return true;
}
