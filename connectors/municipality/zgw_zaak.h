/* zgw_zaak - what is said by a zaak, with its rollen, statuses and result. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_ZAAK_H
#define CONNECTORS_MUNICIPALITY_ZGW_ZAAK_H

#include "connectors/municipality/zgw.h"

/* The answer to a task. A zaak of a configured zaaktype is a referral, as it stands now, and then
 * the statuses that the task asks for, the oldest first. Others are not told again: long after, the
 * hub might take a repeat for something new. */
enum outcome zgw_zaak_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err);

#endif
