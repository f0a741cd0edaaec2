/* bare_send - the floor for requests out: libcurl's multi interface with epoll and keep-alive, that
 * posts the same body again and again, and nothing else. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"

enum { EVENTS_MAX = 64 };

static const char *url = "http://127.0.0.1:8098/a";
static int64_t count = 200000, at_once = 16, size = 500;

static const struct args_row arguments[] = {
	{"url", &url, NULL, "where to post"},
	{"count", NULL, &count, "requests"},
	{"at-once", NULL, &at_once, "under way at any time"},
	{"size", NULL, &size, "of the body in bytes"},
};

struct loop {
	CURLM *multi;
	int epoll;
	int64_t timeout; /* ms, -1: none */
	int64_t begun, done;
};

static size_t drop(char *data, size_t one, size_t bytes, void *context)
{
	(void)data;
	(void)context;
	return one * bytes;
}

static int watch(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
	struct loop *loop = context;
	struct epoll_event event = {.data.fd = fd};
	(void)curl;
	if (what == CURL_POLL_REMOVE)
		return epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL) * 0;
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
		(what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	epoll_ctl(loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	if (!known)
		curl_multi_assign(loop->multi, fd, loop);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	((struct loop *)context)->timeout = ms;
	return 0;
}

static void begin(struct loop *loop, CURL *curl)
{
	if (loop->begun++ < count)
		curl_multi_add_handle(loop->multi, curl);
}

static void finish(struct loop *loop)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(loop->multi, &left))) {
		CURL *curl = message->easy_handle;
		long status = 0;
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (message->data.result != CURLE_OK || status != 204)
			args_die(
				"%s, status %ld", curl_easy_strerror(message->data.result), status);
		curl_multi_remove_handle(loop->multi, curl);
		loop->done++;
		begin(loop, curl);
	}
}

static void run(struct loop *loop)
{
	struct epoll_event events[EVENTS_MAX];
	int running;
	while (loop->done < count) {
		int ready = epoll_wait(loop->epoll, events, EVENTS_MAX, (int)loop->timeout);
		if (ready == 0)
			curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		for (int i = 0; i < ready; i++) {
			int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
			curl_multi_socket_action(loop->multi, events[i].data.fd, what, &running);
		}
		finish(loop);
	}
}

static CURL *make_handle(const char *body)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)size);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 15000L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	return curl;
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	struct loop loop = {.epoll = epoll_create1(EPOLL_CLOEXEC), .timeout = -1};
	char *body = memory_get((size_t)size);
	memset(body, 'x', (size_t)size);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	loop.multi = curl_multi_init();
	curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(loop.multi, CURLMOPT_SOCKETDATA, &loop);
	curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(loop.multi, CURLMOPT_TIMERDATA, &loop);
	curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)at_once);
	double cpu = clock_cpu_seconds();
	int64_t start = clock_monotonic();
	for (int64_t i = 0; i < at_once; i++)
		begin(&loop, make_handle(body));
	run(&loop);
	cpu = clock_cpu_seconds() - cpu;
	double seconds = (double)(clock_monotonic() - start) / 1000;
	printf("{\"count\": %lld, \"per_cpu_second\": %.0f, \"per_second\": %.0f}\n",
		(long long)count, (double)count / cpu, (double)count / seconds);
	fflush(stdout);
	_exit(0);
}
