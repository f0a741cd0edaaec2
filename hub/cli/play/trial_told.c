/* trial_told - the rows of a desk that is told by webhook: its system is brought handovers, as the
 * hub would and wrongly on purpose.
 */
#include "hub/cli/play/trial.h"

#include <string.h>

#include "hub/base/clock.h"
#include "schemas/json_tree.h"

enum { QUIET_MS = 3000 };

#define SOURCE "urn:lokethub"
#define ID "handover-" /* and the place in its topic */

/* What is made up, the likeliest to be told first. */
static const enum handover_kind kinds[] = {HANDOVER_KIND_STATUS, HANDOVER_KIND_QUESTION,
	HANDOVER_KIND_ANSWER, HANDOVER_KIND_DETAILS, HANDOVER_KIND_DUTY, HANDOVER_KIND_REMINDER,
	HANDOVER_KIND_ESCALATION, HANDOVER_KIND_RECALL, HANDOVER_KIND_VERDICT};

/* One that the hub has told, as it was brought. */
struct told {
	struct handover handover;
	struct person person;
	struct opened opened;
};

/* What the desk was told of a referral, as it stands in its feed: of a kind; NULL: none. *count:
 * how many. */
static const struct json_tree *find_told(
	struct trial *trial, const char *referral, const char *kind, size_t *count)
{
	const struct json_tree *found = NULL, *page;
	const char *after = "";
	*count = 0;
	do {
		const char *path =
			arena_format(&trial->arena, "/v1/handovers?limit=1000&desk=%s%s%s",
				trial->desk->id, after[0] != '\0' ? "&after=" : "", after);
		page = trial_get(trial, path, NULL);
		const struct json_tree *list =
			page == NULL ? NULL : json_tree_member(page, "handovers");
		for (const struct json_tree *it = list == NULL ? NULL : list->first; it != NULL;
			it = it->next) {
			const struct json_tree *told = json_tree_member(it, "handover");
			if (strcmp(trial_text(trial, told, "referral"), referral) == 0 &&
				strcmp(trial_text(trial, told, "kind"), kind) == 0) {
				found = it;
				(*count)++;
			}
		}
		after = trial_text(trial, page, "after");
	} while (page != NULL && json_tree_member(page, "more") != NULL &&
		json_tree_member(page, "more")->yes);
	return found;
}

static struct trial_result no_webhook(struct trial *trial)
{
	return trial_says(
		trial, TRIAL_NOT_POSSIBLE, "desk %s is not told by webhook", trial->desk->id);
}

static struct trial_result not_sent(
	struct trial *trial, const char *what, const struct courier_answer *answer)
{
	return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s tells this desk nothing of %s%s%s",
		trial->delivery->connector->name, what, answer->text[0] != '\0' ? ": " : "",
		answer->text);
}

static bool read_person(struct trial *trial, const struct json_tree *item, struct told *out)
{
	struct problems *problems = arena_get(&trial->arena, sizeof(*problems));
	const struct json_tree *person = json_tree_member(item, "person");
	problems_init(problems, &trial->arena);
	return person != NULL && person_from_json(&out->person, person, problems);
}

/* Its place is what the hub makes the id and the sequence of. */
static int64_t sequence_of(const char *id)
{
	int64_t place = 0;
	bool is_so = strncmp(id, ID, strlen(ID)) == 0 &&
		bytes_to_int64(bytes_of_string(id + strlen(ID)), &place);
	return is_so ? place : 1;
}

