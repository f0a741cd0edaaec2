/* parcel - documents in, and what a connector made of them. */
#include "hub/connector/parcel.h"

#include <string.h>

const struct document *parcel_find(const struct documents *docs, struct bytes name)
{
	for (size_t i = 0; i < docs->count; i++)
		if (bytes_equal(docs->items[i].name, name))
			return &docs->items[i];
	return NULL;
}

/* Room for one more item in a list that grows by doubling, and so is full at each power of two. */
static void *grown(struct arena *arena, void *items, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return items;
	void *more = arena_get_array(arena, count == 0 ? 1 : 2 * count, size);
	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

struct parcel_draft *parcel_add(struct parcel *parcel, struct bytes original, struct bytes label)
{
	if (parcel->drafts_count == PARCEL_DRAFTS)
		return NULL;
	parcel->drafts = grown(
		parcel->arena, parcel->drafts, parcel->drafts_count, sizeof(struct parcel_draft *));
	struct parcel_draft *draft = arena_get(parcel->arena, sizeof(*draft));
	draft->draft.system = draft->draft.leg = bytes_of_string("");
	draft->original = original;
	draft->label = label;
	problems_init(&draft->problems, parcel->arena);
	parcel->drafts[parcel->drafts_count++] = draft;
	return draft;
}

void parcel_want(struct parcel *parcel, struct bytes url, bool is_static)
{
	for (size_t i = 0; i < parcel->wants_count; i++)
		if (bytes_equal(parcel->wants[i].url, url))
			return;
	parcel->wants =
		grown(parcel->arena, parcel->wants, parcel->wants_count, sizeof(*parcel->wants));
	parcel->wants[parcel->wants_count++] = (struct parcel_want){url, is_static};
}

void parcel_task(struct parcel *parcel, struct bytes url)
{
	parcel->tasks =
		grown(parcel->arena, parcel->tasks, parcel->tasks_count, sizeof(*parcel->tasks));
	parcel->tasks[parcel->tasks_count++] = url;
}

const struct document *parcel_need(
	struct parcel *parcel, const struct documents *docs, struct bytes url, bool is_static)
{
	const struct document *found = parcel_find(docs, url);
	if (found == NULL)
		parcel_want(parcel, url, is_static);
	return found;
}

struct referral *parcel_referral(struct parcel *parcel, struct draft *draft)
{
	draft->body_referral = arena_get(parcel->arena, sizeof(struct referral));
	draft->body_referral->urgency = bytes_of_string("NORMAL");
	return draft->body_referral;
}

struct status_change *parcel_change(struct parcel *parcel, struct draft *draft)
{
	draft->body_status_change = arena_get(parcel->arena, sizeof(struct status_change));
	return draft->body_status_change;
}

struct person *parcel_person(struct parcel *parcel, struct draft *draft)
{
	if (draft->person == NULL)
		draft->person = arena_get(parcel->arena, sizeof(struct person));
	return draft->person;
}
