/* server - takes HTTP requests on kept connections, one thread, and answers each at once. */
#include "tests/bench/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/memory.h"
#include "tests/bench/args.h"

enum { EVENTS_MAX = 64, SIZE = 65536 };

struct connection {
	int fd;
	size_t size;
	char text[SIZE];
};

/* The size of the whole request at the beginning; 0: it is not all there. */
static size_t size_of(const struct connection *connection, size_t *head)
{
	const char *end = memmem(connection->text, connection->size, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	*head = (size_t)(end - connection->text) + 4;
	const char *length = memmem(connection->text, *head, "\r\nContent-Length: ", 18);
	size_t body = length != NULL ? strtoul(length + 18, NULL, 10) : 0;
	return *head + body > connection->size ? 0 : *head + body;
}

/* Waits until all of it is on its way. */
static bool send_all(int fd, struct bytes answer)
{
	while (answer.size > 0) {
		ssize_t sent = send(fd, answer.data, answer.size, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		answer = bytes_of(answer.data + sent, answer.size - (size_t)sent);
	}
	return true;
}

/* false: it is over. */
static bool serve(struct connection *connection, server_answer_fn *answer)
{
	size_t head = 0;
	ssize_t got = recv(connection->fd, connection->text + connection->size,
		SIZE - connection->size, MSG_DONTWAIT);
	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	connection->size += (size_t)got;
	for (size_t size; (size = size_of(connection, &head)) > 0;) {
		struct bytes body = bytes_of(connection->text + head, size - head);
		if (!send_all(connection->fd, answer(bytes_of(connection->text, head), body)))
			return false;
		connection->size -= size;
		memmove(connection->text, connection->text + size, connection->size);
	}
	return connection->size < SIZE;
}

static void take(int epoll, int listener)
{
	const int one = 1;
	struct connection *connection = memory_get_zeroed(1, sizeof(*connection));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
	connection->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

static int listen_at(int64_t port)
{
	const int one = 1;
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons((uint16_t)port)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(listener, 100) != 0)
		args_die("cannot listen at port %lld", (long long)port);
	return listener;
}

void server_run(int64_t port, server_answer_fn *answer)
{
	struct epoll_event events[EVENTS_MAX], event = {.events = EPOLLIN, .data.ptr = NULL};
	int listener = listen_at(port), epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int ready = epoll_wait(epoll, events, EVENTS_MAX, -1);
		for (int i = 0; i < ready; i++) {
			struct connection *connection = events[i].data.ptr;
			if (connection == NULL) {
				take(epoll, listener);
			} else if (!serve(connection, answer)) {
				close(connection->fd);
				free(connection);
			}
		}
	}
}
