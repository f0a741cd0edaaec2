/* tally - what the partner API measures. */
#ifndef HUB_WEB_TALLY_H
#define HUB_WEB_TALLY_H

void tally_start(void);
void tally_answer(int status);
void tally_stored(const char *partner, double seconds);
void tally_refused(const char *partner);
void tally_passed(const char *partner); /* on to the test lane */
void tally_lane_away(const char *partner);
void tally_unknown(const char *partner); /* no acknowledgement in time */

#endif
