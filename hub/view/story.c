/* story - an event in a line that people can read: who did what, in English or in Dutch. */
#include "hub/view/story.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "hub/base/clock.h"

#define TRANSITIONS_TOLD 3 /* of one event; more are counted */
#define ESCALATED "22" /* the row that has a level */

/* One event being told. */
struct telling {
	const struct story *story;
	const struct event *event;
	const struct message *message; /* NULL: a clock */
	const struct status_change *change; /* of the message; NULL: it is no action */
	struct buffer *out;
	bool is_own; /* the listener said it; ops hear all as their own */
};

static void add_phrase(const struct telling *telling, enum words_phrase phrase)
{
	buffer_add_string(telling->out, words_phrase(phrase, telling->story->language));
}

static void add_separator(const struct telling *telling)
{
	if (telling->out->size > 0)
		buffer_add_string(telling->out, "; ");
}

static bool may_name(const struct story *story, struct bytes desk)
{
	const struct story_listener *listener = story->listener;
	return listener == NULL || listener->may_name(listener->context, desk);
}

static void add_desk(const struct telling *telling, struct bytes desk)
{
	if (may_name(telling->story, desk))
		buffer_add_bytes(telling->out, desk);
	else
		add_phrase(telling, WORDS_ANOTHER_DESK);
}

/* In Dutch by its label. */
static void add_code(const struct telling *telling, const char *list, struct bytes code)
{
	const struct codes *codes = telling->story->codes;
	const struct code *found = NULL;
	size_t at = 0;
	if (codes != NULL && telling->story->language == WORDS_DUTCH)
		while ((found = codes_next(codes, list, &at)) != NULL &&
			!bytes_equal_string(code, found->code)) {
		}
	if (found != NULL)
		buffer_add_string(telling->out, found->label_nl);
	else
		buffer_add_bytes(telling->out, code);
}

/* What stands in braces, and where a referral has it. */
static const struct {
	const char *name;
	size_t offset; /* of a struct bytes */
	const char *list; /* of a code; NULL: a desk */
} fields[] = {
	{"sender}", offsetof(struct referral_after, sender), NULL},
	{"giver}", offsetof(struct referral_after, giver), NULL},
	{"target}", offsetof(struct referral_after, target), NULL},
	{"question}", offsetof(struct referral_after, question), "question"},
	{"wished}", offsetof(struct referral_after, wished), NULL},
};

/* text: behind the brace. Returns what comes behind the other one. */
static const char *add_field(
	const struct telling *telling, const char *text, const struct referral_after *after)
{
	struct bytes value;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t size = strlen(fields[i].name);
		if (strncmp(text, fields[i].name, size) != 0)
			continue;
		memcpy(&value, (const char *)after + fields[i].offset, sizeof(value));
		if (fields[i].list != NULL)
			add_code(telling, fields[i].list, value);
		else
			add_desk(telling, value);
		return text + size;
	}
	assert(!"a name in braces that no referral has");
	return text;
}

static const char *text_of(const struct telling *telling, const struct transition *transition)
{
	enum action action = telling->change == NULL ? ACTION_UNKNOWN : telling->change->action;
	return words_row(transition, action, telling->story->language);
}

/* What an action of its own says is said by that. */
static void add_more(const struct telling *telling, const struct transition *transition)
{
	if (bytes_equal_string(transition->row, ESCALATED)) {
		add_phrase(telling, WORDS_LEVEL);
		buffer_add_format(telling->out, "%d", (int)transition->after.escalation);
	} else if (bytes_equal_string(transition->row, "18") &&
		(telling->change == NULL || telling->change->action != ACTION_COMPLETE)) {
		buffer_add_string(telling->out, ": ");
		add_code(telling, "outcome", transition->after.outcome);
	}
}

static void add_transition(const struct telling *telling, const struct transition *transition)
{
	const char *text = text_of(telling, transition);
	add_separator(telling);
	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		buffer_add(telling->out, text, plain);
		text += plain;
		if (*text == '{')
			text = add_field(telling, text + 1, &transition->after);
	}
	add_more(telling, transition);
}

static bool is_about_it(const struct story_listener *listener, struct uuid referral)
{
	return memcmp(&listener->referral, &referral, sizeof(referral)) == 0;
}

static bool names_it(const struct telling *telling)
{
	const struct message *message = telling->message;
	const struct referral *body = message == NULL ? NULL : message->body_referral;
	if (telling->change != NULL)
		return is_about_it(telling->story->listener, telling->change->referral);
	return body != NULL && is_about_it(telling->story->listener, body->referral);
}

