/* check - proves what one row of a configuration alone cannot show. */
#ifndef HUB_CONF_CHECK_CHECK_H
#define HUB_CONF_CHECK_CHECK_H

#include "hub/conf/lists/list.h"

struct check {
	const struct conf *conf;
	struct conf_problems *problems;
	int32_t today; /* the local date */
};

/* The desk of that id; NULL: none is named, or (reported) it is unknown. `what` begins the report:
 * "desk wsp-twente: successor". */
const struct rules_desk *check_desk(
	struct check *check, struct report_place place, const char *what, const char *desk);
/* Begins a report; valid as long as the problems. */
const char *check_what(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);

void check_partners(struct check *check);
void check_desks(struct check *check);
void check_regions(struct check *check);
void check_municipalities(struct check *check);
void check_programmes(struct check *check);
void check_routes(struct check *check);
void check_overrides(struct check *check);
/* Every question in every region leads to an active desk that takes it, however full desks are. */
void check_total(struct check *check);

#endif
