/* delivered - what a desk reads past in its feed was delivered to it: said to intake, so that the
 * offer's clock runs against the desk. */
#include "hub/web/delivered.h"

#include <assert.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/disclose/found.h"
#include "hub/flow/intake/report.h"

/* Handovers that one request has looked at: after a start, those of months lie before the cursor.
 */
#define LOOK_MAX 500

/* Of one desk. */
struct mark {
	struct delivered *delivered;
	int64_t until; /* all up to this cursor is said */
	int64_t next; /* and up to this one once the receipts have come */
	size_t receipts; /* to come */
	bool failed;
};

struct delivered {
	struct edge *edge;
	struct mark *marks; /* one per desk, in the order of the rules */
	struct arena arena;
};

struct delivered *delivered_new(struct edge *edge)
{
	struct delivered *delivered = memory_get_zeroed(1, sizeof(*delivered));
	size_t desks = edge->options->conf->rules.desks_count;
	delivered->edge = edge;
	delivered->marks = memory_get_zeroed(desks + 1, sizeof(*delivered->marks));
	for (size_t i = 0; i < desks; i++)
		delivered->marks[i].delivered = delivered;
	return delivered;
}

void delivered_free(struct delivered *delivered)
{
	if (delivered == NULL)
		return;
	arena_done(&delivered->arena);
	free(delivered->marks);
	free(delivered);
}

static void settle(struct mark *mark)
{
	if (!mark->failed)
		mark->until = mark->next;
	mark->failed = false;
}

static void take_receipt(void *context, const struct intake_receipt *receipt)
{
	struct mark *mark = context;
	mark->failed = mark->failed || receipt->fate != INTAKE_STORED;
	if (--mark->receipts == 0)
		settle(mark);
}

static void report(struct mark *mark, const struct rules_desk *desk, struct uuid referral)
{
	const struct report said = {.referral = referral,
		.action = ACTION_DELIVERED,
		.desk = bytes_of_string(desk->id)};
	const struct intake_caller caller = {.done = take_receipt, .context = mark};
	if (intake_report(mark->delivered->edge->intake, &said, caller) != NULL)
		mark->receipts++;
	else
		mark->failed = true;
}

/* A cursor that lies behind all that there is may be another edge's, or made up. */
static enum outcome look(struct mark *mark, const struct rules_desk *desk, int64_t cursor,
	struct view_undelivered *out, struct err *err)
{
	struct view_reader *reader = mark->delivered->edge->reader;
	int64_t last;
	const struct view_feed feed = {
		.desk = bytes_of_string(desk->id), .after = mark->until, .limit = LOOK_MAX};
	if (reader == NULL)
		return err_set(err, RETRY, "there is no view yet");
	if (view_reader_begin(reader, &mark->delivered->arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_last_handover(reader, feed.desk, &last, err);
	if (outcome == OK)
		outcome = view_undelivered(reader, &feed, cursor < last ? cursor : last, out, err);
	view_reader_end(reader);
	return outcome;
}

/* Its client is written with it, but comes to the view by another topic. */
static bool may_come(const struct mark *mark, const struct view_offer *offer)
{
	const struct view *view = mark->delivered->edge->options->view;
	return !offer->is_here &&
		view_age(view, offer->written_at, clock_wall()) < FOUND_ARRIVAL_MS;
}

void delivered_note(struct delivered *delivered, const struct rules_desk *desk, int64_t cursor)
{
	const struct rules *rules = &delivered->edge->options->conf->rules;
	struct mark *mark = &delivered->marks[desk - rules->desks];
	struct view_undelivered found = {0};
	struct err err = {0};
	assert(desk >= rules->desks && desk < rules->desks + rules->desks_count);
	if (cursor <= mark->until || mark->receipts > 0)
		return;
	if (look(mark, desk, cursor, &found, &err) != OK) {
		log_warn("delivered", "desk=%s text=%s", desk->id, log_quote(err.text));
		return;
	}
	mark->next = found.until;
	for (size_t i = 0; i < found.count; i++) {
		if (may_come(mark, &found.items[i])) {
			mark->next = found.items[i].cursor - 1;
			break;
		}
		if (found.items[i].is_here)
			report(mark, desk, found.items[i].referral);
	}
	arena_reset(&delivered->arena);
	if (mark->receipts == 0)
		settle(mark);
}
