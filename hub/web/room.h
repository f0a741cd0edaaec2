/* room - which desks have room, as the view's facts say. */
#ifndef HUB_WEB_ROOM_H
#define HUB_WEB_ROOM_H

#include "hub/flow/router/facts.h"
#include "hub/view/query.h"

/* For facts_has_room. Between view_reader_begin and view_reader_end; freed with facts_free, also
 * after a failure. */
enum outcome room_read(struct view_reader *reader, struct facts **out, struct err *err) MUST_CHECK;

#endif
