/* original - the message behind a Rejection, as it was received. */
#ifndef HUB_CLI_LOOKUP_ORIGINAL_H
#define HUB_CLI_LOOKUP_ORIGINAL_H

#include "hub/conf/conf.h"
#include "hub/view/query.h"

/* Appends the bytes: a RECORD as it lay in intake (its personal data stay sealed); a BOX opened
 * with ops' secret key, which the config names; a SEALED one opened with its data key. What was
 * opened may be personal: the caller wipes it. REJECT: the key is not to be had, or erased. */
enum outcome original_open(const struct conf *conf, struct view_reader *reader,
	const struct rejection *rejection, struct buffer *out, struct err *err) MUST_CHECK;

/* Writes into topic access, with acks=all, that ops is about to see an opened original. To be
 * called before anything of it is shown. */
enum outcome original_note_access(const struct conf *conf, const struct rejection *rejection,
	const char *command, struct err *err) MUST_CHECK;

#endif
