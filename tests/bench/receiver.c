/* receiver - takes POSTs and says 204 to each: what a webhook's other end can do at best. */
#include <stdio.h>

#include "tests/bench/args.h"
#include "tests/bench/server.h"

static int64_t port = 8098, count;

static const struct args_row arguments[] = {
	{"port", NULL, &port, "of 127.0.0.1, to listen at"},
	{"count", NULL, &count, "says \"done\" and the mean size of a body after so many"},
};

static int64_t taken, taken_bytes;

static struct bytes answer(struct bytes head, struct bytes body)
{
	(void)head;
	taken_bytes += (int64_t)body.size;
	if (++taken == count) {
		printf("done %lld\n", (long long)(taken_bytes / taken));
		fflush(stdout);
	}
	return bytes_of_string("HTTP/1.1 204 No Content\r\n\r\n");
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	server_run(port, answer);
}
