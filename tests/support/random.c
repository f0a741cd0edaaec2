/* random - a seeded generator, and random records of any schema. */
#include "tests/support/random.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	return random_next(random) % limit;
}

int64_t random_integer(struct random *random, unsigned bits)
{
	uint64_t magnitude = random_next(random) >> (64 - bits + random_below(random, bits));

	return random_below(random, 2) == 0 ? (int64_t)(magnitude >> 1)
					    : -(int64_t)(magnitude >> 1) - 1;
}

static size_t random_size(struct random *random)
{
	return random_below(random, UINT64_C(1) << random_below(random, 9));
}

struct bytes random_bytes(struct random *random, struct arena *arena)
{
	size_t size = random_size(random);
	uint8_t *data = arena_get(arena, size + 1);

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)random_next(random);
	return bytes_of(data, size);
}

struct bytes random_text(struct random *random, struct arena *arena)
{
	static const char *const pieces[] = {
		"a", "Z", "0", " ", "\"", "\\", "\n", "/", "é", "€", "𝄞", "\x7f"};
	size_t count = random_size(random), size = 0;
	char *text = arena_get(arena, 4 * count + 1);

	for (size_t i = 0; i < count; i++) {
		const char *piece =
			pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))];
		memcpy(text + size, piece, strlen(piece));
		size += strlen(piece);
	}
	return bytes_of(text, size);
}

static int64_t random_within(struct random *random, int64_t first, int64_t last)
{
	return first + (int64_t)random_below(random, (uint64_t)(last - first) + 1);
}

static void random_value(
	struct random *random, struct arena *arena, const struct field *field, void *at)
{
	switch (field->kind) {
	case FIELD_BOOLEAN:
		*(bool *)at = random_below(random, 2) == 1;
		return;
	case FIELD_INT:
		*(int32_t *)at = field->form == FORM_DATE
			? (int32_t)random_within(random, CLOCK_FIRST_DATE, CLOCK_LAST_DATE)
			: (int32_t)random_integer(random, 32);
		return;
	case FIELD_LONG:
		*(int64_t *)at = field->form == FORM_TIME
			? random_within(random, CLOCK_FIRST_MS, CLOCK_LAST_MS)
			: random_integer(random, 64);
		return;
	case FIELD_STRING:
		*(struct bytes *)at = random_text(random, arena);
		return;
	case FIELD_BYTES:
		*(struct bytes *)at = random_bytes(random, arena);
		return;
	case FIELD_FIXED:
		for (size_t i = 0; i < field->fixed_size; i++)
			((uint8_t *)at)[i] = (uint8_t)random_next(random);
		return;
	case FIELD_ENUM:
		*(unsigned *)at = (unsigned)random_below(random, field->symbols->count);
		return;
	case FIELD_RECORD:
		random_record(random, arena, field->branches[0].record, at);
		return;
	case FIELD_UNION:
		break;
	}
	abort();
}

static void random_array(
	struct random *random, struct arena *arena, const struct field *field, void *record)
{
	size_t count = random_below(random, 4) * random_below(random, 3);
	char *items = arena_get_array(arena, count, field->item_size);

	for (size_t i = 0; i < count; i++)
		random_value(random, arena, field, items + i * field->item_size);
	*(void **)field_place(record, field->offset) = items;
	*(size_t *)field_place(record, field->also) = count;
}

static void random_union(
	struct random *random, struct arena *arena, const struct field *field, void *record)
{
	const struct branch *branch = &field->branches[random_below(random, field->branch_count)];
	void *inner = arena_get(arena, branch->record->size);

	random_record(random, arena, branch->record, inner);
	*(void **)field_place(record, branch->offset) = inner;
}

static void random_optional(
	struct random *random, struct arena *arena, const struct field *field, void *record)
{
	void *at = field_place(record, field->offset);

	if (random_below(random, 2) == 0)
		return;
	if (field->kind == FIELD_RECORD)
		at = *(void **)at = arena_get(arena, field->branches[0].record->size);
	else if (field->kind != FIELD_STRING && field->kind != FIELD_BYTES)
		*(bool *)field_place(record, field->also) = true;
	random_value(random, arena, field, at);
}

void random_record(struct random *random, struct arena *arena, const struct record *rows, void *out)
{
	memset(out, 0, rows->size);
	for (size_t i = 0; i < rows->count; i++) {
		const struct field *field = &rows->fields[i];
		if (field->kind == FIELD_UNION)
			random_union(random, arena, field, out);
		else if (field->presence == FIELD_ARRAY)
			random_array(random, arena, field, out);
		else if (field->presence == FIELD_OPTIONAL)
			random_optional(random, arena, field, out);
		else
			random_value(random, arena, field, field_place(out, field->offset));
	}
}
