/* notifier - tells the hub what there is to be asked for in a played system. */
#ifndef HUB_CLI_HOST_NOTIFIER_H
#define HUB_CLI_HOST_NOTIFIER_H

#include "hub/cli/host/host.h"

struct notifier;

/* Posts to the path, in the role's name. All is borrowed. */
struct notifier *notifier_new(
	struct stage_role *role, struct host_system *system, const char *path);
void notifier_free(struct notifier *notifier); /* behind the stage's party */
/* From now on, while the loop runs. What the hub does not answer, or by 5xx, is told again. */
void notifier_begin(struct notifier *notifier, double between_ms);

#endif
