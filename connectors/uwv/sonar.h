/* sonar - the export of clients from Sonar, UWV's system, as CSV. */
#ifndef CONNECTORS_UWV_SONAR_H
#define CONNECTORS_UWV_SONAR_H

#include "hub/connector/connector.h"

extern const struct connector sonar;

#endif
