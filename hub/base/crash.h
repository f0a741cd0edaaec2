/* crash - named points at which a test can have the process killed, as by kill -9. */
#ifndef HUB_BASE_CRASH_H
#define HUB_BASE_CRASH_H

/* Kills the process with SIGKILL if the environment's LOKETHUB_CRASH_AT is this name, or "name:3"
 * the third time. Costs one comparison when the variable is not set. */
void crash_point(const char *name);

#endif
