/* contactmoment - what a WSP noted at its contacts with employers, as VUM exchanges it. */
#ifndef CONNECTORS_WSP_CONTACTMOMENT_H
#define CONNECTORS_WSP_CONTACTMOMENT_H

#include "hub/connector/connector.h"

extern const struct connector contactmoment;

#endif
