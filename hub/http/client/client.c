/* client - HTTP requests out, and mails, without waiting: many at once, on a loop. */
#include "hub/http/client/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <unistd.h>

#include "hub/base/arena.h"
#include "hub/base/memory.h"
#include "hub/http/client/address.h"

/* Descriptors that libcurl wants watched lie in an epoll of the client's own, which the loop
 * watches: they come and go, and may wait for writing. */
enum { EVENTS_MAX = 64, HEADERS_MAX = 65536, SPARES_MAX = 64 };

LIST_HEAD(calls, client_call);

struct client {
	struct loop *loop;
	struct client_settings settings;
	CURLM *multi;
	int epoll;
	struct loop_timer timer; /* libcurl's */
	struct calls calls, spares;
	size_t spares_count;
};

struct client_call {
	struct client *client;
	LIST_ENTRY(client_call) place; /* among the calls, or the spares */
	CURL *curl;
	struct client_request request;
	struct arena arena; /* its headers */
	struct curl_slist receivers; /* of a mail */
	size_t mailed; /* so much of it */
	struct buffer body; /* of the answer */
	size_t headers_size; /* of the answer's headers */
	bool too_long;
	char refused[46]; /* the address that it may not go to, or "" */
	char text[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
}

static size_t take_body(char *data, size_t one, size_t size, void *context)
{
	struct client_call *call = context;
	(void)one;
	if (size > call->request.answer_max - call->body.size) {
		call->too_long = true;
		return 0;
	}
	buffer_add(&call->body, data, size);
	return size;
}

static size_t take_header(char *data, size_t one, size_t size, void *context)
{
	struct client_call *call = context;
	(void)data;
	(void)one;
	call->headers_size += size;
	call->too_long = call->headers_size > HEADERS_MAX;
	return call->too_long ? 0 : size;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct client_call *call = context;
	(void)purpose;
	if (!call->client->settings.allow_private && !address_is_public(&address->addr)) {
		address_to_text(&address->addr, call->refused);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t give_mail(char *out, size_t one, size_t size, void *context)
{
	struct client_call *call = context;
	struct bytes mail = call->request.body;
	size_t left = mail.size - call->mailed;
	size = size * one < left ? size * one : left;
	memcpy(out, mail.data + call->mailed, size);
	call->mailed += size;
	return size;
}

static void make_mailer(CURL *curl, struct client_call *call)
{
	const struct client_settings *settings = &call->client->settings;
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_mail);
	curl_easy_setopt(curl, CURLOPT_READDATA, call);
	if (settings->must_encrypt)
		curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (settings->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
	}
}

/* What every request has; libcurl copies the texts. */
static CURL *make_handle(struct client_call *call)
{
	const struct client_settings *settings = &call->client->settings;
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		abort();
	curl_easy_setopt(curl, CURLOPT_PRIVATE, call);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* no name service holds us up */
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->text);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, call);
	if (settings->is_mail)
		make_mailer(curl, call);
	if (settings->credentials != NULL)
		curl_easy_setopt(curl, CURLOPT_USERPWD, settings->credentials);
	if (settings->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
	if (settings->cert_file != NULL) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, settings->cert_file);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, settings->key_file);
	}
	return curl;
}

static struct client_call *make_call(struct client *client)
{
	struct client_call *call = LIST_FIRST(&client->spares);
	if (call != NULL) {
		LIST_REMOVE(call, place);
		client->spares_count--;
	} else {
		call = memory_get_zeroed(1, sizeof(*call));
		call->client = client;
		call->curl = make_handle(call);
	}
	LIST_INSERT_HEAD(&client->calls, call, place);
	return call;
}

static void free_call(struct client_call *call)
{
	curl_easy_cleanup(call->curl);
	arena_done(&call->arena);
	buffer_done(&call->body);
	free(call);
}

