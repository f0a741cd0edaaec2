/* version - a short name for what a configuration says: equal content, equal name. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "hub/conf/inside.h"

enum { DIGITS = 12 };

struct hash {
	crypto_hash_sha256_state state;
};

static void add_number(struct hash *hash, int64_t number)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
	crypto_hash_sha256_update(&hash->state, bytes, sizeof(bytes));
}

/* With its size in front, so that no two contents run into each other; NULL is -1. */
static void add_text(struct hash *hash, const char *text)
{
	add_number(hash, text != NULL ? (int64_t)strlen(text) : -1);
	if (text != NULL)
		crypto_hash_sha256_update(&hash->state, (const uint8_t *)text, strlen(text));
}

static void add_words(struct hash *hash, const char *const *words)
{
	for (; words != NULL && *words != NULL; words++)
		add_text(hash, *words);
	add_text(hash, NULL);
}

/* Of the types that the rules' own rows have. */
static void add_value(struct hash *hash, const struct setting *row, const void *place)
{
	if (row->type == SETTING_BOOL) {
		add_number(hash, *(const bool *)place);
	} else if (row->type == SETTING_STRINGS || row->type == SETTING_CODES) {
		add_words(hash, *(const char *const *const *)place);
	} else if (row->type == SETTING_INT || row->type == SETTING_DATE ||
		row->type == SETTING_CHOICE) {
		add_number(hash, *(const int32_t *)place);
	} else {
		assert(row->type == SETTING_STRING || row->type == SETTING_FORMAT ||
			row->type == SETTING_CODE);
		add_text(hash, *(const char *const *)place);
	}
}

static void add_list(struct hash *hash, const struct list *list, const struct list_items *read)
{
	add_number(hash, (int64_t)read->count);
	for (size_t i = 0; i < read->count; i++) {
		const uint8_t *item = (const uint8_t *)read->items + i * list->size;
		for (const struct setting *row = list->rows; row->name != NULL; row++) {
			if (row->offset < list->size)
				add_value(hash, row, item + row->offset);
		}
	}
}

static void add_municipality(struct hash *hash, const struct rules_municipality *municipality)
{
	add_text(hash, municipality->code);
	add_text(hash, municipality->name);
	add_text(hash, municipality->region);
	add_text(hash, municipality->successor);
	add_number(hash, municipality->from);
	add_number(hash, municipality->to);
}

static void add_duration(struct hash *hash, struct rules_duration duration)
{
	add_number(hash, duration.unit);
	add_number(hash, duration.count);
}

static void add_clock(struct hash *hash, const struct rules_clock *clock)
{
	for (size_t i = 0; i < RULES_LEVELS; i++) {
		add_duration(hash, clock->normal[i]);
		add_duration(hash, clock->urgent[i]);
	}
	add_duration(hash, clock->reminder);
	add_duration(hash, clock->repeat);
	add_number(hash, clock->first_level);
	add_number(hash, clock->last_level);
}

/* What no row of a list has filled. */
static void add_rest(struct hash *hash, const struct rules *rules)
{
	for (size_t i = 0; i < rules->regions_count; i++) {
		add_text(hash, rules->regions[i].name);
		add_words(hash, rules->regions[i].stand_ins);
	}
	add_number(hash, (int64_t)rules->municipalities_count);
	for (size_t i = 0; i < rules->municipalities_count; i++)
		add_municipality(hash, &rules->municipalities[i]);
	for (size_t i = 0; i < rules->overrides_count; i++)
		add_duration(hash, rules->overrides[i].duration);
	for (size_t i = 0; i < RULES_CLOCKS; i++)
		add_clock(hash, &rules->clocks[i]);
	add_text(hash, rules->default_region);
}

static void add_codes(struct hash *hash, const struct codes *codes)
{
	size_t at = 0;
	const struct code *code = NULL;
	while ((code = codes_next(codes, NULL, &at)) != NULL) {
		add_text(hash, code->list);
		add_text(hash, code->code);
		add_text(hash, code->label_nl);
	}
}

const char *version_of(const struct conf *conf, struct arena *arena)
{
	struct hash hash;
	crypto_hash_sha256_init(&hash.state);
	for (size_t i = 0; i < LISTS_OF_RULES; i++) {
		if (i != LIST_DESK_KINDS) /* what the desks have of them counts */
			add_list(&hash, list_all[i], &conf->index->lists[i]);
	}
	add_rest(&hash, &conf->rules);
	add_codes(&hash, conf->codes);
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&hash.state, digest);
	char *version = arena_get(arena, DIGITS + 1);
	bytes_to_hex(bytes_of(digest, DIGITS / 2), version);
	return version;
}
