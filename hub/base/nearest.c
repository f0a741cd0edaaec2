/* nearest - the known word that a misspelt one probably meant. */
#include "hub/base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: three rows of the table are enough, since a swap looks two back. */
size_t nearest_distance(const char *a, const char *b)
{
	size_t a_size = strlen(a), b_size = strlen(b);
	if (a_size > NEAREST_SIZE_MAX || b_size > NEAREST_SIZE_MAX)
		return SIZE_MAX;
	size_t rows[3][NEAREST_SIZE_MAX + 1];
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		const size_t *two_back = rows[(i + 1) % 3], *above = rows[(i - 1) % 3];
		size_t *row = rows[i % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t change = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
			row[j] = least(change, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], two_back[j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

const char *nearest_word(const char *word, const char *const *words)
{
	const char *nearest = NULL;
	size_t size = strlen(word), best = size < 3 ? 1 : size / 3;
	for (; *words != NULL; words++) {
		size_t distance = nearest_distance(word, *words);
		if (distance < best || (distance == best && nearest == NULL)) {
			best = distance;
			nearest = *words;
		}
	}
	return nearest;
}
