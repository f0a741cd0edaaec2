/* request - one HTTP request, from its head to its answer. */
#include "hub/http/server/request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/memory.h"
#include "hub/http/server/connection.h"
#include "hub/http/server/header.h"
#include "hub/http/server/tls.h"

#define BODY_KEPT_MAX 65536 /* a larger body's memory is given back */

struct request *request_new(struct connection *connection)
{
	struct server *server = connection->server;
	struct request *request = server->spares;
	if (request == NULL) {
		request = memory_get_zeroed(1, sizeof(*request));
		request->fields = memory_get_zeroed(REQUEST_FIELDS_MAX, sizeof(*request->fields));
	} else {
		server->spares = request->next;
	}
	request->connection = connection;
	request->began = loop_now(server->loop);
	return request;
}

void request_free(struct request *request)
{
	struct server *server = request->connection->server;
	if (request->response != NULL)
		MHD_destroy_response(request->response);
	arena_wipe(&request->arena);
	if (request->body.size > 0)
		explicit_bzero(request->body.data, request->body.size);
	buffer_clear(&request->body);
	if (request->body.capacity > BODY_KEPT_MAX)
		buffer_done(&request->body);
	*request = (struct request){.fields = request->fields,
		.arena = request->arena,
		.body = request->body,
		.next = server->spares};
	server->spares = request;
}

void request_free_spares(struct server *server)
{
	for (struct request *request = server->spares, *next; request != NULL; request = next) {
		next = request->next;
		arena_done(&request->arena);
		buffer_done(&request->body);
		free(request->fields);
		free(request);
	}
	server->spares = NULL;
}

const struct server_route *request_route(const struct request *request)
{
	return request->route;
}

struct bytes request_method(const struct request *request)
{
	return request->method;
}

struct bytes request_segment(struct request *request, size_t n)
{
	assert(n < ROUTE_SEGMENTS_MAX);
	return header_unescape(request->segments[n], &request->arena);
}

static bool is_called(struct bytes name, const char *word, size_t size)
{
	return name.size == size && strncasecmp((const char *)name.data, word, size) == 0;
}

struct bytes request_header(const struct request *request, const char *name)
{
	size_t size = strlen(name);
	for (size_t i = 0; i < request->fields_count; i++)
		if (is_called(request->fields[i].name, name, size))
			return request->fields[i].value;
	return (struct bytes){0};
}

bool request_header_at(
	const struct request *request, size_t n, struct bytes *name, struct bytes *value)
{
	if (n >= request->fields_count)
		return false;
	*name = request->fields[n].name;
	*value = request->fields[n].value;
	return true;
}

/* libmicrohttpd makes a space of each plus, and leaves all else (leave_escaped in server.c). */
static void add_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		buffer_add(out, *text == ' ' ? "+" : text, 1);
}

static enum MHD_Result add_argument(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct buffer *out = context;
	(void)kind;
	buffer_add_string(out, memchr(out->data, '?', out->size) == NULL ? "?" : "&");
	add_escaped(out, name);
	if (value != NULL) {
		buffer_add_string(out, "=");
		add_escaped(out, value);
	}
	return MHD_YES;
}

struct bytes request_target(struct request *request)
{
	struct buffer out = {0};
	buffer_add_bytes(&out, request->path);
	MHD_get_connection_values(
		request->connection->mhd, MHD_GET_ARGUMENT_KIND, add_argument, &out);
	struct bytes target = arena_copy(&request->arena, buffer_bytes(&out));
	buffer_done(&out);
	return target;
}

struct bytes request_query(struct request *request, const char *name)
{
	const char *value = NULL;
	size_t size = 0;
	if (MHD_lookup_connection_value_n(request->connection->mhd, MHD_GET_ARGUMENT_KIND, name,
		    strlen(name), &value, &size) != MHD_YES)
		return (struct bytes){0};
	return header_unescape(bytes_of(value == NULL ? "" : value, size), &request->arena);
}

