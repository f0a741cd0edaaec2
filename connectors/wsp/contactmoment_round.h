/* contactmoment_round - for which employer, and from which day on, a poll asks. */
#ifndef CONNECTORS_WSP_CONTACTMOMENT_ROUND_H
#define CONNECTORS_WSP_CONTACTMOMENT_ROUND_H

#include "hub/connector/connector.h"

/* VUM answers for one employer at a time, so a round of polls asks for each of the settings; the
 * cursor says how far it has come. A round asks from some days before the one before began. */

struct contactmoment_round_config {
	const struct setting_pair *employers; /* KvK number, leerbedrijf-ID; at least one */
	int32_t since; /* date; INT32_MIN: any */
	int32_t days_back;
};

/* The body of the request. */
struct bytes contactmoment_round_question(
	const struct contactmoment_round_config *config, const struct connector_poll *poll);
/* Whose turn it was, from 1. */
int contactmoment_round_turn(
	const struct contactmoment_round_config *config, const struct documents *docs);
/* Sets the cursor that follows the answer, and whether the round goes on. */
void contactmoment_round_go_on(const struct contactmoment_round_config *config,
	const struct documents *docs, struct parcel *out);
/* The same, where there was no answer for the one whose turn it was: the next round asks from the
 * same day as this one, so that nothing of that one is missed once it can be asked for again. */
void contactmoment_round_pass_over(const struct contactmoment_round_config *config,
	const struct documents *docs, struct parcel *out);

#endif
