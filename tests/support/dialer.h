/* dialer - the other end of a connection to a server under test: says bytes as they are. */
#ifndef TESTS_SUPPORT_DIALER_H
#define TESTS_SUPPORT_DIALER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int dialer_dial(int32_t port); /* on this machine; waits at most 5 s for what it is told */
void dialer_say(int fd, const char *text);
void dialer_say_bytes(int fd, const void *bytes, size_t size);
/* One answer with its body; "" when the server hung up without one. */
char *dialer_hear(int fd, char *out, size_t size);
int dialer_status(const char *answer); /* 0: it is none */
bool dialer_is_closed(int fd);

#endif
