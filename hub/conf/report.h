/* report - collects what is wrong with a configuration, each with its place. */
#ifndef HUB_CONF_REPORT_H
#define HUB_CONF_REPORT_H

#include "hub/conf/conf.h"

struct report_place {
	const char *file; /* lives as long as the conf or its problems */
	int line; /* 0: the file as a whole */
};

/* Text may be of any length; it becomes one line. */
void report_error(struct conf_problems *problems, struct report_place place, const char *format,
	...) PRINTF_LIKE(3, 4);
void report_warning(struct conf_problems *problems, struct report_place place, const char *format,
	...) PRINTF_LIKE(3, 4);
/* "; did you mean workers?", or "" where no word is near. Valid until problems is done. */
const char *report_hint(struct conf_problems *problems, const char *word, const char *const *words);
/* Brings them into the order of the lines, file by file. */
void report_sort(struct conf_problems *problems);

#endif
