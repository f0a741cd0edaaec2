/* crash - named points at which a test can have the process killed or stopped. */
#ifndef HUB_BASE_CRASH_H
#define HUB_BASE_CRASH_H

/* Looks at the environment's LOKETHUB_CRASH_AT. "name": SIGKILL at the first passage of this point.
 * "name:3": at the third. "name:3:stop": SIGSTOP instead, so that a test can let it go on later.
 * Costs one comparison when the variable is not set. */
void crash_point(const char *name);

#endif
