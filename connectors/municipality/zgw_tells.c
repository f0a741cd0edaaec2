/* zgw_tells - which status a handover becomes in the municipality's own zaak, by the settings. */
#include "connectors/municipality/zgw_tells.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/lines.h"

#define NAME_MAX_SIZE 80 /* of a statustype's omschrijving */
#define TEXT_MAX 1000 /* characters of a statustoelichting */

struct row {
	struct bytes scheme; /* absent: of any zaaktype */
	enum handover_kind kind;
	bool has_action;
	enum action action;
};

/* What stands behind the last colon, which goes with it; what stands before it is left. */
static struct bytes cut_word(struct bytes *text)
{
	struct bytes whole = *text, word = bytes_cut_last(text, ':');
	if (word.size == whole.size)
		*text = (struct bytes){0};
	return word;
}

/* ANSWER is the name of a kind and of an action: behind a kind it is the action. */
static bool read_row(const char *name, struct row *out)
{
	struct bytes rest = bytes_of_string(name), last = cut_word(&rest), before = rest;
	*out = (struct row){0};
	out->has_action = action_from_name(last, &out->action) &&
		handover_kind_from_name(cut_word(&before), &out->kind);
	out->scheme = out->has_action ? before : rest;
	if (out->scheme.data != NULL && out->scheme.size == 0)
		return false;
	return out->has_action || handover_kind_from_name(last, &out->kind);
}

static bool fits(const struct row *row, struct bytes scheme, const struct handover *handover)
{
	if (row->kind != handover->kind)
		return false;
	if (row->has_action && (!handover->has_action || handover->action != row->action))
		return false;
	return row->scheme.data == NULL || scheme.data == NULL || bytes_equal(row->scheme, scheme);
}

const char *zgw_tells_find(
	const struct setting_pair *tells, struct bytes scheme, const struct handover *handover)
{
	const char *found = NULL;
	struct row row;
	for (; tells != NULL && tells->name != NULL; tells++) {
		if (!read_row(tells->name, &row) || !fits(&row, scheme, handover))
			continue;
		bool depends = scheme.data == NULL && row.scheme.data != NULL;
		if (!depends || strcmp(tells->value, MAPPING_NOTHING) != 0)
			return tells->value;
		found = ZGW_TELLS_DEPENDS;
	}
	return found;
}

bool zgw_tells_has(const struct setting_pair *tells, enum handover_kind kind)
{
	struct row row;
	for (; tells != NULL && tells->name != NULL; tells++)
		if (read_row(tells->name, &row) && row.kind == kind)
			return true;
	return false;
}

enum outcome zgw_tells_check(const struct setting_pair *tells, struct err *err)
{
	struct row row;
	for (; tells != NULL && tells->name != NULL; tells++) {
		if (!read_row(tells->name, &row))
			return err_set(err, REJECT,
				"tells: %s is no kind of handover, nor one with an action behind a "
				"colon",
				tells->name);
		struct bytes value = bytes_of_string(tells->value);
		if (value.size == 0 || lines_length(value) > NAME_MAX_SIZE)
			return err_set(err, REJECT, "tells: %s: is not 1 to %d characters long",
				tells->name, NAME_MAX_SIZE);
	}
	return OK;
}

bool zgw_tells_must_be_seen(const struct handover *handover)
{
	static const bool must[HANDOVER_KIND_COUNT] = {
		[HANDOVER_KIND_OFFER] = true,
		[HANDOVER_KIND_DETAILS] = true,
		[HANDOVER_KIND_QUESTION] = true,
		[HANDOVER_KIND_DUTY] = true,
		[HANDOVER_KIND_REMINDER] = true,
		[HANDOVER_KIND_ESCALATION] = true,
	};
	return must[handover->kind];
}

struct bytes zgw_tells_text(const struct opened *opened, bool with_texts)
{
	const struct handover *handover = opened->handover;
	struct buffer out = {0};
	buffer_add_string(&out, lines_subject(handover->kind));
	lines_add_handover(&out, handover);
	if (handover->has_duty)
		lines_add(&out, "Taak", bytes_of_string(duty_name(handover->duty)));
	lines_add(&out, "Verwijzing", bytes_of_string(opened->url));
	if (with_texts && opened->person != NULL)
		lines_add(&out, "Toelichting", opened->person->text);
	return lines_finish(&out, TEXT_MAX, lines_mark(opened), opened->arena);
}
