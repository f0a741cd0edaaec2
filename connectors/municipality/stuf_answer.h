/* stuf_answer - what the sender of a zakLk01 gets back: Bv03, or Fo03 in a SOAP fault. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_ANSWER_H
#define CONNECTORS_MUNICIPALITY_STUF_ANSWER_H

#include "connectors/municipality/stuf_read.h"

/* Fo03 says whose the fault is: of the client, who is to mend it, or of the server, and then the
 * same is to be sent again. */
enum outcome stuf_answer_acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err);

#endif
