/* watcher - plays one desk: it reads its feed, and does something about what it is told. */
#include "hub/cli/play/watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "hub/base/memory.h"
#include "hub/cli/play/script.h"
#include "schemas/json_tree.h"

#define LOOK_MS 1000 /* between two looks into the feed */
#define DEPTH 32 /* of JSON */
#define FEED "/v1/handovers?limit=200&desk="

struct watcher {
	struct stage_role *role;
	const struct rules_desk *desk;
	char after[64]; /* "": from the beginning */
	bool is_up_to_date; /* has read what there was before */
	struct loop_timer timer;
	LIST_HEAD(, deed) deeds;
};

/* What it will do about a referral. */
struct deed {
	struct watcher *watcher;
	LIST_ENTRY(deed) place;
	struct loop_timer timer;
	enum stage_act act;
	struct dice dice;
	char referral[37];
};

static void forget(struct deed *deed)
{
	loop_clear(deed->watcher->role->stage->loop, &deed->timer);
	LIST_REMOVE(deed, place);
	free(deed);
}

static struct bytes text_of(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = in == NULL ? NULL : json_tree_member(in, name);
	return found != NULL && found->kind == JSON_TREE_STRING ? found->text : (struct bytes){0};
}

static void do_it(void *context);

static void plan_deed(struct watcher *watcher, const struct deed *like)
{
	struct stage_role *role = watcher->role;
	struct stage *stage = role->stage;
	struct deed *deed = memory_get_zeroed(1, sizeof(*deed));
	*deed = *like;
	deed->watcher = watcher;
	deed->timer = (struct loop_timer){.fn = do_it, .context = deed};
	LIST_INSERT_HEAD(&watcher->deeds, deed, place);
	loop_set(stage->loop, &deed->timer,
		loop_now(stage->loop) +
			dice_wait(&deed->dice, role->plan->decides_min * 60e3 / stage->pace));
}

/* What comes behind it; STAGE_ACTS: nothing. */
static enum stage_act next_act(struct deed *deed)
{
	switch (deed->act) {
	case STAGE_ACCEPT:
		return dice_percent(&deed->dice, deed->watcher->role->plan->no_show)
			? STAGE_NO_SHOW
			: STAGE_SCHEDULED;
	case STAGE_NO_SHOW:
		return STAGE_SCHEDULED;
	case STAGE_SCHEDULED:
		return STAGE_COMPLETE;
	case STAGE_DECLINE:
	case STAGE_ANSWER:
	case STAGE_COMPLETE:
	case STAGE_ACTS:
		break;
	}
	return STAGE_ACTS;
}

/* An accepted request, for one, is over at once. Not decided yet: it goes on. */
static bool goes_on(const struct client_answer *answer)
{
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	const struct json_tree *page = json_tree_parse(answer->body, DEPTH, &problems);
	struct bytes state = text_of(page, "state");
	bool goes_on = state.data == NULL || bytes_equal_string(state, "ACCEPTED") ||
		bytes_equal_string(state, "IN_PROGRESS");
	arena_done(&arena);
	return goes_on;
}

static void take_done(void *context, const struct client_answer *answer)
{
	struct deed *deed = context;
	struct stage_role *role = deed->watcher->role;
	bool is_taken = answer->outcome == OK && answer->status < 300;
	role->stage->waiting--;
	*(is_taken ? &role->counts.done[deed->act] : &role->counts.too_late) += 1;
	if (is_taken) {
		deed->act = goes_on(answer) ? next_act(deed) : STAGE_ACTS;
		if (deed->act != STAGE_ACTS)
			plan_deed(deed->watcher, deed);
	}
	forget(deed);
}

static void do_it(void *context)
{
	struct deed *deed = context;
	struct stage_role *role = deed->watcher->role;
	if (role->stage->is_over)
		return;
	struct arena arena = {0};
	struct buffer body = {0};
	struct err err = {0};
	struct script script = {.conf = role->stage->conf,
		.plan = role->plan,
		.desk = deed->watcher->desk,
		.dice = &deed->dice,
		.arena = &arena};
	script.reference = arena_format(&arena, "sim-%s-%d", deed->referral, (int)deed->act);
	const struct template *template = &role->stage->acts[deed->act];
	if (template_fill(template, script_value, &script, &body, &err) == OK) {
		stage_send(role,
			(struct party_letter){.method = "POST",
				.path = arena_format(
					&arena, "/v1/referrals/%s/actions", deed->referral),
				.type = template->type,
				.body = buffer_bytes(&body),
				.wait_s = 5},
			take_done, deed);
	} else {
		snprintf(role->why, sizeof(role->why), "%s", err.text);
		forget(deed);
	}
	buffer_done(&body);
	arena_done(&arena);
}

