/* reading - a desk's handovers into its queue: from the topic as they come, from the view what came
 * before. */
#include "hub/flow/delivery/desk/reading.h"

#include "hub/base/log.h"
#include "hub/flow/delivery/desk/errand.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/wire/wire.h"

#define AHEAD_BYTES ((size_t)524288) /* of records that wait for those before them */
#define RECORD_BYTES ((size_t)4608) /* that one takes beside itself */

static size_t room_of(const struct desk *desk)
{
	size_t most = fault_of(desk) != FAULT_NONE ? 1 : QUEUE_MAX;
	return desk->queue.count < most ? most - desk->queue.count : 0;
}

bool reading_is_done(const struct desk *desk)
{
	const struct reading *reading = &desk->reading;
	return reading->look_until == 0 && reading->noticed <= reading->read &&
		desk->queue.left_count == 0;
}

void reading_begin(struct desk *desk)
{
	desk->reading.read = desk->queue.high;
}

/* Not told at once: it is passed over again after a restart. */
static void pass_over(struct desk *desk, int64_t cursor)
{
	if (cursor > desk->queue.high)
		desk->queue.high = cursor;
}

static void take(struct desk *desk, struct errand *errand)
{
	if (desk_is_for(desk, errand->handover)) {
		queue_add(&desk->queue, &errand->place);
		return;
	}
	pass_over(desk, errand->place.cursor);
	errand_free(errand);
}

static struct errand *first_ahead(struct reading *reading)
{
	struct errand *errand = (struct errand *)reading->first;
	reading->first = errand->place.behind;
	reading->after = errand->place.cursor;
	reading->bytes -= errand->size;
	if (reading->first == NULL)
		reading->last = NULL;
	errand->place.behind = NULL;
	return errand;
}

static void forget_ahead(struct reading *reading)
{
	while (reading->first != NULL)
		errand_free(first_ahead(reading));
}

void reading_forget(struct desk *desk)
{
	forget_ahead(&desk->reading);
	desk->reading = (struct reading){0};
}

static void add_ahead(struct reading *reading, struct errand *errand)
{
	struct queue_item **place = reading->last != NULL ? reading->last : &reading->first;
	*place = &errand->place;
	reading->last = &errand->place.behind;
	reading->bytes += errand->size;
}

/* NULL: the view looks at it too. */
static struct errand *decode(struct desk *desk, const struct record_read *record)
{
	struct errand_page *page = errand_page_new();
	struct handover *handover = arena_get(&page->arena, sizeof(*handover));
	struct wire_record value = {
		.schema = &schema_handover, .value = arena_copy(&page->arena, record->value)};
	struct view_handover read = {
		.cursor = view_cursor(record->partition, record->offset), .handover = handover};
	struct errand *errand = NULL;
	struct err err = {0};
	if (wire_decode(desk->ground->wire, &value, handover, &page->arena, &err) == OK) {
		read.written_at = view_written_at(handover, record->time);
		errand = errand_new(desk, page, &read);
	}
	errand_page_leave(page);
	return errand;
}

void reading_notice(struct desk *desk, const struct record_read *record)
{
	struct reading *reading = &desk->reading;
	int64_t cursor = view_cursor(record->partition, record->offset), before = reading->noticed;
	struct errand *errand = NULL;
	if (cursor <= before)
		return;
	reading->noticed = cursor;
	desk_kick(desk);
	size_t size = record->value.size + RECORD_BYTES;
	bool has_room = reading->bytes + size <= AHEAD_BYTES;
	if (desk->begun && fault_of(desk) == FAULT_NONE && has_room)
		errand = decode(desk, record);
	if (errand == NULL) {
		forget_ahead(reading);
		return;
	}
	if (reading->first == NULL)
		reading->after = before;
	errand->size = size;
	add_ahead(reading, errand);
}

/* The next one, if it was noticed. */
static bool take_ahead(struct desk *desk)
{
	struct reading *reading = &desk->reading;
	while (reading->first != NULL && reading->first->cursor <= reading->read)
		errand_free(first_ahead(reading));
	if (reading->first == NULL || reading->look_until != 0 || desk->queue.left_count > 0 ||
		reading->after > reading->read)
		return false;
	reading->read = reading->first->cursor;
	take(desk, first_ahead(reading));
	return true;
}

/* Whether the view has read the desk's partition up to this offset. */
static bool view_has_read(struct desk *desk, int64_t offset, struct err *err)
{
	struct view_positions positions = {0};
	if (view_positions(desk->ground->reader, &positions, err) != OK)
		return false;
	for (size_t i = 0; i < positions.count; i++) {
		const struct view_position *it = &positions.items[i];
		if (it->partition == desk->partition && bytes_equal_string(it->topic, "handovers"))
			return it->next >= offset;
	}
	return offset == 0;
}

/* What the view says. */
struct look {
	int64_t exact; /* the cursor that is looked for; 0: the next ones */
	struct errand_page *page;
	struct view_handovers found;
	bool is_complete; /* what was not found is not there, or no more */
};

/* A view that is being built anew has not everything yet. */
static enum outcome look(struct desk *desk, struct look *look, struct err *err)
{
	struct view_reader *reader = desk->ground->reader;
	const struct view_feed feed = {bytes_of_string(desk->rules->id),
		look->exact != 0 ? look->exact - 1 : desk->reading.read,
		look->exact != 0 ? 1 : (int32_t)room_of(desk)};
	enum outcome outcome = view_reader_begin(reader, &look->page->arena, err);
	if (outcome != OK)
		return outcome;
	outcome = view_handovers(reader, &feed, &look->found, err);
	if (outcome == OK && look->exact != 0)
		look->is_complete = look->found.count > 0 ||
			view_has_read(desk, view_cursor_offset(look->exact) + 1, err);
	else if (outcome == OK && look->found.count == 0)
		look->is_complete = view_has_read(desk, desk->reading.look_until, err);
	view_reader_end(reader);
	return outcome;
}

static void take_found(struct desk *desk, const struct look *look)
{
	for (size_t i = 0; i < look->found.count; i++) {
		const struct view_handover *found = &look->found.items[i];
		if (look->exact == 0)
			desk->reading.read = found->cursor;
		else if (found->cursor != look->exact || queue_has(&desk->queue, found->cursor))
			continue;
		take(desk, errand_new(desk, look->page, found));
	}
}

/* What comes next in the view; one that is no more kept is passed over. false: none now. */
static bool take_kept(struct desk *desk)
{
	struct look at = {.exact = queue_take_left(&desk->queue), .page = errand_page_new()};
	struct err err = {0};
	enum outcome outcome = look(desk, &at, &err);
	bool is_found = at.found.count > 0;
	if (outcome != OK)
		log_warn("deliver", "to=%s text=%s", desk->name, log_quote(err.text));
	if (at.exact == 0 && !is_found && at.is_complete)
		desk->reading.look_until = 0;
	if (at.exact != 0 && !is_found && !at.is_complete)
		queue_leave(&desk->queue, at.exact);
	take_found(desk, &at);
	errand_page_leave(at.page);
	return is_found || (at.exact != 0 && at.is_complete);
}

bool reading_fill(struct desk *desk)
{
	while (room_of(desk) > 0 && !reading_is_done(desk)) {
		if (take_ahead(desk))
			continue;
		if (desk->ground->reader == NULL || !take_kept(desk))
			return reading_is_done(desk);
	}
	return true;
}
