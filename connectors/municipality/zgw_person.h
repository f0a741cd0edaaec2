/* zgw_person - the rollen of a zaak: who the client is, and who works on it. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_PERSON_H
#define CONNECTORS_MUNICIPALITY_ZGW_PERSON_H

#include "connectors/municipality/zgw_read.h"

#define ZGW_PERSON_PAGES 2

/* The rollen of one zaak, of all pages; of 100 on each, more than that is no zaak of a person. */
struct zgw_rollen {
	const struct zgw_read *of;
	const struct json_tree *pages[ZGW_PERSON_PAGES];
	size_t count;
};

/* The rol of the client. NULL: there is none, or a problem was added: several may be it. */
const struct json_tree *zgw_person_client(
	const struct zgw_rollen *rollen, struct problems *problems);
/* What a rol says of its person. What has not the form that the hub asks for is kept as it is: the
 * edge says so. */
void zgw_person_fill(const struct json_tree *rol, struct arena *arena, struct person *out);
/* The same of its betrokkeneIdentificatie, or of a klant's subjectIdentificatie; NULL: nothing. */
void zgw_person_fill_who(const struct json_tree *who, struct arena *arena, struct person *out);
/* The name of the first behandelaar; none: as it was. */
void zgw_person_fill_worker(
	const struct zgw_rollen *rollen, struct arena *arena, struct person *out);

#endif
