/* count - what the partner API measures. */
#ifndef HUB_WEB_COUNT_H
#define HUB_WEB_COUNT_H

#include <stdint.h>

void count_start(void);
void count_answer(int status);
void count_stored(const char *partner, double seconds);
void count_refused(const char *partner);
void count_unknown(const char *partner); /* no acknowledgement in time */

#endif
