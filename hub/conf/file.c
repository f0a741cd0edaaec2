/* file - whole files in memory, and paths that are relative to a folder. */
#include "hub/conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MOST = 64 * 1024 * 1024 };

struct opened {
	int fd;
	size_t size;
};

static enum outcome open_regular(const char *path, struct opened *file, struct err *err)
{
	struct stat status;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0)
		return err_set(err, REJECT, "cannot be opened: %s", strerror(errno));
	if (fstat(file->fd, &status) == 0 && S_ISREG(status.st_mode)) {
		file->size = (size_t)status.st_size;
		return OK;
	}
	close(file->fd);
	return err_set(err, REJECT, "is not a regular file");
}

/* Into to, which has a place more than the file for the zero. */
static enum outcome read_all(const struct opened *file, char *to, struct err *err)
{
	size_t done = 0;
	while (done < file->size) {
		ssize_t count = read(file->fd, to + done, file->size - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return err_set(err, REJECT, "cannot be read: %s",
				count < 0 ? strerror(errno) : "it became shorter");
		done += (size_t)count;
	}
	to[done] = '\0';
	return OK;
}

enum outcome file_read(const char *path, struct arena *arena, struct bytes *out, struct err *err)
{
	struct opened file;
	enum outcome outcome = open_regular(path, &file, err);
	if (outcome != OK)
		return outcome;
	if (file.size > SIZE_MOST) {
		outcome = err_set(err, REJECT, "is larger than %d MiB", SIZE_MOST / 1024 / 1024);
	} else {
		char *text = arena_get(arena, file.size + 1);
		outcome = read_all(&file, text, err);
		if (outcome == OK)
			*out = bytes_of(text, file.size);
	}
	close(file.fd);
	return outcome;
}

static enum outcome cut_line(char *line, size_t size, struct err *err)
{
	size_t end = strcspn(line, "\r\n");
	if (end == 0)
		return err_set(err, REJECT, "is empty: its first line must hold the secret");
	if (end + strspn(line + end, "\r\n") != size)
		return err_set(err, REJECT, "must hold one line and nothing else");
	line[end] = '\0';
	return OK;
}

enum outcome file_read_line(const char *path, char *line, size_t size, struct err *err)
{
	struct opened file;
	enum outcome outcome = open_regular(path, &file, err);
	if (outcome != OK)
		return outcome;
	if (file.size >= size)
		outcome = err_set(err, REJECT, "is longer than %zu bytes", size - 1);
	else
		outcome = read_all(&file, line, err);
	close(file.fd);
	if (outcome == OK)
		outcome = cut_line(line, file.size, err);
	if (outcome != OK)
		sodium_memzero(line, size);
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
