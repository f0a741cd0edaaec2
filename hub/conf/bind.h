/* bind - fills a struct from a group of the configuration, by rows of settings. */
#ifndef HUB_CONF_BIND_H
#define HUB_CONF_BIND_H

#include <libconfig.h>

#include "hub/conf/report.h"

struct bind {
	struct arena *arena; /* what is filled points into it */
	struct conf_problems *problems;
	const char *path; /* of the config file, as it was named */
	const char *folder; /* that it lies in */
	const char *secrets; /* folder of the secrets */
	const struct codes *codes; /* NULL: not yet read, so no code is looked up */
	const char *kept_from, *kept; /* the last file's name in the tree, and its path */
};

/* Fills out, which is zeroed, from the members of the group. `also` (NULL: none) are names that the
 * caller reads itself. What is wrong is reported, and its place in out gets the row's preset. */
void bind_group(struct bind *bind, config_setting_t *group, const struct setting *rows,
	const char *const *also, void *out);
/* A text in the group; NULL: it is not there or no text. Reports nothing. */
const char *bind_text(config_setting_t *group, const char *name);
const struct setting *bind_row(const struct setting *rows, const char *name); /* NULL: none */
struct report_place bind_place(struct bind *bind, const config_setting_t *setting);
/* The path of a file as libconfig names it; NULL: the main one. */
const char *bind_file(struct bind *bind, const char *file);

#endif
