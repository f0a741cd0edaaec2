/* filler - fills a view's file with clients, as if Kafka had told of them. */
#ifndef TESTS_BENCH_FILLER_H
#define TESTS_BENCH_FILLER_H

#include "hub/kafka/topics.h"
#include "hub/view/apply.h"
#include "schemas/types.h"

#define FILLER_DESKS 200 /* that refer, gemeente-000 and on, and as many referred to, wsp-000 */
#define FILLER_OFFER 6 /* records */
#define FILLER_ACCEPTANCE 5

/* Zeroed but for `batch`. */
struct filler {
	sqlite3 *db;
	struct apply *apply;
	struct buffer payload;
	struct err err;
	int64_t offsets[TOPIC_COUNT];
	int64_t clients; /* that the file had when it was opened */
	int64_t records, waiting;
	int64_t batch; /* records of a transaction; 0: filler_commit ends it */
	char giver[40], target[40], case_[40]; /* of the client at hand */
	uint8_t box[400];
};

/* What is known of a client; it points into itself and into the filler. */
struct filler_subject {
	struct pseudonym client;
	struct uuid referral;
	struct bytes desks[2];
	struct clock clocks[3], of_client;
	struct desk_number numbers[2];
	struct client_referral client_referral;
	struct client state;
};

/* The database is made where there is none. Failures of these end the program with a text. */
void filler_open(struct filler *filler, const char *path);
void filler_close(struct filler *filler);
void filler_must(enum outcome outcome, const struct err *err);

/* Of client n: a message, its Event and Client, an offer, a data key and a sealed person; then an
 * acceptance: a message, Event, Client and two handovers. */
void filler_offer(struct filler *filler, int64_t n);
void filler_acceptance(struct filler *filler, int64_t n);
void filler_commit(struct filler *filler);
void filler_subject(struct filler *filler, int64_t n, struct filler_subject *out);

#endif
