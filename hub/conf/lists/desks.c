/* desks - the places that can hold responsibility: the lists desks and desk_kinds. */
#include "hub/conf/lists/list.h"

#include <stddef.h>
#include <string.h>

/* What a desk has of its kind where it says nothing itself. */
struct kind {
	const char *kind;
	const char *const *questions, *const *fields, *const *fields_accepted;
	bool holds;
};

#define QUESTIONS_DOC "Questions that it takes; none: all."
#define FIELDS_DOC "What it may see of a person before it has accepted."
#define FIELDS_ACCEPTED_DOC "And after."
#define HOLDS_DOC "It may be responsible for clients."

#define AT(member) offsetof(struct kind, member)

const struct setting list_desk_kind_rows[] = {
	{"kind", SETTING_CODE, AT(kind), NULL, 0, 0, SETTING_ONE("desk_kind"), "The kind of desk."},
	{"questions", SETTING_CODES, AT(questions), "", 0, 0, SETTING_ONE("question"),
		QUESTIONS_DOC},
	{"fields", SETTING_STRINGS, AT(fields), "", 1, 60, NULL, FIELDS_DOC},
	{"fields_accepted", SETTING_STRINGS, AT(fields_accepted), "", 1, 60, NULL,
		FIELDS_ACCEPTED_DOC},
	{"holds", SETTING_BOOL, AT(holds), "false", 0, 0, NULL, HOLDS_DOC},
	{0},
};

#undef AT
#define AT(member) offsetof(struct rules_desk, member)

const struct setting list_desk_rows[] = {
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

static const struct kind *find(const struct kind *kinds, size_t count, const char *kind)
{
	for (size_t i = 0; i < count; i++) {
		if (kind != NULL && kinds[i].kind != NULL && strcmp(kinds[i].kind, kind) == 0)
			return &kinds[i];
	}
	return NULL;
}

static void inherit(struct rules_desk *desk, const struct kind *kind, config_setting_t *element)
{
	if (desk->questions == NULL)
		desk->questions = kind->questions;
	if (desk->fields == NULL)
		desk->fields = kind->fields;
	if (desk->fields_accepted == NULL)
		desk->fields_accepted = kind->fields_accepted;
	if (config_setting_get_member(element, "holds") == NULL)
		desk->holds = kind->holds;
}

static const struct kind *take_kinds(struct bind *bind, config_setting_t *root, size_t *count)
{
	struct list list = {0};
	list_open(bind, root, "desk_kinds", "kind", &list);
	struct kind *kinds = arena_get_array(bind->arena, list.count + 1, sizeof(*kinds));
	for (size_t i = 0; i < list.count; i++)
		bind_group(bind, list.elements[i], list_desk_kind_rows, NULL, &kinds[i]);
	*count = list.count;
	return kinds;
}

void list_desks(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	size_t kinds_count = 0;
	const struct kind *kinds = take_kinds(bind, root, &kinds_count);
	struct list list = {0};
	list_open(bind, root, "desks", "id", &list);
	struct rules_desk *desks = arena_get_array(bind->arena, list.count + 1, sizeof(*desks));
	for (size_t i = 0; i < list.count; i++) {
		bind_group(bind, list.elements[i], list_desk_rows, NULL, &desks[i]);
		const struct kind *kind = find(kinds, kinds_count, desks[i].kind);
		if (kind != NULL)
			inherit(&desks[i], kind, list.elements[i]);
	}
	conf->rules.desks = desks;
	conf->rules.desks_count = list.count;
	conf->index->desks = list.places;
}
