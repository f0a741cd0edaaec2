/* tray - a folder that a partner drops files into: each is one edge's, and one that cannot be read
 * holds up nothing. */
#ifndef HUB_FLOW_SOURCE_TRAY_H
#define HUB_FLOW_SOURCE_TRAY_H

#include "hub/conf/conf.h"

/* Beside the files lie done/, refused/ and work/NODE/ of each edge, which that edge's process keeps
 * locked (flock) for as long as it lives: what lies in the work/ of a node that does not live is
 * taken over by any other. Names that begin with a dot or end in .part or .tmp are left alone. */
struct tray;

/* Makes the folders. FATAL: one cannot be made. */
enum outcome tray_new(struct tray **out, const struct conf_source *source, const char *node,
	struct err *err) MUST_CHECK;
void tray_free(struct tray *tray);

/* The first by name that is not held, and has not changed for a while; it lies in this edge's work/
 * then, where only this edge does anything. NULL: none now. now: ms of a monotonic clock. The name
 * is valid until the next call. */
const char *tray_next(struct tray *tray, int64_t now);
/* It could not be done: not before a while, longer each time, unless somebody changes it. Logged
 * once for each `why`. */
void tray_hold(struct tray *tray, const char *name, int64_t now, const char *why);

/* "work/NODE/NAME", with the folder before it. */
char *tray_path(const struct tray *tray, struct arena *arena, const char *name);
/* Where its answer is written before it is put away. */
char *tray_answer_path(const struct tray *tray, struct arena *arena, const char *name);
/* Moves it to done/ or refused/, under its name behind a time; ending NULL: there is no answer.
 * Else the answer goes first, with that behind its name: who sees the file has the answer. */
enum outcome tray_put_away(struct tray *tray, const char *name, const char *folder,
	const char *ending, struct err *err) MUST_CHECK;

#endif
