/* teller - tells the routers that a source has referrals of a list no more: VANISHED, once each. */
#include "hub/flow/source/snapshot/teller.h"

#include <stdlib.h>

#include "hub/base/crash.h"
#include "hub/base/memory.h"
#include "hub/flow/intake/report.h"

#define AT_ONCE 64
#define AGAIN_MS 200 /* when intake cannot store now */

/* One report, from being begun until it is stored. */
struct slot {
	struct teller *teller;
	const struct uuid *item; /* NULL: free */
	struct intake_job *job; /* on its way */
};

struct teller {
	struct teller_options options;
	size_t begun, stored;
	struct slot slots[AT_ONCE];
	struct loop_timer again;
};

static void pump(void *context);

static void go_on_in(struct teller *teller, int64_t ms)
{
	struct loop *loop = teller->options.outside->loop;
	loop_set(loop, &teller->again, loop_now(loop) + ms);
}

static void on_stored(void *context, const struct intake_receipt *receipt)
{
	struct slot *slot = context;
	slot->job = NULL;
	if (receipt->fate == INTAKE_STORED) {
		crash_point("snapshot-told");
		slot->item = NULL;
		slot->teller->stored++;
		pump(slot->teller);
	} else {
		go_on_in(slot->teller, AGAIN_MS);
	}
}

/* false: not now. */
static bool begin(struct slot *slot)
{
	struct teller *teller = slot->teller;
	struct intake *intake = teller->options.outside->intake;
	if (slot->item == NULL)
		slot->item = &teller->options.items[teller->begun++];
	const struct report report = {.referral = *slot->item,
		.action = ACTION_VANISHED,
		.snapshot = teller->options.snapshot};
	if (intake_can_store(intake))
		slot->job = intake_report(intake, &report, (struct intake_caller){on_stored, slot});
	return slot->job != NULL;
}

static void finish(struct teller *teller)
{
	const struct teller_options options = teller->options;
	teller_cancel(teller);
	options.done(options.context);
}

static void pump(void *context)
{
	struct teller *teller = context;
	bool can_go_on = true;
	for (size_t i = 0; i < AT_ONCE && can_go_on; i++) {
		struct slot *slot = &teller->slots[i];
		bool has_work = slot->item != NULL || teller->begun < teller->options.count;
		if (slot->job == NULL && has_work)
			can_go_on = begin(slot);
	}
	if (!can_go_on)
		go_on_in(teller, AGAIN_MS);
	else if (teller->stored == teller->options.count)
		finish(teller);
}

void teller_start(struct teller **out, const struct teller_options *options)
{
	struct teller *teller = memory_get_zeroed(1, sizeof(*teller));
	teller->options = *options;
	teller->again = (struct loop_timer){.fn = pump, .context = teller};
	for (size_t i = 0; i < AT_ONCE; i++)
		teller->slots[i].teller = teller;
	*out = teller;
	go_on_in(teller, 0);
}

void teller_cancel(struct teller *teller)
{
	if (teller == NULL)
		return;
	for (size_t i = 0; i < AT_ONCE; i++)
		if (teller->slots[i].job != NULL)
			intake_forget(teller->slots[i].job);
	loop_clear(teller->options.outside->loop, &teller->again);
	free(teller);
}
