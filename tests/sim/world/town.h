/* town - the desks, partners, regions, routes and codes of the simulated region. */
#ifndef TESTS_SIM_WORLD_TOWN_H
#define TESTS_SIM_WORLD_TOWN_H

#include "hub/base/codes.h"
#include "hub/handover/rule/rules.h"

#define TOWN_DESKS 16

struct rules town_rules(void); /* static: no need to free */
struct codes *town_codes(void); /* codes_free */
const char *town_question(size_t number); /* any of those that are asked */
/* Partner of a desk; NULL: there is no such desk. */
const char *town_partner(struct bytes desk);

#endif