bool request_has_query(const struct request *request)
{
	return MHD_get_connection_values(
		       request->connection->mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0;
}

/* What libmicrohttpd hands to `look_at_query`. */
struct query_look {
	const char *const *known;
	struct arena *arena;
	uint32_t seen; /* a bit per name */
	bool is_bad;
};

static enum MHD_Result look_at_query(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct query_look *look = context;
	struct bytes text = bytes_of_string(value == NULL ? "" : value);
	size_t at = 0;
	(void)kind;
	while (look->known[at] != NULL && strcmp(look->known[at], name) != 0)
		at++;
	look->is_bad = look->known[at] == NULL || (look->seen & UINT32_C(1) << at) != 0 ||
		header_unescape(text, look->arena).data == NULL;
	look->seen |= UINT32_C(1) << at;
	return look->is_bad ? MHD_NO : MHD_YES;
}

bool request_has_only(struct request *request, const char *const *known)
{
	struct query_look look = {.known = known, .arena = &request->arena};
	MHD_get_connection_values(
		request->connection->mhd, MHD_GET_ARGUMENT_KIND, look_at_query, &look);
	return !look.is_bad;
}

struct bytes request_body(const struct request *request)
{
	return buffer_bytes(&request->body);
}

enum request_peer request_peer(struct request *request, const char **serial)
{
	struct connection *connection = request->connection;
	if (connection->is_proxy)
		return forwarded_peer(connection->server->forwarded, request, serial);
	if (connection->server->options.tls_client_ca != NULL && forwarded_count(request) > 0)
		return REQUEST_PEER_BAD;
	if (!connection->peer_is_read && connection->server->options.tls_client_ca != NULL)
		connection->peer = tls_peer(
			connection->mhd, connection->peer_serial, sizeof(connection->peer_serial));
	connection->peer_is_read = true;
	*serial = connection->peer_serial;
	return connection->peer;
}

struct arena *request_arena(struct request *request)
{
	return &request->arena;
}

int64_t request_began(const struct request *request)
{
	return request->began;
}

void request_set_own(struct request *request, void *own)
{
	request->own = own;
}

void *request_own(const struct request *request)
{
	return request->own;
}

void request_set_deadline(struct request *request, int64_t when)
{
	loop_set(request->connection->server->loop, &request->connection->timer, when);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
	struct request_header *header = arena_get(&request->arena, sizeof(*header));
	header->name = name;
	header->value = value;
	header->next = request->headers;
	request->headers = header;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value != NULL && MHD_add_response_header(response, name, value) != MHD_YES)
		abort();
}

static bool has_own(const struct request *request, const char *name)
{
	for (const struct request_header *it = request->headers; it != NULL; it = it->next)
		if (strcasecmp(it->name, name) == 0)
			return true;
	return false;
}

static void add_usual(const struct request *request, const struct server_header *header)
{
	for (; header != NULL && header->name != NULL; header++)
		if (!has_own(request, header->name))
			add(request->response, header->name, header->value);
}

