/* plan - how the bytes of one schema become bytes of another: Avro's schema resolution. */
#ifndef HUB_WIRE_PLAN_H
#define HUB_WIRE_PLAN_H

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "schemas/schema.h"

/* Avro specification, "Schema Resolution". Made once from a writer's schema and ours, run for
 * every record. avro-c parses the writer's schema; it does not resolve it: avro-c 1.11.1 refuses
 * every field that only the reader has ("Reader field b doesn't appear in writer"), default or
 * not, and resolves enums by number. Here what we added gets its default, what we do not have is
 * checked and dropped, and symbols are found by name. Fixed types are told apart by their size. */
struct plan;

/* Lives in the arena. REJECT: no value of the writer's can become ours; the text names the field.
 */
enum outcome plan_make(struct bytes writer, const struct schema *reader, struct arena *arena,
	const struct plan **out, struct err *err) MUST_CHECK;
/* `in` is one record of the writer's, whole; appends ours to `out`, which the reader's decoder then
 * takes. REJECT: no such record, or this value has no place in ours; `out` is as it was. Any number
 * of threads may run one plan. */
enum outcome plan_run(
	const struct plan *plan, struct bytes in, struct buffer *out, struct err *err) MUST_CHECK;

#endif
