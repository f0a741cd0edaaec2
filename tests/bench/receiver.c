/* receiver - takes POSTs and says 204 to each: what a webhook's other end can do at best. */
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

static int64_t port = 8098, count;

static const struct args_row arguments[] = {
	{"port", NULL, &port, "of 127.0.0.1, to listen at"},
	{"count", NULL, &count, "says \"done\" and the mean size of a body after so many"},
};

static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";

struct connection {
	int fd;
	size_t size;
	char text[SIZE];
};

static int64_t taken, taken_bytes;

static void count_one(size_t size)
{
	taken_bytes += (int64_t)size;
	if (++taken != count)
		return;
	printf("done %lld\n", (long long)(taken_bytes / taken));
	fflush(stdout);
}

/* The size of the whole request at the beginning; 0: it is not all there. */
static size_t size_of(const struct connection *connection)
{
	const char *end = memmem(connection->text, connection->size, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	size_t head = (size_t)(end - connection->text) + 4;
	const char *length = memmem(connection->text, head, "\r\nContent-Length: ", 18);
	size_t body = length != NULL ? strtoul(length + 18, NULL, 10) : 0;
	if (head + body > connection->size)
		return 0;
	count_one(body);
	return head + body;
}

/* false: it is over. */
static bool serve(struct connection *connection)
{
	ssize_t got = recv(
		connection->fd, connection->text + connection->size, SIZE - connection->size, 0);
	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	connection->size += (size_t)got;
	for (size_t size; (size = size_of(connection)) > 0;) {
		connection->size -= size;
		memmove(connection->text, connection->text + size, connection->size);
		if (send(connection->fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
			return false;
	}
	return connection->size < SIZE;
}

static void take(int epoll, int listener)
{
	const int one = 1;
	struct connection *connection = memory_get_zeroed(1, sizeof(*connection));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
	connection->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

static int listen_at(uint16_t at)
{
	const int one = 1;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(at)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(listener, 100) != 0)
		args_die("cannot listen at port %d", at);
	return listener;
}

static void run(int epoll, int listener)
{
	struct epoll_event events[EVENTS_MAX];
	for (;;) {
		int ready = epoll_wait(epoll, events, EVENTS_MAX, -1);
		for (int i = 0; i < ready; i++) {
			struct connection *connection = events[i].data.ptr;
			if (connection == NULL) {
				take(epoll, listener);
			} else if (!serve(connection)) {
				close(connection->fd);
				free(connection);
			}
		}
	}
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	int listener = listen_at((uint16_t)port), epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	puts("ready");
	fflush(stdout);
	run(epoll, listener);
}
