/* zgw_settings - what a source of zaken, or a desk that is told in them, is told by the
 * configuration. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_SETTINGS_H
#define CONNECTORS_MUNICIPALITY_ZGW_SETTINGS_H

#include "hub/connector/connector.h"

extern const struct setting zgw_settings_rows[];
enum outcome zgw_settings_check(const void *config, struct err *err);

#endif