/* An offer, so that the same document comes of it; false: it is not in the feed. */
static bool open_offer(struct trial *trial, enum trial_offer which, struct told *out)
{
	size_t count;
	struct problems *problems = arena_get(&trial->arena, sizeof(*problems));
	const struct json_tree *item = find_told(trial, trial->offers[which], "OFFER", &count);
	*out = (struct told){0};
	problems_init(problems, &trial->arena);
	if (item == NULL ||
		!handover_from_json(&out->handover, json_tree_member(item, "handover"), problems))
		return false;
	const char *withheld = trial_text(trial, item, "withheld");
	out->opened = (struct opened){.handover = &out->handover,
		.person = read_person(trial, item, out) ? &out->person : NULL,
		.withheld = withheld[0] != '\0' ? withheld : NULL,
		.id = trial_text(trial, item, "id"),
		.source = SOURCE,
		.url = trial_text(trial, item, "url"),
		.desk_name = trial->desk->name,
		.partner = trial->partner->rules->oin,
		.own_case = bytes_of_string(trial_text(trial, item, "own_case")),
		.arena = &trial->arena};
	if (out->opened.url[0] == '\0')
		out->opened.url = NULL;
	out->opened.sequence = sequence_of(out->opened.id);
	return true;
}

static struct courier_answer bring(
	struct trial *trial, const struct opened *opened, enum courier_way way)
{
	const struct courier_answer answer = courier_bring(trial->courier, opened, way);
	trial->is_reached = trial->is_reached || answer.status != 0;
	return answer;
}

/* A system that takes it for two answers it twice: the second answer is refused, and it is told so.
 */
struct trial_result trial_told_again(struct trial *trial)
{
	struct told told;
	size_t before;
	const char *referral = trial->offers[TRIAL_OFFER_ACCEPT];
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (!trial_offer_all(trial) || !open_offer(trial, TRIAL_OFFER_ACCEPT, &told))
		return trial_says(trial, TRIAL_FAIL, "the desk was never told of the offer");
	find_told(trial, referral, "VERDICT", &before);
	const struct courier_answer answer = bring(trial, &told.opened, COURIER_AS_AGREED);
	if (!answer.is_sent)
		return not_sent(trial, "an offer", &answer);
	if (answer.outcome != OK)
		return trial_says(trial, TRIAL_FAIL, "not taken: %s", answer.text);
	trial_pause(trial, QUIET_MS);
	find_told(trial, referral, "VERDICT", &trial->verdicts);
	trial->was_repeated = true;
	bool is_same = before == trial->verdicts;
	return trial_says(trial, is_same ? TRIAL_PASS : TRIAL_FAIL,
		is_same ? "taken, and not answered again" : "taken, and answered a second time");
}

size_t trial_told_verdicts(struct trial *trial)
{
	size_t count = 0;
	if (!trial->was_repeated)
		return 0;
	find_told(trial, trial->offers[TRIAL_OFFER_ACCEPT], "VERDICT", &count);
	return count > trial->verdicts ? count - trial->verdicts : 0;
}

/* What news can be made up of: the offer that nobody answers, and what the desk's system calls it,
 * which its answer to it says; if it is not told of offers, the referral that the partner itself
 * has told of. */
static void find_subject(struct trial *trial)
{
	struct told told;
	struct courier_answer answer = {0};
	if (trial->subject != NULL)
		return;
	trial->subject = trial->offers[TRIAL_OFFER_LEAVE];
	trial->sequence = 1;
	if (trial_offer_all(trial) && open_offer(trial, TRIAL_OFFER_LEAVE, &told)) {
		answer = bring(trial, &told.opened, COURIER_AS_AGREED);
		trial->sequence = told.opened.sequence;
		trial->own_case = answer.partner_case;
	}
	if (!answer.is_sent && trial->system == NULL && trial->case_name != NULL) {
		trial->subject = trial_receipt(trial, trial->case_name, 1, "").referral;
		trial->own_case = bytes_of_string(trial->case_name);
		trial->is_own_case_said = true;
	}
}

