/* plan - how the bytes of one schema become bytes of another: Avro's schema resolution. */
#ifndef HUB_WIRE_PLAN_H
#define HUB_WIRE_PLAN_H

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Avro specification, "Schema Resolution". Made once from a writer's schema and a reader's, run for
 * every record. avro-c parses the schemas; it does not resolve them: avro-c 1.11.1 refuses every
 * field that only the reader has ("Reader field b doesn't appear in writer"), default or not, and
 * resolves enums by number. Here what the reader added gets its default, what it does not have is
 * checked and dropped, and symbols are found by name. int and long do not become float or double:
 * our schemas have none. */
struct plan;

/* Lives in the arena. The reader is ours, or has defaults as ours may be. REJECT: no value of the
 * writer's can become the reader's, or one of them is no schema; the text names the field. */
enum outcome plan_make(struct bytes writer, struct bytes reader, struct arena *arena,
	const struct plan **out, struct err *err) MUST_CHECK;
/* Whether every value of the writer's can become one of the reader's, of any two schemas; a symbol
 * that the reader does not have cannot unless the reader's enum has a default, as registries see
 * it. REJECT: no, and the text names the field. */
enum outcome plan_check(struct bytes writer, struct bytes reader, struct err *err) MUST_CHECK;
/* `in` is one record of the writer's, whole; appends the reader's to `out`, which its decoder then
 * takes. REJECT: no such record, or this value has no place in the reader's; `out` is as it was.
 * Any number of threads may run one plan. */
enum outcome plan_run(
	const struct plan *plan, struct bytes in, struct buffer *out, struct err *err) MUST_CHECK;

#endif
