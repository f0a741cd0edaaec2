/* stranger - a certificate that nobody vouches for, as somebody would show who is not who he says.
 */
#ifndef HUB_CLI_PLAY_STRANGER_H
#define HUB_CLI_PLAY_STRANGER_H

#include "hub/base/err.h"

/* In files of their own, which stranger_free takes away. */
struct stranger {
	char cert_file[64], key_file[64]; /* "": not there */
};

/* Made for this OIN, signed by itself, and for a day that is over. RETRY: the disk. */
enum outcome stranger_new(struct stranger *out, const char *oin, struct err *err) MUST_CHECK;
void stranger_free(struct stranger *stranger);

#endif