static void decide(struct watcher *watcher, struct deed *deed)
{
	const struct conf_simulation *plan = watcher->role->plan;
	int32_t fell = (int32_t)dice_below(&deed->dice, 100);
	if (fell >= plan->accepted + plan->declined) {
		watcher->role->counts.silent++;
		return;
	}
	deed->act = fell < plan->accepted ? STAGE_ACCEPT : STAGE_DECLINE;
	plan_deed(watcher, deed);
}

static bool may_do(const struct json_tree *handover, const char *action)
{
	const struct json_tree *list = json_tree_member(handover, "actions");
	const struct json_tree *it = list == NULL ? NULL : list->first;
	while (it != NULL && !bytes_equal_string(it->text, action))
		it = it->next;
	return it != NULL;
}

/* What it does about a referral follows from the seed and the referral. */
static void hear(struct watcher *watcher, const struct json_tree *handover)
{
	struct bytes kind = text_of(handover, "kind"), referral = text_of(handover, "referral");
	uint8_t id[16];
	watcher->role->counts.handovers++;
	if (!bytes_from_uuid(referral, id))
		return;
	struct deed deed = {.dice = dice_of(watcher->role->stage->seed, referral)};
	bytes_to_uuid(id, deed.referral);
	if (bytes_equal_string(kind, "OFFER") && may_do(handover, "ACCEPT")) {
		decide(watcher, &deed);
	} else if (bytes_equal_string(kind, "QUESTION")) {
		deed.act = STAGE_ANSWER;
		plan_deed(watcher, &deed);
	}
}

/* Whether there is more to be read at once. */
static bool read_page(struct watcher *watcher, const struct json_tree *page)
{
	const struct json_tree *list = json_tree_member(page, "handovers");
	const struct json_tree *more = json_tree_member(page, "more");
	struct bytes after = text_of(page, "after");
	for (const struct json_tree *it = list == NULL ? NULL : list->first; it != NULL;
		it = it->next)
		if (watcher->is_up_to_date)
			hear(watcher, json_tree_member(it, "handover"));
	if (after.size < sizeof(watcher->after))
		snprintf(watcher->after, sizeof(watcher->after), "%.*s", BYTES_ARG(after));
	if (more != NULL && more->yes)
		return true;
	if (!watcher->is_up_to_date)
		watcher->role->stage->behind--;
	watcher->is_up_to_date = true;
	return false;
}

static void take_page(void *context, const struct client_answer *answer)
{
	struct watcher *watcher = context;
	struct stage *stage = watcher->role->stage;
	struct arena arena = {0};
	struct problems problems;
	const struct json_tree *page = NULL;
	problems_init(&problems, &arena);
	stage->waiting--;
	if (answer->outcome == OK && answer->status == 200)
		page = json_tree_parse(answer->body, DEPTH, &problems);
	bool has_more = page != NULL && read_page(watcher, page);
	loop_set(stage->loop, &watcher->timer, loop_now(stage->loop) + (has_more ? 0 : LOOK_MS));
	arena_done(&arena);
}

static void look(void *context)
{
	struct watcher *watcher = context;
	char path[200];
	if (watcher->role->stage->is_over)
		return;
	snprintf(path, sizeof(path), FEED "%s%s%s", watcher->desk->id,
		watcher->after[0] != '\0' ? "&after=" : "", watcher->after);
	stage_send(watcher->role, (struct party_letter){.method = "GET", .path = path}, take_page,
		watcher);
}

struct watcher *watcher_new(struct stage_role *role, const struct rules_desk *desk)
{
	struct watcher *watcher = memory_get_zeroed(1, sizeof(*watcher));
	watcher->role = role;
	watcher->desk = desk;
	watcher->timer = (struct loop_timer){.fn = look, .context = watcher};
	LIST_INIT(&watcher->deeds);
	return watcher;
}

void watcher_free(struct watcher *watcher)
{
	if (watcher == NULL)
		return;
	while (!LIST_EMPTY(&watcher->deeds))
		forget(LIST_FIRST(&watcher->deeds));
	loop_clear(watcher->role->stage->loop, &watcher->timer);
	free(watcher);
}

void watcher_begin(struct watcher *watcher)
{
	struct stage *stage = watcher->role->stage;
	stage->behind++;
	loop_set(stage->loop, &watcher->timer, loop_now(stage->loop));
}

const struct rules_desk *watcher_desk(const struct watcher *watcher)
{
	return watcher->desk;
}
