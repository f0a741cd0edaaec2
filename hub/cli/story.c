/* story - an event in a line that people can read: who did what. */
#include "hub/cli/story.h"

#include <assert.h>
#include <string.h>

#define TRANSITIONS_TOLD 3 /* of one event; more are counted */

/* Words for a row of the transition table; what stands in braces is of the referral after it. */
struct words {
	const char *row, *text;
};

static const struct words rows[] = {
	{"1", "referred by {sender} to {target} for {question}"},
	{"1b", "registered, and offered to {target} for {question}"},
	{"1c", "referral to {target} amended"},
	{"1d", "{sender} asked {target} to let go, for {wished}"},
	{"2", "delivered to {target}"},
	{"3", "could not be delivered to {target}"},
	{"4", "seen by {target}"},
	{"5", "accepted by {target}"},
	{"6", "declined by {target}"},
	{"7", "{target} asked {sender} a question"},
	{"8", "{sender} answered {target}"},
	{"9", "offer to {target} recalled"},
	{"10", "in progress at {target}"},
	{"11", "on hold at {target}, or resumed"},
	{"12", "offer to {target} cancelled by {sender}"},
	{"13", "cancelling asked of {target}"},
	{"14", "cancelling confirmed by {target}"},
	{"15", "completed by {target} all the same"},
	{"16", "returned by {target}"},
	{"17", "taken back by {giver}"},
	{"18", "completed by {target}"},
	{"19", "outcome acknowledged by {sender}"},
	{"20", "outcome disputed by {sender}"},
	{"21", "referral to {target} entered in error"},
	{"22", "nobody acted on the referral to {target} in time: level {level}"},
	{"23", "assigned by the coordinator"},
	{"29", "reviewed by {target}"},
	{"30", "gone from the source of {sender}"},
};

static const char *text_of_row(struct bytes row)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (bytes_equal_string(row, rows[i].row))
			return rows[i].text;
	}
	return "changed";
}

static bool is_name(const char *text, size_t size, const char *name)
{
	return strlen(name) == size && memcmp(text, name, size) == 0;
}

static void add_field(
	struct buffer *out, const char *name, size_t size, const struct referral_after *after)
{
	if (is_name(name, size, "sender"))
		buffer_add_bytes(out, after->sender);
	else if (is_name(name, size, "giver"))
		buffer_add_bytes(out, after->giver);
	else if (is_name(name, size, "target"))
		buffer_add_bytes(out, after->target);
	else if (is_name(name, size, "question"))
		buffer_add_bytes(out, after->question);
	else if (is_name(name, size, "wished"))
		buffer_add_bytes(out, after->wished);
	else if (is_name(name, size, "level"))
		buffer_add_format(out, "L%d", (int)after->escalation);
	else
		assert(!"a name in braces that no referral has");
}

static void add_transition(struct buffer *out, const struct transition *transition)
{
	const char *text = text_of_row(transition->row);
	for (;;) {
		size_t plain = strcspn(text, "{");
		buffer_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		size_t size = strcspn(++text, "}");
		add_field(out, text, size, &transition->after);
		text += size + 1;
	}
}

static void add_separator(struct buffer *out, const char *separator)
{
	if (out->size > 0)
		buffer_add_string(out, separator);
}

static void add_transitions(struct buffer *out, const struct event *event)
{
	for (size_t i = 0; i < event->transitions_count && i < TRANSITIONS_TOLD; i++) {
		add_separator(out, "; ");
		add_transition(out, &event->transitions[i]);
	}
	if (event->transitions_count > TRANSITIONS_TOLD)
		buffer_add_format(
			out, "; and %zu more", event->transitions_count - TRANSITIONS_TOLD);
}

/* Why, and what came of it, as the actor said. */
static void add_said(struct buffer *out, const struct status_change *change)
{
	const struct bytes codes[] = {change->reason, change->hold_reason, change->outcome,
		change->next_step, change->review};
	const char *separator = ": ";
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].data == NULL)
			continue;
		buffer_add_string(out, separator);
		buffer_add_bytes(out, codes[i]);
		separator = ", ";
	}
	if (change->suggested_desk.data != NULL)
		buffer_add_format(
			out, "%ssuggests %.*s", separator, BYTES_ARG(change->suggested_desk));
}

