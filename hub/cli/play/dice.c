/* dice - chance that is the same each time for the same seed: SplitMix64 (Steele, Lea, Flood,
 * 2014).
 */
#include "hub/cli/play/dice.h"

#include <math.h>
#include <string.h>

struct dice dice_of(int64_t seed, struct bytes what)
{
	uint8_t key[16] = {0};
	memcpy(key, &seed, sizeof(seed));
	return (struct dice){bytes_hash(what, key)};
}

uint64_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
	return (uint32_t)((dice_throw(dice) >> 32) * limit >> 32);
}

bool dice_percent(struct dice *dice, int32_t percent)
{
	return (int32_t)dice_below(dice, 100) < percent;
}

int64_t dice_wait(struct dice *dice, double mean_ms)
{
	double most = mean_ms * 10, part = ((double)(dice_throw(dice) >> 11) + 1) * 0x1p-53;
	double ms = -log(part) * mean_ms;
	return (int64_t)(ms < most ? ms : most);
}
