/* inside - what the files of this room share and no other room sees. */
#ifndef HUB_CONF_INSIDE_H
#define HUB_CONF_INSIDE_H

#include "hub/conf/lists/list.h"

#define SETTINGS_SECRETS_DIR "secrets"

/* The settings of the hub itself; offsets are into struct conf. */
extern const struct setting settings_rows[];
/* Fills in what follows from other settings, and reports those that contradict each other. */
void complete_settings(struct conf *conf, struct conf_problems *problems);

struct conf_index {
	struct list_items lists[LISTS];
	const struct report_place *municipalities; /* where each of the rules' was declared */
	const struct list_dates *region_dates; /* of rules.regions */
	struct report_place kafka; /* the group */
	struct conf_token **tokens; /* sorted by hash; after conf_load_secrets */
	size_t tokens_count;
	uint8_t token_key[CONF_TOKEN_HASH];
};

/* Looks over the text for what libconfig 1.5 would misread or die of, and follows @include below
 * the folder: whole numbers that do not fit (it wraps them silently), included files that are none
 * (it ends the process), and circles of them. false: reported; the file must not be given to
 * libconfig. */
bool source_check(const char *path, const char *folder, struct conf_problems *problems);

/* The first 12 hex digits of a SHA-256 over all rules and code lists: equal content, equal name.
 * Comments, white space, the order of what has no order, and settings of the machine do not count.
 */
const char *version_of(const struct conf *conf, struct arena *arena);

/* Of all partners, into conf->index. What is wrong is reported, never what is in a file. */
void tokens_load(struct conf *conf, struct conf_problems *problems);

#endif