static void add_client_changes(struct buffer *out, const struct event *event)
{
	if (event->has_status && event->status == CLIENT_STATUS_CLOSED) {
		add_separator(out, "; ");
		buffer_add_format(out, "closed: %.*s", BYTES_ARG(event->closing_reason));
	}
	if (event->has_consent && event->consent == CONSENT_WITHDRAWN) {
		add_separator(out, "; ");
		buffer_add_string(out, "consent withdrawn: nothing more is shared");
	}
	if (event->owner != NULL) {
		add_separator(out, "; ");
		buffer_add_format(out, "now with %.*s", BYTES_ARG(event->owner->new));
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

static void add_told(struct buffer *out, const struct event *event)
{
	const char *separator = "; told ";
	for (size_t i = 0; i < event->handovers_count; i++) {
		if (was_named(event, i))
			continue;
		buffer_add_string(out, separator);
		buffer_add_bytes(out, event->handovers[i].desk);
		separator = ", ";
	}
}

static void add_clock(struct buffer *out, const struct event *event)
{
	if (event->clock == NULL)
		return;
	if (out->size == 0)
		buffer_add_format(out, "%s: nobody has by now", story_clock(event->clock->clock));
	if (event->text.data != NULL)
		buffer_add_format(out, ": %.*s", BYTES_ARG(event->text));
	add_told(out, event);
}

static void add_refusal(struct buffer *out, const struct event *event)
{
	bool parked = event->has_code && event->code == REJECTION_CODE_PARKED;
	buffer_add_string(out, parked ? "parked" : "refused");
	if (event->has_code && !parked)
		buffer_add_format(out, " %s", rejection_code_name(event->code));
	if (event->text.data != NULL)
		buffer_add_format(out, ": %.*s", BYTES_ARG(event->text));
}

static void add_applied(struct buffer *out, const struct report_event *told)
{
	const struct status_change *change =
		told->message == NULL ? NULL : told->message->body_status_change;
	add_transitions(out, told->event);
	if (change != NULL && out->size == 0)
		buffer_add_format(out, "%s", action_name(change->action));
	if (change != NULL)
		add_said(out, change);
	add_client_changes(out, told->event);
	add_clock(out, told->event);
	if (out->size == 0 && told->event->text.data != NULL)
		buffer_add_bytes(out, told->event->text);
	if (out->size == 0)
		buffer_add_string(out, "noted");
}

void story_what(const struct report_event *told, struct buffer *out)
{
	buffer_clear(out);
	switch (told->event->result) {
	case RESULT_APPLIED:
		add_applied(out, told);
		break;
	case RESULT_DUPLICATE:
		buffer_add_string(out, "said again: nothing changes");
		break;
	case RESULT_REJECTED:
	case RESULT_PARKED:
		add_refusal(out, told->event);
		break;
	case RESULT_FORWARDED:
		buffer_add_string(out, "sent on to the client it was merged into");
		break;
	}
}

void story_who(const struct report_event *told, const struct rules *rules, struct buffer *out)
{
	const struct event *event = told->event;
	const struct rules_partner *partner = NULL;
	buffer_clear(out);
	if (event->partner.data != NULL)
		partner = rules_partner(rules, event->partner);
	if (partner != NULL)
		buffer_add_string(out, partner->name);
	else if (event->partner.data != NULL)
		buffer_add_bytes(out, event->partner);
	else if (event->clock != NULL)
		buffer_add_format(out, "clock %s", clock_name_name(event->clock->clock));
	else
		buffer_add_string(out, "hub");
}

const char *story_duty(enum duty duty)
{
	static const char *const texts[DUTY_COUNT] = {
		[DUTY_AWAIT_DELIVERY] = "get the offer delivered",
		[DUTY_AWAIT_DECISION] = "decide on the offer",
		[DUTY_ANSWER_QUESTION] = "answer the question",
		[DUTY_REFER_OR_CLOSE] = "refer again or close",
		[DUTY_CONTACT_CLIENT] = "contact the client",
		[DUTY_GIVE_SIGN_OF_LIFE] = "give a sign of life",
		[DUTY_REVIEW_HOLD] = "review the hold",
		[DUTY_CONFIRM_CANCEL] = "confirm the cancelling",
		[DUTY_TAKE_BACK] = "take the client back",
		[DUTY_ACKNOWLEDGE_OUTCOME] = "acknowledge the outcome",
		[DUTY_AWAIT_START] = "wait for the start date",
		[DUTY_REVIEW_PLACE] = "review the place",
		[DUTY_FOLLOW_UP_NO_SHOW] = "follow up the no-show",
	};
	assert((unsigned)duty < DUTY_COUNT);
	return texts[duty];
}

const char *story_clock(enum clock_name clock)
{
	static const char *const texts[CLOCK_NAME_COUNT] = {
		[CLOCK_NAME_T0] = "offer to deliver",
		[CLOCK_NAME_T1] = "offer to look at",
		[CLOCK_NAME_T2] = "offer to decide on",
		[CLOCK_NAME_T3] = "question to answer",
		[CLOCK_NAME_T4] = "client to refer again or close",
		[CLOCK_NAME_T5] = "client to contact",
		[CLOCK_NAME_T6] = "client in care: sign of life",
		[CLOCK_NAME_T7] = "no-show to follow up",
		[CLOCK_NAME_T8] = "cancelling to confirm",
		[CLOCK_NAME_T9] = "outcome to acknowledge",
		[CLOCK_NAME_T10] = "hold to review",
		[CLOCK_NAME_T11] = "data to remove",
		[CLOCK_NAME_T12] = "start date to wait for",
		[CLOCK_NAME_T13] = "place or voucher to review",
	};
	assert((unsigned)clock < CLOCK_NAME_COUNT);
	return texts[clock];
}
