/* holds - desks that ops has put on hold, or released, as the view's facts say. */
#include "hub/flow/delivery/desk/holds.h"

#include "hub/base/log.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/flow/delivery/outlet.h"

static bool is_on(const struct fact *fact, int64_t now)
{
	return fact != NULL && (!fact->has_from || fact->from <= now) &&
		(!fact->has_to || fact->to >= now);
}

/* A release leaves a fact too, of a hold that is over: else nobody would see it where there was no
 * hold before. */
static void take(struct desk *desk, const struct fact *fact, int64_t now)
{
	bool was_held = desk->held, is_new = fact != NULL && fact->at != desk->hold_at;
	desk->held = is_on(fact, now);
	desk->hold_at = fact != NULL ? fact->at : 0;
	if (!desk->begun)
		return;
	bool is_release = is_new && fact->has_to && fact->to < fact->at;
	if (is_release) {
		outlet_release(desk->outlet);
		desk->ground->sweep_due = 0;
	}
	if (desk->held == was_held)
		return;
	log_info("hold", "to=%s outcome=%s", desk->name, desk->held ? "begun" : "over");
	fault_changed(desk, now);
}

enum outcome holds_read(struct ground *ground, int64_t now, struct err *err)
{
	struct view_facts facts = {0};
	if (view_facts(ground->reader, FACT_KIND_HOLD, &facts, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < ground->desks_count; i++) {
		struct desk *desk = &ground->desks[i];
		if (!desk->ours || desk->is_second) /* that one tells a person, not a system */
			continue;
		take(desk, view_facts_find(&facts, bytes_of_string(desk->conf->desk)), now);
	}
	return OK;
}

void holds_look(struct ground *ground, int64_t now)
{
	struct arena arena = {0};
	struct err err = {0};
	if (ground->reader == NULL || !view_is_ready(ground->view))
		return;
	enum outcome outcome = view_reader_begin(ground->reader, &arena, &err);
	if (outcome == OK) {
		outcome = holds_read(ground, now, &err);
		view_reader_end(ground->reader);
	}
	if (outcome != OK)
		log_debug("hold", "text=%s", log_quote(err.text));
	arena_done(&arena);
}
