/* compatible - whether who reads with one schema can read what another one wrote. */
#ifndef HUB_WIRE_COMPATIBLE_H
#define HUB_WIRE_COMPATIBLE_H

#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Avro specification, "Schema Resolution"; a writer's symbol that the reader does not have is no
 * match unless the reader's enum has a default, as registries see it. REJECT: no; the text names
 * the field and says what is missing. Also for what is no schema. */
enum outcome compatible_check(struct bytes writer, struct bytes reader, struct err *err) MUST_CHECK;

#endif
