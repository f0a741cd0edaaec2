/* decode - what the generated decoders share. */
#include "schemas/decode.h"

const uint8_t *reader_fail(struct reader *reader, const char *wrong)
{
	reader->wrong = wrong;
	return NULL;
}

void *reader_room(struct reader *reader, struct room *room, void *items, size_t count, size_t more)
{
	void *grown;

	if (count + more <= room->capacity)
		return items;
	room->capacity = count + more > 2 * room->capacity ? count + more : 2 * room->capacity;
	grown = arena_get_array(reader->arena, room->capacity, room->item_size);
	if (count > 0)
		memcpy(grown, items, count * room->item_size);
	return grown;
}

enum outcome reader_finish(
	const struct reader *reader, const uint8_t *at, const char *record, struct err *err)
{
	if (at == NULL)
		return err_set(err, REJECT, "%s", reader->wrong);
	if (at < reader->end)
		return err_set(err, REJECT, "%s: %td bytes too many behind its end", record,
			reader->end - at);
	return OK;
}
