/* zgw_pause - the opschorting of a zaak, where the settings say that it means something. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_PAUSE_H
#define CONNECTORS_MUNICIPALITY_ZGW_PAUSE_H

#include "connectors/municipality/zgw_read.h"

/* It has neither an id nor a time of its own: so it is told when a change of the zaak is notified,
 * once for each last status that the zaak has meanwhile, and is as old as the zaak is known to be.
 * Its end is only seen where the system says that there was one (eerdereOpschorting). */
void zgw_pause_draft(struct zgw_read *read, const struct draft *when);

#endif
