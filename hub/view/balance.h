/* balance - which referrals were open between a partner and each other one at a moment. */
#ifndef HUB_VIEW_BALANCE_H
#define HUB_VIEW_BALANCE_H

#include "hub/handover/rule/rules.h"
#include "hub/view/query.h"

/* Those that one partner sent (its desk gets the news) and another was offered. */
struct balance_pair {
	const char *from, *to; /* OIN, of rules; "": of a desk that config does not know */
	int64_t open; /* SUBMITTED to CANCEL_REQUESTED, or RETURNED */
	int64_t undelivered; /* of these: the target does not have them yet */
	const struct uuid *referrals; /* the open ones, sorted */
	char hash[65]; /* SHA-256 in hexadecimal digits; see balance_hash */
};

struct balance_open; /* one referral that was found */

/* Zeroed is empty. */
struct balance {
	/* in */
	const struct rules *rules;
	const char *partner; /* OIN, of rules */
	int64_t at; /* by the time in the Events; in the past */
	/* After each client; false: stop. NULL: not told. */
	bool (*progress)(void *context, int64_t clients);
	void *context;

	/* out */
	struct arena arena;
	struct balance_pair *pairs; /* sorted by from, then to; all have the partner in them */
	size_t count;
	int64_t clients; /* that were looked at */
	int64_t cut; /* of these: changed since, and their first Events are kept no more */
	int64_t undecided; /* messages that were stored before that moment and have no Event yet */
	struct balance_open *found;
	size_t found_count, found_capacity;
};

/* The memory that it takes grows with the partner's open referrals only. RETRY: it was stopped.
 * Outside of view_reader_begin and view_reader_end. */
enum outcome balance_run(
	struct view_reader *reader, struct balance *balance, struct err *err) MUST_CHECK;
void balance_done(struct balance *balance);

/* Of the ids as text (RFC 9562), in lower case, sorted, each with a line feed behind it. */
void balance_hash(const struct uuid *sorted, size_t count, char out[65]);

#endif
