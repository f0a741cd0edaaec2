/* bench_send - what a request out costs through an endpoint of ours: beside bare_send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/http/client/endpoint.h"
#include "tests/bench/args.h"

static const char *url = "http://127.0.0.1:8098/a";
static int64_t count = 200000, at_once = 16, size = 500;

static const struct args_row arguments[] = {
	{"url", &url, NULL, "where to post"},
	{"count", NULL, &count, "requests"},
	{"at-once", NULL, &at_once, "under way at any time"},
	{"size", NULL, &size, "of the body in bytes"},
};

struct bench {
	struct loop *loop;
	struct endpoint *endpoint;
	struct bytes body;
	int64_t begun, done;
};

static void finish(void *context, const struct client_answer *answer);

static void begin(struct bench *bench)
{
	static const struct client_header header = {"webhook-id", {(const uint8_t *)"bench", 5}};
	struct endpoint_request request = {.method = "POST",
		.headers = &header,
		.headers_count = 1,
		.type = bytes_of_string("application/json"),
		.body = bench->body,
		.done = finish,
		.context = bench};
	struct endpoint_call *call;
	struct err err = {0};
	if (bench->begun++ < count && endpoint_send(bench->endpoint, &request, &call, &err) != OK)
		args_die("%s", err.text);
}

static void finish(void *context, const struct client_answer *answer)
{
	struct bench *bench = context;
	if (answer->outcome != OK || answer->status != 204)
		args_die("%s, status %d", answer->text, answer->status);
	if (++bench->done == count)
		loop_stop(bench->loop);
	begin(bench);
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	struct bench bench = {0};
	struct err err = {0};
	char *body = memory_get((size_t)size);
	memset(body, 'x', (size_t)size);
	bench.body = bytes_of(body, (size_t)size);
	struct endpoint_settings settings = {.name = "bench",
		.url = url,
		.allow_private = true,
		.concurrency = (int32_t)at_once,
		.timeout_ms = 15000,
		.answer_kb = 1};
	if (loop_new(&bench.loop, &err) != OK ||
		endpoint_new(&bench.endpoint, bench.loop, &settings, &err) != OK)
		args_die("%s", err.text);
	double cpu = clock_cpu_seconds();
	int64_t start = clock_monotonic();
	for (int64_t i = 0; i < at_once; i++)
		begin(&bench);
	loop_run(bench.loop);
	cpu = clock_cpu_seconds() - cpu;
	double seconds = (double)(clock_monotonic() - start) / 1000;
	printf("{\"count\": %lld, \"per_cpu_second\": %.0f, \"per_second\": %.0f}\n",
		(long long)count, (double)count / cpu, (double)count / seconds);
	endpoint_free(bench.endpoint);
	loop_free(bench.loop);
	free(body);
	return 0;
}
