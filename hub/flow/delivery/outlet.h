/* outlet - a place that things are brought to, and all desks that share it when it fails. */
#ifndef HUB_FLOW_DELIVERY_OUTLET_H
#define HUB_FLOW_DELIVERY_OUTLET_H

#include "hub/flow/delivery/desk/desk.h"

/* One for each endpoint, folder, topic and mail server that desks use, and the desk's own is set.
 */
enum outcome outlet_open_all(struct ground *ground, struct err *err) MUST_CHECK;
void outlet_close_all(struct ground *ground);

/* How a request to it ended. */
void outlet_succeeded(struct outlet *outlet);
void outlet_failed(struct outlet *outlet, int64_t after_ms, const char *text);
void outlet_is_gone(struct outlet *outlet, const char *text);
/* A person says that it can be tried again. */
void outlet_release(struct outlet *outlet);

#endif
