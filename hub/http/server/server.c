/* server - HTTP/1.1 in one thread: requests come whole, within limits and time; answers may come
 * later. */
#include "hub/http/server/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/memory.h"
#include "hub/http/server/connection.h"
#include "hub/http/server/tls.h"

#define SEND_MS 5000 /* for an answer that came when time was up, or is still to come */
/* Of a connection's memory, beside its headers: pieces of the body. All of it is overwritten behind
 * each request. */
#define POOL_SPARE 4096

static void connection_due(void *context);

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static struct connection *connection_open(struct server *server, struct MHD_Connection *mhd)
{
	struct connection *connection = memory_get_zeroed(1, sizeof(*connection));
	connection->server = server;
	connection->mhd = mhd;
	connection->fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	connection->is_proxy =
		server->forwarded != NULL && forwarded_is_proxy(server->forwarded, connection->fd);
	connection->timer.fn = connection_due;
	connection->timer.context = connection;
	LIST_INSERT_HEAD(&server->connections, connection, place);
	server->connections_count++;
	loop_set(
		server->loop, &connection->timer, loop_now(server->loop) + server->options.idle_ms);
	return connection;
}

static void connection_closed(struct connection *connection)
{
	struct server *server = connection->server;
	loop_clear(server->loop, &connection->timer);
	LIST_REMOVE(connection, place);
	server->connections_count--;
	free(connection);
}

/* The daemon notices the end of the stream and closes the connection. */
static void cut(struct connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR);
}

/* The daemon takes no answer in the middle of a body, so this one goes to the socket directly. */
static void tell_too_slow(struct connection *connection)
{
	const struct server_options *options = &connection->server->options;
	bool too_large = connection->request->too_large;
	const struct problem_json problem = {
		.kind = too_large ? PROBLEM_JSON_TOO_LARGE : PROBLEM_JSON_TOO_SLOW,
		.detail = too_large ? "send less" : "send the whole request faster"};
	struct buffer body = {0};
	struct buffer answer = {0};
	problem_json_write(&problem, &body);
	buffer_add_format(&answer,
		"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: " PROBLEM_JSON_TYPE
		"\r\nContent-Length: %zu\r\n",
		problem_json_status(problem.kind),
		too_large ? "Content Too Large" : "Request Timeout", body.size);
	if (options->version != NULL)
		buffer_add_format(&answer, "API-Version: %s\r\n", options->version);
	buffer_add_string(&answer, "\r\n");
	buffer_add_bytes(&answer, buffer_bytes(&body));
	ssize_t sent = send(connection->fd, answer.data, answer.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent;
	if (options->answered != NULL)
		options->answered(
			options->context, connection->request, problem_json_status(problem.kind));
	buffer_done(&body);
	buffer_done(&answer);
}

static void connection_due(void *context)
{
	struct connection *connection = context;
	struct server *server = connection->server;
	struct request *request = connection->request;
	if (request != NULL && request->suspended) {
		loop_set(server->loop, &connection->timer, loop_now(server->loop) + SEND_MS);
		request_late(request);
		return;
	}
	if (request != NULL && request->stage != REQUEST_WHOLE && server->options.tls_cert == NULL)
		tell_too_slow(connection);
	cut(connection);
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = connection_open(context, mhd);
	else
		connection_closed(*socket_context);
}

/* What it returns is what on_request and on_completed get as their request. */
static void *on_request_line(void *context, const char *uri, struct MHD_Connection *mhd)
{
	struct server *server = context;
	struct connection *connection = connection_of(mhd);
	(void)uri;
	connection->request = request_new(connection);
	loop_set(server->loop, &connection->timer,
		connection->request->began + server->options.request_ms);
	return connection->request;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **request)
{
	(void)context;
	(void)mhd;
	(void)version;
	return request_step(*request, url, method, upload, upload_size);
}

static void on_completed(
	void *context, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code)
{
	struct server *server = context;
	struct request *request = *own;
	struct connection *connection = request->connection;
	(void)mhd;
	(void)code;
	connection->request = NULL;
	request_free(request);
	*own = NULL;
	loop_set(server->loop, &connection->timer,
		loop_now(server->loop) + (server->closing ? 0 : server->options.idle_ms));
}

/* Paths and queries are decoded by those who read them: a %2F is no slash. */
static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text)
{
	(void)context;
	(void)mhd;
	return strlen(text);
}

static void turn(void *context)
{
	struct server *server = context;
	MHD_UNSIGNED_LONG_LONG ms = 0;
	do {
		MHD_run(server->daemon);
	} while (MHD_get_timeout(server->daemon, &ms) == MHD_YES && ms == 0);
}

static enum outcome find_address(
	const struct server_options *options, struct addrinfo **out, struct err *err)
{
	char port[16];
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	snprintf(port, sizeof(port), "%d", options->port);
	int code = getaddrinfo(options->host, port, &hints, out);
	if (code != 0)
		return err_set(err, RETRY, "listen on %s port %s: %s", options->host, port,
			gai_strerror(code));
	return OK;
}

