/* format - the written forms that identifiers have: OIN, BSN, KvK, region, municipality, desk. */
#ifndef HUB_BASE_FORMAT_H
#define HUB_BASE_FORMAT_H

#include <stdbool.h>

#include "hub/base/bytes.h"

/* Each says whether text has the form that the schemas name in "format". */
bool format_is(const char *format, struct bytes text); /* unknown format: assert */
/* "oin": 20 digits. "oin-or-hub": also "hub". "bsn": 9 digits that pass the 11-test (Besluit burgerservicenummer).
 * "kvk": 8 digits. "crebo": 5 digits. "gm": "GM" + 4 digits. "am": "AM" + 2 digits. "desk": lower-case letters,
 * digits and single hyphens, 2 to 60 long, begins with a letter. "desk-or-unknown": also "unknown".
 * "age-band": "18-27", from <= to. "partial-date": "2001", "2001-05" or "2001-05-30". */
const char *format_doc(const char *format); /* "9 digits that pass the 11-test" */

#endif
