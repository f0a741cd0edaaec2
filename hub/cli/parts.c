/* parts - runs a process that is made of parts: starts them in order, watches, stops them again. */
#include "hub/cli/parts.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/log.h"

#define RETRY_S 1
#define LOOK_MS 100

static sigset_t ending_signals(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

void parts_take_signals(void)
{
	sigset_t signals = ending_signals();
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Whether one came within this time. */
static bool ended_within(struct timespec time)
{
	sigset_t signals = ending_signals();
	int number = sigtimedwait(&signals, NULL, &time);
	if (number > 0)
		log_info("stop", "signal=%s", number == SIGTERM ? "TERM" : "INT");
	return number > 0;
}

static bool is_ours(const struct parts *parts, const struct part *part)
{
	return (part->roles & parts->roles) != 0;
}

/* RETRY: a signal ended the wait. */
static enum outcome start_part(const struct parts *parts, const struct part *part, struct err *err)
{
	const struct timespec pause = {.tv_sec = RETRY_S};
	while (part->start(parts->hub, err) == RETRY) {
		log_warn(
			"start", "part=%s outcome=retry text=%s", part->name, log_quote(err->text));
		if (ended_within(pause))
			return RETRY;
	}
	return err->outcome;
}

/* A part is stopped only when nobody looks at it any more. */
static void set_started(struct parts *parts, int started)
{
	pthread_mutex_lock(&parts->mutex);
	parts->started = started;
	pthread_mutex_unlock(&parts->mutex);
}

static enum outcome start_all(struct parts *parts, struct err *err)
{
	for (const struct part *part = parts->list; part->name != NULL; part++) {
		*err = (struct err){0};
		if (is_ours(parts, part) && start_part(parts, part, err) != OK)
			return err->outcome == RETRY ? RETRY : err_in(err, "%s", part->name);
		set_started(parts, parts->started + 1);
	}
	return OK;
}

static enum outcome look_at_all(const struct parts *parts, struct err *why)
{
	for (int i = 0; i < parts->started; i++) {
		const struct part *part = &parts->list[i];
		if (part->look == NULL || !is_ours(parts, part))
			continue;
		if (part->look(parts->hub, why) != OK)
			return err_in(why, "%s", part->name);
	}
	const struct part *next = &parts->list[parts->started];
	return next->name == NULL ? OK : err_set(why, RETRY, "%s: is not running", next->name);
}

enum outcome parts_look(struct parts *parts, struct err *why)
{
	pthread_mutex_lock(&parts->mutex);
	enum outcome outcome = look_at_all(parts, why);
	pthread_mutex_unlock(&parts->mutex);
	return outcome;
}

static enum outcome watch(struct parts *parts, struct err *err)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	bool was_well = false;
	while (!ended_within(pause)) {
		struct err why = {0};
		enum outcome outcome = parts_look(parts, &why);
		if (outcome == FATAL) {
			*err = why;
			return FATAL;
		}
		if ((outcome == OK) != was_well)
			log_info("ready", "ready=%s text=%s", outcome == OK ? "yes" : "no",
				log_quote(why.text));
		was_well = outcome == OK;
	}
	return OK;
}

static void stop_all(struct parts *parts)
{
	alarm(PARTS_STOP_S);
	for (int i = parts->started; i > 0; i--) {
		const struct part *part = &parts->list[i - 1];
		set_started(parts, i - 1);
		if (part->stop != NULL && is_ours(parts, part))
			part->stop(parts->hub);
	}
	alarm(0);
}

enum outcome parts_run(struct parts *parts, struct err *err)
{
	enum outcome outcome = start_all(parts, err);
	if (outcome == OK)
		outcome = watch(parts, err);
	else if (outcome == RETRY)
		outcome = OK; /* a signal came before all had started */
	stop_all(parts);
	return outcome;
}
