/* desks - partners, their desks, and what these may see. */
#include "hub/conf/check/check.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/conf/words.h"
#include "schemas/types.h"

void check_partner(struct check *check, const void *item)
{
	const struct rules_partner *partner = item;
	const struct rules_desk *home = check_find_desk(check, partner->home_desk);
	if (home != NULL && strcmp(home->partner, partner->oin) != 0)
		check_error(check, "home_desk %s belongs to another partner: name one of its own",
			home->id);
	if (home != NULL && !home->active)
		check_error(check, "home_desk %s is not active", home->id);
	if (partner->is_private && partner->may_see_bsn)
		check_error(check,
			"a private partner never gets a BSN: leave out private or "
			"may_see_bsn");
}

const char *const *check_person_fields(struct arena *arena)
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

static void check_fields(struct check *check, const char *const *fields, const char *name)
{
	for (; fields != NULL && *fields != NULL; fields++) {
		if (!words_have(check->person, *fields))
			check_error(check, "%s: a person has no field %s%s", name, *fields,
				report_hint(check->problems, *fields, check->person));
	}
}

void check_desk(struct check *check, const void *item)
{
	const struct rules_desk *desk = item;
	const struct rules_partner *partner =
		rules_partner(&check->conf->rules, bytes_of_string(desk->partner));
	bool early = words_have(desk->fields, "bsn");
	bool sees = early || words_have(desk->fields_accepted, "bsn");
	if (sees && partner != NULL && !partner->may_see_bsn)
		check_error(
			check, "its fields hold bsn, but its partner has no may_see_bsn = true");
	if (early && partner != NULL)
		check_warning(check, "it sees the BSN before it has accepted");
	const struct rules_desk *successor = check_find_desk(check, desk->successor);
	if (successor != NULL && !successor->active)
		check_warning(
			check, "successor %s is not active, so the routes decide", successor->id);
	check_fields(check, desk->fields, "fields");
	check_fields(check, desk->fields_accepted, "fields_accepted");
}

/* Told once, at the desk that comes first. */
static void report_circle(struct check *check, const struct rules_desk *in_circle)
{
	const struct rules_desk *first = in_circle;
	const struct rules_desk *desk = check_find_desk(check, in_circle->successor);
	for (; desk != in_circle; desk = check_find_desk(check, desk->successor))
		first = desk < first ? desk : first;
	size_t place = (size_t)(first - check->conf->rules.desks);
	report_error(check->problems, check->conf->index->lists[LIST_DESKS].places[place],
		"desk %s: successor %s leads back to it: name the desk that has its work now",
		first->id, first->successor);
}

/* Each walk goes as far as desks that no walk has seen; one that meets itself is a circle. */
void check_circles(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	struct arena scratch = {0};
	size_t *seen = arena_get_array(&scratch, rules->desks_count + 1, sizeof(*seen));
	for (size_t walk = 1; walk <= rules->desks_count; walk++) {
		const struct rules_desk *desk = &rules->desks[walk - 1];
		while (desk != NULL && seen[desk - rules->desks] == 0) {
			seen[desk - rules->desks] = walk;
			desk = check_find_desk(check, desk->successor);
		}
		if (desk != NULL && seen[desk - rules->desks] == walk)
			report_circle(check, desk);
	}
	arena_done(&scratch);
}
