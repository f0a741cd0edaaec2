/* csv - the hub's own table: a referral or action per row, and a handover as a row. */
#ifndef CONNECTORS_COMMON_CSV_H
#define CONNECTORS_COMMON_CSV_H

#include "hub/connector/connector.h"

extern const struct connector csv;

#endif
