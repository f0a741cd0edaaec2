/* story - an event in a line that people can read: who did what. */
#include "hub/cli/screen/story.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define TRANSITIONS_TOLD 3 /* of one event; more are counted */
#define ESCALATED "22" /* the row that has a level */

/* Words for a row of the transition table; what stands in braces is of the referral after it. "":
 * what became of the client says it all. */
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
	{ESCALATED, "nobody acted on the referral to {target} in time"},
	{"23", "assigned by the coordinator"},
	{"25", ""},
	{"26", "sign of life given by {target}"},
	{"27", ""},
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

/* What stands in braces, and where a referral has it. */
static const struct {
	const char *name;
	size_t offset; /* of a struct bytes */
} fields[] = {
	{"sender}", offsetof(struct referral_after, sender)},
	{"giver}", offsetof(struct referral_after, giver)},
	{"target}", offsetof(struct referral_after, target)},
	{"question}", offsetof(struct referral_after, question)},
	{"wished}", offsetof(struct referral_after, wished)},
};

/* text: behind the brace. Returns what comes behind the other one. */
static const char *add_field(
	struct buffer *out, const char *text, const struct referral_after *after)
{
	struct bytes value;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t size = strlen(fields[i].name);
		if (strncmp(text, fields[i].name, size) != 0)
			continue;
		memcpy(&value, (const char *)after + fields[i].offset, sizeof(value));
		buffer_add_bytes(out, value);
		return text + size;
	}
	assert(!"a name in braces that no referral has");
	return text;
}

static void add_transition(struct buffer *out, const struct transition *transition)
{
	const char *text = text_of_row(transition->row);
	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		buffer_add(out, text, plain);
		text += plain;
		if (*text == '{')
			text = add_field(out, text + 1, &transition->after);
	}
	if (bytes_equal_string(transition->row, ESCALATED))
		buffer_add_format(out, ": level L%d", (int)transition->after.escalation);
}

static void add_separator(struct buffer *out, const char *separator)
{
	if (out->size > 0)
		buffer_add_string(out, separator);
}

static void add_transitions(struct buffer *out, const struct event *event)
{
	for (size_t i = 0; i < event->transitions_count && i < TRANSITIONS_TOLD; i++) {
		if (*text_of_row(event->transitions[i].row) == '\0')
			continue;
		add_separator(out, "; ");
		add_transition(out, &event->transitions[i]);
	}
	if (event->transitions_count > TRANSITIONS_TOLD)
		buffer_add_format(
			out, "; and %zu more", event->transitions_count - TRANSITIONS_TOLD);
}

/* What changed no referral. A report on delivery may come when it is known already. */
static const char *text_of_action(enum action action)
{
	if (action == ACTION_DELIVERED)
		return "delivery reported late: nothing changes";
	if (action == ACTION_UNDELIVERABLE)
		return "reported late as undeliverable: nothing changes";
	return action_name(action);
}

/* Why, and what came of it, as the actor said. */
static void add_said(struct buffer *out, const struct status_change *change)
{
	const struct bytes codes[] = {change->reason, change->hold_reason, change->outcome,
		change->next_step, change->review};
	const char *separator = out->size > 0 ? ": " : "";
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
		buffer_add_format(out, "%s: not done in time", story_clock(event->clock->clock));
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
	if (change != NULL && told->event->transitions_count == 0)
		buffer_add_string(out, text_of_action(change->action));
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

const char *story_partner(const struct rules *rules, struct bytes oin)
{
	const struct rules_partner *row = oin.data == NULL ? NULL : rules_partner(rules, oin);
	return row == NULL ? NULL : row->name;
}

void story_who(const struct report_event *told, const struct rules *rules, struct buffer *out)
{
	const struct event *event = told->event;
	const char *name = story_partner(rules, event->partner);
	buffer_clear(out);
	if (name != NULL)
		buffer_add_string(out, name);
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
