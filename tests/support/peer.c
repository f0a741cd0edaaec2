/* peer - a server that answers requests as a test wants it, well or badly. */
#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_MAX 1000
#define REQUEST_SIZE 8192

struct peer {
	peer_fn *fn;
	void *context;
	int listener;
	atomic_bool stopped;
	char url[60];
	pthread_t thread;
	pthread_mutex_t lock;
	size_t connections, open, most, requests;
	char *kept[REQUESTS_MAX];
};

struct talk {
	struct peer *peer;
	int fd;
};

static bool readable(struct peer *peer, int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	while (!atomic_load(&peer->stopped)) {
		if (poll(&wait, 1, 10) > 0)
			return true;
	}
	return false;
}

/* The whole size of the request at the beginning of the text; 0: it is not all there. */
static size_t size_of(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\ncontent-length:");
	if (end == NULL)
		return 0;
	size_t size = (size_t)(end - text) + 4;
	if (length != NULL && length < end)
		size += strtoul(length + 17, NULL, 10);
	return strlen(text) >= size ? size : 0;
}

static char *read_request(struct talk *talk)
{
	char *text = calloc(1, REQUEST_SIZE);
	size_t size = 0;
	while (size_of(text) == 0 && size < REQUEST_SIZE - 1 && readable(talk->peer, talk->fd)) {
		ssize_t got = recv(talk->fd, text + size, REQUEST_SIZE - 1 - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	if (size_of(text) > 0)
		return text;
	free(text);
	return NULL;
}

static bool send_once(struct talk *talk, const struct peer_answer *answer)
{
	size_t size = strlen(answer->text);
	if (answer->pause_ms == 0)
		return send(talk->fd, answer->text, size, MSG_NOSIGNAL) == (ssize_t)size;
	for (size_t i = 0; i < size && !atomic_load(&talk->peer->stopped); i++) {
		if (send(talk->fd, answer->text + i, 1, MSG_NOSIGNAL) != 1)
			return false;
		usleep((useconds_t)answer->pause_ms * 1000);
	}
	return true;
}

static bool send_answer(struct talk *talk, const struct peer_answer *answer)
{
	size_t times = answer->times > 0 ? answer->times : 1;
	for (int ms = 0; ms < answer->wait_ms && !atomic_load(&talk->peer->stopped); ms += 10)
		usleep(10000);
	for (size_t i = 0; i < times && !atomic_load(&talk->peer->stopped); i++) {
		if (!send_once(talk, answer))
			return false;
	}
	return !answer->close;
}

static void *serve(void *context)
{
	struct talk *talk = context;
	struct peer *peer = talk->peer;
	struct peer_answer answer = {.text = ""};
	do {
		char *request = read_request(talk);
		if (request == NULL)
			break;
		pthread_mutex_lock(&peer->lock);
		assert(peer->requests < REQUESTS_MAX);
		peer->kept[peer->requests++] = request;
		answer = peer->fn(peer->context, request);
		pthread_mutex_unlock(&peer->lock);
	} while (send_answer(talk, &answer));
	close(talk->fd);
	pthread_mutex_lock(&peer->lock);
	peer->open--;
	pthread_mutex_unlock(&peer->lock);
	free(talk);
	return NULL;
}

static void *accept_all(void *context)
{
	struct peer *peer = context;
	while (readable(peer, peer->listener)) {
		pthread_t thread;
		struct talk *talk = calloc(1, sizeof(*talk));
		*talk = (struct talk){peer, accept(peer->listener, NULL, NULL)};
		pthread_mutex_lock(&peer->lock);
		peer->connections++;
		peer->open++;
		peer->most = peer->open > peer->most ? peer->open : peer->most;
		pthread_mutex_unlock(&peer->lock);
		if (pthread_create(&thread, NULL, serve, talk) != 0)
			abort();
		pthread_detach(thread);
	}
	return NULL;
}

struct peer *peer_start(peer_fn *fn, void *context)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	struct peer *peer = calloc(1, sizeof(*peer));
	peer->fn = fn;
	peer->context = context;
	pthread_mutex_init(&peer->lock, NULL);
	peer->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(peer->listener, (struct sockaddr *)&address, size) != 0 ||
		listen(peer->listener, 100) != 0 ||
		getsockname(peer->listener, (struct sockaddr *)&address, &size) != 0)
		abort();
	snprintf(peer->url, sizeof(peer->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	if (pthread_create(&peer->thread, NULL, accept_all, peer) != 0)
		abort();
	return peer;
}

const char *peer_url(const struct peer *peer)
{
	return peer->url;
}

static size_t read_size(struct peer *peer, const size_t *size)
{
	pthread_mutex_lock(&peer->lock);
	size_t found = *size;
	pthread_mutex_unlock(&peer->lock);
	return found;
}

size_t peer_connections(struct peer *peer)
{
	return read_size(peer, &peer->connections);
}

size_t peer_most(struct peer *peer)
{
	return read_size(peer, &peer->most);
}

size_t peer_requests(struct peer *peer)
{
	return read_size(peer, &peer->requests);
}

const char *peer_request(struct peer *peer, size_t n)
{
	pthread_mutex_lock(&peer->lock);
	const char *request = n < peer->requests ? peer->kept[n] : "";
	pthread_mutex_unlock(&peer->lock);
	return request;
}

void peer_stop(struct peer *peer)
{
	atomic_store(&peer->stopped, true);
	pthread_join(peer->thread, NULL);
	while (read_size(peer, &peer->open) > 0)
		usleep(1000);
	close(peer->listener);
	for (size_t i = 0; i < peer->requests; i++)
		free(peer->kept[i]);
	pthread_mutex_destroy(&peer->lock);
	free(peer);
}
