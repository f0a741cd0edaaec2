/* desks - the places that can hold responsibility: the lists desks and desk_kinds. */
#include "hub/conf/lists/list.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/inside.h"

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

const struct list list_desk_kinds = {"desk_kinds",
	"desk_kinds = ( { … } ): what the desks of a kind have in common, each unless it "
	"says otherwise.",
	kind_rows, "kind", "kind", sizeof(struct rules_desk), sizeof(struct rules_desk), NULL};

const struct list list_desks = {"desks",
	"desks = ( { … } ): the places that clients are referred to and from.", rows, "id", "id",
	sizeof(struct rules_desk), sizeof(struct rules_desk), inherit};
