/* queue - the handovers of one desk that are in memory: which goes next, and how far all are
 * settled. */
#include "hub/flow/delivery/desk/queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

void queue_add(struct queue *queue, struct queue_item *item)
{
	struct queue_item **at = &queue->first;
	if (queue->last != NULL && queue->last->cursor < item->cursor)
		at = &queue->last->behind;
	while (*at != NULL && (*at)->cursor < item->cursor)
		at = &(*at)->behind;
	item->behind = *at;
	*at = item;
	if (item->behind == NULL)
		queue->last = item;
	queue->count++;
}

bool queue_has(const struct queue *queue, int64_t cursor)
{
	const struct queue_item *item = queue->first;
	while (item != NULL && item->cursor != cursor)
		item = item->behind;
	return item != NULL;
}

static bool is_first_of_its_client(const struct queue *queue, const struct queue_item *item)
{
	static const uint8_t nobody[16];
	if (memcmp(item->of, nobody, sizeof(nobody)) == 0)
		return true;
	const struct queue_item *other = queue->first;
	while (other != item && memcmp(other->of, item->of, sizeof(item->of)) != 0)
		other = other->behind;
	return other == item;
}

struct queue_item *queue_next(const struct queue *queue, int64_t now, int64_t *when)
{
	*when = INT64_MAX;
	for (struct queue_item *item = queue->first; item != NULL; item = item->behind) {
		if (item->out || !is_first_of_its_client(queue, item))
			continue;
		if (item->due <= now)
			return item;
		*when = item->due < *when ? item->due : *when;
	}
	return NULL;
}

bool queue_may_go_along(const struct queue *queue, const struct queue_item *item)
{
	return !item->out && is_first_of_its_client(queue, item);
}

static void take_out(struct queue *queue, struct queue_item *item)
{
	struct queue_item **at = &queue->first, *before = NULL;
	while (*at != item) {
		before = *at;
		at = &before->behind;
	}
	*at = item->behind;
	if (queue->last == item)
		queue->last = before;
	queue->count--;
}

void queue_settle(struct queue *queue, struct queue_item *item)
{
	take_out(queue, item);
	if (item->cursor > queue->high)
		queue->high = item->cursor;
}

void queue_leave(struct queue *queue, int64_t cursor)
{
	if (queue->left_count == queue->left_capacity) {
		queue->left_capacity = queue->left_capacity * 2 + 8;
		queue->left = memory_resize(
			queue->left, memory_product(queue->left_capacity, sizeof(*queue->left)));
	}
	size_t place = queue->left_count++;
	for (; place > 0 && queue->left[place - 1] > cursor; place--)
		queue->left[place] = queue->left[place - 1];
	queue->left[place] = cursor;
}

void queue_drop(struct queue *queue, struct queue_item *item)
{
	take_out(queue, item);
	queue_leave(queue, item->cursor);
}

int64_t queue_take_left(struct queue *queue)
{
	if (queue->left_count == 0)
		return 0;
	int64_t cursor = queue->left[0];
	queue->left_count--;
	memmove(queue->left, queue->left + 1, queue->left_count * sizeof(*queue->left));
	return cursor;
}

int64_t queue_settled(const struct queue *queue)
{
	int64_t settled = queue->high;
	if (queue->first != NULL && queue->first->cursor <= settled)
		settled = queue->first->cursor - 1;
	if (queue->left_count > 0 && queue->left[0] <= settled)
		settled = queue->left[0] - 1;
	return settled;
}

bool queue_is_settled(const struct queue *queue, int64_t cursor)
{
	size_t i = 0;
	while (i < queue->left_count && queue->left[i] != cursor)
		i++;
	return cursor <= queue->high && i == queue->left_count && !queue_has(queue, cursor);
}

static bool append(char *text, size_t size, int64_t cursor)
{
	size_t used = strlen(text);
	char number[24];
	snprintf(number, sizeof(number), "%s%" PRId64, used > 0 ? " " : "", cursor);
	if (used + strlen(number) >= size)
		return false;
	strcpy(text + used, number);
	return true;
}

void queue_write(const struct queue *queue, char *text, size_t size)
{
	const struct queue_item *item = queue->first;
	size_t left = 0;
	text[0] = '\0';
	if (queue_settled(queue) == queue->high || !append(text, size, queue->high))
		return;
	for (;;) {
		int64_t next = left < queue->left_count ? queue->left[left] : INT64_MAX;
		bool is_left = item == NULL || next < item->cursor;
		int64_t cursor = is_left ? next : item->cursor;
		if (cursor > queue->high)
			return;
		if (!append(text, size, cursor)) {
			text[0] = '\0';
			return;
		}
		left += is_left ? 1 : 0;
		item = is_left ? item : item->behind;
	}
}

/* false: no more. */
static bool next_number(struct bytes *text, int64_t *out)
{
	size_t size = 0;
	while (size < text->size && text->data[size] != ' ')
		size++;
	if (size == 0 || !bytes_to_int64(bytes_of(text->data, size), out))
		return false;
	size += size < text->size ? 1 : 0;
	*text = bytes_of(text->data + size, text->size - size);
	return true;
}

void queue_read(struct queue *queue, int64_t settled, struct bytes text)
{
	int64_t number = 0;
	queue->high = settled;
	if (!next_number(&text, &number) || number <= settled)
		return;
	queue->high = number;
	while (next_number(&text, &number))
		if (number > settled && number < queue->high)
			queue_leave(queue, number);
}

void queue_done(struct queue *queue)
{
	free(queue->left);
	*queue = (struct queue){0};
}
