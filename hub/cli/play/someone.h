/* someone - a made-up person, whom the test lane takes. */
#ifndef HUB_CLI_PLAY_SOMEONE_H
#define HUB_CLI_PLAY_SOMEONE_H

#include "hub/base/arena.h"
#include "hub/cli/play/dice.h"

/* Texts of letters, digits and what needs no escape in any format. The BSN passes the 11-test and
 * begins with 99999 or 0000: there are some ten thousand of them. */
struct someone {
	const char *bsn, *family_name, *given_name, *initials, *birth_date, *gender;
	const char *phone, *email;
};

struct someone someone_new(struct dice *dice, struct arena *arena);
/* "family_name"; NULL: has no such thing. */
const char *someone_value(const struct someone *someone, struct bytes name);

#endif
