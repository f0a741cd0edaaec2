/* file - whole files in memory, and paths that are relative to a folder. */
#ifndef HUB_CONF_FILE_H
#define HUB_CONF_FILE_H

#include "hub/base/arena.h"

/* The whole of a regular file, with a zero behind it that does not count. REJECT: not there, not a
 * regular file, larger than 64 MiB, cannot be read; the text does not name the path. */
enum outcome file_read(
	const char *path, struct arena *arena, struct bytes *out, struct err *err) MUST_CHECK;
/* "config" for "config/lokethub.conf", "." for "lokethub.conf". */
const char *file_folder(struct arena *arena, const char *path);
/* An absolute path as it is, any other below the folder. */
const char *file_path(struct arena *arena, const char *folder, const char *path);

#endif
