/* ledger - what happened in a system that the hub asks: each step and case follows from the seed
 * and its number, and none is kept; or steps are those of a script.
 */
#include "hub/cli/host/ledger.h"

#include <stdlib.h>

#include "hub/base/memory.h"

struct ledger ledger_of(int64_t seed, struct bytes partner)
{
	struct ledger ledger = {.people = dice_of(seed, partner)};
	struct dice dice = ledger.people;
	ledger.steps.state = dice_throw(&dice);
	ledger.mark = dice_throw(&dice);
	return ledger;
}

void ledger_done(struct ledger *ledger)
{
	free(ledger->script);
	*ledger = (struct ledger){0};
}

int64_t ledger_say(struct ledger *ledger, enum ledger_step step, int64_t of, int64_t when)
{
	int64_t number = ledger->said + 1;
	size_t size = memory_product((size_t)number, sizeof(*ledger->script));
	ledger->script = memory_resize(ledger->script, size);
	ledger->script[number - 1] = (struct ledger_line){
		.step = step, .of = step == LEDGER_REFERRAL ? number : of, .when = when};
	ledger->said = number;
	return number;
}

/* Of the script; one that is still to come begins a case. */
static struct ledger_line line_of(const struct ledger *ledger, int64_t number)
{
	if (number >= 1 && number <= ledger->said)
		return ledger->script[number - 1];
	return (struct ledger_line){.step = LEDGER_REFERRAL, .of = number};
}

static struct dice dice_for(const struct ledger *ledger, int64_t number)
{
	struct dice dice = ledger->steps;
	dice.state += (uint64_t)number;
	return dice;
}

static enum ledger_step fell(const struct ledger *ledger, int64_t number)
{
	static const struct {
		int32_t percent;
		enum ledger_step step;
	} rows[] = {{LEDGER_AGAIN_PERCENT, LEDGER_AGAIN}, {LEDGER_CANCEL_PERCENT, LEDGER_CANCEL},
		{LEDGER_AMEND_PERCENT, LEDGER_AMEND}};
	struct dice dice = dice_for(ledger, number);
	int32_t left = (int32_t)dice_below(&dice, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (left < rows[i].percent)
			return rows[i].step;
		left -= rows[i].percent;
	}
	return LEDGER_REFERRAL;
}

enum ledger_step ledger_step(const struct ledger *ledger, int64_t number)
{
	if (ledger->script != NULL)
		return line_of(ledger, number).step;
	if (number <= 1 || fell(ledger, number - 1) == LEDGER_CANCEL)
		return LEDGER_REFERRAL;
	return fell(ledger, number);
}

/* Somewhere in its own part of the time, so that they never change places. */
int64_t ledger_when(const struct ledger *ledger, int64_t number)
{
	struct dice dice = dice_for(ledger, number);
	if (ledger->script != NULL)
		return line_of(ledger, number).when;
	(void)dice_throw(&dice);
	double part = (double)(dice_throw(&dice) >> 11) * 0x1p-53;
	return (int64_t)(((double)(number - 1) + part) * ledger->between);
}

static int64_t referral_of(const struct ledger *ledger, int64_t number)
{
	if (ledger->script != NULL)
		return line_of(ledger, number).of;
	while (ledger_step(ledger, number) != LEDGER_REFERRAL)
		number--;
	return number;
}

struct ledger_case ledger_case(const struct ledger *ledger, int64_t number)
{
	int64_t first = referral_of(ledger, number);
	struct ledger_case found = {.referred = first, .changed = first};
	for (number = first + 1; number <= ledger->said; number++) {
		enum ledger_step step = ledger_step(ledger, number);
		if (step == LEDGER_REFERRAL && ledger->script == NULL)
			break;
		if (step == LEDGER_AGAIN || referral_of(ledger, number) != first)
			continue;
		found.changed = number;
		found.is_amended = found.is_amended || step == LEDGER_AMEND;
		if (step == LEDGER_CANCEL)
			found.cancelled = number;
	}
	return found;
}
