/* load - posts the same document over and over, each time with another number in it, as fast as it
 * is answered or at a fixed rate, and says how long the answers took. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/bytes.h"
#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"
#include "tests/bench/numbers.h"
#include "tests/bench/spread.h"

#define ANSWER_MAX 16384
#define CALLS_MAX 1000
#define NEVER INT64_MAX

static const char *path = "/", *document_path, *token = "", *type = "application/json";
static int64_t port = 8099, connections = 64, rate, seconds = 10, skip = 2, first = 1, people, pid,
	       beside, count;

static const struct args_row arguments[] = {
	{"port", NULL, &port, "of 127.0.0.1"},
	{"path", &path, NULL, "to post to"},
	{"document", &document_path, NULL, "file with what to post"},
	{"type", &type, NULL, "of the document"},
	{"token", &token, NULL, "bearer token"},
	{"connections", NULL, &connections, "kept open; each has one request under way"},
	{"rate", NULL, &rate, "requests per second; 0: as fast as they are answered"},
	{"seconds", NULL, &seconds, "how long it counts"},
	{"skip", NULL, &skip, "seconds before that"},
	{"count", NULL, &count, "so many requests, however long it takes; 0: by the seconds"},
	{"first", NULL, &first, "first number"},
	{"people", NULL, &people, "different BSNs; 0: another one in each request"},
	{"pid", NULL, &pid, "process whose CPU time is counted; 0: none"},
	{"beside", NULL, &beside, "process whose CPU time is taken off it; 0: none"},
};

/* One connection with one request after another. */
struct call {
	int socket;
	struct buffer request; /* a copy of the whole, numbers filled in */
	char answer[ANSWER_MAX];
	size_t read;
	int64_t due; /* 0: no request under way */
};

struct load {
	struct buffer request; /* header and document, with the hashes */
	struct call calls[CALLS_MAX];
	size_t idle[CALLS_MAX], idle_count;
	int epoll;
	int64_t number, start, counts_from, end, next_due;
	int64_t answers;
	double cpu_from, cpu_to;
	int64_t cpu_from_at, cpu_to_at;
	struct spread spread;
};

static void read_document(struct buffer *out)
{
	char part[4096];
	size_t size;
	FILE *file = document_path ? fopen(document_path, "re") : NULL;
	if (!file)
		args_die("--document: cannot be read");
	while ((size = fread(part, 1, sizeof(part), file)) > 0)
		buffer_add(out, part, size);
	fclose(file);
}

static void make_request(struct load *load)
{
	struct buffer document = {0};
	read_document(&document);
	buffer_add_format(&load->request,
		"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%lld\r\nContent-Type: %s\r\n"
		"Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n",
		path, (long long)port, type, token, document.size);
	buffer_add_bytes(&load->request, buffer_bytes(&document));
	buffer_done(&document);
}

static void open_call(struct load *load, struct call *call)
{
	const int one = 1;
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = call};
	call->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (call->socket < 0 ||
		connect(call->socket, (struct sockaddr *)&address, sizeof(address)) != 0)
		args_die("cannot connect to port %lld: %s", (long long)port, strerror(errno));
	setsockopt(call->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, call->socket, &event) != 0)
		args_die("epoll: %s", strerror(errno));
}

/* A request fits into the socket's buffer, so a blocking write does not wait. */
static void send_request(struct load *load, struct call *call, int64_t due)
{
	buffer_clear(&call->request);
	buffer_add_bytes(&call->request, buffer_bytes(&load->request));
	numbers_fill_in(&call->request, load->number++, people);
	call->read = 0;
	call->due = due;
	ssize_t written = send(call->socket, call->request.data, call->request.size, MSG_NOSIGNAL);
	if (written != (ssize_t)call->request.size)
		args_die("a request was not taken: %s", strerror(errno));
}

/* The status of a whole answer, or 0: not whole yet. */
static int whole_status(const struct call *call)
{
	const char *end = memmem(call->answer, call->read, "\r\n\r\n", 4);
	if (!end)
		return 0;
	const char *length = strcasestr(call->answer, "\r\nContent-Length:");
	size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	if (call->read < (size_t)(end - call->answer) + 4 + body)
		return 0;
	return atoi(call->answer + strlen("HTTP/1.1 "));
}

