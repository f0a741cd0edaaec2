/* trial_asked - the rows of a sender whose system the hub asks: it takes a step, notifies the hub
 * of it, and is asked.
 */
#include "hub/cli/play/trial.h"

#include <string.h>

enum { LOOK_MS = 100, SETTLE_MS = 10000 };

/* Of its case as it stands now. */
static struct bytes notice_of(struct trial *trial, int64_t step)
{
	struct buffer text = {0};
	struct err err = {0};
	struct bytes notice = {0};
	if (host_notify(trial->system, step, &text, &err) == OK)
		notice = arena_copy(&trial->arena, buffer_bytes(&text));
	buffer_done(&text);
	return notice;
}

static const char *wrong_with(struct trial *trial)
{
	const char *why = trial->role.why;
	return why[0] != '\0'
		? arena_format(&trial->arena, "; what it asks for is not written: %s", why)
		: "";
}

static struct trial_result not_asked(struct trial *trial)
{
	if (!host_was_listed(trial->system))
		return trial_says(trial, TRIAL_FAIL,
			"taken, but the hub did not ask for it within %d s: after polls in vain it "
			"may wait up to 900 s%s",
			trial->wait_s, wrong_with(trial));
	return trial_says(trial, TRIAL_NOT_POSSIBLE,
		"within %d s the hub asked for it only as for all there is, which it does by "
		"itself: a poll_interval_s of the source that is longer than --wait shows what "
		"notifications do%s",
		trial->wait_s, wrong_with(trial));
}

static struct trial_result is_unproven(struct trial *trial)
{
	return trial_says(trial, TRIAL_FAIL,
		"taken, but the hub asks without what its endpoint's auth and secret say: does it "
		"run with this configuration?");
}

/* What it asks for behind that it asks at once; of polls that come all the time there is no end. */
static void let_it_end(struct trial *trial)
{
	int64_t end = loop_now(trial->loop) + SETTLE_MS;
	while (!host_is_done(trial->stage.host) && loop_now(trial->loop) < end)
		trial_pause(trial, LOOK_MS);
}

/* Waits until the hub has asked for the step's case, and for nothing more since a while. false:
 * *out says why not. */
static bool tell(struct trial *trial, int64_t step, struct bytes notice, struct trial_result *out)
{
	const int64_t unproven = trial->role.counts.unproven;
	host_watch(trial->system, step);
	const struct party_answer answer = trial_post(trial, trial->path, trial->type, notice);
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	if (!trial_is_taken(&answer)) {
		*out = trial_not_taken(trial, &answer);
		return false;
	}
	while (host_looks(trial->system) < 1 || !host_is_seen(trial->stage.host)) {
		bool is_wrong = trial->role.counts.unproven > unproven;
		if (is_wrong || loop_now(trial->loop) >= end) {
			*out = is_wrong ? is_unproven(trial) : not_asked(trial);
			return false;
		}
		trial_pause(trial, LOOK_MS);
	}
	let_it_end(trial);
	return true;
}

/* A step of its first case, and the notification of it. */
static bool say(struct trial *trial, enum ledger_step step, struct trial_result *out)
{
	if (trial->case_name == NULL) {
		*out = trial_says(trial, TRIAL_FAIL, "there is no referral that it could be of");
		return false;
	}
	int64_t number = host_say(trial->system, step, trial->step);
	return tell(trial, number, notice_of(trial, number), out);
}

static struct trial_result refer(struct trial *trial, struct trial_receipt *receipt)
{
	struct trial_result result;
	*receipt = (struct trial_receipt){.code = ""};
	trial->step = host_say(trial->system, LEDGER_REFERRAL, 0);
	trial->said = notice_of(trial, trial->step);
	const char *case_name = trial_case(trial, trial->step);
	if (trial->said.data == NULL || case_name == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "the template cannot be filled");
	if (!tell(trial, trial->step, trial->said, &result))
		return result;
	*receipt = trial_receipt(trial, case_name, 1, "");
	if (receipt->referrals > 0)
		trial->case_name = case_name;
	return trial_says_receipt(trial, receipt->referrals == 1 && receipt->refused == 0, receipt);
}

struct trial_result trial_asked_refers(struct trial *trial)
{
	struct trial_receipt receipt;
	struct trial_result result;
	int tries = 0;
	do
		result = refer(trial, &receipt);
	while (trial_is_known(&receipt) && ++tries < TRIAL_PEOPLE);
	return result;
}

struct trial_result trial_asked_repeats(struct trial *trial)
{
	struct trial_result result;
	if (!say(trial, LEDGER_AGAIN, &result))
		return result;
	const struct trial_receipt receipt = trial_receipt(trial, trial->case_name, 1, "");
	return trial_says_receipt(trial, receipt.referrals == 1 && receipt.refused == 0, &receipt);
}

struct trial_result trial_asked_amends(struct trial *trial)
{
	struct trial_result result;
	struct trial_receipt before = {0};
	if (trial->case_name != NULL)
		before = trial_receipt(trial, trial->case_name, 1, "");
	if (!say(trial, LEDGER_AMEND, &result))
		return result;
	const struct trial_receipt after =
		trial_receipt(trial, trial->case_name, before.messages + 1, "");
	bool is_one = after.referrals == 1 && after.refused == 0;
	return trial_says_receipt(trial, is_one && after.applied == before.applied + 1, &after);
}

static bool is_cancelled(const struct trial_receipt *receipt)
{
	return strncmp(receipt->state, TRIAL_CANCELLED, strlen(TRIAL_CANCELLED)) == 0;
}

/* That a case was cancelled is notified before that there is one. */
static struct trial_result disorder(struct trial *trial, struct trial_receipt *receipt)
{
	struct trial_result result;
	*receipt = (struct trial_receipt){.code = ""};
	int64_t first = host_say(trial->system, LEDGER_REFERRAL, 0);
	struct bytes early = notice_of(trial, first);
	struct bytes late = notice_of(trial, host_say(trial->system, LEDGER_CANCEL, first));
	if (!tell(trial, first, late, &result) || !tell(trial, first, early, &result))
		return result;
	*receipt = trial_receipt(trial, trial_case(trial, first), 2, TRIAL_CANCELLED);
	bool is_one = receipt->referrals == 1 && receipt->refused == 0;
	return trial_says_receipt(trial, is_one && is_cancelled(receipt), receipt);
}

struct trial_result trial_asked_disorders(struct trial *trial)
{
	struct trial_receipt receipt;
	struct trial_result result;
	int tries = 0;
	if (trial->case_name == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral yet");
	if (!host_names(trial->system))
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"a notification in format %s does not say what it is of", trial->format);
	do
		result = disorder(trial, &receipt);
	while (trial_is_known(&receipt) && ++tries < TRIAL_PEOPLE);
	return result;
}

struct trial_result trial_asked_cancels(struct trial *trial)
{
	struct trial_result result;
	if (!say(trial, LEDGER_CANCEL, &result))
		return result;
	const struct trial_receipt receipt =
		trial_receipt(trial, trial->case_name, 2, TRIAL_CANCELLED);
	return trial_says_receipt(trial, is_cancelled(&receipt), &receipt);
}
