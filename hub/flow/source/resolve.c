/* resolve - an action that names only a case finds its referral, and goes on as a message. */
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/source/tasks.h"

#define LOOK_EVERY_MS 500
#define LOOK_MS 3600000 /* then nobody has ever referred such a case */

enum found { FOUND, UNDECIDED, UNKNOWN };

/* The case's referral of this leg that was not rejected. */
static enum found choose(const struct view_messages *messages, struct bytes leg, struct uuid *out)
{
	enum found found = UNKNOWN;
	for (size_t i = 0; i < messages->count && found == UNKNOWN; i++) {
		const struct message *message = messages->items[i].message;
		const struct event *event = messages->items[i].event;
		if (message == NULL || message->body_referral == NULL ||
			!bytes_equal(message->leg, leg))
			continue;
		*out = message->body_referral->referral;
		if (event == NULL)
			found = UNDECIDED;
		else if (event->result == RESULT_APPLIED)
			found = FOUND;
	}
	return found;
}

static enum outcome find(struct task *task, struct arena *arena, enum found *found,
	struct uuid *out, struct err *err)
{
	struct view_reader *reader = task->outside->reader;
	const struct message *message = task->what->message;
	struct view_messages messages = {0};
	const struct view_case which = {message->partner, message->system, message->case_};
	if (reader == NULL)
		return err_set(err, RETRY, "there is no view yet");
	if (view_reader_begin(reader, arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_messages_of_case(reader, &which, &messages, err);
	if (outcome == OK)
		*found = choose(&messages, message->leg, out);
	view_reader_end(reader);
	return outcome;
}

static void on_stored(void *context, const struct intake_receipt *receipt)
{
	struct task *task = context;
	task->job = NULL;
	if (receipt->fate == INTAKE_STORED)
		task_settle(task);
	else if (receipt->fate == INTAKE_TOO_LARGE)
		task_give_up(task, REJECTION_CODE_INVALID, "is larger than Kafka takes");
	else
		task_later(task, "it could not be stored");
}

static void look_again(struct task *task)
{
	task->is_under_way = false;
	task->due = clock_monotonic() + LOOK_EVERY_MS;
}

/* What the view does not have by then will not come. */
static bool is_late(const struct task *task)
{
	return clock_wall() - task->what->at > LOOK_MS && view_is_ready(task->outside->view);
}

/* Another edge may have stored the key that its person is sealed with: this view may read it after
 * the referral. */
static void cannot_open(struct task *task, const struct err *err)
{
	if (is_late(task))
		task_give_up(task, REJECTION_CODE_UNREADABLE, err->text);
	else
		look_again(task);
}

static void go_on(struct task *task, struct arena *arena, struct uuid referral)
{
	struct err err = {0};
	struct draft draft;
	struct problems problems;
	const struct outside *outside = task->outside;
	const struct message *message = task->what->message;
	const struct message_sender sender = {
		.partner = conf_partner(outside->conf, message->partner),
		.trace = message->trace,
		.now = clock_wall()};
	if (sender.partner == NULL) {
		task_give_up(task, REJECTION_CODE_UNREADABLE,
			"its partner is no longer in the configuration");
		return;
	}
	enum outcome outcome = intake_undefer(outside->intake, message, arena, &draft, &err);
	if (outcome == REJECT) {
		cannot_open(task, &err);
		return;
	}
	problems_init(&problems, arena);
	if (outcome == OK) {
		draft.body_status_change->has_referral = true;
		draft.body_status_change->referral = referral;
		const struct intake_input input = {.draft = &draft, .problems = &problems};
		task->job = intake_take(
			outside->intake, &sender, &input, (struct intake_caller){on_stored, task});
	}
	if (problems.count > 0)
		task_give_up(task, intake_refused_as(&draft), problems.items[0].text);
	else if (task->job == NULL)
		task_later(task, outcome == OK ? "it cannot be stored now" : err.text);
}

void resolve_begin(struct task *task)
{
	struct err err = {0};
	struct arena arena = {0};
	struct uuid referral;
	enum found found = UNKNOWN;
	if (find(task, &arena, &found, &referral, &err) != OK)
		task_later(task, err.text);
	else if (found == FOUND)
		go_on(task, &arena, referral);
	else if (found == UNKNOWN && is_late(task))
		task_give_up(task, REJECTION_CODE_UNKNOWN_CASE,
			"no referral of this case came within an hour: refer the client first, "
			"then "
			"send this again");
	else
		look_again(task);
	arena_done(&arena);
}
