/* query - what the API and the commands ask of the view: prepared, read-only, from any process. */
#ifndef HUB_VIEW_QUERY_H
#define HUB_VIEW_QUERY_H

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "schemas/types.h"

/* One read-only connection with its prepared statements; for one thread at a time. */
struct view_reader;

/* RETRY: there is no view at path yet, or it is of another version and being rebuilt. */
enum outcome view_reader_new(
	struct view_reader **out, const char *path, struct err *err) MUST_CHECK;
void view_reader_free(struct view_reader *reader);
/* Whether the file that it reads is the one at its path: a view that was built anew has another,
 * and the reader goes on with what was there before. */
bool view_reader_is_current(const struct view_reader *reader);
/* Opens the one at path where there is none, or no current one, if it can be opened now: else
 * *reader is NULL, and err says why. true: it is not the one that there was, so what was learned
 * from that, and of how far it was, is void. A view's file is new only after view_is_ready said
 * that it is not: who asks that behind this is not told of the file before. */
bool view_reader_refresh(struct view_reader **reader, const char *path, struct err *err);

/* Every query lies between these two. They all see one moment of the view, and what they find lies
 * in the arena. Keep it short: the view's file grows meanwhile. */
enum outcome view_reader_begin(
	struct view_reader *reader, struct arena *arena, struct err *err) MUST_CHECK;
void view_reader_end(struct view_reader *reader);
/* From now on all that lies between two calls of view_reader_release sees one moment, which costs
 * less. Outside of begin and end. */
void view_reader_keep(struct view_reader *reader);
void view_reader_release(struct view_reader *reader);

/* "Not there" is OK with *out NULL, or a count of 0; never an error. */

enum outcome view_client(struct view_reader *reader, struct pseudonym client,
	const struct client **out, struct err *err) MUST_CHECK;

struct view_clients {
	struct pseudonym *items;
	size_t count;
};

/* All clients with this match tag: possibly the same person. */
enum outcome view_clients_by_match(struct view_reader *reader, struct tag match,
	struct view_clients *out, struct err *err) MUST_CHECK;

struct view_owner {
	struct bytes desk;
	int64_t clients; /* OPEN ones it is responsible for */
};
struct view_owners {
	struct view_owner *items;
	size_t count;
};

/* Every desk that is responsible for a client, sorted by desk. */
enum outcome view_owners(
	struct view_reader *reader, struct view_owners *out, struct err *err) MUST_CHECK;

/* One intake record and what became of it. */
struct view_message {
	int32_t partition;
	int64_t offset;
	int64_t received_at; /* append time, epoch ms; 0: the record is no more kept */
	int32_t redrive; /* the number that its header names; 0: not a redrive */
	const struct message *message; /* without `sealed`; NULL: unreadable, or no more kept */
	const struct event *event; /* NULL: not decided yet, or the client after it is not here */
	struct bytes partner; /* OIN, also of an unreadable one; empty: unknown */
	bool is_copy; /* made by a router for the survivor of a merge */
};
struct view_messages {
	struct view_message *items;
	size_t count;
};

/* A case as its partner names it. system absent: of any system; partner absent: of anybody. */
struct view_case {
	struct bytes partner, system, case_;
};

/* All messages of a case, oldest first. */
enum outcome view_messages_of_case(struct view_reader *reader, const struct view_case *which,
	struct view_messages *out, struct err *err) MUST_CHECK;

struct view_case_client {
	bool is_known;
	int64_t rejected; /* offset of the last Referral under it about `held` that was; -1: none */
	struct pseudonym client; /* if known */
};

/* Whose a partner's case is: the client of its first Referral that was not rejected, first by place
 * in intake. held: who is thought to have it; NULL: nobody. Needs no begin: it is one look at an
 * index, asked once per message. */
enum outcome view_client_of_case(struct view_reader *reader, const struct view_case *which,
	const struct pseudonym *held, struct view_case_client *out, struct err *err) MUST_CHECK;

/* Whether a refusal with this id is recorded. Needs no begin. */
enum outcome view_is_refused(
	struct view_reader *reader, struct uuid message, bool *out, struct err *err) MUST_CHECK;

/* Perhaps the same person as another client: a partner named both under one case. */
struct view_twice {
	struct pseudonym other;
	struct bytes partner, case_;
};
struct view_twices {
	struct view_twice *items;
	size_t count;
};

struct view_listed {
	bool is_listed; /* the other one that was asked for */
	int32_t others; /* so many different ones */
};

/* Whom Rejections CASE_TWICE name beside client for this case. Needs no begin. */
enum outcome view_listed(struct view_reader *reader, struct pseudonym client,
	const struct view_twice *with, struct view_listed *out, struct err *err) MUST_CHECK;