static bool may_hear(const struct telling *telling, const struct transition *transition)
{
	const struct story_listener *listener = telling->story->listener;
	if (listener == NULL)
		return true;
	return is_about_it(listener, transition->after.referral) &&
		(telling->is_own || listener->may_know(listener->context, transition->after.state));
}

/* Returns how many the listener may hear of. */
static size_t add_transitions(const struct telling *telling)
{
	const struct event *event = telling->event;
	size_t heard = 0;
	for (size_t i = 0; i < event->transitions_count; i++) {
		const struct transition *transition = &event->transitions[i];
		if (!may_hear(telling, transition))
			continue;
		if (++heard <= TRANSITIONS_TOLD && *text_of(telling, transition) != '\0')
			add_transition(telling, transition);
	}
	if (heard > TRANSITIONS_TOLD) {
		add_phrase(telling, WORDS_AND);
		buffer_add_format(telling->out, "%zu", heard - TRANSITIONS_TOLD);
		add_phrase(telling, WORDS_MORE);
	}
	return heard;
}

/* What changed no referral. A report on delivery may come when it is known already. */
static void add_action(const struct telling *telling)
{
	enum action action = telling->change->action;
	if (action == ACTION_DELIVERED)
		add_phrase(telling, WORDS_LATE_DELIVERED);
	else if (action == ACTION_UNDELIVERABLE)
		add_phrase(telling, WORDS_LATE_UNDELIVERABLE);
	else
		buffer_add_string(telling->out, action_name(action));
}

static const char *add_progress(const struct telling *telling, const char *separator)
{
	const struct status_change *change = telling->change;
	if (change->action != ACTION_PROGRESS || !change->has_progress)
		return separator;
	buffer_add_string(telling->out, separator);
	buffer_add_string(telling->out, words_progress(change->progress, telling->story->language));
	return ", ";
}

/* Why, and what came of it, as the actor said. */
static void add_said(const struct telling *telling)
{
	const struct status_change *change = telling->change;
	const struct {
		const char *list;
		struct bytes code;
	} codes[] = {{"reason", change->reason}, {"hold_reason", change->hold_reason},
		{"outcome", change->outcome}, {"next_step", change->next_step},
		{"review", change->review}};
	char date[11];
	const char *separator = add_progress(telling, telling->out->size > 0 ? ": " : "");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code.data == NULL)
			continue;
		buffer_add_string(telling->out, separator);
		add_code(telling, codes[i].list, codes[i].code);
		separator = ", ";
	}
	if (change->has_next_date) {
		clock_date_to_text(change->next_date, date);
		buffer_add_string(telling->out, separator);
		add_phrase(telling, WORDS_NEXT_ON);
		buffer_add_string(telling->out, date);
		separator = ", ";
	}
	if (change->suggested_desk.data == NULL)
		return;
	buffer_add_string(telling->out, separator);
	add_phrase(telling, WORDS_SUGGESTS);
	buffer_add_bytes(telling->out, change->suggested_desk);
}

static void add_client_changes(const struct telling *telling)
{
	const struct event *event = telling->event;
	if (event->has_status && event->status == CLIENT_STATUS_CLOSED) {
		add_separator(telling);
		add_phrase(telling, WORDS_CLOSED);
		add_code(telling, "closing_reason", event->closing_reason);
	}
	if (event->has_consent && event->consent == CONSENT_WITHDRAWN) {
		add_separator(telling);
		add_phrase(telling, WORDS_WITHDRAWN);
	}
	if (event->owner != NULL) {
		add_separator(telling);
		add_phrase(telling, WORDS_NOW_WITH);
		add_desk(telling, event->owner->new);
	}
}

static bool was_named(const struct event *event, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (bytes_equal(event->handovers[i].desk, event->handovers[place].desk))
			return true;
	}
	return false;
}

static void add_told(const struct telling *telling)
{
	const struct event *event = telling->event;
	enum words_phrase phrase = WORDS_TOLD;
	for (size_t i = 0; i < event->handovers_count; i++) {
		if (was_named(event, i))
			continue;
		if (phrase == WORDS_TOLD)
			add_phrase(telling, phrase);
		else
			buffer_add_string(telling->out, ", ");
		buffer_add_bytes(telling->out, event->handovers[i].desk);
		phrase = WORDS_PHRASES;
	}
}

/* For ops. */
static void add_clock(const struct telling *telling)
{
	const struct event *event = telling->event;
	if (event->clock == NULL)
		return;
	if (telling->out->size == 0) {
		buffer_add_string(
			telling->out, words_clock(event->clock->clock, telling->story->language));
		add_phrase(telling, WORDS_NOT_IN_TIME);
	}
	if (event->text.data != NULL)
		buffer_add_format(telling->out, ": %.*s", BYTES_ARG(event->text));
	add_told(telling);
}

