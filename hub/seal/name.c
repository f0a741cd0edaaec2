/* name - a family name in the one plain form in which two spellings of it compare equal. */
#include "hub/seal/name.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

enum { LETTERS_MAX = 32 }; /* that one becomes: U+FDFA is 18 */

/* Letters that Unicode does not take apart. */
static const struct {
	int32_t letter;
	const char *plain;
} whole_letters[] = {
	{0x00e6, "ae"},
	{0x00f0, "d"},
	{0x00f8, "o"},
	{0x00fe, "th"},
	{0x0111, "d"},
	{0x0127, "h"},
	{0x0131, "i"},
	{0x0138, "k"},
	{0x0142, "l"},
	{0x014b, "n"},
	{0x0153, "oe"},
	{0x0167, "t"},
};

#define WHOLE_LETTERS (sizeof(whole_letters) / sizeof(whole_letters[0]))

/* The prefixes that stand in front of Dutch family names (BRP, tabel 36), word by word. */
static const char *const prefixes[] = {"aan", "bij", "d", "de", "den", "der", "des", "du", "het",
	"in", "l", "la", "le", "onder", "op", "over", "t", "te", "ten", "ter", "uit", "van", "vd",
	"von", "voor"};

static bool is_gap(int32_t letter)
{
	return letter == ' ' || letter == '\'' || letter == 0x2019;
}

static bool is_prefix(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strlen(prefixes[i]) == size && memcmp(prefixes[i], word, size) == 0)
			return true;
	return false;
}

static bool is_kept(int32_t letter)
{
	if (letter < 0x80)
		return letter >= 'a' && letter <= 'z';
	utf8proc_category_t category = utf8proc_category(letter);
	bool accent = letter >= 0x02b0 && letter <= 0x036f;
	return !accent && category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

/* Adds what the letter is in plain ones; nothing if it is none. false: no room for it. */
static bool add(char *out, size_t *size, int32_t letter)
{
	uint8_t own[4];
	struct bytes plain = bytes_of(own, 0);
	if (is_kept(letter))
		plain.size = (size_t)utf8proc_encode_char(letter, own);
	for (size_t i = 0; letter >= 0x80 && i < WHOLE_LETTERS; i++)
		if (whole_letters[i].letter == letter)
			plain = bytes_of_string(whole_letters[i].plain);
	if (plain.size > NAME_PLAIN_MAX - *size)
		return false;
	memcpy(out + *size, plain.data, plain.size);
	*size += plain.size;
	return true;
}

/* Small letters without their accents, and the accents behind them. Most are plain already. */
static ssize_t take_apart(int32_t whole, int32_t letters[LETTERS_MAX])
{
	const utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
	if (whole >= 0x80)
		return utf8proc_decompose_char(whole, letters, LETTERS_MAX, how, NULL);
	letters[0] = whole >= 'A' && whole <= 'Z' ? whole - 'A' + 'a' : whole;
	return 1;
}

/* The last word stays, also when it is a prefix: then it is the whole name. */
size_t name_plain(struct bytes name, char out[NAME_PLAIN_MAX])
{
	size_t size = 0;
	bool in_front = true;
	int32_t whole, letters[LETTERS_MAX];
	for (ssize_t used; (used = utf8proc_iterate(name.data, (ssize_t)name.size, &whole)) > 0;) {
		ssize_t count = take_apart(whole, letters);
		for (ssize_t i = 0; i < count && i < LETTERS_MAX; i++)
			if (!is_gap(letters[i]) && !add(out, &size, letters[i]))
				return size;
		if (is_gap(letters[0]) && in_front && size > 0) {
			in_front = is_prefix(out, size);
			size = in_front ? 0 : size;
		}
		name = bytes_of(name.data + used, name.size - (size_t)used);
	}
	return size;
}
