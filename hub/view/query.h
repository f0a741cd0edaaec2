/* query - what the API and the commands ask of the view: prepared, read-only, from any process. */
#ifndef HUB_VIEW_QUERY_H
#define HUB_VIEW_QUERY_H

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "schemas/types.h"

/* One read-only connection with its prepared statements; for one thread at a time. What is found
 * lies in the caller's arena. "Not there" is OK with *out NULL (or count 0), never an error. */
struct view_reader;

/* RETRY: there is no view at path yet, or it is of another version and being rebuilt. */
enum outcome view_reader_new(
	struct view_reader **out, const char *path, struct err *err) MUST_CHECK;
void view_reader_free(struct view_reader *reader);

/* Between the two all queries see one moment of the view. Without them each sees its own. Keep it
 * short. */
enum outcome view_reader_begin(struct view_reader *reader, struct err *err) MUST_CHECK;
void view_reader_end(struct view_reader *reader);

enum outcome view_client(struct view_reader *reader, struct pseudonym client, struct arena *arena,
	const struct client **out, struct err *err) MUST_CHECK;

/* Other clients with the same match tag: possibly the same person. */
enum outcome view_clients_by_match(struct view_reader *reader, struct tag match,
	struct arena *arena, struct pseudonym **out, size_t *count, struct err *err) MUST_CHECK;

struct view_owner {
	struct bytes desk;
	int64_t clients; /* OPEN ones it is responsible for */
};

/* Every desk that is responsible for a client, sorted by desk. */
enum outcome view_owners(struct view_reader *reader, struct arena *arena, struct view_owner **out,
	size_t *count, struct err *err) MUST_CHECK;

/* One intake record and what became of it. */
struct view_message {
	int32_t partition;
	int64_t offset;
	int64_t received_at; /* append time, epoch ms */
	int32_t redrive; /* the number that its header names; 0: not a redrive */
	const struct message *message; /* without `sealed`; NULL: undecodable, or no more kept */
	const struct event *event; /* NULL: not decided yet */
};

/* All messages of one case of one partner's system, oldest first. system absent: of any system. */
enum outcome view_messages_of_case(struct view_reader *reader, struct bytes partner,
	struct bytes system, struct bytes case_, struct arena *arena, struct view_message **out,
	size_t *count, struct err *err) MUST_CHECK;

/* All messages that carry or name this referral, oldest first: the first one created it. */
enum outcome view_messages_of_referral(struct view_reader *reader, struct uuid referral,
	struct arena *arena, struct view_message **out, size_t *count, struct err *err) MUST_CHECK;

/* By the id of the message; of repeats the last record. */
enum outcome view_message_by_id(struct view_reader *reader, struct uuid id, struct arena *arena,
	const struct view_message **out, struct err *err) MUST_CHECK;

/* By its place in intake, as the delivery report names it: tells a repeat from the first. */
enum outcome view_message_at(struct view_reader *reader, int32_t partition, int64_t offset,
	struct arena *arena, const struct view_message **out, struct err *err) MUST_CHECK;

struct view_referral {
	struct pseudonym client_id;
	const struct client *client; /* the whole client as it is now */
	const struct client_referral
		*referral; /* the one asked for, in client->referrals; NULL: forgotten there */
	const struct uuid *parent; /* the hub made it from this one; NULL: a message made it */
	const struct view_message
		*created_by; /* the message that made it, or its first parent; NULL: unknown */
};

/* *out NULL also while its message is not decided yet; view_messages_of_referral tells that apart.
 */
enum outcome view_referral(struct view_reader *reader, struct uuid referral, struct arena *arena,
	const struct view_referral **out, struct err *err) MUST_CHECK;

/* The latest sealed person of a referral, or of its nearest parent that has one. */
enum outcome view_person(struct view_reader *reader, struct uuid referral, struct arena *arena,
	const struct sealed_person **out, struct err *err) MUST_CHECK;

/* NULL for an id that the topic had up to the view's position and has no more: erased. */
enum outcome view_key(struct view_reader *reader, struct key_id id, struct arena *arena,
	const struct data_key **out, struct err *err) MUST_CHECK;

/* The oldest key of a client, a referral, or a partner and month: the first 16 bytes of a key id.
 */
enum outcome view_key_of_owner(struct view_reader *reader, const uint8_t owner[16],
	struct arena *arena, const struct data_key **out, struct err *err) MUST_CHECK;

struct view_handover {
	int64_t cursor; /* ask for what comes after it; grows along one desk's handovers */
	const struct handover *handover;
};

/* A desk's handovers after a cursor (0: from the first), oldest first, at most limit. */
enum outcome view_handovers(struct view_reader *reader, struct bytes desk, int64_t after,
	size_t limit, struct arena *arena, struct view_handover **out, size_t *count,
	struct err *err) MUST_CHECK;

/* Facts of one kind (capacity, hold, circuit …), sorted by id. */
enum outcome view_facts(struct view_reader *reader, enum fact_kind kind, struct arena *arena,
	struct fact **out, size_t *count, struct err *err) MUST_CHECK;

struct view_position {
	struct bytes topic; /* without the prefix: "intake" */
	int32_t partition;
	int64_t next; /* offset of the next record to read */
	int64_t decided; /* intake only: greatest offset whose Event, and the client after it, are
			    here; -1: none */
};

/* Of every partition that was read, sorted by topic and partition. */
enum outcome view_positions(struct view_reader *reader, struct arena *arena,
	struct view_position **out, size_t *count, struct err *err) MUST_CHECK;

#endif
