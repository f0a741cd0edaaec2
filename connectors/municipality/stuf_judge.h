/* stuf_judge - what the answer to a message of ours says: Bv03, Fo03, or something else. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_JUDGE_H
#define CONNECTORS_MUNICIPALITY_STUF_JUDGE_H

#include "connectors/municipality/stuf.h"

/* OK: Bv03, or Fo03 because it has the message already; partner_case is then the zaak that it made.
 * REJECT: the fault is ours. Anything else may be mended there. */
enum outcome stuf_judge(const void *config, const struct document *answer,
	struct connector_judgement *out, struct err *err);

#endif
