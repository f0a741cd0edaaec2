/* sign - signatures by which a receiver knows that a webhook is ours (standardwebhooks.com). */
#ifndef HUB_HTTP_CLIENT_SIGN_H
#define HUB_HTTP_CLIENT_SIGN_H

#include "hub/base/arena.h"

/* The secrets that one receiver knows: during a change the old and the new one. */
struct sign;

/* Each file holds one line, "whsec_" and 24 to 64 bytes in base64; ended by NULL. REJECT: one does
 * not. */
enum outcome sign_new(struct sign **out, const char *const *files, struct err *err) MUST_CHECK;
/* The same, without keeping it. */
enum outcome sign_check_file(const char *file, struct err *err) MUST_CHECK;
void sign_free(struct sign *sign);

/* The value of header webhook-signature, "v1,… v1,…", in the arena. `id` goes out as webhook-id and
 * must hold no dot; `seconds` since 1970 as webhook-timestamp. */
const char *sign_webhook(const struct sign *sign, const char *id, int64_t seconds,
	struct bytes body, struct arena *arena);

#endif
