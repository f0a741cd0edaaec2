/* statics - a partner's system that knows its answers before: each document lies in memory, and is
 * asked of it under as many numbers as one likes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"
#include "tests/bench/manifest.h"
#include "tests/bench/server.h"

static int64_t port = 8097;
static const char *list;

static const struct args_row arguments[] = {
	{"port", NULL, &port, "of 127.0.0.1, to listen at"},
	{"list", &list, NULL, "file that names the documents: see manifest.h"},
};

static struct manifest manifest;
static struct buffer whole;

/* What lies between the first two spaces. */
static struct bytes target_of(struct bytes head)
{
	bytes_cut_first(&head, ' ');
	return bytes_cut_first(&head, ' ');
}

static struct bytes answer(struct bytes head, struct bytes body)
{
	static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	struct arena arena = {0};
	struct bytes found = manifest_find(&manifest, target_of(head), &arena);
	(void)body;
	buffer_clear(&whole);
	if (found.data == NULL)
		buffer_add_string(&whole, none);
	else
		buffer_add_format(&whole,
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			"Content-Length: %zu\r\n\r\n%.*s",
			found.size, BYTES_ARG(found));
	arena_done(&arena);
	return buffer_bytes(&whole);
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	manifest_read(&manifest, list);
	server_run(port, answer);
}
