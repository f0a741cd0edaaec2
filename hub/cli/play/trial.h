/* trial - what a partner must show before it is admitted: one row per thing, in the order in which
 * they are tried. */
#ifndef HUB_CLI_PLAY_TRIAL_H
#define HUB_CLI_PLAY_TRIAL_H

#include "hub/cli/host/host.h"
#include "hub/cli/play/courier.h"

enum trial_end { TRIAL_PASS, TRIAL_FAIL, TRIAL_NOT_POSSIBLE };

struct trial_result {
	enum trial_end end;
	const char *came; /* what came, or why it is not possible; lies in the trial's arena */
};

struct trial;
typedef struct trial_result trial_fn(struct trial *trial);

enum trial_must {
	TRIAL_ALWAYS,
	TRIAL_OPTIONAL, /* need not be possible; must not fail */
};

struct trial_row {
	const char *name, *done, *expected;
	enum trial_must must;
	trial_fn *fn;
	/* Where the hub asks the partner's system. NULL: it says nothing in the partner's format,
	 * and is fn there too. */
	trial_fn *asked;
};

/* Ended by fn NULL. Of the partner's system towards the hub, and of its desk. */
extern const struct trial_row trial_sender_rows[], trial_desk_rows[];

/* Where the hub asks: what such a row does instead. */
trial_fn trial_asked_refers, trial_asked_repeats, trial_asked_amends, trial_asked_disorders,
	trial_asked_cancels;

/* Where the desk is told by webhook: what its system is brought. */
trial_fn trial_told_again, trial_told_all, trial_told_early, trial_told_newer, trial_told_garbage,
	trial_told_unsigned, trial_told_by_stranger;

#define TRIAL_CANCELLED "CANCEL" /* how the states begin that a cancel leads to */
#define TRIAL_FIRST 1 /* number of the first person and case */
#define TRIAL_PEOPLE 10 /* so many are tried until one is free */

enum trial_offer { TRIAL_OFFER_ACCEPT, TRIAL_OFFER_DECLINE, TRIAL_OFFER_LEAVE, TRIAL_OFFERS };

/* Filled by who tries. */
struct trial {
	struct loop *loop;
	struct party *party, *giver_party;
	struct party_options options, giver_options; /* the parties' */
	const struct conf *conf;
	const struct conf_partner *partner, *giver; /* giver: refers to the partner's desk */
	const struct rules_desk *desk; /* the partner's */
	const struct conf_delivery *delivery; /* of the desk; NULL: it asks for its handovers */
	struct courier *courier; /* NULL: the desk is not told by webhook */
	char token[PARTY_TOKEN_MOST], giver_token[PARTY_TOKEN_MOST];
	const char *folder; /* of the templates */
	const char *format, *type, *path; /* of what the partner says, and where it posts it */
	struct stage stage; /* of its system, if it is played */
	struct stage_role role;
	struct host_system *system; /* that the hub asks; NULL: the partner tells all itself */
	const char *source_name; /* as it was asked for; NULL: any */
	const struct conf_source *source; /* that is tried; NULL: none */
	const char *not_tried; /* sources of the partner, and how to try them; NULL: none */
	struct template referral, cancel, amend, old, case_;
	const struct conf_simulation *plan;
	int64_t seed, number; /* of the last person and case */
	int32_t wait_s; /* for what comes by itself */
	struct arena arena;
	struct arena looked; /* what the last look saw */

	/* What rows before left for those behind. */
	const char *case_name; /* of the partner's referral */
	int64_t first; /* its number */
	struct bytes said; /* the document that it was said with, or notified */
	int64_t step; /* that it began with, where the hub asks */
	char offers[TRIAL_OFFERS][37]; /* referrals to the partner's desk; "": none yet */
	bool has_offered;
	const char *why; /* not all could be offered */
	bool was_repeated; /* an offer, and so many verdicts there were then */
	size_t verdicts;
	bool is_reached; /* the desk's system has answered something */
	const char *subject; /* the referral that news are made up of; NULL: not looked for yet */
	struct bytes own_case; /* what the desk's system calls it; absent: nothing */
	bool is_own_case_said; /* by us, for the partner: its system may have no such case */
	int64_t sequence; /* of the last that the desk was told of it */
};

struct trial_result trial_try(struct trial *trial, const struct trial_row *row);

/* For the rows. */
struct trial_result trial_says(struct trial *trial, enum trial_end end, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* A document of the template for the partner's desk; *case_name: of the case in it. number: which
 * person and case. */
enum outcome trial_write(struct trial *trial, const struct template *template, int64_t number,
	struct bytes *out, const char **case_name);
/* What the hub knows the case by; NULL: its template cannot be filled. */
const char *trial_case(struct trial *trial, int64_t number);
struct party_answer trial_post(
	struct trial *trial, const char *path, const char *type, struct bytes body);
/* Asks as the partner; NULL: there is no JSON with status 200. *status may be NULL. */
const struct json_tree *trial_get(struct trial *trial, const char *path, int32_t *status);
/* The same, for what is looked at many times: kept until the next look. */
const struct json_tree *trial_look(struct trial *trial, const char *path, int32_t *status);
const struct json_tree *trial_tree(struct trial *trial, struct bytes json); /* NULL: it is none */
/* The text of a member; "": none. In the trial's arena. */
const char *trial_text(struct trial *trial, const struct json_tree *in, const char *name);
void trial_pause(struct trial *trial, int32_t ms);

/* What the hub made of a case. */
struct trial_receipt {
	int32_t status; /* 200; else there is none, and the rest is empty; 0: no answer */
	size_t referrals, messages, in_flight, applied, refused;
	const char *referral, *state; /* of the first; "": none */
	const char *code; /* why the last of those refused was; "": it is not said */
};
/* Waits until it has so many messages, all decided, and a referral whose state begins so ("": in
 * any state, or none). */
struct trial_receipt trial_receipt(
	struct trial *trial, const char *case_name, size_t messages, const char *state);
/* Refused as things stand with this one of so few made-up people, whom others refer too: another
 * must be tried. */
bool trial_is_known(const struct trial_receipt *receipt);
struct trial_result trial_says_receipt(
	struct trial *trial, bool is_good, const struct trial_receipt *receipt);
/* Made-up clients to the partner's desk, all at once; false: they cannot all be offered. */
bool trial_offer_all(struct trial *trial);
/* States of an offer that was accepted, by a desk that may have gone on at once; ended by NULL. */
extern const char *const trial_accepted[];
bool trial_is_among(const char *state, const char *const *wanted);
/* How often the desk has answered the offer that was brought twice once more, after that row. */
size_t trial_told_verdicts(struct trial *trial);
bool trial_has(struct bytes body, const char *words);
/* A fault of SOAP or StUF that says that it is the sender's. */
bool trial_is_clients_fault(struct bytes body);
bool trial_is_taken(const struct party_answer *answer);
struct trial_result trial_not_taken(struct trial *trial, const struct party_answer *answer);

#endif
