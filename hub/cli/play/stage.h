/* stage - what all that are played share: the hub they speak to, the pace, what desks do. */
#ifndef HUB_CLI_PLAY_STAGE_H
#define HUB_CLI_PLAY_STAGE_H

#include "hub/cli/play/party.h"
#include "hub/cli/play/template.h"

#define STAGE_OWN "own" /* folder of the hub's own JSON among the templates */

/* What a desk does, in the order in which it may come to it. */
enum stage_act {
	STAGE_ACCEPT,
	STAGE_DECLINE,
	STAGE_ANSWER,
	STAGE_NO_SHOW,
	STAGE_SCHEDULED,
	STAGE_COMPLETE,
	STAGE_ACTS
};

struct host;

struct stage {
	struct loop *loop;
	struct party *party;
	struct host *host; /* of systems that the hub asks; NULL: none is played */
	const struct conf *conf;
	const char *folder; /* of the templates */
	int64_t seed;
	double pace; /* so many times as fast as in life */
	bool drops_files; /* into the folders of sources; else they are posted */
	struct arena arena; /* what lives as long as the stage */
	struct template acts[STAGE_ACTS];
	size_t behind; /* desks that have yet to read what there was before */
	size_t waiting; /* requests under way */
	bool is_over; /* nothing new is begun */
};

struct stage_counts {
	int64_t sent, taken, refused, away; /* messages of its system, and what became of them */
	int64_t handovers, silent; /* what its desks were told, and offers they let lie */
	int64_t done[STAGE_ACTS]; /* and what they did, as the hub took it */
	int64_t too_late; /* or did not take */
	int64_t asked; /* requests of the hub to its system */
	int64_t unproven; /* and those that did not show what was agreed */
};

/* One partner on it: what its system and its desks have in common. */
struct stage_role {
	struct stage *stage;
	const struct conf_partner *partner;
	const struct conf_simulation *plan;
	char token[PARTY_TOKEN_MOST];
	struct stage_counts counts;
	char why[300]; /* what went wrong first; "": nothing */
};

/* Reads the templates of what desks do. REJECT: one is missing or cannot be read. */
enum outcome stage_open(struct stage *stage, struct err *err) MUST_CHECK;
/* Whether nothing new is sent now, as too much is under way, or desks still read what there was:
 * the timer is set for a little later. */
bool stage_holds(struct stage *stage, struct loop_timer *timer);
/* Keeps what went wrong first; "": nothing did. */
void stage_went_wrong(struct stage_role *role, const char *text);
/* Counts a message that was refused; why it was is kept of the first, which is mostly the
 * template's fault. */
void stage_refused(struct stage_role *role, const struct client_answer *answer);
/* Sends with the partner's token; done ends with a stage->waiting that is one less. */
void stage_send(
	struct stage_role *role, struct party_letter letter, client_done_fn *done, void *context);

#endif
