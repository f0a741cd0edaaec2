/* dice - chance that is the same each time for the same seed: SplitMix64 (Steele, Lea, Flood,
 * 2014).
 */
#ifndef HUB_CLI_PLAY_DICE_H
#define HUB_CLI_PLAY_DICE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/bytes.h"

struct dice {
	uint64_t state;
};

/* Of a seed, and of whom or what they are thrown for. */
struct dice dice_of(int64_t seed, struct bytes what);
uint64_t dice_throw(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t limit); /* limit > 0 */
bool dice_percent(struct dice *dice, int32_t percent);
/* Of events that come by themselves, the time to the next one: exponential. */
int64_t dice_wait(struct dice *dice, double mean_ms);

#endif
