/* meter - a line on standard error that says how far a long command is. */
#include "hub/cli/meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "hub/base/clock.h"

#define EVERY_MS 200

void meter_step(struct meter *meter, int64_t done, int64_t of)
{
	int64_t now = clock_monotonic();
	if (!isatty(STDERR_FILENO) || now - meter->shown_at < EVERY_MS)
		return;
	meter->shown_at = now;
	meter->shown = true;
	if (of > 0)
		fprintf(stderr, "\r\033[K%s: %" PRId64 " of %" PRId64 " (%" PRId64 " %%)",
			meter->what, done, of, done * 100 / of);
	else
		fprintf(stderr, "\r\033[K%s: %" PRId64, meter->what, done);
	fflush(stderr);
}

void meter_end(struct meter *meter)
{
	if (meter->shown)
		fputs("\r\033[K", stderr);
	meter->shown = false;
}
