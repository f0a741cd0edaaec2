/* log - logfmt lines on standard error. Ids and offsets only, never personal data. */
#ifndef HUB_BASE_LOG_H
#define HUB_BASE_LOG_H

#include "hub/base/err.h"

/* error: a person must act. warn: the hub copes. info: life cycle and settlements. debug: off
 * unless asked for. */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
void log_set_node(const char *node); /* borrowed; goes into every line; NULL: none */
/* One line: "ts=… level=info node=n1 at=settle " followed by the formatted fields. `at` names what
 * happens. Values that may hold spaces go through log_quote. Safe from several threads; one write
 * per line; a line over 2 KiB ends in "…". */
void log_line(enum log_level level, const char *at, const char *format, ...) PRINTF_LIKE(3, 4);
#define log_error(at, ...) log_line(LOG_ERROR, at, __VA_ARGS__)
#define log_warn(at, ...) log_line(LOG_WARN, at, __VA_ARGS__)
#define log_info(at, ...) log_line(LOG_INFO, at, __VA_ARGS__)
#define log_debug(at, ...) log_line(LOG_DEBUG, at, __VA_ARGS__)

/* The text as a quoted logfmt value, in a buffer of the calling thread: up to 4 per line. A text
 * over 500 bytes ends in "…". NULL: "". */
const char *log_quote(const char *text);

#endif
