/* terminal - where a command writes: for a person or a script, with colours or without. */
#ifndef HUB_CLI_SCREEN_TERMINAL_H
#define HUB_CLI_SCREEN_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hub/base/err.h"

enum terminal_tone {
	TERMINAL_PLAIN,
	TERMINAL_TITLE,
	TERMINAL_FAINT,
	TERMINAL_GOOD,
	TERMINAL_CARE, /* worth a look */
	TERMINAL_BAD,
};

struct terminal {
	FILE *out;
	bool colour;
	int width; /* columns; 0: no limit */
};

/* Colours only on a terminal, and not when NO_COLOR is set (no-color.org) or TERM is dumb. */
struct terminal terminal_of(FILE *out);
/* Control characters in what is said become question marks. */
void terminal_say(const struct terminal *terminal, enum terminal_tone tone, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* How wide a terminal shows it; what is no UTF-8 counts 1 per byte. */
int terminal_width_of(const char *text);
/* The first bytes of it, whole characters, that take no more than so many columns. */
struct terminal_part {
	int size, columns;
};
struct terminal_part terminal_fit(const char *text, int columns);

#define TERMINAL_TIME_SIZE 40

/* "Mon 2 Mar 09:30", local in the Netherlands; with the year when it is not that of now. */
void terminal_time(int64_t at, int64_t now, char out[TERMINAL_TIME_SIZE]);
/* "12 s", "5 min", "3 h", "4 d": rounded down. Below a second: "0 s". */
void terminal_age(int64_t ms, char out[TERMINAL_TIME_SIZE]);
/* "in 3 d" or "2 h late". */
void terminal_due(int64_t at, int64_t now, char out[TERMINAL_TIME_SIZE]);

/* A line on standard error that says how far a long command is: at most five times a second, and
 * only when it is a terminal. Zeroed but for what. */
struct terminal_meter {
	const char *what;
	int64_t shown_at; /* monotonic ms */
	bool shown;
};

void terminal_meter_step(
	struct terminal_meter *meter, int64_t done, int64_t of); /* of 0: unknown */
void terminal_meter_end(struct terminal_meter *meter); /* wipes the line */

#endif
