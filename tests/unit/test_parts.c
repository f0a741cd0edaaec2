/* test_parts - a process of parts: none is stopped while somebody looks at it. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "hub/cli/parts.h"

/* What one part has seen. */
struct seen {
	struct parts parts;
	atomic_bool asked, stopped, looked_at_after_stop;
};

static enum outcome start(void *hub, struct err *err)
{
	(void)hub;
	(void)err;
	return OK;
}

static void stop(void *hub)
{
	struct seen *seen = hub;
	atomic_store(&seen->stopped, true);
}

/* Longer than a turn of parts_run when somebody else than it looks. */
static enum outcome look(void *hub, struct err *why)
{
	struct seen *seen = hub;
	const struct timespec pause = {.tv_nsec = 300 * 1000000};
	(void)why;
	if (!atomic_load(&seen->asked))
		return OK;
	nanosleep(&pause, NULL);
	if (atomic_load(&seen->stopped))
		atomic_store(&seen->looked_at_after_stop, true);
	return OK;
}

static void *ask(void *context)
{
	struct seen *seen = context;
	const struct timespec pause = {.tv_nsec = 20 * 1000000};
	struct err why = {0};
	while (parts_look(&seen->parts, &why) != OK)
		nanosleep(&pause, NULL);
	atomic_store(&seen->asked, true);
	kill(getpid(), SIGTERM);
	while (parts_look(&seen->parts, &why) == OK)
		nanosleep(&pause, NULL);
	return NULL;
}

static void test_nobody_looks_at_what_is_stopped(void **state)
{
	static const struct part list[] = {{"one", 1, start, stop, look}, {0}};
	struct seen seen = {.parts = {list, 1, &seen, 0, PTHREAD_MUTEX_INITIALIZER}};
	struct err err = {0};
	pthread_t thread;
	(void)state;
	parts_take_signals();
	assert_int_equal(pthread_create(&thread, NULL, ask, &seen), 0);
	assert_int_equal(parts_run(&seen.parts, &err), OK);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&seen.stopped));
	assert_false(atomic_load(&seen.looked_at_after_stop));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_looks_at_what_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
