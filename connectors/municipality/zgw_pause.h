/* zgw_pause - the opschorting of a zaak, where the settings say that it means something. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_PAUSE_H
#define CONNECTORS_MUNICIPALITY_ZGW_PAUSE_H

#include "connectors/municipality/zgw_read.h"

/* It has neither an id nor a time of its own. So it is told when a change of the zaak is notified,
 * never by a walk: a suspension once a day at most, its end once for each last status that the zaak
 * has by then. The end is only seen where the system says that there was one (eerdereOpschorting).
 * Both are as old as the zaak is known to be, so that no status seems to be older. */
void zgw_pause_draft(struct zgw_read *read, const struct draft *when);

#endif
