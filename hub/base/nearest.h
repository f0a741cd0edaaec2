/* nearest - the known word that a misspelt one probably meant. */
#ifndef HUB_BASE_NEAREST_H
#define HUB_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_SIZE_MAX 64 /* longer words have no nearest one */

/* How many letters must be put in, left out, changed or swapped with their neighbour to make b of
 * a; "A" and "a" are equal. SIZE_MAX: one of them is too long. */
size_t nearest_distance(const char *a, const char *b);

/* words ends in NULL. NULL: none is near: at most one letter in three may be wrong, and one in a
 * word of two. */
const char *nearest_word(const char *word, const char *const *words);

#endif
