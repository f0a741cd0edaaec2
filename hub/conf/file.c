/* file - whole files in memory, and paths that are relative to a folder. */
#include "hub/conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MOST = 64 * 1024 * 1024 };

static enum outcome read_all(int fd, uint8_t *data, size_t size, struct err *err)
{
	size_t done = 0;
	while (done < size) {
		ssize_t count = read(fd, data + done, size - done);
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
	if (fstat(fd, &status) != 0)
		return err_set(err, REJECT, "cannot be read: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return err_set(err, REJECT, "is not a regular file");
	if (status.st_size > SIZE_MOST)
		return err_set(err, REJECT, "is larger than %d MiB", SIZE_MOST / 1024 / 1024);
	size_t size = (size_t)status.st_size;
	uint8_t *data = arena_get(arena, size + 1);
	if (read_all(fd, data, size, err) != OK)
		return err->outcome;
	*out = bytes_of(data, size);
	return OK;
}

enum outcome file_read(const char *path, struct arena *arena, struct bytes *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, REJECT, "cannot be opened: %s", strerror(errno));
	struct err cause = {0};
	enum outcome outcome = read_open(fd, arena, out, &cause);
	close(fd);
	return outcome == OK ? OK : err_set(err, outcome, "%s", cause.text);
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
	if (path[0] == '/')
		return arena_string(arena, bytes_of_string(path));
	if (strcmp(folder, ".") == 0)
		return arena_string(arena, bytes_of_string(path));
	const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";
	return arena_format(arena, "%s%s%s", folder, between, path);
}
