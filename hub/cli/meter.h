/* meter - a line on standard error that says how far a long command is. */
#ifndef HUB_CLI_METER_H
#define HUB_CLI_METER_H

#include <stdbool.h>
#include <stdint.h>

/* At most five times a second, and only when standard error is a terminal. Zeroed but for what. */
struct meter {
	const char *what;
	int64_t shown_at; /* monotonic ms */
	bool shown;
};

void meter_step(struct meter *meter, int64_t done, int64_t of); /* of 0: not known */
void meter_end(struct meter *meter); /* wipes the line */

#endif
