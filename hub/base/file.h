/* file - whole files in memory, and paths that are relative to a folder. */
#ifndef HUB_BASE_FILE_H
#define HUB_BASE_FILE_H

#include "hub/base/arena.h"

/* Of all, REJECT: not there, larger than 64 MiB, cannot be read; the text does not name the path.
 */

/* The whole of a regular file, with a zero behind it that does not count. REJECT also: it is none.
 */
enum outcome file_read(
	const char *path, struct arena *arena, struct bytes *out, struct err *err) MUST_CHECK;
/* The same of a pipe too, and of standard input, "-": waits for its end. */
enum outcome file_read_stream(
	const char *path, struct arena *arena, struct bytes *out, struct err *err) MUST_CHECK;
/* The one line of a regular file, without the line's end. It may be a secret: no other copy is
 * left, and the caller wipes this one. REJECT also: empty, or more than one line. */
enum outcome file_read_line(const char *path, char *line, size_t size, struct err *err) MUST_CHECK;
/* "config" for "config/lokethub.conf", "." for "lokethub.conf". */
const char *file_folder(struct arena *arena, const char *path);
/* An absolute path as it is, any other below the folder. */
const char *file_path(struct arena *arena, const char *folder, const char *path);

#endif
