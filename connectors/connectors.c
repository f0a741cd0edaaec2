/* connectors - every format that the hub speaks, one row each, sorted by name. */
#include "connectors/connectors.h"

const struct connector *const connectors[] = {
	NULL,
};
