/* file - whole files in memory, and paths that are relative to a folder. */
#include "hub/conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MOST = 64 * 1024 * 1024 };

static enum outcome read_all(int fd, char *to, size_t size, struct err *err)
{
	size_t done = 0;
	while (done < size) {
		ssize_t count = read(fd, to + done, size - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return err_set(err, REJECT, "cannot be read: %s",
				count < 0 ? strerror(errno) : "it became shorter");
		done += (size_t)count;
	}
	return OK;
}

static enum outcome read_open(int fd, struct arena *arena, struct bytes *out, struct err *err)
{
	struct stat status;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return err_set(err, REJECT, "is not a regular file");
	if (status.st_size > SIZE_MOST)
		return err_set(err, REJECT, "is larger than %d MiB", SIZE_MOST / 1024 / 1024);
	size_t size = (size_t)status.st_size;
	char *text = arena_get(arena, size + 1);
	enum outcome outcome = read_all(fd, text, size, err);
	if (outcome == OK)
		*out = bytes_of(text, size);
	else
		sodium_memzero(text, size);
	return outcome;
}

enum outcome file_read(const char *path, struct arena *arena, struct bytes *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, REJECT, "cannot be opened: %s", strerror(errno));
	enum outcome outcome = read_open(fd, arena, out, err);
	close(fd);
	return outcome;
}

static enum outcome copy_line(struct bytes text, char *line, size_t size, struct err *err)
{
	const char *start = (const char *)text.data;
	size_t end = strcspn(start, "\r\n");
	if (text.size >= size)
		return err_set(err, REJECT, "is longer than %zu bytes", size - 1);
	if (end == 0)
		return err_set(err, REJECT, "is empty: its first line must hold the secret");
	if (end + strspn(start + end, "\r\n") != text.size)
		return err_set(err, REJECT, "must hold one line and nothing else");
	memcpy(line, start, end);
	line[end] = '\0';
	return OK;
}

enum outcome file_read_line(const char *path, char *line, size_t size, struct err *err)
{
	struct arena scratch = {0};
	struct bytes text = {0};
	enum outcome outcome = file_read(path, &scratch, &text, err);
	if (outcome == OK) {
		outcome = copy_line(text, line, size, err);
		sodium_memzero((void *)(uintptr_t)text.data, text.size);
	}
	arena_done(&scratch);
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