/* MHD takes the body as not const, and only reads it. */
void request_answer(struct request *request, int status, const char *type, struct bytes body)
{
	const struct server *server = request->connection->server;
	union {
		const void *borrowed;
		void *given;
	} data = {.borrowed = body.data};
	assert(request->response == NULL);
	request->response =
		MHD_create_response_from_buffer(body.size, data.given, MHD_RESPMEM_PERSISTENT);
	if (request->response == NULL)
		abort();
	request->status = status;
	add(request->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (!has_own(request, "API-Version"))
		add(request->response, "API-Version", server->options.version);
	add_usual(request, server->options.headers);
	add(request->response, MHD_HTTP_HEADER_CONNECTION, server->closing ? "close" : NULL);
	for (const struct request_header *it = request->headers; it != NULL; it = it->next)
		add(request->response, it->name, it->value);
	if (!request->suspended)
		return;
	request->suspended = false;
	MHD_resume_connection(request->connection->mhd);
	loop_set(server->loop, &request->connection->server->turn, loop_now(server->loop));
}

void request_answer_problem(struct request *request, const struct problem_json *problem)
{
	struct buffer text = {0};
	if (problem->kind == PROBLEM_JSON_UNAUTHORIZED)
		request_add_header(request, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (problem->kind == PROBLEM_JSON_UNAVAILABLE)
		request_add_header(request, MHD_HTTP_HEADER_RETRY_AFTER,
			arena_format(&request->arena, "%d",
				request->connection->server->options.retry_after_s));
	problem_json_write(problem, &text);
	struct bytes body = arena_copy(&request->arena, buffer_bytes(&text));
	buffer_done(&text);
	request_answer(request, problem_json_status(problem->kind), PROBLEM_JSON_TYPE, body);
}

void request_refuse(struct request *request, enum problem_json_kind kind, const char *detail)
{
	request_answer_problem(request, &(struct problem_json){.kind = kind, .detail = detail});
}

static bool is_method(const struct request *request, const char *method)
{
	return bytes_equal_string(request->method, method) ||
		(strcmp(method, "GET") == 0 && bytes_equal_string(request->method, "HEAD"));
}

static void refuse_method(struct request *request)
{
	struct bytes segments[ROUTE_SEGMENTS_MAX];
	struct buffer allowed = {0};
	const struct server_route *route = request->connection->server->options.routes;
	for (; route->method != NULL; route++) {
		if (!route_matches(route->path, request->path, segments))
			continue;
		buffer_add_format(&allowed, "%s%s", allowed.size == 0 ? "" : ", ", route->method);
		if (strcmp(route->method, "GET") == 0)
			buffer_add_string(&allowed, ", HEAD");
	}
	request_add_header(request, MHD_HTTP_HEADER_ALLOW,
		arena_string(&request->arena, buffer_bytes(&allowed)));
	request_refuse(request, PROBLEM_JSON_METHOD_NOT_ALLOWED,
		"use one of the methods in the Allow header");
	buffer_done(&allowed);
}

static void find_route(struct request *request)
{
	const struct server_route *route = request->connection->server->options.routes;
	bool path_fits = false;
	for (; route->method != NULL; route++) {
		if (!route_matches(route->path, request->path, request->segments))
			continue;
		path_fits = true;
		if (!is_method(request, route->method))
			continue;
		request->route = route;
		return;
	}
	if (path_fits)
		refuse_method(request);
	else
		request_refuse(request, PROBLEM_JSON_NOT_FOUND, "no such path");
}

static enum MHD_Result keep_header(void *context, enum MHD_ValueKind kind, const char *name,
	size_t name_size, const char *value, size_t value_size)
{
	struct request *request = context;
	(void)kind;
	if (request->fields_count == REQUEST_FIELDS_MAX) {
		request->too_many_fields = true;
		return MHD_NO;
	}
	request->fields[request->fields_count++] = (struct request_field){
		bytes_of(name, name_size), bytes_of(value == NULL ? "" : value, value_size)};
	return MHD_YES;
}

/* What the headers say of how long the body is. */
struct framing {
	size_t bytes; /* of all headers */
	int lengths, codings, hosts;
	const char *fault; /* of a header by itself; NULL: none */
	struct bytes length, coding;
};

/* RFC 9110, 5.6.2. */
static bool is_token(struct bytes name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] <= ' ' || name.data[i] >= 0x7f ||
			strchr("\"(),/:;<=>?@[\\]{}", name.data[i]) != NULL)
			return false;
	return name.size > 0;
}

static bool is_text(struct bytes value)
{
	for (size_t i = 0; i < value.size; i++)
		if ((value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] == 0x7f)
			return false;
	return true;
}

