/* name - a family name in the one plain form in which two spellings of it compare equal. */
#include "hub/seal/name.h"

#include <stdbool.h>
#include <string.h>

#define FOLDED_FROM 0x00C0
#define FOLDED_TO 0x0180

/* U+00C0 to U+017F: Unicode's decomposition without its marks, and the usual letters for the rest.
 */
static const char folded[FOLDED_TO - FOLDED_FROM][3] = {
	"a",
	"a",
	"a",
	"a",
	"a",
	"a",
	"ae",
	"c",
	"e",
	"e",
	"e",
	"e",
	"i",
	"i",
	"i",
	"i",
	"d",
	"n",
	"o",
	"o",
	"o",
	"o",
	"o",
	"",
	"o",
	"u",
	"u",
	"u",
	"u",
	"y",
	"th",
	"ss",
	"a",
	"a",
	"a",
	"a",
	"a",
	"a",
	"ae",
	"c",
	"e",
	"e",
	"e",
	"e",
	"i",
	"i",
	"i",
	"i",
	"d",
	"n",
	"o",
	"o",
	"o",
	"o",
	"o",
	"",
	"o",
	"u",
	"u",
	"u",
	"u",
	"y",
	"th",
	"y",
	"a",
	"a",
	"a",
	"a",
	"a",
	"a",
	"c",
	"c",
	"c",
	"c",
	"c",
	"c",
	"c",
	"c",
	"d",
	"d",
	"d",
	"d",
	"e",
	"e",
	"e",
	"e",
	"e",
	"e",
	"e",
	"e",
	"e",
	"e",
	"g",
	"g",
	"g",
	"g",
	"g",
	"g",
	"g",
	"g",
	"h",
	"h",
	"h",
	"h",
	"i",
	"i",
	"i",
	"i",
	"i",
	"i",
	"i",
	"i",
	"i",
	"i",
	"ij",
	"ij",
	"j",
	"j",
	"k",
	"k",
	"k",
	"l",
	"l",
	"l",
	"l",
	"l",
	"l",
	"l",
	"l",
	"l",
	"l",
	"n",
	"n",
	"n",
	"n",
	"n",
	"n",
	"n",
	"n",
	"n",
	"o",
	"o",
	"o",
	"o",
	"o",
	"o",
	"oe",
	"oe",
	"r",
	"r",
	"r",
	"r",
	"r",
	"r",
	"s",
	"s",
	"s",
	"s",
	"s",
	"s",
	"s",
	"s",
	"t",
	"t",
	"t",
	"t",
	"t",
	"t",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"u",
	"w",
	"w",
	"y",
	"y",
	"y",
	"z",
	"z",
	"z",
	"z",
	"z",
	"z",
	"s",
};

/* The prefixes that stand in front of Dutch family names (BRP, tabel 36), word by word. */
static const char *const prefixes[] = {"aan", "bij", "d", "de", "den", "der", "des", "du", "het",
	"in", "l", "la", "le", "onder", "op", "over", "t", "te", "ten", "ter", "uit", "van", "vd",
	"von", "voor"};

/* Takes one code point off the front; 0: the end, or not UTF-8. */
static uint32_t next_letter(struct bytes *text, struct bytes *raw)
{
	if (text->size == 0)
		return 0;
	uint8_t first = text->data[0];
	size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (size > text->size || !bytes_is_utf8(bytes_of(text->data, size)))
		return 0;
	uint32_t letter = size == 1 ? first : first & (0x7FU >> size);
	for (size_t i = 1; i < size; i++)
		letter = letter << 6 | (text->data[i] & 0x3FU);
	*raw = bytes_of(text->data, size);
	*text = bytes_of(text->data + size, text->size - size);
	return letter;
}

/* The plain letters of one code point; empty for what is no letter. */
static struct bytes plain_letter(uint32_t letter, struct bytes raw, char small[1])
{
	small[0] = (char)(letter | 0x20);
	if (letter < 0x80)
		return bytes_of(small, small[0] >= 'a' && small[0] <= 'z' ? 1 : 0);
	if (letter >= FOLDED_FROM && letter < FOLDED_TO)
		return bytes_of_string(folded[letter - FOLDED_FROM]);
	if (letter < FOLDED_FROM || (letter >= 0x0300 && letter <= 0x036F) ||
		(letter >= 0x2000 && letter <= 0x206F))
		return bytes_of(small, 0);
	return raw;
}

static bool is_gap(uint32_t letter)
{
	return letter == ' ' || letter == '\'' || letter == 0x2019 || letter == 0x00A0;
}

static bool is_prefix(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strlen(prefixes[i]) == size && memcmp(prefixes[i], word, size) == 0)
			return true;
	return false;
}

/* Adds the plain letters; false: no room for them. */
static bool add(char *out, size_t *size, struct bytes plain)
{
	if (plain.size > NAME_PLAIN_MAX - *size)
		return false;
	memcpy(out + *size, plain.data, plain.size);
	*size += plain.size;
	return true;
}

/* The last word stays, also when it is a prefix: then it is the whole name. */
size_t name_plain(struct bytes name, char out[NAME_PLAIN_MAX])
{
	size_t size = 0;
	bool in_front = true;
	struct bytes raw = {0};
	for (uint32_t letter; (letter = next_letter(&name, &raw)) != 0;) {
		char small[1];
		if (!is_gap(letter) && !add(out, &size, plain_letter(letter, raw, small)))
			return size;
		if (!is_gap(letter) || !in_front || size == 0)
			continue;
		in_front = is_prefix(out, size);
		size = in_front ? 0 : size;
	}
	return size;
}
