/* bind - fills a struct from a group of the configuration, by rows of settings. */
#ifndef HUB_CONF_BIND_H
#define HUB_CONF_BIND_H

#include <libconfig.h>

#include "hub/conf/report.h"
#include "hub/connector/connector.h"

struct bind {
	struct arena *arena; /* what is filled points into it */
	struct conf_problems *problems;
	const char *path; /* of the config file, as it was named */
	const char *folder; /* that it lies in */
	const char *secrets; /* folder of the secrets */
	const struct connector *const *connectors; /* NULL: none */
	const struct codes *codes; /* NULL: not yet read, so no code is looked up */
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

/* What a row takes, to follow "must be": "a whole number from 1 to 64"; and in a word or two. */
const char *value_describe(struct arena *arena, const struct setting *row);
const char *value_kind(struct arena *arena, const struct setting *row);
/* A value of it says as much: a text, a file, a pair. */
bool value_is_plain(const struct setting *row);
/* The row's preset as a config file has it; an example where there is none. */
const char *value_literal(struct arena *arena, const struct setting *row, const char *example);

/* From the tree into out; false: reported, out is untouched. */
bool value_bind(struct bind *bind, const struct setting *row, config_setting_t *member, void *out);
/* The row's preset into out, where its place is zeroed; a required row has none, which is stored as
 * none. */
void value_preset(struct bind *bind, const struct setting *row, void *out);

#endif
