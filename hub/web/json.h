/* json - members put into a JSON object, and its text, for an answer. */
#ifndef HUB_WEB_JSON_H
#define HUB_WEB_JSON_H

#include <stdint.h>

#include "hub/base/arena.h"

struct json_object;

/* Puts a member; nothing where the text is absent or NULL, or the time (epoch ms) is 0. */
void json_put_bytes(struct json_object *object, const char *name, struct bytes text);
void json_put_text(struct json_object *object, const char *name, const char *text);
void json_put_time(struct json_object *object, const char *name, int64_t at);
void json_put_uuid(struct json_object *object, const char *name, const uint8_t uuid[16]);
struct bytes json_text(struct json_object *object, struct arena *arena); /* lies in the arena */

#endif
