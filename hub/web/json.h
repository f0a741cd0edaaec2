/* json - the text of a JSON object, for an answer. */
#ifndef HUB_WEB_JSON_H
#define HUB_WEB_JSON_H

#include "hub/base/arena.h"

struct json_object;

struct bytes json_text(struct json_object *object, struct arena *arena); /* lies in the arena */

#endif
