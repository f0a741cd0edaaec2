/* loop - one thread's event loop: descriptors, timers, and bells that other threads ring. */
#include "hub/http/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/memory.h"

#define EVENTS_MAX 64

/* Never freed while the loop lives: an event of this turn may still point to it. */
struct watch {
	int fd; /* -1: given up */
	loop_fn *fn;
	void *context;
	struct watch *next;
};

struct loop {
	int epoll;
	atomic_bool stopped;
	struct loop_bell *stop_bell;
	struct watch *watches;
	int64_t now;
	loop_fn *at_end;
	void *at_end_context;
	struct loop_timer **timers; /* heap; place 0 stays empty */
	size_t timers_count, timers_capacity;
};

struct loop_bell {
	struct loop *loop;
	int fd;
	loop_fn *fn;
	void *context;
};

static int64_t read_clock(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void nothing(void *context)
{
	(void)context;
}

enum outcome loop_new(struct loop **out, struct err *err)
{
	struct loop *loop = memory_get_zeroed(1, sizeof(*loop));
	loop->now = read_clock();
	loop->at_end = nothing;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return err_set(err, FATAL, "event loop: %s", strerror(errno));
	}
	if (loop_bell_new(&loop->stop_bell, loop, nothing, NULL, err) != OK) {
		loop_free(loop);
		return err->outcome;
	}
	*out = loop;
	return OK;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	loop_bell_free(loop->stop_bell);
	for (struct watch *watch = loop->watches, *next; watch != NULL; watch = next) {
		next = watch->next;
		free(watch);
	}
	close(loop->epoll);
	free(loop->timers);
	free(loop);
}

enum outcome loop_watch(struct loop *loop, int fd, loop_fn *fn, void *context, struct err *err)
{
	struct watch *watch = memory_get(sizeof(*watch));
	*watch = (struct watch){.fd = fd, .fn = fn, .context = context, .next = loop->watches};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		free(watch);
		return err_set(err, FATAL, "event loop: watch %d: %s", fd, strerror(errno));
	}
	loop->watches = watch;
	return OK;
}

void loop_unwatch(struct loop *loop, int fd)
{
	for (struct watch *watch = loop->watches; watch != NULL; watch = watch->next) {
		if (watch->fd != fd)
			continue;
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
		watch->fd = -1;
	}
}

static void bell_rung(void *context)
{
	struct loop_bell *bell = context;
	uint64_t count;
	if (read(bell->fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		bell->fn(bell->context);
}

enum outcome loop_bell_new(
	struct loop_bell **out, struct loop *loop, loop_fn *fn, void *context, struct err *err)
{
	struct loop_bell *bell = memory_get(sizeof(*bell));
	*bell = (struct loop_bell){.loop = loop, .fn = fn, .context = context};
	bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bell->fd < 0) {
		free(bell);
		return err_set(err, FATAL, "event loop: bell: %s", strerror(errno));
	}
	if (loop_watch(loop, bell->fd, bell_rung, bell, err) != OK) {
		close(bell->fd);
		free(bell);
		return err->outcome;
	}
	*out = bell;
	return OK;
}

void loop_bell_free(struct loop_bell *bell)
{
	if (bell == NULL)
		return;
	loop_unwatch(bell->loop, bell->fd);
	close(bell->fd);
	free(bell);
}

/* A full counter is a rung bell too, so a failed write does not matter. */
void loop_ring(struct loop_bell *bell)
{
	const uint64_t one = 1;
	ssize_t written = write(bell->fd, &one, sizeof(one));
	(void)written;
}

int64_t loop_now(const struct loop *loop)
{
	return loop->now;
}

static void put(struct loop *loop, size_t place, struct loop_timer *timer)
{
	loop->timers[place] = timer;
	timer->place = place;
}

static void move_up(struct loop *loop, size_t place, struct loop_timer *timer)
{
	while (place > 1 && loop->timers[place / 2]->when > timer->when) {
		put(loop, place, loop->timers[place / 2]);
		place /= 2;
	}
	put(loop, place, timer);
}

static void move_down(struct loop *loop, size_t place, struct loop_timer *timer)
{
	for (size_t child; (child = 2 * place) <= loop->timers_count; place = child) {
		if (child < loop->timers_count &&
			loop->timers[child + 1]->when < loop->timers[child]->when)
			child++;
		if (loop->timers[child]->when >= timer->when)
			break;
		put(loop, place, loop->timers[child]);
	}
	put(loop, place, timer);
}

static void settle(struct loop *loop, size_t place, struct loop_timer *timer)
{
	if (place > 1 && loop->timers[place / 2]->when > timer->when)
		move_up(loop, place, timer);
	else
		move_down(loop, place, timer);
}

void loop_set(struct loop *loop, struct loop_timer *timer, int64_t when)
{
	assert(timer->fn != NULL);
	timer->when = when;
	if (timer->place != 0) {
		settle(loop, timer->place, timer);
		return;
	}
	if (loop->timers_count + 1 >= loop->timers_capacity) {
		loop->timers_capacity = loop->timers_capacity == 0 ? 64 : 2 * loop->timers_capacity;
		loop->timers = memory_resize(loop->timers,
			memory_product(loop->timers_capacity, sizeof(struct loop_timer *)));
	}
	loop->timers_count++;
	move_up(loop, loop->timers_count, timer);
}

void loop_clear(struct loop *loop, struct loop_timer *timer)
{
	if (timer->place == 0)
		return;
	size_t place = timer->place;
	struct loop_timer *last = loop->timers[loop->timers_count--];
	timer->place = 0;
	if (last != timer)
		settle(loop, place, last);
}

void loop_at_end(struct loop *loop, loop_fn *fn, void *context)
{
	loop->at_end = fn;
	loop->at_end_context = context;
}

static void call_due(struct loop *loop)
{
	while (loop->timers_count > 0 && loop->timers[1]->when <= loop->now) {
		struct loop_timer *timer = loop->timers[1];
		loop_clear(loop, timer);
		timer->fn(timer->context);
	}
}

static int wait_ms(const struct loop *loop)
{
	if (loop->timers_count == 0)
		return -1;
	int64_t ms = loop->timers[1]->when - read_clock();
	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static void turn(struct loop *loop)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(loop->epoll, events, EVENTS_MAX, wait_ms(loop));
	loop->now = read_clock();
	for (int i = 0; i < count; i++) {
		const struct watch *watch = events[i].data.ptr;
		if (watch->fd >= 0)
			watch->fn(watch->context);
	}
	call_due(loop);
	loop->at_end(loop->at_end_context);
}

void loop_run(struct loop *loop)
{
	while (!atomic_load(&loop->stopped))
		turn(loop);
	atomic_store(&loop->stopped, false);
}

void loop_stop(struct loop *loop)
{
	atomic_store(&loop->stopped, true);
	loop_ring(loop->stop_bell);
}
