/* vum - profiles of jobseekers, as VUM exchanges them. */
#ifndef CONNECTORS_UWV_VUM_H
#define CONNECTORS_UWV_VUM_H

#include "hub/connector/connector.h"

extern const struct connector vum;

#endif