static unsigned int daemon_flags(const struct server_options *options, int family)
{
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (options->tls_cert != NULL)
		flags |= MHD_USE_TLS;
	if (family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return flags;
}

/* libmicrohttpd takes texts as not const, and only reads them. */
static struct MHD_OptionItem text_option(enum MHD_OPTION option, const char *text)
{
	const union {
		const char *borrowed;
		void *given;
	} data = {.borrowed = text};
	return (struct MHD_OptionItem){option, 0, data.given};
}

static size_t add_tls(const struct server_options *options, struct MHD_OptionItem *items)
{
	size_t count = 0;
	if (options->tls_cert == NULL)
		return 0;
	items[count++] = text_option(MHD_OPTION_HTTPS_MEM_CERT, options->tls_cert);
	items[count++] = text_option(MHD_OPTION_HTTPS_MEM_KEY, options->tls_key);
	items[count++] = text_option(MHD_OPTION_HTTPS_PRIORITIES, tls_priorities);
	if (options->tls_client_ca != NULL)
		items[count++] = text_option(MHD_OPTION_HTTPS_MEM_TRUST, options->tls_client_ca);
	return count;
}

static struct MHD_Daemon *start(struct server *server, const struct addrinfo *address)
{
	const struct server_options *options = &server->options;
	struct MHD_OptionItem items[6];
	size_t count = add_tls(options, items);
	/* Not to be set to 0 otherwise: that keeps a restart waiting for old connections. */
	if (options->shares_port)
		items[count++] =
			(struct MHD_OptionItem){MHD_OPTION_LISTENING_ADDRESS_REUSE, 1, NULL};
	items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	return MHD_start_daemon(daemon_flags(options, address->ai_family), 0, NULL, NULL,
		on_request, server, MHD_OPTION_SOCK_ADDR, address->ai_addr,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)options->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int)options->connections_per_address,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)options->header_bytes + POOL_SPARE,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, on_request_line, server, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

static enum outcome listen_on(struct server *server, struct err *err)
{
	const struct server_options *options = &server->options;
	struct addrinfo *address = NULL;
	if (find_address(options, &address, err) != OK)
		return err->outcome;
	errno = 0;
	server->daemon = start(server, address);
	int error = errno;
	freeaddrinfo(address);
	if (server->daemon == NULL)
		return err_set(err, RETRY, "listen on %s port %d: %s", options->host, options->port,
			error != 0 ? strerror(error) : "refused by libmicrohttpd");
	server->epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	return OK;
}

static enum outcome believe_proxies(struct server *server, struct err *err)
{
	const struct server_options *options = &server->options;
	bool has_some = options->proxies != NULL && options->proxies[0] != NULL;
	if (!has_some || options->tls_client_ca == NULL)
		return OK;
	if (forwarded_new(&server->forwarded, options->proxies, options->tls_client_ca, err) != OK)
		return err_in(err, "issuers of client certificates");
	return OK;
}

enum outcome server_new(struct server **out, struct loop *loop,
	const struct server_options *options, struct err *err)
{
	struct server *server = memory_get_zeroed(1, sizeof(*server));
	server->loop = loop;
	server->options = *options;
	server->turn = (struct loop_timer){.fn = turn, .context = server};
	if (believe_proxies(server, err) != OK || listen_on(server, err) != OK) {
		forwarded_free(server->forwarded);
		free(server);
		return err->outcome;
	}
	if (loop_watch(loop, server->epoll, turn, server, err) != OK) {
		MHD_stop_daemon(server->daemon);
		forwarded_free(server->forwarded);
		free(server);
		return err->outcome;
	}
	*out = server;
	return OK;
}

int32_t server_port(const struct server *server)
{
	return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

size_t server_connections(const struct server *server)
{
	return server->connections_count;
}

void server_close(struct server *server)
{
	if (server->closing)
		return;
	server->closing = true;
	int listener = MHD_quiesce_daemon(server->daemon);
	if (listener >= 0)
		close(listener);
	for (struct connection *it = LIST_FIRST(&server->connections); it != NULL;
		it = LIST_NEXT(it, place))
		if (it->request == NULL)
			cut(it);
}

void server_free(struct server *server)
{
	if (server == NULL)
		return;
	server_close(server);
	for (struct connection *it = LIST_FIRST(&server->connections); it != NULL;
		it = LIST_NEXT(it, place))
		while (it->request != NULL && it->request->suspended)
			request_late(it->request);
	turn(server);
	loop_clear(server->loop, &server->turn);
	loop_unwatch(server->loop, server->epoll);
	MHD_stop_daemon(server->daemon);
	request_free_spares(server);
	forwarded_free(server->forwarded);
	free(server);
}