/* Named so, and more. */
static bool goes_on(struct bytes name, const char *word)
{
	size_t size = strlen(word);
	return name.size > size && strncasecmp((const char *)name.data, word, size) == 0;
}

/* libmicrohttpd 0.9.75 puts what a folded line (RFC 9112, 5.2) goes on with behind the header's
 * name, in a copy behind the value: "Content-Length:", " 40" comes as "Content-Length40:", and its
 * body would be taken for the next request. */
static bool is_folded(const struct request_field *field)
{
	return (field->value.size > 0 &&
		       (uintptr_t)field->value.data < (uintptr_t)field->name.data) ||
		goes_on(field->name, "Content-Length") || goes_on(field->name, "Transfer-Encoding");
}

static const char *fault_of(const struct request_field *field)
{
	if (memchr(field->name.data, ' ', field->name.size) != NULL ||
		memchr(field->name.data, '\t', field->name.size) != NULL)
		return "send no space between a header's name and its colon";
	if (!is_token(field->name) || !is_text(field->value))
		return "send headers without control characters, each with a name";
	return is_folded(field) ? "send each header on one line" : NULL;
}

static struct framing framing_of(const struct request *request)
{
	struct framing framing = {0};
	for (size_t i = 0; i < request->fields_count; i++) {
		const struct request_field *field = &request->fields[i];
		framing.bytes += field->name.size + field->value.size + strlen(": \r\n");
		if (framing.fault == NULL)
			framing.fault = fault_of(field);
		if (is_called(field->name, "Content-Length", strlen("Content-Length"))) {
			framing.lengths++;
			framing.length = field->value;
		} else if (is_called(
				   field->name, "Transfer-Encoding", strlen("Transfer-Encoding"))) {
			framing.codings++;
			framing.coding = field->value;
		} else if (is_called(field->name, "Host", strlen("Host"))) {
			framing.hosts++;
		}
	}
	return framing;
}

/* RFC 9112, sections 3.2 and 6: what two readers could frame or address in two ways is refused, and
 * the connection closed behind it. */
static bool framing_is_clear(struct request *request, const struct framing *framing)
{
	if (request->too_many_fields)
		request_refuse(request, PROBLEM_JSON_HEADERS_TOO_LARGE,
			arena_format(&request->arena, "a request may have %d headers",
				REQUEST_FIELDS_MAX));
	else if (framing->fault != NULL)
		request_refuse(request, PROBLEM_JSON_MALFORMED, framing->fault);
	else if (framing->lengths + framing->codings > 1)
		request_refuse(request, PROBLEM_JSON_MALFORMED,
			"send one Content-Length, or one Transfer-Encoding, never both");
	else if (framing->hosts > 1)
		request_refuse(request, PROBLEM_JSON_MALFORMED, "send one Host");
	else if (framing->codings == 1 &&
		(framing->coding.size != strlen("chunked") ||
			strncasecmp((const char *)framing->coding.data, "chunked",
				framing->coding.size) != 0))
		request_refuse(request, PROBLEM_JSON_NOT_IMPLEMENTED,
			"the only Transfer-Encoding that is taken is chunked");
	return request->response == NULL;
}

static void check_length(struct request *request, const struct framing *framing)
{
	int64_t length = 0;
	int32_t most = request->connection->server->options.body_bytes;
	if (framing->lengths == 1 && !bytes_to_int64(framing->length, &length))
		length = INT64_MAX;
	request->too_large = length > most;
	if (!request->too_large)
		buffer_reserve(&request->body, (size_t)length);
}

static void refuse_too_large(struct request *request)
{
	request_refuse(request, PROBLEM_JSON_TOO_LARGE,
		arena_format(&request->arena, "a body may have %d bytes",
			request->connection->server->options.body_bytes));
}

