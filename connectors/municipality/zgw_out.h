/* zgw_out - a handover as a status in the zaak that the municipality made its referral from. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_OUT_H
#define CONNECTORS_MUNICIPALITY_ZGW_OUT_H

#include "hub/connector/connector.h"

/* The zaak, its zaaktype, that one's statustypen, the statuses that are there already, and then a
 * new one: looked for first by our mark, so that nothing is posted twice. */
connector_render_fn zgw_out_render;
connector_judge_fn zgw_out_judge;

#endif
