/* desks - the places that can hold responsibility: the lists desks and desk_kinds. */
#include "hub/conf/check.h"

#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"
#include "schemas/types.h"

#define QUESTIONS_DOC "Questions that it takes; none: all."
#define FIELDS_DOC "What it may see of a person before it has accepted."
#define FIELDS_ACCEPTED_DOC "And after."
#define HOLDS_DOC "It may be responsible for clients."

#define AT(member) offsetof(struct rules_desk, member)

/* What a desk has of its kind where it says nothing itself. */
static const struct setting kind_rows[] = {
	{"kind", SETTING_CODE, AT(kind), NULL, 0, 0, SETTING_ONE("desk_kind"), "The kind of desk."},
	{"questions", SETTING_CODES, AT(questions), "", 0, 0, SETTING_ONE("question"),
		QUESTIONS_DOC},
	{"fields", SETTING_STRINGS, AT(fields), "", 1, 60, NULL, FIELDS_DOC},
	{"fields_accepted", SETTING_STRINGS, AT(fields_accepted), "", 1, 60, NULL,
		FIELDS_ACCEPTED_DOC},
	{"holds", SETTING_BOOL, AT(holds), "false", 0, 0, NULL, HOLDS_DOC},
	{0},
};

static const struct setting rows[] = {
	{"id", SETTING_FORMAT, AT(id), NULL, 0, 0, SETTING_ONE("desk"),
		"Its name for ever, as in wsp-rijnmond."},
	{"name", SETTING_STRING, AT(name), NULL, 1, 200, NULL, "As people know it."},
	{"partner", SETTING_FORMAT, AT(partner), NULL, 0, 0, SETTING_ONE("oin"),
		"OIN of the partner it belongs to."},
	{"kind", SETTING_CODE, AT(kind), NULL, 0, 0, SETTING_ONE("desk_kind"),
		"What sort of desk it is."},
	{"region", SETTING_FORMAT, AT(region), "", 0, 0, SETTING_ONE("am"),
		"Labour market region; none: it works nationwide."},
	{"questions", SETTING_CODES, AT(questions), "", 0, 0, SETTING_ONE("question"),
		QUESTIONS_DOC " Left out: as its kind."},
	{"fields", SETTING_STRINGS, AT(fields), "", 1, 60, NULL,
		FIELDS_DOC " Left out: as its kind."},
	{"fields_accepted", SETTING_STRINGS, AT(fields_accepted), "", 1, 60, NULL,
		FIELDS_ACCEPTED_DOC " Left out: as its kind."},
	{"successor", SETTING_FORMAT, AT(successor), "", 0, 0, SETTING_ONE("desk"),
		"The desk its work goes to when it is not active, or does not take the question."},
	{"coordinator", SETTING_FORMAT, AT(coordinator), "", 0, 0, SETTING_ONE("desk"),
		"Desk of its coordinator; none: the region's."},
	{"capacity", SETTING_INT, AT(capacity), "-1", -1, 1000000, NULL,
		"Clients it can have at once; -1: not counted."},
	{"active", SETTING_BOOL, AT(active), "true", 0, 0, NULL,
		"false: nothing new goes there; it stays listed for what it had."},
	{"holds", SETTING_BOOL, AT(holds), "false", 0, 0, NULL,
		HOLDS_DOC " Left out: as its kind."},
	{0},
};

static const struct rules_desk *find_kind(const struct list_items *kinds, const char *kind)
{
	const struct rules_desk *items = kinds->items;
	for (size_t i = 0; i < kinds->count; i++) {
		if (kind != NULL && items[i].kind != NULL && strcmp(items[i].kind, kind) == 0)
			return &items[i];
	}
	return NULL;
}

static void inherit(const struct list_group *group, void *row)
{
	struct rules_desk *desk = row;
	const struct rules_desk *kind =
		find_kind(&group->conf->index->lists[LIST_DESK_KINDS], desk->kind);
	if (kind == NULL)
		return;
	if (desk->questions == NULL)
		desk->questions = kind->questions;
	if (desk->fields == NULL)
		desk->fields = kind->fields;
	if (desk->fields_accepted == NULL)
		desk->fields_accepted = kind->fields_accepted;
	if (config_setting_get_member(group->element, "holds") == NULL)
		desk->holds = kind->holds;
}

const char *const *list_person_fields(struct arena *arena)
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

static void check(struct check *check, const void *item)
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
void list_check_circles(struct check *check)
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

const struct list list_desk_kinds = {
	.name = "desk_kinds",
	.doc = "desk_kinds = ( { … } ): what the desks of a kind have in common, each unless it "
	       "says otherwise.",
	.rows = kind_rows,
	.key = "kind",
	.title = "kind",
	.row_size = sizeof(struct rules_desk),
	.size = sizeof(struct rules_desk),
};

const struct list list_desks = {
	.name = "desks",
	.doc = "desks = ( { … } ): the places that clients are referred to and from.",
	.rows = rows,
	.key = "id",
	.title = "id",
	.row_size = sizeof(struct rules_desk),
	.size = sizeof(struct rules_desk),
	.take = inherit,
	.check = check,
};
