/* stuf_person - the betrokkenen of a zaak: who the client is, and who works on it. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_PERSON_H
#define CONNECTORS_MUNICIPALITY_STUF_PERSON_H

#include "connectors/municipality/stuf_read.h"

/* The relation with the client: the initiator that is a natuurlijkPersoon, else the one whom the
 * zaak is about. NULL: there is none, or a problem was added: several may be it. */
const struct xml *stuf_person_client(const struct xml *object, struct problems *problems);
/* What has not the form that the hub asks for is kept as it is: the edge says so. */
void stuf_person_fill(const struct xml *relation, struct arena *arena, struct person *out);
/* The name, telephone and mail of the first medewerker who carries it out; none: as it was. */
void stuf_person_fill_worker(const struct xml *object, struct arena *arena, struct person *out);

#endif
