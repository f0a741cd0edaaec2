/* player - plays one partner: its system refers made-up people, its desks answer what they get. */
#ifndef HUB_CLI_PLAY_PLAYER_H
#define HUB_CLI_PLAY_PLAYER_H

#include "hub/cli/play/stage.h"

struct player;

/* In the format of the first of the partner's sources whose connector has a template, else in the
 * hub's own JSON. The stage is borrowed. REJECT: a template cannot be filled. */
enum outcome player_new(struct player **out, struct stage *stage,
	const struct conf_partner *partner, struct err *err) MUST_CHECK;
void player_free(struct player *player); /* behind the stage's party */
/* From now on, while the loop runs. */
void player_begin(struct player *player);

const struct conf_partner *player_partner(const struct player *player);
const char *player_token(const struct player *player);
const char *player_format(const struct player *player); /* "sonar"; "own" */
const struct stage_counts *player_counts(const struct player *player);
const char *player_why(const struct player *player); /* what was first refused, and why; "" */

#endif
