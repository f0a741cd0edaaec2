/* settings - the settings of the hub itself, one row each. */
#ifndef HUB_CONF_SETTINGS_H
#define HUB_CONF_SETTINGS_H

#include "hub/conf/bind.h"

#define SETTINGS_SECRETS_DIR "secrets"

/* Offsets are into struct conf. */
extern const struct setting settings_rows[];

/* Fills in what follows from other settings, and reports those that contradict each other. */
void settings_complete(struct conf *conf, struct conf_problems *problems);

#endif