/* For the next one, without what this one said or was told. */
static void give_back(struct client_call *call)
{
	struct client *client = call->client;
	if (client->spares_count >= SPARES_MAX) {
		free_call(call);
		return;
	}
	arena_reset(&call->arena);
	buffer_done(&call->body);
	LIST_INSERT_HEAD(&client->spares, call, place);
	client->spares_count++;
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

/* libcurl says the same of a mail that it could not send on and of one whose sender, receiver or
 * text was refused, but then the last reply says so; 421: the server shuts down (RFC 5321, 4.2.2).
 * What comes behind the text it takes for an odd reply, as it does an odd greeting. */
static bool is_refused_mail(const struct client_call *call, CURLcode code, long status)
{
	bool is_answer =
		code == CURLE_SEND_ERROR || (code == CURLE_WEIRD_SERVER_REPLY && call->mailed > 0);
	return call->client->settings.is_mail && is_answer && status >= 400 && status < 600 &&
		status != 421;
}

static const char *text_of(const struct client_call *call, CURLcode code, struct err *err)
{
	if (call->headers_size > HEADERS_MAX)
		err_set(err, REJECT, "the answer's headers are longer than %d bytes", HEADERS_MAX);
	else if (call->too_long)
		err_set(err, REJECT, "the answer is longer than %zu bytes",
			call->request.answer_max);
	else if (code != CURLE_OK && call->refused[0] != '\0')
		err_set(err, RETRY, "address %s is not public", call->refused);
	else
		err_set(err, outcome_of(code), "%s",
			code == CURLE_OK                ? ""
				: call->text[0] != '\0' ? call->text
							: curl_easy_strerror(code));
	return err->text;
}

static struct client_answer answer_of(
	const struct client_call *call, CURLcode code, struct err *err)
{
	struct client_answer answer = {0};
	long status = 0;
	curl_off_t retry_after = 0;
	const char *type = NULL;
	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	answer.text = text_of(call, is_refused_mail(call, code, status) ? CURLE_OK : code, err);
	answer.outcome = err->outcome;
	curl_easy_getinfo(call->curl, CURLINFO_RETRY_AFTER, &retry_after);
	curl_easy_getinfo(call->curl, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(call->curl, CURLINFO_TOTAL_TIME, &answer.seconds);
	answer.status = (int32_t)status;
	answer.retry_after_ms = retry_after < INT32_MAX ? retry_after * 1000 : INT32_MAX;
	if (answer.outcome == OK) {
		answer.call = call;
		answer.type = bytes_of_string(type);
		answer.body = buffer_bytes(&call->body);
	}
	return answer;
}

/* libcurl 7.88 takes the end of the line for the value of a header that has none. */
void client_answer_headers(const struct client_answer *answer, client_header_fn *fn, void *context)
{
	enum { LAST = -1 }; /* of several answers: behind a 100, say */
	struct curl_header *header = NULL;
	if (answer->call == NULL)
		return;
	CURL *curl = answer->call->curl;
	while ((header = curl_easy_nextheader(curl, CURLH_HEADER, LAST, header)) != NULL)
		fn(context, header->name, bytes_of(header->value, strcspn(header->value, "\r\n")));
}

static void finish(struct client_call *call, CURLcode code)
{
	struct err err = {0};
	struct client_answer answer = answer_of(call, code, &err);
	curl_multi_remove_handle(call->client->multi, call->curl);
	LIST_REMOVE(call, place);
	call->request.done(call->request.context, &answer);
	give_back(call);
}

static void read_messages(struct client *client)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct client_call *call = NULL;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish(call, code);
	}
}

static void act(struct client *client, curl_socket_t fd, int ready)
{
	int running;
	if (curl_multi_socket_action(client->multi, fd, ready, &running) != CURLM_OK)
		abort();
}

static void take_events(void *context)
{
	struct client *client = context;
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(client->epoll, events, EVENTS_MAX, 0);
	for (int i = 0; i < count; i++) {
		int ready = 0;
		if (events[i].events & EPOLLIN)
			ready |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			ready |= CURL_CSELECT_OUT;
		if (events[i].events & (EPOLLERR | EPOLLHUP))
			ready |= CURL_CSELECT_ERR;
		act(client, events[i].data.fd, ready);
	}
	read_messages(client);
}

static void take_time(void *context)
{
	struct client *client = context;
	act(client, CURL_SOCKET_TIMEOUT, 0);
	read_messages(client);
}

static int watch(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
	static const uint32_t wanted[] = {[CURL_POLL_NONE] = 0,
		[CURL_POLL_IN] = EPOLLIN,
		[CURL_POLL_OUT] = EPOLLOUT,
		[CURL_POLL_INOUT] = EPOLLIN | EPOLLOUT};
	struct client *client = context;
	(void)curl;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(client->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	struct epoll_event event = {.events = wanted[what], .data.fd = fd};
	if (epoll_ctl(client->epoll, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) !=
		0)
		abort();
	if (known == NULL)
		curl_multi_assign(client->multi, fd, client);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *context)
{
	struct client *client = context;
	(void)multi;
	if (ms < 0)
		loop_clear(client->loop, &client->timer);
	else
		loop_set(client->loop, &client->timer, loop_now(client->loop) + ms);
	return 0;
}

enum outcome client_new(struct client **out, struct loop *loop,
	const struct client_settings *settings, struct err *err)
{
	static pthread_once_t started = PTHREAD_ONCE_INIT;
	pthread_once(&started, start_curl);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return err_set(err, FATAL, "HTTP client: %s", strerror(errno));
	struct client *client = memory_get_zeroed(1, sizeof(*client));
	*client = (struct client){.loop = loop,
		.settings = *settings,
		.multi = curl_multi_init(),
		.epoll = epoll,
		.timer = {.fn = take_time, .context = client}};
	if (client->multi == NULL || loop_watch(loop, epoll, take_events, client, err) != OK) {
		curl_multi_cleanup(client->multi);
		close(epoll);
		free(client);
		return err_set(err, FATAL, "HTTP client: no descriptors are left");
	}
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)settings->connections);
	curl_multi_setopt(
		client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)settings->connections);
	*out = client;
	return OK;
}

