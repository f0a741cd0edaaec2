/* decode - what the generated decoders share. */
#ifndef SCHEMAS_DECODE_H
#define SCHEMAS_DECODE_H

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "schemas/binary.h"

struct reader {
	const uint8_t *end;
	struct arena *arena;
	const char *wrong; /* why there is no such record: names the field */
};

/* Keeps why, and returns NULL. */
const uint8_t *reader_fail(struct reader *reader, const char *wrong);

/* Room for `more` items behind the `count` that there are. An array may come in many blocks: room
 * grows by doubling, so that all of it together stays within four times what is used. */
struct room {
	size_t capacity, item_size;
};
void *reader_room(struct reader *reader, struct room *room, void *items, size_t count, size_t more);

/* `at` is what the record's reader returned. */
enum outcome reader_finish(const struct reader *reader, const uint8_t *at, const char *record,
	struct err *err) MUST_CHECK;

#endif