/* A handover that nobody has asked for, about a referral of the trial. */
static struct handover made_up(struct trial *trial, enum handover_kind kind)
{
	struct handover handover = {.desk = bytes_of_string(trial->desk->id),
		.number = 9,
		.kind = kind,
		.role = ROLE_TARGET,
		.at = clock_wall(),
		.has_referral = true,
		.case_ = bytes_of_string("CONFORM-NEWS"),
		.has_state = true,
		.state = REFERRAL_STATE_OFFERED,
		.version = 1};
	find_subject(trial);
	bytes_from_uuid(bytes_of_string(trial->subject), handover.referral.data);
	if (kind == HANDOVER_KIND_VERDICT) {
		handover.has_code = true;
		handover.code = REJECTION_CODE_STALE;
	}
	return handover;
}

/* The next real one must have a greater sequence. */
static struct courier_answer bring_made_up(struct trial *trial, const struct handover *handover,
	struct bytes own_case, enum courier_way way)
{
	const struct opened opened = {.handover = handover,
		.id = arena_format(&trial->arena, ID "conform-%lld-%lld", (long long)trial->seed,
			(long long)++trial->number),
		.source = SOURCE,
		.url = arena_format(&trial->arena, "%s/v1/referrals/%s", party_url(trial->party),
			trial->subject),
		.desk_name = trial->desk->name,
		.partner = trial->partner->rules->oin,
		.sequence = trial->sequence,
		.own_case = own_case,
		.arena = &trial->arena};
	return bring(trial, &opened, way);
}

/* Appends to a list of them. */
static const char *with_kind(struct trial *trial, const char *list, enum handover_kind kind,
	const struct courier_answer *answer)
{
	bool has_text = answer->text[0] != '\0';
	return arena_format(&trial->arena, "%s%s%s%s%s%s", list, list[0] != '\0' ? ", " : "",
		handover_kind_name(kind), has_text ? " (" : "", answer->text, has_text ? ")" : "");
}

static bool is_refused(const struct courier_answer *answer)
{
	bool is_fault = answer->status == 200 || answer->status == 500;
	return (answer->status >= 400 && answer->status < 500) ||
		(is_fault && (answer->is_refused || trial_is_clients_fault(answer->body)));
}

/* What became of each kind. */
enum fate { TAKEN, REFUSED, UNTOLD, UNKNOWN, FATES };

static enum fate fate_of(const struct trial *trial, const struct courier_answer *answer)
{
	if (!answer->is_sent)
		return UNTOLD;
	if (answer->outcome == OK)
		return TAKEN;
	return trial->is_own_case_said && is_refused(answer) ? UNKNOWN : REFUSED;
}

/* What was not told, or of what its system has no case, is nobody's fault. */
static struct trial_result says_fates(struct trial *trial, const char *const lists[FATES])
{
	static const char *const heads[FATES] = {[TAKEN] = "taken: ",
		[UNTOLD] = "not told in this format: ",
		[UNKNOWN] = "refused, and may be for its system has no such case: "};
	const char *all = "";
	if (lists[REFUSED][0] != '\0')
		return trial_says(trial, TRIAL_FAIL, "not taken: %s", lists[REFUSED]);
	if (lists[UNTOLD][0] == '\0' && lists[UNKNOWN][0] == '\0')
		return trial_says(trial, TRIAL_PASS, "all taken");
	for (int i = 0; i < FATES; i++)
		if (lists[i][0] != '\0')
			all = arena_format(&trial->arena, "%s%s%s%s", all,
				all[0] != '\0' ? "; " : "", heads[i], lists[i]);
	return trial_says(
		trial, lists[TAKEN][0] != '\0' ? TRIAL_PASS : TRIAL_NOT_POSSIBLE, "%s", all);
}

struct trial_result trial_told_all(struct trial *trial)
{
	const char *lists[FATES] = {"", "", "", ""};
	if (trial->courier == NULL)
		return no_webhook(trial);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct handover handover = made_up(trial, kinds[i]);
		const struct courier_answer answer =
			bring_made_up(trial, &handover, trial->own_case, COURIER_AS_AGREED);
		const char **list = &lists[fate_of(trial, &answer)];
		*list = with_kind(trial, *list, kinds[i], &answer);
	}
	return says_fates(trial, lists);
}