/* Those listed with this client, and those that edges let through under its case at once. */
enum outcome view_case_twice(struct view_reader *reader, struct pseudonym client,
	struct view_twices *out, struct err *err) MUST_CHECK;

/* All messages that carry or name this referral, oldest first: the first one created it. */
enum outcome view_messages_of_referral(struct view_reader *reader, struct uuid referral,
	struct view_messages *out, struct err *err) MUST_CHECK;

/* By its place in intake, as the receipt of its sending names it: tells a repeat from the first. */
enum outcome view_message_at(struct view_reader *reader, int32_t partition, int64_t offset,
	const struct view_message **out, struct err *err) MUST_CHECK;

struct view_referral {
	struct pseudonym client_id;
	const struct client *client; /* as it is now */
	const struct client_referral *referral; /* in client->referrals; NULL: forgotten there */
	const struct uuid *parent; /* the hub made it from this one; NULL: a message made it */
	const struct view_message *created_by; /* for its partner and case; of a parent's line its
						  first one; NULL: unknown */
};

/* NULL also while its message is not decided yet: view_messages_of_referral tells that apart. */
enum outcome view_referral(struct view_reader *reader, struct uuid referral,
	const struct view_referral **out, struct err *err) MUST_CHECK;

/* The latest sealed person of a referral, or of its nearest parent that has one. */
enum outcome view_person(struct view_reader *reader, struct uuid referral,
	const struct sealed_person **out, struct err *err) MUST_CHECK;

/* NULL: erased, or written after the view's position. */
enum outcome view_key(struct view_reader *reader, struct key_id id, const struct data_key **out,
	struct err *err) MUST_CHECK;

/* The oldest key of an owner: a client, a referral, or a partner and month. */
enum outcome view_key_of_owner(struct view_reader *reader, const uint8_t owner[16],
	const struct data_key **out, struct err *err) MUST_CHECK;

/* That a handover has which lies there. */
int64_t view_cursor(int32_t partition, int64_t offset);
int64_t view_cursor_offset(int64_t cursor); /* the offset again */

/* A part of a desk's handovers. */
struct view_feed {
	struct bytes desk;
	int64_t after; /* a cursor; 0: from the first */
	int32_t limit;
};
struct view_handover {
	int64_t cursor; /* ask for what comes after it; grows along one desk's handovers */
	const struct handover *handover;
	int64_t written_at; /* of view_written_at */
};
/* When it was written, epoch ms: what it tells of may have been long before. appended: append time
 * of its record; brokers do not know of a time that is moved for tests, which what it tells of has.
 */
int64_t view_written_at(const struct handover *handover, int64_t appended);
struct view_handovers {
	struct view_handover *items;
	size_t count;
};

/* Oldest first; fewer than the limit where they are large, but never none of some. */
#define VIEW_FEED_BYTES 2000000
enum outcome view_handovers(struct view_reader *reader, const struct view_feed *feed,
	struct view_handovers *out, struct err *err) MUST_CHECK;

/* Cursor of the last one; 0: none. Needs no begin: it is one look at an index. */
enum outcome view_last_handover(
	struct view_reader *reader, struct bytes desk, int64_t *out, struct err *err) MUST_CHECK;

/* An offer to a desk that is not yet delivered to it as far as the view knows. */
struct view_offer {
	struct uuid referral;
	int64_t cursor;
	int64_t written_at; /* of view_written_at */
	/* false: its client is not here as the offer left it: not yet, or no more. */
	bool is_here;
};
struct view_undelivered {
	struct view_offer *items;
	size_t count;
	int64_t until; /* the cursor up to which was looked */
};

/* Among feed->limit handovers of the desk from feed->after up to and with the cursor `until`. */
enum outcome view_undelivered(struct view_reader *reader, const struct view_feed *feed,
	int64_t until, struct view_undelivered *out, struct err *err) MUST_CHECK;

struct view_facts {
	const struct fact **items;
	size_t count;
};

/* Facts of one kind (capacity, hold, circuit …), sorted by id. */
enum outcome view_facts(struct view_reader *reader, enum fact_kind kind, struct view_facts *out,
	struct err *err) MUST_CHECK;
const struct fact *view_facts_find(const struct view_facts *facts, struct bytes id); /* or NULL */

struct view_position {
	struct bytes topic; /* without the prefix: "intake" */
	int32_t partition;
	int64_t next; /* offset of the next record to read */
	int64_t decided; /* intake: greatest offset whose Event is here; else -1 */
};
struct view_positions {
	struct view_position *items;
	size_t count;
	int64_t at; /* wall time at which the view last looked, epoch ms */
};

/* Of every partition that was read, sorted by topic and partition. */
enum outcome view_positions(
	struct view_reader *reader, struct view_positions *out, struct err *err) MUST_CHECK;

#endif
