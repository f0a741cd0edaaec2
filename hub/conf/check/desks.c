/* desks - partners, their desks, and what these may see. */
#include "hub/conf/check/check.h"

#include <json-c/json.h>
#include <string.h>

#include "schemas/types.h"

static const struct report_place *place_of_desk(const struct check *check, size_t i)
{
	return &check->conf->index->desks[i];
}

static void check_partner(
	struct check *check, const struct rules_partner *partner, struct report_place place)
{
	const char *what = check_what(check, "partner %s: home_desk", partner->name);
	const struct rules_desk *home = check_desk(check, place, what, partner->home_desk);
	if (home != NULL && strcmp(home->partner, partner->oin) != 0)
		report_error(check->problems, place,
			"%s %s belongs to another partner: name one of "
			"its own",
			what, home->id);
	if (home != NULL && !home->active)
		report_error(check->problems, place, "%s %s is not active", what, home->id);
	if (partner->is_private && partner->may_see_bsn)
		report_error(check->problems, place,
			"partner %s: a private partner never gets a BSN: leave out private or "
			"may_see_bsn",
			partner->name);
}

void check_partners(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->partners_count; i++)
		check_partner(check, &rules->partners[i], check->conf->index->partners[i]);
}

/* The names of a Person's fields, which the schema knows; ended by NULL. */
static const char *const *person_fields(struct arena *arena)
{
	struct json_object *schema = json_tokener_parse(schema_person.json);
	struct json_object *fields = json_object_object_get(schema, "fields");
	size_t count = json_object_array_length(fields);
	const char **names = arena_get_array(arena, count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		struct json_object *field = json_object_array_get_idx(fields, i);
		struct json_object *name = json_object_object_get(field, "name");
		names[i] = arena_string(arena, bytes_of_string(json_object_get_string(name)));
	}
	json_object_put(schema);
	return names;
}

static bool contains(const char *const *words, const char *word)
{
	for (; words != NULL && *words != NULL; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

static void check_fields(struct check *check, size_t i, const char *const *fields,
	const char *const *known, const char *name)
{
	const struct rules_desk *desk = &check->conf->rules.desks[i];
	for (; fields != NULL && *fields != NULL; fields++) {
		if (!contains(known, *fields))
			report_error(check->problems, *place_of_desk(check, i),
				"desk %s: %s: a person has no field %s%s", desk->id, name, *fields,
				report_hint(check->problems, *fields, known));
	}
}

static void check_bsn(struct check *check, size_t i, const struct rules_partner *partner)
{
	const struct rules_desk *desk = &check->conf->rules.desks[i];
	bool sees = contains(desk->fields, "bsn") || contains(desk->fields_accepted, "bsn");
	if (sees && !partner->may_see_bsn)
		report_error(check->problems, *place_of_desk(check, i),
			"desk %s: its fields hold bsn, but its partner has no may_see_bsn = true",
			desk->id);
	if (contains(desk->fields, "bsn"))
		report_warning(check->problems, *place_of_desk(check, i),
			"desk %s: it sees the BSN before it has accepted", desk->id);
}

static void check_successor(struct check *check, size_t i)
{
	const struct rules_desk *desk = &check->conf->rules.desks[i];
	struct report_place place = *place_of_desk(check, i);
	const char *what = check_what(check, "desk %s: successor", desk->id);
	const struct rules_desk *successor = check_desk(check, place, what, desk->successor);
	if (successor != NULL && !successor->active)
		report_warning(check->problems, place, "%s %s is not active, so the routes decide",
			what, successor->id);
}

static const struct rules_desk *next_of(const struct rules *rules, const struct rules_desk *desk)
{
	return rules_desk(rules, bytes_of_string(desk->successor));
}

/* Told once, at the desk that comes first. */
static void report_circle(struct check *check, const struct rules_desk *in_circle)
{
	const struct rules *rules = &check->conf->rules;
	const struct rules_desk *first = in_circle, *desk = next_of(rules, in_circle);
	for (; desk != in_circle; desk = next_of(rules, desk))
		first = desk < first ? desk : first;
	report_error(check->problems, *place_of_desk(check, (size_t)(first - rules->desks)),
		"desk %s: successor %s leads back to it: name the desk that has its work now",
		first->id, first->successor);
}

/* Each walk goes as far as desks that no walk has seen; one that meets itself is a circle. */
static void check_circles(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	struct arena scratch = {0};
	size_t *seen = arena_get_array(&scratch, rules->desks_count + 1, sizeof(*seen));
	for (size_t walk = 1; walk <= rules->desks_count; walk++) {
		const struct rules_desk *desk = &rules->desks[walk - 1];
		while (desk != NULL && seen[desk - rules->desks] == 0) {
			seen[desk - rules->desks] = walk;
			desk = next_of(rules, desk);
		}
		if (desk != NULL && seen[desk - rules->desks] == walk)
			report_circle(check, desk);
	}
	arena_done(&scratch);
}

static void check_one(struct check *check, size_t i, const char *const *known)
{
	const struct rules *rules = &check->conf->rules;
	const struct rules_desk *desk = &rules->desks[i];
	struct report_place place = *place_of_desk(check, i);
	const struct rules_partner *partner = rules_partner(rules, bytes_of_string(desk->partner));
	if (partner == NULL)
		report_error(check->problems, place, "desk %s: partner %s is not in partners",
			desk->id, desk->partner);
	else
		check_bsn(check, i, partner);
	if (desk->region != NULL && rules_region(rules, bytes_of_string(desk->region)) == NULL)
		report_error(check->problems, place, "desk %s: region %s is not in regions",
			desk->id, desk->region);
	check_desk(check, place, check_what(check, "desk %s: coordinator", desk->id),
		desk->coordinator);
	check_successor(check, i);
	check_fields(check, i, desk->fields, known, "fields");
	check_fields(check, i, desk->fields_accepted, known, "fields_accepted");
}

void check_desks(struct check *check)
{
	const char *const *known = person_fields(&check->problems->arena);
	for (size_t i = 0; i < check->conf->rules.desks_count; i++)
		check_one(check, i, known);
	check_circles(check);
}
