/* zgw_pause - the opschorting of a zaak, where the settings say that it means something. */
#include "connectors/municipality/zgw_pause.h"

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "connectors/municipality/zgw_url.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

static struct raw_status *raw_of(const struct zgw_read *read, const char *text)
{
	struct raw_status *raw = arena_get(read->out->arena, sizeof(*raw));
	raw->scheme = read->scheme;
	raw->code = bytes_of_string("opschorting");
	raw->text = bytes_of_string(text);
	return raw;
}

/* What is told: by which words, as what, and behind which `@` it is the same message again. */
struct pause {
	const char *words, *text;
	struct bytes mark;
	int32_t day; /* from which days count */
};

/* Its reden may be changed while it lasts, and would make of the same message another one. */
static void draft_one(struct zgw_read *read, const struct pause *pause, const struct draft *when)
{
	struct arena *arena = read->out->arena;
	struct parcel_draft *to =
		parcel_add(read->out, read->docs->items[0].body, bytes_of_string("opschorting"));
	struct status_change *change = parcel_change(read->out, &to->draft);
	struct err err = {0};
	if (mapping_change(pause->words, pause->day, arena, change, &err) != OK)
		problems_add(&to->problems, "body.StatusChange", NULL, "%s", err.text);
	change->raw = raw_of(read, pause->text);
	to->draft.case_ = read->case_;
	to->draft.reference = bytes_of_string(arena_format(
		arena, "%.*s#%s@%.*s", BYTES_ARG(read->path), pause->text, BYTES_ARG(pause->mark)));
	to->draft.has_occurred_at = when->has_occurred_at;
	to->draft.occurred_at = when->occurred_at;
	parcel_person(read->out, &to->draft)->text = change->raw->text;
}

void zgw_pause_draft(struct zgw_read *read, const struct draft *when)
{
	const struct json_tree *tree = json_tree_member(read->zaak, "opschorting");
	bool is_paused = member_flag(tree, "indicatie");
	char *day = arena_get(read->out->arena, 11);
	clock_date_to_text(read->changed_on, day);
	struct pause pause = {
		read->config->paused, "opgeschort", bytes_of_string(day), read->changed_on};
	if (!is_paused)
		pause = (struct pause){read->config->resumed, "hervat",
			zgw_url_last(member_text(read->zaak, "status")),
			calendar_date(when->occurred_at)};
	if (pause.words != NULL && (is_paused || member_flag(tree, "eerdereOpschorting")))
		draft_one(read, &pause, when);
}
