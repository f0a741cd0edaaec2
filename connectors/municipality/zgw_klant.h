/* zgw_klant - who made a verzoek: its klantverzoeken, and the klant of the Klanten API. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_KLANT_H
#define CONNECTORS_MUNICIPALITY_ZGW_KLANT_H

#include "connectors/municipality/zgw_read.h"

/* The klant's path, of the first of the settings' roles that a klantverzoek of this verzoek has, or
 * else of those without any; never one who only acts for another. Absent: there is none, or a
 * problem was added: several may be it, or it lies elsewhere. */
struct bytes zgw_klant_find(struct zgw_read *read, const struct json_tree *list,
	struct bytes verzoek, struct problems *problems);
/* NULL: it is wanted now, or a problem was added. */
const struct json_tree *zgw_klant_read(
	struct zgw_read *read, struct bytes path, struct problems *problems);
void zgw_klant_fill(const struct json_tree *klant, struct arena *arena, struct person *out);

#endif
