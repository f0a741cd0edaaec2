/* codes - the code lists: which code stands in which list, with its Dutch label. */
#include "hub/base/codes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"

enum { PLACES_FIRST = 64 };

/* places: open addressing with linear probing, at most half full; 0 is free, else 1 + the place in
 * codes. */
struct codes {
	struct arena arena;
	struct code *codes;
	uint32_t *places;
	size_t count, place_count;
};

struct codes *codes_new(void)
{
	struct codes *codes = memory_get_zeroed(1, sizeof(*codes));
	codes->place_count = PLACES_FIRST;
	codes->places = memory_get_zeroed(codes->place_count, sizeof(*codes->places));
	return codes;
}

/* FNV-1a (Fowler, Noll, Vo; 64 bits). The table holds only what config says, so input that collides
 * on purpose finds nothing longer than the runs that are there. */
static uint64_t fnv1a(uint64_t hash, struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ text.data[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static bool is_code(const struct code *row, const char *list, struct bytes code)
{
	return bytes_equal_string(code, row->code) && strcmp(row->list, list) == 0;
}

/* The place of the code, or the free place where it belongs. */
static uint32_t *seek(const struct codes *codes, const char *list, struct bytes code)
{
	uint64_t hash = fnv1a(UINT64_C(0xcbf29ce484222325), bytes_of_string(list));
	size_t at = (size_t)(fnv1a(hash * 31, code) & (codes->place_count - 1));
	while (codes->places[at] != 0 && !is_code(&codes->codes[codes->places[at] - 1], list, code))
		at = (at + 1) & (codes->place_count - 1);
	return &codes->places[at];
}

static void grow(struct codes *codes)
{
	codes->place_count *= 2;
	free(codes->places);
	codes->places = memory_get_zeroed(codes->place_count, sizeof(*codes->places));
	for (size_t i = 0; i < codes->count; i++) {
		const struct code *row = &codes->codes[i];
		*seek(codes, row->list, bytes_of_string(row->code)) = (uint32_t)i + 1;
	}
}

enum outcome codes_add(struct codes *codes, const struct code *code, struct err *err)
{
	if (codes_has(codes, code->list, bytes_of_string(code->code)))
		return err_set(err, REJECT, "code %s is in the list %s twice: remove one",
			code->code, code->list);
	size_t size = memory_product(codes->count + 1, sizeof(*codes->codes));
	codes->codes = memory_resize(codes->codes, size);
	struct code *row = &codes->codes[codes->count++];
	row->list = arena_string(&codes->arena, bytes_of_string(code->list));
	row->code = arena_string(&codes->arena, bytes_of_string(code->code));
	row->label_nl = arena_string(&codes->arena, bytes_of_string(code->label_nl));
	if (2 * codes->count > codes->place_count)
		grow(codes);
	else
		*seek(codes, row->list, bytes_of_string(row->code)) = (uint32_t)codes->count;
	return OK;
}

bool codes_has(const struct codes *codes, const char *list, struct bytes code)
{
	return *seek(codes, list, code) != 0;
}

const struct code *codes_next(const struct codes *codes, const char *list, size_t *at)
{
	while (*at < codes->count) {
		const struct code *row = &codes->codes[(*at)++];
		if (list == NULL || strcmp(row->list, list) == 0)
			return row;
	}
	return NULL;
}

void codes_free(struct codes *codes)
{
	if (codes == NULL)
		return;
	arena_done(&codes->arena);
	free(codes->codes);
	free(codes->places);
	free(codes);
}
