/* overstap - rows of the overstapsysteem of mbo schools: who applied, and what became of it. */
#ifndef CONNECTORS_SCHOOL_OVERSTAP_H
#define CONNECTORS_SCHOOL_OVERSTAP_H

#include "hub/connector/connector.h"

/* In only: a row, or a list of them, posted or dropped. An application (status AO) is a referral;
 * any other status is what happened to it. */
extern const struct connector overstap;

#endif
