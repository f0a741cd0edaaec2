/* list - the lists of a configuration: one row of a table each, read by one reader. */
#ifndef HUB_CONF_LISTS_LIST_H
#define HUB_CONF_LISTS_LIST_H

#include "hub/conf/bind.h"
#include "hub/conf/csv.h"

/* In the order in which they are read and documented. */
enum list_name {
	LIST_PARTNERS,
	LIST_DESK_KINDS,
	LIST_DESKS,
	LIST_REGIONS,
	LIST_PROGRAMMES,
	LIST_ROUTES,
	LIST_CLOCKS, /* a group of groups: read by list_clocks */
	LIST_OVERRIDES,
	LISTS_OF_RULES, /* those behind decide nothing: they are no part of the version */
	LIST_ENDPOINTS = LISTS_OF_RULES,
	LIST_SOURCES,
	LIST_DELIVERIES,
	LIST_SIMULATIONS,
	LISTS
};

/* What was read: as many items of list->size, and where each was declared. */
struct list_items {
	void *items;
	const struct report_place *places;
	size_t count;
};

/* One group of a list, while it is read. */
struct list_group {
	struct bind *bind;
	struct conf *conf;
	config_setting_t *element;
	struct report_place place;
	size_t at, count; /* its place among how many */
};

/* Fills in what the rows alone do not say, and reports what is wrong with this group alone. */
typedef void list_take_fn(const struct list_group *group, void *row);

struct check;
/* What neither a row alone shows nor the references do. */
typedef void list_check_fn(struct check *check, const void *item);

struct list {
	const char *name;
	const char *doc;
	const struct setting *rows; /* SETTING_FORMAT of a desk, am or oin: must be declared */
	const char *key; /* the row that it is sorted by, without twins; NULL: as they stand */
	const char *title; /* the row that reports name an item by; NULL: none */
	size_t row_size; /* of the struct that the rows fill */
	size_t size; /* of the item that it begins with, which is kept */
	list_take_fn *take; /* NULL: the rows say all */
	list_check_fn *check; /* NULL: the references say all */
	const char *one; /* what reports call one of it; NULL: its name without the s */
	const char *const *also; /* names beside the rows, which take reads; NULL: none */
};

extern const struct list list_partners, list_desk_kinds, list_desks, list_regions, list_programmes,
	list_routes, list_clock_times, list_overrides, list_endpoints, list_sources,
	list_deliveries, list_simulations;
extern const struct list *const list_all[LISTS]; /* by enum list_name */

/* The connector of this name, its config filled from the group `settings` of the element; NULL
 * (reported, unless name is NULL): there is none. */
const struct connector *list_connector(
	const struct list_group *group, const char *name, const void **config);

/* Reads all lists but the clocks into conf->index. */
void list_read(struct bind *bind, config_setting_t *root, struct conf *conf);
void list_clocks(struct bind *bind, config_setting_t *root, struct conf *conf);
/* Names and dates of the regions that the list has, from their CSV file. */
void list_name_regions(struct bind *bind, struct conf *conf);
void list_municipalities(struct bind *bind, struct conf *conf);
/* The caller frees them. NULL: the file cannot be read, which is reported. */
struct codes *list_codes(struct bind *bind, const char *path);

const char *const *list_person_fields(struct arena *arena);
void list_check_circles(struct check *check); /* of desks' successors */
void list_check_municipalities(struct check *check);
/* Every question in every region leads to an active desk that takes it, however full desks are. */
void list_check_total(struct check *check);

struct list_dates {
	int32_t from, to; /* days since 1970-01-01; from inclusive, to exclusive */
};

/* A `to` that was left out becomes the end of time. false: reported, it is not later than `from`.
 */
bool list_dates_fit(const struct csv *csv, const int32_t *from, int32_t *to);

#endif
