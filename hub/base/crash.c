/* crash - named points at which a test can have the process killed or stopped. */
#include "hub/base/crash.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What the variable asks for. */
struct wish {
	const char *name;
	size_t size;
	long passage;
	int signal;
};

static struct wish wish_of(const char *text)
{
	struct wish wish = {text, strcspn(text, ":"), 1, SIGKILL};
	char *rest;
	if (text[wish.size] != ':')
		return wish;
	wish.passage = strtol(text + wish.size + 1, &rest, 10);
	if (strcmp(rest, ":stop") == 0)
		wish.signal = SIGSTOP;
	return wish;
}

/* To this very thread: one to the process may be taken by another thread, and until that one has a
 * processor this one goes on. */
static void end_here(int signal)
{
	raise(signal);
}

void crash_point(const char *name)
{
	static atomic_int wanted = -1; /* -1: not looked up yet */
	static atomic_long passed;
	if (wanted == 0)
		return;
	const char *text = getenv("LOKETHUB_CRASH_AT");
	wanted = text != NULL;
	if (!text)
		return;
	struct wish wish = wish_of(text);
	if (strlen(name) == wish.size && strncmp(name, wish.name, wish.size) == 0 &&
		atomic_fetch_add(&passed, 1) + 1 == wish.passage)
		end_here(wish.signal);
}