static void add_refusal(const struct telling *telling)
{
	const struct event *event = telling->event;
	bool parked = event->has_code && event->code == REJECTION_CODE_PARKED;
	add_phrase(telling, parked ? WORDS_PARKED : WORDS_REFUSED);
	if (event->has_code && !parked)
		buffer_add_format(telling->out, " %s", rejection_code_name(event->code));
	if (event->text.data != NULL && telling->story->listener == NULL)
		buffer_add_format(telling->out, ": %.*s", BYTES_ARG(event->text));
}

static void add_for_ops(const struct telling *telling)
{
	const struct event *event = telling->event;
	add_transitions(telling);
	if (telling->change != NULL && event->transitions_count == 0)
		add_action(telling);
	if (telling->change != NULL)
		add_said(telling);
	add_client_changes(telling);
	add_clock(telling);
	if (telling->out->size == 0 && event->text.data != NULL)
		buffer_add_bytes(telling->out, event->text);
	if (telling->out->size == 0)
		add_phrase(telling, WORDS_NOTED);
}

/* What the actor said belongs to what it did. */
static void add_for_listener(const struct telling *telling)
{
	if (add_transitions(telling) > 0 && telling->change != NULL && names_it(telling))
		add_said(telling);
	add_client_changes(telling);
}

static void add_applied(const struct telling *telling)
{
	if (telling->story->listener == NULL)
		add_for_ops(telling);
	else
		add_for_listener(telling);
}

/* An attempt of its own that failed, or of ops any. */
static void add_failed(const struct telling *telling)
{
	if (!telling->is_own || (telling->story->listener != NULL && !names_it(telling)))
		return;
	switch (telling->event->result) {
	case RESULT_APPLIED:
		break;
	case RESULT_DUPLICATE:
		add_phrase(telling, WORDS_AGAIN);
		break;
	case RESULT_REJECTED:
	case RESULT_PARKED:
		add_refusal(telling);
		break;
	case RESULT_FORWARDED:
		add_phrase(telling, WORDS_SENT_ON);
		break;
	}
}

void story_what(const struct story *story, const struct report_event *told, struct buffer *out)
{
	const struct event *event = told->event;
	const struct telling telling = {.story = story,
		.event = event,
		.message = told->message,
		.change = told->message == NULL ? NULL : told->message->body_status_change,
		.out = out,
		.is_own = story->listener == NULL ||
			bytes_equal(story->listener->partner, event->partner)};
	buffer_clear(out);
	if (event->result == RESULT_APPLIED)
		add_applied(&telling);
	else
		add_failed(&telling);
}

const char *story_partner(const struct rules *rules, struct bytes oin)
{
	const struct rules_partner *row = oin.data == NULL ? NULL : rules_partner(rules, oin);
	return row == NULL ? NULL : row->name;
}

/* One that acts for a desk that the listener may name. */
static bool may_name_partner(const struct story *story, const struct event *event)
{
	const struct story_listener *listener = story->listener;
	if (listener == NULL || bytes_equal(listener->partner, event->partner) ||
		bytes_equal_string(event->partner, "hub"))
		return true;
	for (size_t i = 0; i < event->transitions_count; i++) {
		const struct referral_after *after = &event->transitions[i].after;
		const struct bytes desks[] = {after->target, after->giver, after->sender};
		for (size_t j = 0; j < sizeof(desks) / sizeof(desks[0]); j++) {
			const struct rules_partner *row =
				rules_partner_of_desk(story->rules, desks[j]);
			if (row != NULL && bytes_equal_string(event->partner, row->oin) &&
				may_name(story, desks[j]))
				return true;
		}
	}
	return false;
}

void story_who(const struct story *story, const struct report_event *told, struct buffer *out)
{
	const struct event *event = told->event;
	const char *name = story_partner(story->rules, event->partner);
	buffer_clear(out);
	if (event->partner.data != NULL && !may_name_partner(story, event))
		return;
	if (name != NULL)
		buffer_add_string(out, name);
	else if (event->partner.data != NULL)
		buffer_add_bytes(out, event->partner);
	else if (event->clock != NULL)
		buffer_add_format(out, "%s%s", words_phrase(WORDS_CLOCK, story->language),
			clock_name_name(event->clock->clock));
	else
		buffer_add_string(out, words_phrase(WORDS_HUB, story->language));
}
