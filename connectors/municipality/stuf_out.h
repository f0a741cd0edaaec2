/* stuf_out - what a handover says to a zaak system: a status of its zaak, or a new zaak. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_OUT_H
#define CONNECTORS_MUNICIPALITY_STUF_OUT_H

#include "connectors/municipality/stuf.h"

enum outcome stuf_out_render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err);
/* REJECT: what one of the settings says is no status or zaaktype, or of no kind or state. */
enum outcome stuf_out_check(const struct stuf_config *config, struct err *err) MUST_CHECK;

#endif
