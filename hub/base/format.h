/* format - the written forms that identifiers have: OIN, BSN, KvK, region, municipality, desk. */
#ifndef HUB_BASE_FORMAT_H
#define HUB_BASE_FORMAT_H

#include <stdbool.h>

#include "hub/base/bytes.h"

/* Says whether text has the form that the schemas name in "format"; absent has none. An unknown
 * format is an assert. The formats:
 * "oin": 20 digits. "oin-or-hub": also "hub". "kvk": 8 digits. "crebo": 5 digits.
 * "bsn": 9 digits that pass the 11-test (Logisch Ontwerp BSN): 9a+8b+7c+6d+5e+4f+3g+2h-i is a
 * multiple of 11, and not all are 0.
 * "gm": "GM" + 4 digits. "am": "AM" + 2 digits.
 * "desk": lower-case letters, digits and single hyphens between them, 2 to 60 long, begins with a
 * letter. "desk-or-unknown": the same, "unknown" included.
 * "age-band": "18-27", from <= to, each at most 3 digits. "partial-date": "2001", "2001-05" or
 * "2001-05-30". */
bool format_is(const char *format, struct bytes text);
const char *format_doc(const char *format); /* "9 digits that pass the 11-test" */
/* A regular expression (ECMA-262) that all texts of the form match, and of most forms no others. */
const char *format_pattern(const char *format);

#endif
