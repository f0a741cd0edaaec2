/* value - one value of a setting: read and checked against its row, and stored. */
#ifndef HUB_CONF_VALUE_H
#define HUB_CONF_VALUE_H

#include "hub/conf/bind.h"

/* As much of it as its type has; borrowed from the tree or the row. */
struct value {
	const char *text; /* NULL: none */
	int64_t number;
	const char *const *words; /* ended by NULL; NULL: none */
	const struct setting_pair *pairs;
};

/* What a row takes, to follow "must be": "a whole number from 1 to 64". */
const char *value_describe(struct arena *arena, const struct setting *row);
/* From the tree into out; false: reported, out is untouched. */
bool value_bind(struct bind *bind, const struct setting *row, config_setting_t *member, void *out);
/* The row's preset into out; a required row has none, which is stored as none. */
void value_preset(struct bind *bind, const struct setting *row, void *out);
void value_store(
	struct bind *bind, const struct setting *row, const struct value *value, void *out);
/* Of the word among the words, or of the NULL behind them. */
size_t value_place(const char *const *words, const char *word);

#endif
