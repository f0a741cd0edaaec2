/* refusal - what a municipality's system finds wrong with a request: problem+json of the ZGW and
 * Klantinteracties APIs. */
#ifndef CONNECTORS_MUNICIPALITY_REFUSAL_H
#define CONNECTORS_MUNICIPALITY_REFUSAL_H

#include "schemas/json_tree.h"

#define REFUSAL_NAMES 120 /* bytes */

/* ": inhoud max_length, kanaal invalid": which fields, and never what is in them. problem may be
 * NULL. */
void refusal_names(const struct json_tree *problem, char out[REFUSAL_NAMES]);
/* Whether nothing is wrong with it but that something else has the value already, of fields whose
 * names end so. */
bool refusal_is_unique(const struct json_tree *problem, const char *end);

#endif
