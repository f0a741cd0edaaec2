/* value - one value of a setting: described, read and checked against its row, and stored. */
#ifndef HUB_CONF_VALUE_H
#define HUB_CONF_VALUE_H

#include "hub/conf/bind.h"

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
