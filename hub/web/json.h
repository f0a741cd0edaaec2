/* json - members put into a JSON object, and its text, for an answer. */
#ifndef HUB_WEB_JSON_H
#define HUB_WEB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"

struct json_object;

/* Puts a member; nothing where the text is absent or NULL, or the time (epoch ms) is 0. */
void json_put_bytes(struct json_object *object, const char *name, struct bytes text);
void json_put_text(struct json_object *object, const char *name, const char *text);
void json_put_time(struct json_object *object, const char *name, int64_t at);
void json_put_date(struct json_object *object, const char *name, int32_t days);
void json_put_uuid(struct json_object *object, const char *name, const uint8_t uuid[16]);
void json_put_flag(struct json_object *object, const char *name, bool is);
void json_put_number(struct json_object *object, const char *name, int64_t number);
/* An empty one, to be filled. */
struct json_object *json_put_object(struct json_object *object, const char *name);
struct json_object *json_put_array(struct json_object *object, const char *name);
/* What is written as JSON in our own source. */
void json_put_parsed(struct json_object *object, const char *name, const char *text);
/* Puts texts behind what is in the array; all of a list ended by NULL, or none if it is NULL. */
void json_add_text(struct json_object *array, const char *text);
void json_add_texts(struct json_object *array, const char *const *texts);
struct bytes json_text(struct json_object *object, struct arena *arena); /* lies in the arena */

#endif
