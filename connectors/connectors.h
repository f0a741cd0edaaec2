/* connectors - every format that the hub speaks. */
#ifndef CONNECTORS_CONNECTORS_H
#define CONNECTORS_CONNECTORS_H

#include "hub/connector/connector.h"

/* Sorted by name, ended by NULL. */
extern const struct connector *const connectors[];

#endif
