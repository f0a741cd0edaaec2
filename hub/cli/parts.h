/* parts - runs a process that is made of parts: starts them in order, watches, stops them again. */
#ifndef HUB_CLI_PARTS_H
#define HUB_CLI_PARTS_H

#include <pthread.h>
#include <stdint.h>

#include "hub/base/err.h"

/* A list of these ends with name NULL. `hub` is whatever the parts share. */
struct part {
	const char *name;
	uint32_t roles; /* enum conf_role: started if the process has one of them */
	/* RETRY: is tried again every second, until a signal ends it. Others: the process ends. */
	enum outcome (*start)(void *hub, struct err *err);
	void (*stop)(void *hub); /* bounded; NULL: nothing to stop */
	/* How it does: RETRY: cannot do its work now. FATAL: the process must end and be started
	 * again. From any thread; NULL: always well. */
	enum outcome (*look)(void *hub, struct err *why);
};

struct parts {
	const struct part *list;
	uint32_t roles;
	void *hub;
	int started; /* how many of the list */
	/* Of started; held while a part is looked at, so that none is gone. */
	pthread_mutex_t mutex;
};

/* From here on SIGTERM and SIGINT wait for parts_run. Before any thread is started. */
void parts_take_signals(void);

/* Starts all, watches until a signal or a failure, and stops what runs, in reverse; longer than
 * PARTS_STOP_S takes nothing: then the process ends itself. OK: a signal ended it. */
#define PARTS_STOP_S 20
enum outcome parts_run(struct parts *parts, struct err *err) MUST_CHECK;

/* Whether every part is started and well; why not. From any thread. */
enum outcome parts_look(struct parts *parts, struct err *why) MUST_CHECK;

#endif
