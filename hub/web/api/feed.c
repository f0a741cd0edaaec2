/* feed - a desk's handovers, in their order, from where it has read. */
#include <json-c/json.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/web/api/api.h"
#include "hub/web/delivered.h"
#include "hub/web/json.h"

#define CURSOR_SIZE 12 /* the place, then what tells the desk's from another's */

static void put_cursor(const struct rules_desk *desk, int64_t after, uint8_t out[CURSOR_SIZE])
{
	static const uint8_t no_key[16] = {0};
	uint64_t mark = bytes_hash(bytes_of_string(desk->id), no_key);
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)after >> (56 - 8 * i));
	for (int i = 0; i < 4; i++)
		out[8 + i] = (uint8_t)(mark >> (8 * i));
}

static const char *write_cursor(const struct rules_desk *desk, int64_t after, struct arena *arena)
{
	uint8_t cursor[CURSOR_SIZE];
	char *text = arena_get(arena, 2 * CURSOR_SIZE + 1);
	put_cursor(desk, after, cursor);
	bytes_to_hex(bytes_of(cursor, sizeof(cursor)), text);
	return text;
}

/* false: none of this desk's. */
static bool read_cursor(struct bytes text, const struct rules_desk *desk, int64_t *out)
{
	uint8_t cursor[CURSOR_SIZE], own[CURSOR_SIZE];
	uint64_t place = 0;
	*out = 0;
	if (text.data == NULL)
		return true;
	if (!bytes_from_hex(text, cursor, sizeof(cursor)))
		return false;
	for (int i = 0; i < 8; i++)
		place = place << 8 | cursor[i];
	*out = (int64_t)place;
	put_cursor(desk, *out, own);
	return *out >= 0 && memcmp(cursor, own, sizeof(own)) == 0;
}

const struct rules_desk *api_own_desk(struct call *call, struct bytes name)
{
	const struct rules *rules = &call->edge->options->conf->rules;
	const struct rules_desk *desk = name.data == NULL ? NULL : rules_desk(rules, name);
	if (desk != NULL && strcmp(desk->partner, call->partner->rules->oin) == 0)
		return desk;
	request_refuse(call->request, PROBLEM_JSON_NOT_FOUND, "there is no such desk of yours");
	return NULL;
}

/* Its home desk where none is named. */
static const struct rules_desk *desk_of(struct call *call)
{
	struct bytes name = request_query(call->request, "desk");
	if (name.data == NULL)
		name = bytes_of_string(call->partner->rules->home_desk);
	return api_own_desk(call, name);
}

static void unavailable(struct call *call, const struct err *err)
{
	log_warn("feed", "desk=%s text=%s", call->desk->id, log_quote(err->text));
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"it cannot be opened now: ask again after the time in Retry-After");
}

static struct json_object *describe_opened(const struct opened *opened)
{
	struct json_object *object = json_object_new_object();
	json_put_text(object, "id", opened->id);
	json_put_text(object, "url", opened->url);
	json_put_bytes(object, "own_case", opened->own_case);
	json_object_object_add(object, "handover", handover_to_json(opened->handover));
	if (opened->person != NULL)
		json_object_object_add(object, "person", person_to_json(opened->person));
	json_put_text(object, "withheld", opened->withheld);
	return object;
}

static void answer_feed(struct call *call, const struct disclose_batch *batch)
{
	struct json_object *object = json_object_new_object();
	struct arena *arena = request_arena(call->request);
	size_t count = batch == NULL ? 0 : disclose_batch_count(batch);
	int64_t after = call->after;
	json_put_text(object, "desk", call->desk->id);
	struct json_object *list = json_put_array(object, "handovers");
	for (size_t i = 0; i < count; i++) {
		const struct opened *opened = disclose_batch_at(batch, i);
		json_object_array_add(list, describe_opened(opened));
		after = opened->sequence;
	}
	json_put_text(object, "after", write_cursor(call->desk, after, arena));
	json_put_flag(object, "more", call->last > after);
	request_answer(call->request, 200, "application/json", json_text(object, arena));
	json_object_put(object);
}

static void answer_opened(void *context, enum outcome outcome)
{
	struct call *call = context;
	struct err err = {0};
	if (outcome == OK) {
		answer_feed(call, call->batch);
	} else {
		err_set(&err, RETRY, "who sees them could not be stored in topic access");
		unavailable(call, &err);
	}
	disclose_batch_free(call->batch);
	call->batch = NULL;
}

static void read_feed(struct call *call, bool in_time);

/* A handover may come to the view before its client does, which is a matter of one commit. */
static void try_again(struct call *call, bool in_time, const struct err *err)
{
	int32_t ms = call->edge->options->conf->view.wait_ms;
	if (!in_time || !call_try_again(call, ms, read_feed))
		unavailable(call, err);
}

static void open_all(struct call *call, bool in_time, const struct view_handovers *found)
{
	struct err err = {0};
	const struct disclose_request request = {.desk = call->desk,
		.handovers = *found,
		.caller = {.done = answer_opened, .context = call}};
	if (disclose_open(call->edge->disclose, &request, &call->batch, &err) != OK)
		try_again(call, in_time, &err);
}

static enum outcome find(struct call *call, struct view_handovers *out, struct err *err)
{
	const struct view_feed feed = {.desk = bytes_of_string(call->desk->id),
		.after = call->after,
		.limit = (int32_t)operation_integer(call->request, "limit", API_FEED_PRESET)};
	enum outcome outcome = view_last_handover(call->edge->reader, feed.desk, &call->last, err);
	return outcome != OK ? outcome : view_handovers(call->edge->reader, &feed, out, err);
}

static bool has_more(struct call *call)
{
	struct err err = {0};
	int64_t last = 0;
	return call->edge->reader != NULL &&
		view_last_handover(
			call->edge->reader, bytes_of_string(call->desk->id), &last, &err) == OK &&
		last > call->after;
}

static void read_feed(struct call *call, bool in_time)
{
	struct view_handovers found = {0};
	struct err err = {0};
	if (!call_read(call))
		return;
	enum outcome outcome = find(call, &found, &err);
	call_read_done(call);
	if (outcome != OK)
		call_read_failed(call, &err);
	else if (found.count > 0)
		open_all(call, in_time, &found);
	else
		answer_feed(call, NULL);
}

static void wait_for_more(struct call *call, bool in_time)
{
	(void)in_time;
	call_wait_until(call, has_more, call_wait_asked(call), read_feed);
}

/* What the asker's own messages caused is told before the wait for others'. */
void api_get_feed(void *context, struct request *request)
{
	struct call *call = call_of(request);
	(void)context;
	call->desk = desk_of(call);
	if (call->desk == NULL)
		return;
	if (!read_cursor(request_query(request, "after"), call->desk, &call->after)) {
		request_refuse(request, PROBLEM_JSON_MALFORMED,
			"after is no cursor of this desk's feed: send the one of the last answer, "
			"or none to read from the first handover that is kept");
		return;
	}
	delivered_note(call->edge->delivered, call->desk, call->after);
	call_wait_for_own(call, 0, call->edge->options->kafka->partitions, wait_for_more);
}