/* News of a referral that it has never heard of: its offer may still be on the way. */
struct trial_result trial_told_early(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	struct handover handover = made_up(trial, HANDOVER_KIND_STATUS);
	memset(handover.referral.data, 0x0f, sizeof(handover.referral.data));
	const struct courier_answer answer =
		bring_made_up(trial, &handover, (struct bytes){0}, COURIER_AS_AGREED);
	bool is_answered = answer.status >= 200 && answer.status < 500;
	if (!answer.is_sent)
		return not_sent(trial, "a referral that its system has no case of", &answer);
	return trial_says(trial, is_answered ? TRIAL_PASS : TRIAL_FAIL, "status %d%s%s",
		answer.status, answer.text[0] != '\0' ? ": " : "", answer.text);
}

struct trial_result trial_told_newer(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (strcmp(trial->delivery->connector->name, "cloudevent") != 0)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s is not the hub's own format",
			trial->delivery->connector->name);
	const struct handover handover = made_up(trial, HANDOVER_KIND_STATUS);
	const struct courier_answer answer =
		bring_made_up(trial, &handover, trial->own_case, COURIER_NEWER);
	return trial_says(
		trial, answer.outcome == OK ? TRIAL_PASS : TRIAL_FAIL, "status %d", answer.status);
}

/* The first that its format tells of: news, or else the offer. */
static struct courier_answer bring_any(struct trial *trial, enum courier_way way)
{
	struct told told;
	struct courier_answer answer = {.text = ""};
	for (size_t i = 0; !answer.is_sent && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct handover handover = made_up(trial, kinds[i]);
		answer = bring_made_up(trial, &handover, trial->own_case, way);
	}
	if (!answer.is_sent && trial_offer_all(trial) &&
		open_offer(trial, TRIAL_OFFER_LEAVE, &told))
		answer = bring(trial, &told.opened, way);
	return answer;
}

/* Of a case that its system does not have it may refuse all, whoever brings it. */
static bool refuses_right(struct trial *trial, enum courier_way way)
{
	find_subject(trial);
	if (way == COURIER_GARBAGE || !trial->is_own_case_said)
		return false;
	const struct courier_answer answer = bring_any(trial, COURIER_AS_AGREED);
	return is_refused(&answer);
}

static struct trial_result refuses(struct trial *trial, enum courier_way way)
{
	if (refuses_right(trial, way))
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"it refuses what is right, too: its system may have no such case");
	const struct courier_answer answer = bring_any(trial, way);
	if (!answer.is_sent)
		return not_sent(trial, "what can be made up", &answer);
	/* In the TLS handshake; one that never answers anybody shows nothing by it. */
	bool is_cut = way == COURIER_UNKNOWN && answer.status == 0 && trial->is_reached;
	return trial_says(trial, is_refused(&answer) || is_cut ? TRIAL_PASS : TRIAL_FAIL,
		"status %d%s%s", answer.status, answer.text[0] != '\0' ? ": " : "", answer.text);
}

struct trial_result trial_told_garbage(struct trial *trial)
{
	return trial->courier == NULL ? no_webhook(trial) : refuses(trial, COURIER_GARBAGE);
}

struct trial_result trial_told_unsigned(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (trial->delivery->signing_files == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "its delivery has no signing_secrets");
	return refuses(trial, COURIER_UNSIGNED);
}

struct trial_result trial_told_by_stranger(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	const struct endpoint_settings *endpoint =
		conf_endpoint(trial->conf, trial->delivery->endpoint);
	if (endpoint->auth == ENDPOINT_NONE && endpoint->cert_file == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"endpoint %s has neither auth nor cert_file", endpoint->name);
	return refuses(trial, COURIER_UNKNOWN);
}
