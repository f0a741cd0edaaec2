/* filing - files that others pick up: each is there whole, or not at all. */
#include "hub/flow/delivery/filing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MOST = 4096 };

static const char *ending_of(struct bytes type)
{
	static const struct {
		const char *type, *ending;
	} rows[] = {{"json", "json"}, {"xml", "xml"}, {"csv", "csv"}, {"text", "txt"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].type);
		if (type.size >= size && memmem(type.data, type.size, rows[i].type, size) != NULL)
			return rows[i].ending;
	}
	return "bin";
}

static enum outcome fail(struct err *err, const char *what)
{
	return err_set(err, RETRY, "%s: %s", what, strerror(errno));
}

static enum outcome write_whole(int fd, struct bytes body, struct err *err)
{
	while (body.size > 0) {
		ssize_t written = write(fd, body.data, body.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(err, "write");
		body.data += written;
		body.size -= (size_t)written;
	}
	return fsync(fd) == 0 ? OK : fail(err, "write");
}

static enum outcome write_beside(const char *path, struct bytes body, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return fail(err, "open");
	enum outcome outcome = write_whole(fd, body, err);
	close(fd);
	return outcome;
}

/* So that the name outlives a power loss. */
static enum outcome keep_name(const char *folder, struct err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, "folder");
	enum outcome outcome = fsync(fd) == 0 ? OK : fail(err, "folder");
	close(fd);
	return outcome;
}

enum outcome filing_put(const struct filing_file *file, struct err *err)
{
	char path[PATH_MOST], beside[PATH_MOST];
	int size = snprintf(path, sizeof(path), "%s/%020" PRId64 ".%s", file->folder,
		file->sequence, ending_of(file->type));
	int beside_size = snprintf(
		beside, sizeof(beside), "%s/.%020" PRId64 ".part", file->folder, file->sequence);
	if (size >= PATH_MOST || beside_size >= PATH_MOST)
		return err_set(err, RETRY, "the folder's path is too long");
	if (write_beside(beside, file->body, err) != OK) {
		unlink(beside);
		return err->outcome;
	}
	if (rename(beside, path) != 0)
		return fail(err, "rename");
	return keep_name(file->folder, err);
}
