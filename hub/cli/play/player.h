/* player - plays one partner: its system refers made-up people, its desks answer what they get. */
#ifndef HUB_CLI_PLAY_PLAYER_H
#define HUB_CLI_PLAY_PLAYER_H

#include "hub/cli/play/party.h"
#include "hub/cli/play/template.h"

/* What a desk does, in the order in which it may come to it. */
enum player_act {
	PLAYER_ACCEPT,
	PLAYER_DECLINE,
	PLAYER_ANSWER,
	PLAYER_NO_SHOW,
	PLAYER_SCHEDULED,
	PLAYER_COMPLETE,
	PLAYER_ACTS
};

/* What all players share. */
struct player_world {
	struct loop *loop;
	struct party *party;
	const struct conf *conf;
	const char *folder; /* of the templates */
	int64_t seed;
	double pace; /* so many times as fast as in life */
	bool drops_files; /* into the folders of sources; else they are posted */
	struct arena arena; /* what lives as long as the world */
	struct template acts[PLAYER_ACTS];
	size_t behind; /* desks that have yet to read what there was before */
	size_t waiting; /* requests under way */
	bool is_over; /* nothing new is begun */
};

/* Reads the templates of what desks do. REJECT: one is missing or cannot be read. */
enum outcome player_open_world(struct player_world *world, struct err *err) MUST_CHECK;

struct player_counts {
	int64_t sent, taken, refused, away; /* messages of its system, and what became of them */
	int64_t handovers, silent; /* what its desks were told, and offers they let lie */
	int64_t done[PLAYER_ACTS]; /* and what they did, as the hub took it */
	int64_t too_late; /* or did not take */
};

struct player;

/* In the format of the first of the partner's sources whose connector has a template, else in the
 * hub's own JSON. The world is borrowed. REJECT: a template cannot be filled. */
enum outcome player_new(struct player **out, struct player_world *world,
	const struct conf_partner *partner, struct err *err) MUST_CHECK;
void player_free(struct player *player); /* behind its party */
/* From now on, while the loop runs. */
void player_begin(struct player *player);

const struct conf_partner *player_partner(const struct player *player);
const char *player_token(const struct player *player);
const char *player_format(const struct player *player); /* "sonar"; "own" */
const struct player_counts *player_counts(const struct player *player);
const char *player_why(const struct player *player); /* what was first refused, and why; "" */

#endif
