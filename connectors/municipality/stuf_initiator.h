/* stuf_initiator - who a new zaak comes from, as far as the schemas have a place for it. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_INITIATOR_H
#define CONNECTORS_MUNICIPALITY_STUF_INITIATOR_H

#include "connectors/municipality/stuf.h"

/* Adds heeftAlsInitiator: a person, an employer, or where is_needed nobody (nil). What of it is
 * longer than it may be there, has another form or has no place at all is added to `left`, a line
 * for each thing; also whom to ask, where the referral is to be seen, and why nobody is named. */
void stuf_initiator_write(
	const struct opened *opened, bool is_needed, struct buffer *out, struct buffer *left);

#endif
