/* version - a short name for what a configuration says: equal content, equal name. */
#include "hub/conf/version.h"

#include <sodium.h>
#include <string.h>

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

static void add_partner(struct hash *hash, const struct rules_partner *partner)
{
	add_text(hash, partner->oin);
	add_text(hash, partner->name);
	add_text(hash, partner->home_desk);
	add_number(hash, partner->feedback);
	add_number(hash, partner->disclose_owner);
	add_number(hash, partner->is_private);
	add_number(hash, partner->may_see_bsn);
}

static void add_desk(struct hash *hash, const struct rules_desk *desk)
{
	add_text(hash, desk->id);
	add_text(hash, desk->name);
	add_text(hash, desk->partner);
	add_text(hash, desk->kind);
	add_text(hash, desk->region);
	add_words(hash, desk->questions);
	add_words(hash, desk->fields);
	add_words(hash, desk->fields_accepted);
	add_text(hash, desk->successor);
	add_text(hash, desk->coordinator);
	add_number(hash, desk->capacity);
	add_number(hash, desk->active);
	add_number(hash, desk->holds);
}

static void add_region(struct hash *hash, const struct rules_region *region)
{
	add_text(hash, region->code);
	add_text(hash, region->name);
	add_text(hash, region->entry_desk);
	add_text(hash, region->coordinator);
	add_words(hash, region->stand_ins);
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

static void add_programme(struct hash *hash, const struct rules_programme *programme)
{
	add_text(hash, programme->code);
	add_text(hash, programme->successor);
	add_number(hash, programme->from);
	add_number(hash, programme->to);
}

static void add_route(struct hash *hash, const struct rules_route *route)
{
	const char *const *const lists[] = {route->questions, route->regions, route->municipalities,
		route->target_groups, route->sectors, route->programmes, route->partners,
		route->pathways, route->voucher_kinds};
	add_text(hash, route->name);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		add_words(hash, lists[i]);
	add_number(hash, route->age_from);
	add_number(hash, route->age_to);
	add_number(hash, route->level_from);
	add_number(hash, route->level_to);
	add_text(hash, route->to_desk);
	add_text(hash, route->to_kind);
}

static void add_duration(struct hash *hash, struct rules_duration duration)
{
	add_number(hash, duration.unit);
	add_number(hash, duration.count);
}

static void add_override(struct hash *hash, const struct rules_override *override)
{
	add_text(hash, override->from_desk);
	add_text(hash, override->to_desk);
	add_text(hash, override->question);
	add_text(hash, override->urgency);
	add_number(hash, override->clock);
	add_duration(hash, override->duration);
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

static void add_lists(struct hash *hash, const struct rules *rules)
{
	add_number(hash, (int64_t)rules->partners_count);
	for (size_t i = 0; i < rules->partners_count; i++)
		add_partner(hash, &rules->partners[i]);
	add_number(hash, (int64_t)rules->desks_count);
	for (size_t i = 0; i < rules->desks_count; i++)
		add_desk(hash, &rules->desks[i]);
	add_number(hash, (int64_t)rules->regions_count);
	for (size_t i = 0; i < rules->regions_count; i++)
		add_region(hash, &rules->regions[i]);
	add_number(hash, (int64_t)rules->municipalities_count);
	for (size_t i = 0; i < rules->municipalities_count; i++)
		add_municipality(hash, &rules->municipalities[i]);
	add_number(hash, (int64_t)rules->programmes_count);
	for (size_t i = 0; i < rules->programmes_count; i++)
		add_programme(hash, &rules->programmes[i]);
	add_number(hash, (int64_t)rules->routes_count);
	for (size_t i = 0; i < rules->routes_count; i++)
		add_route(hash, &rules->routes[i]);
	add_number(hash, (int64_t)rules->overrides_count);
	for (size_t i = 0; i < rules->overrides_count; i++)
		add_override(hash, &rules->overrides[i]);
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

const char *version_of(const struct rules *rules, const struct codes *codes, struct arena *arena)
{
	struct hash hash;
	crypto_hash_sha256_init(&hash.state);
	add_lists(&hash, rules);
	for (size_t i = 0; i < RULES_CLOCKS; i++)
		add_clock(&hash, &rules->clocks[i]);
	add_text(&hash, rules->default_region);
	add_codes(&hash, codes);
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&hash.state, digest);
	char *version = arena_get(arena, DIGITS + 1);
	bytes_to_hex(bytes_of(digest, DIGITS / 2), version);
	return version;
}
