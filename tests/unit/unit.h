/* unit - what every unit test includes: cmocka, seeded chance, and a watch for aborts. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* SplitMix64 (Steele, Lea, Flood, 2014): the same seed gives the same numbers everywhere. */
static inline uint64_t unit_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Whether the call ends its process, a copy of this one, by abort. */
static inline bool unit_aborts(void (*call)(void))
{
	pid_t child = fork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		call();
		_exit(0);
	}
	int status;
	while (waitpid(child, &status, 0) < 0)
		;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
