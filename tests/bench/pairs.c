/* pairs - who may refer whom to whom, taken from the config: desks that hold clients and desks of
 * the same region that take a question. */
#include "tests/bench/pairs.h"

#include <string.h>

#include "hub/base/memory.h"
#include "tests/bench/args.h"

static bool is_entry_desk(const struct rules *rules, const struct rules_desk *desk)
{
	for (size_t i = 0; i < rules->regions_count; i++)
		if (strcmp(rules->regions[i].entry_desk, desk->id) == 0)
			return true;
	return false;
}

static const struct rules_municipality *municipality_of(
	const struct rules *rules, const char *region)
{
	for (size_t i = 0; i < rules->municipalities_count; i++)
		if (strcmp(rules->municipalities[i].region, region) == 0 &&
			rules->municipalities[i].to == INT32_MAX)
			return &rules->municipalities[i];
	return NULL;
}

static bool holds(const struct rules_desk *desk)
{
	return desk->active && desk->holds && desk->region;
}

static bool takes_over(
	const struct rules *rules, const struct rules_desk *giver, const struct rules_desk *target)
{
	return holds(target) && target != giver && strcmp(giver->region, target->region) == 0 &&
		target->capacity < 0 && target->questions && target->questions[0] &&
		!is_entry_desk(rules, target);
}

static void add_pairs_of(struct pairs *pairs, const struct rules *rules,
	const struct rules_desk *giver, size_t limit)
{
	const struct rules_municipality *municipality = municipality_of(rules, giver->region);
	for (size_t i = 0; municipality && i < rules->desks_count; i++) {
		const struct rules_desk *target = &rules->desks[i];
		if (!takes_over(rules, giver, target))
			continue;
		for (size_t k = 0; target->questions[k] && pairs->count < limit; k++)
			pairs->items[pairs->count++] =
				(struct pair){giver, target, municipality, target->questions[k]};
	}
}

void pairs_load(struct pairs *pairs, const char *path, size_t limit)
{
	struct conf *conf;
	struct conf_problems problems = {0};
	*pairs = (struct pairs){.items = memory_get_zeroed(limit, sizeof(pairs->items[0]))};
	if (conf_load(path, NULL, &conf, &problems) != OK) {
		conf_problems_print(&problems, stderr);
		args_die("%s: cannot be used", path);
	}
	const struct rules *rules = &conf->rules;
	pairs->conf = conf;
	for (size_t i = 0; i < rules->desks_count; i++)
		if (holds(&rules->desks[i]))
			add_pairs_of(pairs, rules, &rules->desks[i], limit);
	if (pairs->count == 0)
		args_die("%s: no desk can refer a client to another of its region", path);
}
