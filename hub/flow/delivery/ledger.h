/* ledger - what is counted of deliveries. */
#ifndef HUB_FLOW_DELIVERY_LEDGER_H
#define HUB_FLOW_DELIVERY_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

void ledger_start(void); /* registers the metrics */
void ledger_end(const char *desk, bool delivered);
void ledger_failure(const char *desk);

struct ledger_state {
	int64_t waiting; /* in memory, and 1 more if there are more */
	int64_t oldest_s;
	int64_t circuit; /* enum fault */
};
void ledger_desk(const char *desk, const struct ledger_state *state);

#endif
