/* crash - named points at which a test can have the process killed. */
#include "hub/base/crash.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_chosen(const char *name, long *which)
{
	const char *chosen = getenv("LOKETHUB_CRASH_AT");
	size_t size = strlen(name);
	if (!chosen || strncmp(chosen, name, size) != 0)
		return false;
	if (chosen[size] != '\0' && chosen[size] != ':')
		return false;
	*which = chosen[size] == ':' ? strtol(chosen + size + 1, NULL, 10) : 1;
	return true;
}

void crash_point(const char *name)
{
	static atomic_int wanted = -1; /* -1: not looked up yet */
	static atomic_long passed;
	long which;
	if (wanted == 0)
		return;
	if (wanted < 0)
		wanted = getenv("LOKETHUB_CRASH_AT") != NULL;
	if (is_chosen(name, &which) && atomic_fetch_add(&passed, 1) + 1 == which)
		kill(getpid(), SIGKILL);
}
