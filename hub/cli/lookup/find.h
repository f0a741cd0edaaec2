/* find - from what a person types to the clients that it means. */
#ifndef HUB_CLI_LOOKUP_FIND_H
#define HUB_CLI_LOOKUP_FIND_H

#include "hub/conf/conf.h"
#include "hub/view/query.h"

#define FIND_MOST 8

/* One client that was meant, and where it was found by a case: whose. */
struct find_client {
	struct pseudonym client;
	struct bytes partner, system; /* of the case; absent: found by its id */
};

struct find {
	struct find_client items[FIND_MOST];
	size_t count; /* 0: nobody; more than one: say which */
	size_t undecided; /* messages of that case or referral without an Event yet */
};

/* text: a client or referral id, its first digits (4 or more), or a case. */
enum outcome find_by_text(
	struct view_reader *reader, const char *text, struct find *out, struct err *err) MUST_CHECK;
/* The only one that is meant. REJECT: nobody, or more than one. */
enum outcome find_one(struct view_reader *reader, const char *text, struct pseudonym *out,
	struct err *err) MUST_CHECK;
/* Reads a BSN from standard input, so that it is in no shell history. REJECT: it is none, or the
 * pseudonym key cannot be read. */
enum outcome find_by_bsn(struct view_reader *reader, const struct conf *conf, struct find *out,
	struct err *err) MUST_CHECK;

#endif
