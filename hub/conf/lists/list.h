/* list - the lists of a configuration that become arrays of the rules, one function each. */
#ifndef HUB_CONF_LISTS_LIST_H
#define HUB_CONF_LISTS_LIST_H

#include "hub/conf/bind.h"
#include "hub/conf/csv.h"

/* Where each entry of the rules' arrays was declared, in the same order. */
struct conf_index {
	const struct report_place *partners, *desks, *regions, *municipalities, *programmes;
	const struct report_place *routes, *overrides;
	struct report_place kafka; /* the group */
	const struct list_dates *region_dates; /* of rules.regions */
	struct conf_token **tokens; /* sorted by hash; after conf_load_secrets */
	size_t tokens_count;
	uint8_t token_key[CONF_TOKEN_HASH];
};

struct list_dates {
	int32_t from, to; /* days since 1970-01-01; from inclusive, to exclusive */
};

struct list {
	config_setting_t **elements;
	const struct report_place *places;
	size_t count;
};

/* The groups of root's list `name`, sorted by the text that is their `key` (NULL: as they stand).
 * Two with the same key are reported. A list that is not there is empty. */
void list_open(struct bind *bind, config_setting_t *root, const char *name, const char *key,
	struct list *out);

/* Each fills its part of conf->rules (and conf->partners), and its places in conf->index. */
void list_partners(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_desks(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_regions(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_municipalities(struct bind *bind, struct conf *conf);
void list_programmes(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_routes(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_clocks(struct bind *bind, config_setting_t *root, struct conf *conf);
/* The caller frees them. NULL: the file cannot be read, which is reported. */
struct codes *list_codes(const char *path, struct conf_problems *problems);

/* The names of all of them at the top of the configuration. */
extern const char *const list_names[];

/* What the manual says of them. */
struct list_doc {
	const char *name, *doc;
	const struct setting *rows;
};
extern const struct list_doc list_docs[]; /* ends with name NULL */

extern const struct setting list_partner_rows[], list_desk_kind_rows[], list_desk_rows[],
	list_region_rows[], list_programme_rows[], list_route_rows[], list_override_rows[],
	list_clock_rows[];

/* Of a CSV row; false: reported. */
bool list_row_form(struct csv *csv, const char *format, const char *text);
bool list_row_date(struct csv *csv, const char *text, int32_t *out);
/* "" leaves that end open. */
bool list_row_dates(struct csv *csv, const char *from, const char *to, struct list_dates *out);

#endif
