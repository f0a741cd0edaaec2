/* store - puts a value, or a row's preset, into the struct that is filled. */
#include "hub/conf/value.h"

#include <assert.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/conf/file.h"

size_t value_place(const char *const *words, const char *word)
{
	size_t place = 0;
	while (words[place] != NULL && strcmp(words[place], word) != 0)
		place++;
	return place;
}

static const char *copy(struct bind *bind, const char *text)
{
	return text != NULL ? arena_string(bind->arena, bytes_of_string(text)) : NULL;
}

static const char *const *copy_words(struct bind *bind, const char *const *words)
{
	if (words == NULL)
		return NULL;
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	const char **copies = arena_get_array(bind->arena, count + 1, sizeof(*copies));
	for (size_t i = 0; i < count; i++)
		copies[i] = copy(bind, words[i]);
	return copies;
}

static const char *path_below(struct bind *bind, const char *folder, const char *path)
{
	return path != NULL ? file_path(bind->arena, folder, path) : NULL;
}

static const struct setting_pair *copy_pairs(
	struct bind *bind, const struct setting_pair *pairs, bool are_secrets)
{
	size_t count = 0;
	while (pairs != NULL && pairs[count].name != NULL)
		count++;
	struct setting_pair *copies = arena_get_array(bind->arena, count + 1, sizeof(*copies));
	for (size_t i = 0; i < count; i++) {
		copies[i].name = copy(bind, pairs[i].name);
		copies[i].value = are_secrets ? path_below(bind, bind->secrets, pairs[i].value)
					      : copy(bind, pairs[i].value);
	}
	return copies;
}

static uint32_t bits_of(const struct setting *row, const char *const *words)
{
	uint32_t bits = 0;
	for (; words != NULL && *words != NULL; words++)
		bits |= UINT32_C(1) << value_place(row->choices, *words);
	return bits;
}

static int32_t date_of(const char *text)
{
	int32_t date = INT32_MIN;
	if (text != NULL && !clock_date_from_text(bytes_of_string(text), &date))
		assert(false);
	return date;
}

void value_store(struct bind *bind, const struct setting *row, const struct value *value, void *out)
{
	void *place = (uint8_t *)out + row->offset;
	switch (row->type) {
	case SETTING_STRING:
	case SETTING_FORMAT:
	case SETTING_CODE:
		*(const char **)place = copy(bind, value->text);
		return;
	case SETTING_FILE:
		*(const char **)place = path_below(bind, bind->folder, value->text);
		return;
	case SETTING_SECRET:
		*(const char **)place = path_below(bind, bind->secrets, value->text);
		return;
	case SETTING_INT:
		*(int32_t *)place = (int32_t)value->number;
		return;
	case SETTING_LONG:
		*(int64_t *)place = value->number;
		return;
	case SETTING_BOOL:
		*(bool *)place = value->number != 0;
		return;
	case SETTING_DATE:
		*(int32_t *)place = date_of(value->text);
		return;
	case SETTING_CHOICE:
		if (value->text != NULL)
			*(int32_t *)place = (int32_t)value_place(row->choices, value->text);
		return;
	case SETTING_CHOICES:
		*(uint32_t *)place = bits_of(row, value->words);
		return;
	case SETTING_STRINGS:
	case SETTING_CODES:
		*(const char *const **)place = copy_words(bind, value->words);
		return;
	case SETTING_PAIRS:
	case SETTING_SECRET_PAIRS:
		*(const struct setting_pair **)place =
			copy_pairs(bind, value->pairs, row->type == SETTING_SECRET_PAIRS);
		return;
	}
	assert(false);
}

static const char *const *split(struct bind *bind, const char *text)
{
	size_t most = strlen(text) / 2 + 2;
	const char **words = arena_get_array(bind->arena, most, sizeof(*words));
	char *rest = arena_string(bind->arena, bytes_of_string(text)), *saved = NULL;
	size_t count = 0;
	for (char *word = strtok_r(rest, " ", &saved); word != NULL;
		word = strtok_r(NULL, " ", &saved))
		words[count++] = word;
	return words;
}

static const struct setting_pair *pair_up(struct bind *bind, const char *const *words)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	assert(count % 2 == 0);
	struct setting_pair *pairs = arena_get_array(bind->arena, count / 2 + 1, sizeof(*pairs));
	for (size_t i = 0; i < count; i++)
		*(i % 2 == 0 ? &pairs[i / 2].name : &pairs[i / 2].value) = words[i];
	return pairs;
}

static int64_t number_of(const struct setting *row)
{
	int64_t number = 0;
	if (row->type == SETTING_BOOL)
		return strcmp(row->preset, "true") == 0;
	if (row->type != SETTING_INT && row->type != SETTING_LONG)
		return 0;
	if (!bytes_to_int64(bytes_of_string(row->preset), &number))
		assert(false);
	return number;
}

void value_preset(struct bind *bind, const struct setting *row, void *out)
{
	bool is_none = row->preset == NULL || row->preset[0] == '\0';
	struct value value = {.text = is_none ? NULL : row->preset};
	if (!is_none) {
		value.number = number_of(row);
		value.words = split(bind, row->preset);
	}
	if (!is_none && (row->type == SETTING_PAIRS || row->type == SETTING_SECRET_PAIRS))
		value.pairs = pair_up(bind, value.words);
	value_store(bind, row, &value, out);
}
