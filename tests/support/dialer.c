/* dialer - the other end of a connection to a server under test: says bytes as they are. */
#include "tests/support/dialer.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "tests/unit/unit.h"

int dialer_dial(int32_t port)
{
	const struct timeval patience = {.tv_sec = 5};
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void dialer_say_bytes(int fd, const void *bytes, size_t size)
{
	ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
	(void)sent;
}

void dialer_say(int fd, const char *text)
{
	dialer_say_bytes(fd, text, strlen(text));
}

char *dialer_hear(int fd, char *out, size_t size)
{
	size_t have = 0;
	size_t want = size - 1;
	while (have < want) {
		ssize_t got = recv(fd, out + have, want - have, 0);
		if (got <= 0)
			break;
		have += (size_t)got;
		out[have] = '\0';
		const char *end = strstr(out, "\r\n\r\n");
		const char *length = strcasestr(out, "Content-Length: ");
		if (end != NULL && length != NULL && length < end &&
			have >= (size_t)(end + 4 - out) + (size_t)atol(length + 16))
			break;
	}
	out[have] = '\0';
	return out;
}

int dialer_status(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

bool dialer_is_closed(int fd)
{
	char byte;
	return recv(fd, &byte, 1, 0) <= 0;
}
