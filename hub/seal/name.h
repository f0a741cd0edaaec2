/* name - a family name in the one plain form in which two spellings of it compare equal. */
#ifndef HUB_SEAL_NAME_H
#define HUB_SEAL_NAME_H

#include <stddef.h>

#include "hub/base/bytes.h"

#define NAME_PLAIN_MAX 256

/* Lower-case letters without accents (Unicode's compatibility decomposition and case folding; ß,
 * æ, ø, đ, ł and their like in plain letters), without prefixes in front ("van der", "'t"), spaces,
 * hyphens and digits; other scripts keep their letters and vowel signs. Cut at NAME_PLAIN_MAX.
 * Returns the size; 0: no letter in it. Text that is not UTF-8 ends where it stops being so. */
size_t name_plain(struct bytes name, char out[NAME_PLAIN_MAX]);

#endif