static bool takes_type(const struct request *request)
{
	struct bytes type = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
	for (const char *const *takes = request->route->takes; *takes != NULL; takes++)
		if (strcmp(*takes, SERVER_ANY_TYPE) == 0 || header_is_type(type, *takes))
			return true;
	return false;
}

static void check_types(struct request *request)
{
	const struct server_route *route = request->route;
	if (route->takes != NULL && !takes_type(request))
		request_refuse(request, PROBLEM_JSON_UNSUPPORTED_TYPE,
			arena_format(&request->arena, "send a body with Content-Type %s in UTF-8",
				route->takes[0]));
	else if (route->gives != NULL &&
		!header_accepts(request_header(request, MHD_HTTP_HEADER_ACCEPT), route->gives))
		request_refuse(request, PROBLEM_JSON_NOT_ACCEPTABLE,
			arena_format(&request->arena, "the answer is %s", route->gives));
}

/* Each step may answer; what has an answer is not looked at any further. */
static void read_head(struct request *request, const struct framing *framing)
{
	const struct server *server = request->connection->server;
	if (framing->bytes > (size_t)server->options.header_bytes)
		request_refuse(request, PROBLEM_JSON_HEADERS_TOO_LARGE,
			arena_format(&request->arena, "headers may have %d bytes",
				server->options.header_bytes));
	else
		find_route(request);
	if (request->response == NULL && request->route->head != NULL)
		request->route->head(server->options.context, request);
	if (request->response == NULL)
		check_types(request);
	if (request->response == NULL && request->too_large)
		refuse_too_large(request);
}

static enum MHD_Result give_answer(struct request *request)
{
	const struct server *server = request->connection->server;
	if (!request->told && server->options.answered != NULL)
		server->options.answered(server->options.context, request, request->status);
	request->told = true;
	return MHD_queue_response(
		request->connection->mhd, (unsigned int)request->status, request->response);
}

/* An answer that is given now closes the connection, so it waits for the end of the body where the
 * client sends one anyway. */
static enum MHD_Result step_head(struct request *request, const char *url, const char *method)
{
	request->stage = REQUEST_BODY;
	request->method = bytes_of_string(method);
	request->path = bytes_of_string(url);
	MHD_get_connection_values_n(
		request->connection->mhd, MHD_HEADER_KIND, keep_header, request);
	const struct framing framing = framing_of(request);
	if (!framing_is_clear(request, &framing))
		return give_answer(request);
	check_length(request, &framing);
	read_head(request, &framing);
	if (request->response != NULL &&
		request_header(request, MHD_HTTP_HEADER_EXPECT).data != NULL)
		return give_answer(request);
	return MHD_YES;
}

static void take_body(struct request *request, const char *piece, size_t size)
{
	size_t most = (size_t)request->connection->server->options.body_bytes;
	if (!request->too_large && request->response == NULL && size > most - request->body.size) {
		request->too_large = true;
		refuse_too_large(request);
	}
	if (request->response == NULL)
		buffer_add(&request->body, piece, size);
}

static enum MHD_Result step_whole(struct request *request)
{
	request->stage = REQUEST_WHOLE;
	if (request->response == NULL)
		request->route->whole(request->connection->server->options.context, request);
	if (request->response != NULL)
		return give_answer(request);
	request->suspended = true;
	MHD_suspend_connection(request->connection->mhd);
	return MHD_YES;
}

enum MHD_Result request_step(struct request *request, const char *url, const char *method,
	const char *upload, size_t *upload_size)
{
	if (request->stage == REQUEST_HEAD)
		return step_head(request, url, method);
	if (*upload_size > 0) {
		take_body(request, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (request->stage == REQUEST_BODY)
		return step_whole(request);
	return give_answer(request);
}

void request_late(struct request *request)
{
	const struct server *server = request->connection->server;
	if (request->route->late != NULL)
		request->route->late(server->options.context, request);
	else
		request_refuse(request, PROBLEM_JSON_UNAVAILABLE, "this took too long; try again");
}
