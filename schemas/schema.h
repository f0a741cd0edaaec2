/* schema - what every record of the shared schema can do: Avro, JSON, checks. */
#ifndef SCHEMAS_SCHEMA_H
#define SCHEMAS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/codes.h"
#include "hub/base/err.h"
#include "hub/base/problems.h"

/* How Avro becomes C, for record Message = struct message:
 *   string, bytes            struct bytes; data != NULL, also when empty
 *   [null, string or bytes]  struct bytes; data == NULL is null
 *   int, long, boolean       int32_t, int64_t, bool
 *   enum, fixed              enum x, struct x { uint8_t data[n]; }
 *   [null, one of those]     bool has_f; T f;
 *   record                   struct x f, inside
 *   [null, record]           struct x *f; NULL is null
 *   array                    T *f; size_t f_count;
 *   union of records         struct x *f_x, struct y *f_y; exactly one is not NULL
 * A zeroed struct is absent in all that may be null, and has empty arrays.
 *
 * void message_encode(const struct message *in, struct buffer *out);
 *	Appends Avro binary. A string that must be there and is absent, an enum out of range and a
 *	union with none or two are asserts: check what comes from outside first.
 * enum outcome message_decode(out, in, arena, err);
 *	All of `in` must be one Message, else REJECT with a text that names the field. Copies no
 *	strings: they point into `in`; arrays and records lie in the arena, which grows by at most a
 *	constant factor of in.size. Strings are not proven to be UTF-8: message_check does that.
 * struct json_object *message_to_json(const struct message *in);
 *	The caller puts it. What is null is left out. timestamp-millis is RFC 3339, date is
 *	"2026-03-02", Uuid 8-4-4-4-12, other fixed hexadecimal, bytes base64 (RFC 4648 section 4),
 *	an enum its symbol, a union of records {"Referral": {…}}.
 * bool message_from_json(out, in, problems);
 *	The same forms; a member that is null counts as left out, one left out gets its default.
 *	A member that is there twice is a problem. Finds all of them, not only the first; true:
 *	none. Strings are those of `in`, all else lies in problems->arena. Says nothing about codes,
 *	forms and ranges: message_check does.
 * void message_check(in, codes, author, problems);
 *	Codes stand in their list, strings are UTF-8 without zero bytes and have the form and
 *	length that the schema names, numbers are in range. Allocates only for problems.
 */

/* HUB: all fields may be filled. PARTNER: what only the hub may fill must be left out. */
enum check_author { CHECK_HUB, CHECK_PARTNER };

/* What is said of a code that is not in its list begins so. */
#define CHECK_NO_CODE "is not in the code list"

struct json_object;
struct json_tree;
struct record;

/* One schema, and its functions for who does not know the record's type (readers of any topic). */
struct schema {
	const char *name; /* "Message" */
	const char *json; /* self-contained, without spaces, with docs */
	const char *topic; /* "intake": its values are these; NULL: never on Kafka by itself */
	uint64_t fingerprint; /* CRC-64-AVRO of the canonical form */
	size_t size; /* of the struct; the functions' record points to one, aligned for any type */
	const struct record *rows; /* what the schema says of every field: schemas/tables.h */
	void (*encode)(const void *record, struct buffer *out);
	enum outcome (*decode)(
		void *record, struct bytes in, struct arena *arena, struct err *err) MUST_CHECK;
	struct json_object *(*to_json)(const void *record);
	bool (*from_json)(void *record, const struct json_tree *in, struct problems *problems);
	void (*check)(const void *record, const struct codes *codes, enum check_author author,
		struct problems *problems);
};

/* The values of the topics: Message, Event, Client, SealedPerson, DataKey, Handover, Rejection,
 * FetchTask, Fact, Access; then Person and Draft, which never are on Kafka by themselves; NULL. */
extern const struct schema *const schemas_all[];
/* By record name; also Referral and StatusChange. NULL: there is none. */
const struct schema *schema_find(const char *name);

#endif
