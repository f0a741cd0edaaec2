/* script - what the names in templates stand for: a made-up person, a case, a desk, a day. */
#ifndef HUB_CLI_PLAY_SCRIPT_H
#define HUB_CLI_PLAY_SCRIPT_H

#include "hub/cli/play/someone.h"
#include "hub/conf/conf.h"

/* config/simulate/README.md lists the names. */
struct script {
	const struct conf *conf;
	const struct conf_simulation *plan; /* whose values go before all else */
	const struct rules_desk *desk; /* that speaks, or is spoken of */
	struct dice *dice;
	struct arena *arena; /* for the values */
	struct someone someone; /* zeroed: nobody */
	const char *case_, *number; /* NULL: no case */
	const char *reference; /* of the message */
	const struct rules_desk *to; /* that is referred to; NULL: the hub finds one */
	int64_t at; /* what now is, epoch ms; 0: what the clock says */
};

/* A new person, and a case, which is another one for each seed and number; to another partner's it
 * may be alike. Its eight digits cannot tell all seeds apart: up to 5,000 cases each of any two
 * that differ by up to 10,000 have digits of their own, and so have 90 million of one. No number is
 * less than 0. */
void script_begin_case(struct script *script, int64_t seed, int64_t number);
/* For template_fill; context is a script. */
const char *script_value(void *context, struct bytes name);

#endif
