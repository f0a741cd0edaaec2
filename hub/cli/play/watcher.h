/* watcher - plays one desk: it reads its feed, and does something about what it is told. */
#ifndef HUB_CLI_PLAY_WATCHER_H
#define HUB_CLI_PLAY_WATCHER_H

#include "hub/cli/play/stage.h"

struct watcher;

/* The role is borrowed: it is the desk's partner's. */
struct watcher *watcher_new(struct stage_role *role, const struct rules_desk *desk);
void watcher_free(struct watcher *watcher); /* behind the stage's party */
/* From now on, while the loop runs: first it reads what there was before, and does nothing about
 * it. */
void watcher_begin(struct watcher *watcher);
const struct rules_desk *watcher_desk(const struct watcher *watcher);

#endif
