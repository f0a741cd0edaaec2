/* notifier - tells the hub what there is to be asked for in a played system. */
#include "hub/cli/host/notifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "hub/base/memory.h"

enum { AGAIN_MS = 1000 };

struct notifier {
	struct stage_role *role;
	struct host_system *system;
	const char *path;
	struct loop_timer timer; /* when the next step comes */
	LIST_HEAD(, notice) notices;
};

/* One that is under way, or waits to be told again: the step's number is all that there is of it.
 */
struct notice {
	struct notifier *notifier;
	LIST_ENTRY(notice) place;
	struct loop_timer timer;
	int64_t number;
};

static void forget(struct notice *notice)
{
	loop_clear(notice->notifier->role->stage->loop, &notice->timer);
	LIST_REMOVE(notice, place);
	free(notice);
}

/* It is waited for meanwhile. */
static void tell_later(struct notice *notice)
{
	struct stage *stage = notice->notifier->role->stage;
	stage->waiting++;
	loop_set(stage->loop, &notice->timer, loop_now(stage->loop) + AGAIN_MS);
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct notice *notice = context;
	struct stage_role *role = notice->notifier->role;
	role->stage->waiting--;
	if (answer->outcome != OK || answer->status >= 500) {
		role->counts.away++;
		tell_later(notice);
		return;
	}
	if (answer->status < 300)
		role->counts.taken++;
	else
		stage_refused(role, answer);
	forget(notice);
}

static void tell(struct notice *notice)
{
	struct notifier *notifier = notice->notifier;
	struct stage_role *role = notifier->role;
	struct buffer body = {0};
	struct err err = {0};
	if (host_notify(notifier->system, notice->number, &body, &err) == OK) {
		stage_send(role,
			(struct party_letter){.method = "POST",
				.path = notifier->path,
				.type = "application/json",
				.body = buffer_bytes(&body)},
			take_answer, notice);
	} else {
		snprintf(role->why, sizeof(role->why), "%s", err.text);
		forget(notice);
	}
	buffer_done(&body);
}

static void tell_again(void *context)
{
	struct notice *notice = context;
	notice->notifier->role->stage->waiting--;
	tell(notice);
}

static void take_step(struct notifier *notifier)
{
	struct notice *notice = memory_get_zeroed(1, sizeof(*notice));
	notice->notifier = notifier;
	notice->timer = (struct loop_timer){.fn = tell_again, .context = notice};
	notice->number = host_step(notifier->system);
	LIST_INSERT_HEAD(&notifier->notices, notice, place);
	notifier->role->counts.sent++;
	tell(notice);
}

static void set_next(struct notifier *notifier)
{
	loop_set(notifier->role->stage->loop, &notifier->timer, host_next(notifier->system));
}

static void say_something(void *context)
{
	struct notifier *notifier = context;
	struct stage *stage = notifier->role->stage;
	if (stage->is_over || stage_holds(stage, &notifier->timer))
		return;
	take_step(notifier);
	set_next(notifier);
}

struct notifier *notifier_new(struct stage_role *role, struct host_system *system, const char *path)
{
	struct notifier *notifier = memory_get_zeroed(1, sizeof(*notifier));
	*notifier = (struct notifier){.role = role,
		.system = system,
		.path = path,
		.timer = {.fn = say_something, .context = notifier}};
	LIST_INIT(&notifier->notices);
	return notifier;
}

void notifier_free(struct notifier *notifier)
{
	if (notifier == NULL)
		return;
	while (!LIST_EMPTY(&notifier->notices))
		forget(LIST_FIRST(&notifier->notices));
	loop_clear(notifier->role->stage->loop, &notifier->timer);
	free(notifier);
}

void notifier_begin(struct notifier *notifier, double between_ms)
{
	host_begin(notifier->system, between_ms);
	set_next(notifier);
}
