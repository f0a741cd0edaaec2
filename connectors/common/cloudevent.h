/* cloudevent - events of the NL GOV profile for CloudEvents: drafts in, handovers out. */
#ifndef CONNECTORS_COMMON_CLOUDEVENT_H
#define CONNECTORS_COMMON_CLOUDEVENT_H

#include "hub/connector/connector.h"

/* In: one event, a batch (a JSON array, application/cloudevents-batch+json), or a file with an
 * event on each line; `data` is a Draft. Out: each handover is one event in structured mode. */
extern const struct connector cloudevent;

#endif
