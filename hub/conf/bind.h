/* bind - fills a struct from a group of the configuration, by rows of settings. */
#ifndef HUB_CONF_BIND_H
#define HUB_CONF_BIND_H

#include <libconfig.h>

#include "hub/conf/report.h"

struct bind {
	struct arena *arena; /* what is filled points into it */
	struct conf_problems *problems;
	const char *folder; /* of the config file */
	const char *secrets; /* folder of the secrets */
	const struct codes *codes; /* NULL: not yet read, so no code is looked up */
	const char *kept_from, *kept; /* the file's name in the tree, and its copy in the arena */
};

/* Fills out, whose other bytes stay as they are, from the members of the group. `also` (NULL: none)
 * are names that the caller reads itself. What is wrong is reported, and its place in out gets the
 * row's preset. */
void bind_group(struct bind *bind, config_setting_t *group, const struct setting *rows,
	const char *const *also, void *out);
/* The list of groups by that name; NULL if it is not there or (reported) something else. */
config_setting_t *bind_list(struct bind *bind, config_setting_t *root, const char *name);
/* A text in the group; NULL: it is not there or no text. Reports nothing. */
const char *bind_text(config_setting_t *group, const char *name);
/* The file's name is borrowed from the tree. */
struct report_place bind_place(const config_setting_t *setting);
/* With a copy of it in the arena, one per file. */
struct report_place bind_keep(struct bind *bind, struct report_place place);

#endif
