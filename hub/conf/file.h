/* file - whole files in memory, and paths that are relative to a folder. */
#ifndef HUB_CONF_FILE_H
#define HUB_CONF_FILE_H

#include "hub/base/arena.h"

/* Of both, REJECT: not there, not a regular file, too large, cannot be read; the text does not name
 * the path. */

/* The whole of a file of at most 64 MiB, with a zero behind it that does not count. */
enum outcome file_read(
	const char *path, struct arena *arena, struct bytes *out, struct err *err) MUST_CHECK;
/* The one line of a file, without the line's end. It may be a secret: no other copy is left, and
 * the caller wipes this one. REJECT also: empty, or more than one line. */
enum outcome file_read_line(const char *path, char *line, size_t size, struct err *err) MUST_CHECK;
/* "config" for "config/lokethub.conf", "." for "lokethub.conf". */
const char *file_folder(struct arena *arena, const char *path);
/* An absolute path as it is, any other below the folder. */
const char *file_path(struct arena *arena, const char *folder, const char *path);

#endif
