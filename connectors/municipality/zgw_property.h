/* zgw_property - the eigenschappen of a zaak: what the settings say that each of them tells. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_PROPERTY_H
#define CONNECTORS_MUNICIPALITY_ZGW_PROPERTY_H

#include "connectors/municipality/zgw_read.h"

/* Rows are ( "NAAM", "education.crebo" ): its waarde, as it stands, into that field; or
 * ( "NAAM=WAARDE", "question=LEERBAAN" ): with that waarde, these words; the first that fits. An
 * eigenschap that no row names is none of ours. */

/* The list; NULL: the settings name none, or it is wanted now, or a problem was added. */
const struct json_tree *zgw_property_read(struct zgw_read *read, struct problems *problems);
/* Into a draft with a referral and a person, in the order of the rows, so that the same zaak is the
 * same draft however its list is sorted. */
void zgw_property_fill(
	struct zgw_read *read, const struct json_tree *list, struct parcel_draft *to);
/* REJECT: a row names no field, or its words are none. */
enum outcome zgw_property_check(const struct setting_pair *rows, struct err *err) MUST_CHECK;

#endif
