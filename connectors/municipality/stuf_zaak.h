/* stuf_zaak - what a zakLk01 says of its zaak: a referral as it is now, and what happened to it. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_ZAAK_H
#define CONNECTORS_MUNICIPALITY_STUF_ZAAK_H

#include "connectors/municipality/stuf_read.h"

/* Of a message that is not refused. A zaak of another zaaktype, and a status that we set ourselves,
 * are passed over. */
void stuf_zaak_draft(
	const struct stuf_config *config, const struct stuf_message *message, struct parcel *out);

#endif
