/* manifest - documents under the URLs that they are asked by, each for any number. */
#include "tests/bench/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "tests/bench/args.h"
#include "tests/bench/numbers.h"

#define DIGITS (sizeof(NUMBERS_HASHES) - 1)

struct manifest_row {
	struct bytes url, document;
	struct manifest_row *next;
};

static struct bytes read_whole(struct manifest *out, const char *path)
{
	struct bytes whole;
	struct err err = {0};
	if (path == NULL || file_read(path, &out->arena, &whole, &err) != OK)
		args_die("%s: %s", path != NULL ? path : "a list is wanted", err.text);
	return whole;
}

void manifest_read(struct manifest *out, const char *path)
{
	struct bytes text = read_whole(out, path);
	while (text.size > 0) {
		struct bytes line = bytes_cut_first(&text, '\n');
		struct manifest_row *row = arena_get(&out->arena, sizeof(*row));
		row->url = bytes_cut_first(&line, ' ');
		row->document = read_whole(out, arena_string(&out->arena, line));
		row->next = out->rows;
		out->rows = row;
	}
}

static size_t digits_before(struct bytes url, size_t end)
{
	size_t begin = end;
	while (begin > 0 && url.data[begin - 1] >= '0' && url.data[begin - 1] <= '9')
		begin--;
	return end - begin;
}

/* Of its last 12 digits in a row, which become hashes. 0: it has none. */
static int64_t take_number(struct buffer *url)
{
	int64_t number = 0;
	struct bytes all = buffer_bytes(url);
	for (size_t end = all.size; end >= DIGITS; end--) {
		if (digits_before(all, end) != DIGITS)
			continue;
		uint8_t *at = url->data + end - DIGITS;
		if (!bytes_to_int64(bytes_of(at, DIGITS), &number))
			return 0;
		memcpy(at, NUMBERS_HASHES, DIGITS);
		return number;
	}
	return 0;
}

/* One is the end of the other: who asks may write it whole, or from some point on. */
static bool is_meant(struct bytes a, struct bytes b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	return memcmp(a.data + a.size - size, b.data + b.size - size, size) == 0;
}

struct bytes manifest_find(const struct manifest *manifest, struct bytes url, struct arena *arena)
{
	struct buffer text = {0};
	struct bytes found = {0};
	buffer_add_bytes(&text, url);
	int64_t number = take_number(&text);
	const struct manifest_row *row = manifest->rows;
	while (row != NULL && !is_meant(row->url, buffer_bytes(&text)))
		row = row->next;
	buffer_clear(&text);
	if (row != NULL) {
		buffer_add_bytes(&text, row->document);
		numbers_fill_in(&text, number, 0);
		found = arena_copy(arena, buffer_bytes(&text));
	}
	buffer_done(&text);
	return found;
}
