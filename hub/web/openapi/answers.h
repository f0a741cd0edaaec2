/* answers - what the partner API answers, member by member, as JSON Schemas. */
#ifndef HUB_WEB_OPENAPI_ANSWERS_H
#define HUB_WEB_OPENAPI_ANSWERS_H

struct json_object;

/* Adds all of them to the components. */
void openapi_answers(struct json_object *components);

#endif
