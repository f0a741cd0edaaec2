/* openklant - the contact registrations of municipalities: a handover as klantcontact and task. */
#ifndef CONNECTORS_MUNICIPALITY_OPENKLANT_H
#define CONNECTORS_MUNICIPALITY_OPENKLANT_H

#include "hub/connector/connector.h"

/* Out only: Klantinteracties API, as Open Klant 2 speaks it. It is looked first what is there of
 * the handover already, so that a try that was cut off is gone on with, and nothing is posted
 * twice. */
extern const struct connector openklant;

#endif