/* A refusal would cost less than what is to be measured, so that none is let pass. */
static void count_answer(struct load *load, const struct call *call, int status, int64_t now)
{
	if (status < 200 || status >= 300)
		args_die("was refused: %s", call->answer);
	if (call->due < load->counts_from)
		return;
	load->answers++;
	spread_add(&load->spread, now - call->due);
}

/* true: the answer is there and the connection free. */
static bool read_answer(struct load *load, struct call *call)
{
	ssize_t size =
		recv(call->socket, call->answer + call->read, ANSWER_MAX - 1 - call->read, 0);
	if (size <= 0)
		args_die("a connection was closed after %lld answers", (long long)load->answers);
	call->read += (size_t)size;
	call->answer[call->read] = 0;
	int status = whole_status(call);
	if (status == 0)
		return false;
	count_answer(load, call, status, spread_now());
	call->due = 0;
	return true;
}

static bool is_sending(const struct load *load, int64_t now)
{
	return now < load->end && (count == 0 || load->number < first + count);
}

static void send_due(struct load *load, int64_t now)
{
	while (load->idle_count > 0 && is_sending(load, now) &&
		(rate == 0 || load->next_due <= now)) {
		struct call *call = &load->calls[load->idle[--load->idle_count]];
		send_request(load, call, rate == 0 ? now : load->next_due);
		if (rate > 0)
			load->next_due = load->start + (load->number - first) * 1000000 / rate;
	}
}

/* Until the next request is due, to the microsecond. */
static struct timespec wait_for(const struct load *load, int64_t now)
{
	int64_t wait = 100000;
	if (rate > 0 && load->idle_count > 0 && load->next_due - now < wait)
		wait = load->next_due > now ? load->next_due - now : 0;
	return (struct timespec){.tv_nsec = wait * 1000};
}

static void note_cpu(struct load *load, int64_t now)
{
	if (load->cpu_from_at == 0 && now >= load->counts_from) {
		load->cpu_from = spread_cpu(pid) - spread_cpu(beside);
		load->cpu_from_at = now;
	}
	if (load->cpu_to_at == 0 && now >= load->end) {
		load->cpu_to = spread_cpu(pid) - spread_cpu(beside);
		load->cpu_to_at = now;
	}
}

static void run(struct load *load)
{
	struct epoll_event events[64];
	int64_t now = load->start;
	while (is_sending(load, now) || load->idle_count < (size_t)connections) {
		send_due(load, now);
		struct timespec wait = wait_for(load, now);
		int ready = epoll_pwait2(load->epoll, events, 64, &wait, NULL);
		for (int i = 0; i < ready; i++) {
			struct call *call = events[i].data.ptr;
			if (read_answer(load, call))
				load->idle[load->idle_count++] = (size_t)(call - load->calls);
		}
		now = spread_now();
		note_cpu(load, now);
		if (now - 10 * INT64_C(1000000) > load->end)
			args_die("answers are missing 10 s after the end");
	}
	if (count > 0)
		load->end = now;
	note_cpu(load, now);
}

static void report(struct load *load)
{
	double wall = (double)(load->cpu_to_at - load->cpu_from_at) / 1e6;
	double cpu = load->cpu_to - load->cpu_from;
	printf("{\"rate\": %lld, \"answers\": %lld, \"per_second\": %.0f, \"cpu_seconds\": %.3f, "
	       "\"cpu_us\": %.2f, \"per_cpu_second\": %.0f, ",
		(long long)rate, (long long)load->answers, (double)load->answers / wall, cpu,
		cpu * 1e6 / (double)load->answers, cpu > 0 ? (double)load->answers / cpu : 0);
	spread_print(&load->spread, "answered", stdout);
	printf(", \"own_cpu_seconds\": %.3f", clock_cpu_seconds());
	printf(", \"next\": %lld}\n", (long long)load->number);
}

int main(int argc, char **argv)
{
	static struct load load;
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	if (connections < 1 || connections > CALLS_MAX)
		args_die("--connections: 1 to %d", CALLS_MAX);
	make_request(&load);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < (size_t)connections; i++) {
		open_call(&load, &load.calls[i]);
		load.idle[load.idle_count++] = i;
	}
	load.number = first;
	load.start = load.next_due = spread_now();
	load.counts_from = load.start + (count > 0 ? 0 : skip * 1000000);
	load.end = count > 0 ? NEVER : load.counts_from + seconds * 1000000;
	run(&load);
	report(&load);
	return 0;
}
