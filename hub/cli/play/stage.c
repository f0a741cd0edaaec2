/* stage - what all that are played share: the hub they speak to, the pace, what desks do. */
#include "hub/cli/play/stage.h"

#include <stdio.h>

enum { HELD_MS = 20, WAITING_MOST = 256 };

static const char *const act_names[STAGE_ACTS] = {[STAGE_ACCEPT] = "accept",
	[STAGE_DECLINE] = "decline",
	[STAGE_ANSWER] = "answer",
	[STAGE_NO_SHOW] = "no_show",
	[STAGE_SCHEDULED] = "scheduled",
	[STAGE_COMPLETE] = "complete"};

enum outcome stage_open(struct stage *stage, struct err *err)
{
	for (size_t i = 0; i < STAGE_ACTS; i++) {
		const struct template_name name = {stage->folder, STAGE_OWN, act_names[i]};
		struct template *act = &stage->acts[i];
		if (template_load(&name, &stage->arena, act, err) != OK)
			return err->outcome;
		if (act->path == NULL)
			return err_set(err, REJECT, "%s/" STAGE_OWN "/%s.json is missing",
				stage->folder, act_names[i]);
	}
	return OK;
}

bool stage_holds(struct stage *stage, struct loop_timer *timer)
{
	bool holds = stage->behind > 0 || stage->waiting >= WAITING_MOST;
	if (holds)
		loop_set(stage->loop, timer, loop_now(stage->loop) + HELD_MS);
	return holds;
}

void stage_went_wrong(struct stage_role *role, const char *text)
{
	if (role->why[0] == '\0')
		snprintf(role->why, sizeof(role->why), "%s", text);
}

void stage_refused(struct stage_role *role, const struct client_answer *answer)
{
	role->counts.refused++;
	if (role->why[0] == '\0')
		snprintf(role->why, sizeof(role->why), "%d %.*s", answer->status,
			answer->body.size < 250 ? (int)answer->body.size : 250,
			(const char *)answer->body.data);
}

void stage_send(
	struct stage_role *role, struct party_letter letter, client_done_fn *done, void *context)
{
	role->stage->waiting++;
	letter.token = role->token;
	letter.done = done;
	letter.context = context;
	party_send(role->stage->party, &letter);
}
