/* check - proves what one row of a configuration alone cannot show. */
#ifndef HUB_CONF_CHECK_H
#define HUB_CONF_CHECK_H

#include "hub/conf/inside.h"

struct check {
	const struct conf *conf;
	struct conf_problems *problems;
	int32_t today; /* the local date */
	const char *const *person; /* the fields of a Person, which the schema knows */
	/* What is looked at now: */
	const struct list *list;
	const void *item;
	struct report_place place;
};

/* Of the item, which begins the report: "desk wsp-twente: …". */
void check_error(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);
void check_warning(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);
/* A text in the form "desk", "am" or "oin" (NULL: none) must be declared; `field` names it. */
void check_reference(struct check *check, const char *field, const char *form, const char *text);
/* The same of all texts of the rows that have such a form, alone or as the second of a pair. */
void check_references(struct check *check, const struct setting *rows, const void *item);
const struct rules_desk *check_find_desk(const struct check *check, const char *desk);

#endif