void client_free(struct client *client)
{
	if (client == NULL)
		return;
	while (!LIST_EMPTY(&client->calls))
		client_cancel(LIST_FIRST(&client->calls));
	for (struct client_call *call; (call = LIST_FIRST(&client->spares)) != NULL;) {
		LIST_REMOVE(call, place);
		free_call(call);
	}
	curl_multi_cleanup(client->multi);
	loop_clear(client->loop, &client->timer);
	loop_unwatch(client->loop, client->epoll);
	close(client->epoll);
	free(client);
}

/* RFC 9110, 5.6.2. */
static bool is_token(const char *name)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	return name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

/* RFC 9110, 5.5; without what is not ASCII. */
static bool is_value(struct bytes value)
{
	for (size_t i = 0; i < value.size; i++) {
		if ((value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] > '~')
			return false;
	}
	return true;
}

/* Those by which one request could become two, or go elsewhere. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"Host", "Content-Length", "Transfer-Encoding", "TE",
		"Connection", "Upgrade", "Expect", "Content-Type", NULL};
	const char *const *other = ours;
	while (*other != NULL && strcasecmp(*other, name) != 0)
		other++;
	return *other != NULL;
}

enum outcome client_check_header(const struct client_header *header, struct err *err)
{
	if (!is_token(header->name))
		return err_set(err, REJECT, "a header has a name that no header may have");
	if (is_ours(header->name))
		return err_set(err, REJECT, "header %s cannot be set", header->name);
	if (!is_value(header->value))
		return err_set(err, REJECT, "header %s holds what no header may", header->name);
	return OK;
}

static void add_line(
	struct client_call *call, struct curl_slist **list, const char *name, struct bytes value)
{
	struct curl_slist *line = arena_get(&call->arena, sizeof(*line));
	/* libcurl takes a header without a value for one that shall not be sent. */
	line->data = value.size == 0
		? arena_format(&call->arena, "%s;", name)
		: arena_format(&call->arena, "%s: %.*s", name, BYTES_ARG(value));
	line->next = *list;
	*list = line;
}

static enum outcome set_headers(struct client_call *call, struct err *err)
{
	/* What libcurl would add by itself. */
	static char expect[] = "Expect:", type[] = "Content-Type:";
	static struct curl_slist no_expect = {.data = expect};
	static struct curl_slist no_type = {.data = type, .next = &no_expect};
	const struct client_request *request = &call->request;
	bool has_type = request->body.data != NULL && request->type.data != NULL;
	struct curl_slist *list = has_type ? &no_expect : &no_type;
	for (size_t i = 0; i < request->headers_count; i++) {
		const struct client_header *header = &request->headers[i];
		if (client_check_header(header, err) != OK)
			return err->outcome;
		add_line(call, &list, header->name, header->value);
	}
	if (!is_value(request->type))
		return err_set(err, REJECT, "the type of the body holds what no header may");
	if (has_type)
		add_line(call, &list, "Content-Type", request->type);
	curl_easy_setopt(call->curl, CURLOPT_HTTPHEADER, list);
	return OK;
}

static void set_mail(struct client_call *call)
{
	const struct client_request *request = &call->request;
	call->receivers = (struct curl_slist){
		.data = arena_string(&call->arena, bytes_of_string(request->mail_to))};
	call->mailed = 0;
	curl_easy_setopt(call->curl, CURLOPT_MAIL_FROM, request->mail_from);
	curl_easy_setopt(call->curl, CURLOPT_MAIL_RCPT, &call->receivers);
	curl_easy_setopt(call->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body.size);
}

/* HTTPGET undoes what the request before has set. */
static void set_method(struct client_call *call)
{
	const struct client_request *request = &call->request;
	CURL *curl = call->curl;
	bool is_head = strcmp(request->method, "HEAD") == 0;
	bool has_body = request->body.data != NULL;
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (is_head) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else if (has_body || strcmp(request->method, "GET") != 0) {
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDS, has_body ? (const char *)request->body.data : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

enum outcome client_send(struct client *client, const struct client_request *request,
	struct client_call **out, struct err *err)
{
	struct client_call *call = make_call(client);
	call->request = *request;
	call->headers_size = 0;
	call->too_long = false;
	call->refused[0] = call->text[0] = '\0';
	if (!client->settings.is_mail && set_headers(call, err) != OK) {
		LIST_REMOVE(call, place);
		give_back(call);
		return err->outcome;
	}
	if (client->settings.is_mail)
		set_mail(call);
	else
		set_method(call);
	curl_easy_setopt(call->curl, CURLOPT_URL, request->url);
	curl_easy_setopt(call->curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(call->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	if (curl_multi_add_handle(client->multi, call->curl) != CURLM_OK)
		abort();
	*out = call;
	return OK;
}

void client_cancel(struct client_call *call)
{
	if (call == NULL)
		return;
	curl_multi_remove_handle(call->client->multi, call->curl);
	LIST_REMOVE(call, place);
	give_back(call);
}
