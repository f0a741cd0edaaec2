/* file - whole files in memory, and paths that are relative to a folder. */
#include "hub/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MOST = 64 * 1024 * 1024 };

/* To the end. What was expected leaves no second copy behind in memory that was given back. */
static enum outcome read_all(int fd, size_t expected, struct buffer *out, struct err *err)
{
	ssize_t count = 1;
	for (buffer_reserve(out, expected + 1); count != 0; buffer_reserve(out, 1)) {
		count = read(fd, out->data + out->size, out->capacity - out->size);
		if (count < 0 && errno != EINTR)
			return err_set(err, REJECT, "cannot be read: %s", strerror(errno));
		out->size += count > 0 ? (size_t)count : 0;
		if (out->size > SIZE_MOST)
			return err_set(
				err, REJECT, "is larger than %d MiB", SIZE_MOST / 1024 / 1024);
	}
	return OK;
}

static enum outcome read_file(const char *path, bool is_stream, struct buffer *out, struct err *err)
{
	bool is_input = is_stream && strcmp(path, "-") == 0;
	int flags = O_RDONLY | O_CLOEXEC | (is_stream ? 0 : O_NONBLOCK);
	int fd = is_input ? STDIN_FILENO : open(path, flags);
	struct stat status;
	if (fd < 0)
		return err_set(err, REJECT, "cannot be opened: %s", strerror(errno));
	bool is_regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	bool is_sane = is_regular && status.st_size <= SIZE_MOST;
	enum outcome outcome = is_regular || is_stream
		? read_all(fd, is_sane ? (size_t)status.st_size : 0, out, err)
		: err_set(err, REJECT, "is not a regular file");
	if (!is_input)
		close(fd);
	return outcome;
}

static void wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->capacity);
	buffer_done(buffer);
}

static enum outcome read_into(
	const char *path, bool is_stream, struct arena *arena, struct bytes *out, struct err *err)
{
	struct buffer text = {0};
	enum outcome outcome = read_file(path, is_stream, &text, err);
	if (outcome == OK)
		*out = arena_copy(arena, buffer_bytes(&text));
	wipe(&text);
	return outcome;
}

enum outcome file_read(const char *path, struct arena *arena, struct bytes *out, struct err *err)
{
	return read_into(path, false, arena, out, err);
}

enum outcome file_read_stream(
	const char *path, struct arena *arena, struct bytes *out, struct err *err)
{
	return read_into(path, true, arena, out, err);
}

static enum outcome copy_line(struct buffer *text, char *line, size_t size, struct err *err)
{
	const char *start = buffer_string(text);
	size_t end = strcspn(start, "\r\n");
	if (text->size >= size)
		return err_set(err, REJECT, "is longer than %zu bytes", size - 1);
	if (end == 0)
		return err_set(err, REJECT, "is empty: its first line must hold the secret");
	if (end + strspn(start + end, "\r\n") != text->size)
		return err_set(err, REJECT, "must hold one line and nothing else");
	memcpy(line, start, end);
	line[end] = '\0';
	return OK;
}

enum outcome file_read_line(const char *path, char *line, size_t size, struct err *err)
{
	struct buffer text = {0};
	enum outcome outcome = read_file(path, false, &text, err);
	if (outcome == OK)
		outcome = copy_line(&text, line, size, err);
	wipe(&text);
	return outcome;
}

const char *file_folder(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return ".";
	if (slash == path)
		return "/";
	return arena_string(arena, bytes_of(path, (size_t)(slash - path)));
}

const char *file_path(struct arena *arena, const char *folder, const char *path)
{
	if (path[0] == '/' || strcmp(folder, ".") == 0)
		return arena_string(arena, bytes_of_string(path));
	const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";
	return arena_format(arena, "%s%s%s", folder, between, path);
}
