/* source - looks over the text of a configuration for what libconfig 1.5 would misread or die of.
 */
#ifndef HUB_CONF_SOURCE_H
#define HUB_CONF_SOURCE_H

#include "hub/conf/report.h"

/* Follows @include below the folder. Finds whole numbers that do not fit (libconfig wraps them
 * silently), included files that are none (it ends the process), and circles of them. false: there
 * was one; the file must not be given to libconfig. */
bool source_check(const char *path, const char *folder, struct conf_problems *problems);
/* The same for a text that is in memory. */
bool source_check_text(
	struct bytes text, const char *path, const char *folder, struct conf_problems *problems);

#endif
