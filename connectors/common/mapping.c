/* mapping - what a setting says that a partner's own code means: "DECLINE reason=NO_CAPACITY". */
#include "connectors/common/mapping.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define DAYS_MAX 366

bool mapping_alike(struct bytes a, struct bytes b)
{
	return a.size > 0 && a.size == b.size &&
		strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0;
}

/* Puts a value into the record, at the slot's offset; false: it is none. */
struct slot;
typedef bool put_fn(const struct slot *slot, struct bytes value, struct arena *arena, void *record);

struct slot {
	const char *name;
	put_fn *put;
	size_t offset;
};

static bool put_text(const struct slot *slot, struct bytes value, struct arena *arena, void *record)
{
	(void)arena;
	*(struct bytes *)(void *)((char *)record + slot->offset) = value;
	return value.size > 0;
}

static bool put_kind(const struct slot *slot, struct bytes value, struct arena *arena, void *record)
{
	(void)slot;
	(void)arena;
	return referral_kind_from_name(value, &((struct referral *)record)->kind);
}

static bool put_progress(
	const struct slot *slot, struct bytes value, struct arena *arena, void *record)
{
	struct status_change *change = record;
	(void)slot;
	(void)arena;
	change->has_progress = progress_from_name(value, &change->progress);
	return change->has_progress;
}

/* Behind next_date, which is the day from which they count. */
static bool put_days(const struct slot *slot, struct bytes value, struct arena *arena, void *record)
{
	struct status_change *change = record;
	int64_t days;
	(void)slot;
	(void)arena;
	if (!bytes_to_int64(value, &days) || days < 1 || days > DAYS_MAX)
		return false;
	change->next_date += (int32_t)days;
	change->has_next_date = true;
	return true;
}

static bool put_groups(
	const struct slot *slot, struct bytes value, struct arena *arena, void *record)
{
	struct referral *referral = record;
	(void)slot;
	size_t count = referral->target_groups_count;
	struct bytes *all = arena_get_array(arena, count + value.size + 1, sizeof(*all));
	for (size_t i = 0; i < count; i++)
		all[i] = referral->target_groups[i];
	referral->target_groups = all;
	while (value.size > 0)
		referral->target_groups[referral->target_groups_count++] =
			bytes_cut_first(&value, ',');
	return referral->target_groups_count > 0;
}

#define TEXT(record, field)                                                                        \
	{                                                                                          \
#field, put_text, offsetof(struct record, field)                                   \
	}

static const struct slot referral_slots[] = {
	TEXT(referral, question),
	TEXT(referral, from_desk),
	TEXT(referral, to_desk),
	TEXT(referral, municipality),
	TEXT(referral, region),
	TEXT(referral, sector_from),
	TEXT(referral, sector_to),
	TEXT(referral, origin),
	TEXT(referral, programme),
	TEXT(referral, urgency),
	TEXT(referral, purpose),
	{"kind", put_kind, 0},
	{"target_groups", put_groups, 0},
	{0},
};

static const struct slot change_slots[] = {
	TEXT(status_change, reason),
	TEXT(status_change, hold_reason),
	TEXT(status_change, closing_reason),
	TEXT(status_change, suggested_desk),
	TEXT(status_change, outcome),
	TEXT(status_change, next_step),
	TEXT(status_change, review),
	{"worker", put_text, offsetof(struct status_change, actor.worker)},
	{"progress", put_progress, 0},
	{"days", put_days, 0},
	{0},
};

static enum outcome put_word(struct bytes word, const struct slot *slot, struct arena *arena,
	void *record, struct err *err)
{
	struct bytes value = word, name = bytes_cut_first(&value, '=');
	while (slot->name != NULL && !bytes_equal_string(name, slot->name))
		slot++;
	if (slot->name == NULL)
		return err_set(err, REJECT, "%.*s is not a known name", BYTES_ARG(name));
	if (!slot->put(slot, value, arena, record))
		return err_set(err, REJECT, "%.*s is no value of %s", BYTES_ARG(value), slot->name);
	return OK;
}

static enum outcome put_words(struct bytes words, const struct slot *slots, struct arena *arena,
	void *record, struct err *err)
{
	while (words.size > 0) {
		struct bytes word = bytes_cut_first(&words, ' ');
		if (word.size > 0 && put_word(word, slots, arena, record, err) != OK)
			return REJECT;
	}
	return OK;
}

enum outcome mapping_referral(
	const char *words, struct arena *arena, struct referral *out, struct err *err)
{
	if (put_words(bytes_of_string(words), referral_slots, arena, out, err) != OK)
		return REJECT;
	if (out->question.data == NULL)
		return err_set(err, REJECT, "question=… is missing");
	return OK;
}

enum outcome mapping_change(const char *words, int32_t date, struct arena *arena,
	struct status_change *out, struct err *err)
{
	struct bytes rest = bytes_of_string(words), action = bytes_cut_first(&rest, ' ');
	if (!action_from_name(action, &out->action))
		return err_set(err, REJECT, "%.*s is no action", BYTES_ARG(action));
	out->next_date = date;
	return put_words(rest, change_slots, arena, out, err);
}

static enum outcome check_pair(const struct mapping_setting *setting,
	const struct setting_pair *pair, struct arena *arena, struct err *err)
{
	struct status_change change = {0};
	struct referral referral = {0};
	const char *why = setting->why_not != NULL ? setting->why_not(pair->name) : NULL;
	if (why != NULL)
		return err_set(err, REJECT, "%s", why);
	if (setting->has_question)
		referral.question = bytes_of_string("");
	if (!setting->is_of_changes)
		return mapping_referral(pair->value, arena, &referral, err);
	if (strcmp(pair->value, MAPPING_NOTHING) == 0)
		return OK;
	return mapping_change(pair->value, 0, arena, &change, err);
}

enum outcome mapping_check(const struct mapping_setting *setting, struct err *err)
{
	struct arena arena = {0};
	enum outcome outcome = OK;
	const struct setting_pair *pair = setting->pairs;
	for (; outcome == OK && pair != NULL && pair->name != NULL; pair++) {
		outcome = check_pair(setting, pair, &arena, err);
		if (outcome != OK)
			err_in(err, "%s: %s", setting->name, pair->name);
	}
	arena_done(&arena);
	return outcome;
}
