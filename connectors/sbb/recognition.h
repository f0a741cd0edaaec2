/* recognition - SBB's word on companies that train: aspirant, recognised, withdrawn. */
#ifndef CONNECTORS_SBB_RECOGNITION_H
#define CONNECTORS_SBB_RECOGNITION_H

#include "hub/connector/connector.h"

extern const struct connector recognition;

#endif
