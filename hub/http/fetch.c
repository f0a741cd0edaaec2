/* fetch - one HTTP request out, waited for; for who has nothing else to do meanwhile. */
#include "hub/http/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "hub/base/memory.h"

struct fetch {
	CURL *curl;
	struct fetch_settings settings;
	char text[CURL_ERROR_SIZE];
};

/* What comes in. */
struct inflow {
	struct buffer body;
	size_t max;
	bool too_long;
};

static void start_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
}

struct fetch *fetch_new(const struct fetch_settings *settings)
{
	static pthread_once_t started = PTHREAD_ONCE_INIT;
	struct fetch *fetch = memory_get_zeroed(1, sizeof(*fetch));

	pthread_once(&started, start_curl);
	fetch->settings = *settings;
	fetch->curl = curl_easy_init();
	if (fetch->curl == NULL)
		abort();
	return fetch;
}

static size_t take(char *data, size_t one, size_t size, void *context)
{
	struct inflow *inflow = context;

	(void)one;
	if (size > inflow->max - inflow->body.size) {
		inflow->too_long = true;
		return 0;
	}
	buffer_add(&inflow->body, data, size);
	return size;
}

static enum outcome outcome_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return OK;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return REJECT;
	default:
		return RETRY;
	}
}

static struct curl_slist *headers_of(const struct fetch_request *request, struct arena *arena)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

	if (request->content_type == NULL)
		return headers;
	headers = curl_slist_append(
		headers, arena_format(arena, "Accept: %s", request->content_type));
	if (request->body.data != NULL)
		headers = curl_slist_append(
			headers, arena_format(arena, "Content-Type: %s", request->content_type));
	return headers;
}

static void set_options(
	struct fetch *fetch, const struct fetch_request *request, struct inflow *inflow)
{
	CURL *curl = fetch->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, inflow);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetch->text);
	if (fetch->settings.credentials != NULL)
		curl_easy_setopt(curl, CURLOPT_USERPWD, fetch->settings.credentials);
	if (fetch->settings.ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, fetch->settings.ca_file);
	if (request->body.data != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request->body.data);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static enum outcome finish(
	struct fetch *fetch, CURLcode code, const struct inflow *inflow, struct err *err)
{
	if (inflow->too_long)
		return err_set(err, REJECT, "the answer is longer than %zu bytes", inflow->max);
	if (code == CURLE_OK)
		return OK;
	return err_set(err, outcome_of(code), "%s",
		fetch->text[0] != '\0' ? fetch->text : curl_easy_strerror(code));
}

enum outcome fetch_send(struct fetch *fetch, const struct fetch_request *request,
	struct arena *arena, struct fetch_answer *out, struct err *err)
{
	struct inflow inflow = {.max = request->answer_max};
	struct curl_slist *headers = headers_of(request, arena);
	long status = 0;

	fetch->text[0] = '\0';
	set_options(fetch, request, &inflow);
	curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, headers);
	CURLcode code = curl_easy_perform(fetch->curl);
	curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	enum outcome outcome = finish(fetch, code, &inflow, err);
	if (outcome == OK) {
		out->status = (int)status;
		out->body = arena_copy(arena, buffer_bytes(&inflow.body));
	}
	buffer_done(&inflow.body);
	return outcome;
}

void fetch_free(struct fetch *fetch)
{
	if (fetch == NULL)
		return;
	curl_easy_cleanup(fetch->curl);
	free(fetch);
}
