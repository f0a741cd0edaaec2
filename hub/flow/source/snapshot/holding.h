/* holding - what topic facts says of a source's snapshots: the last one that was compared, and one
 * that is held until a person has looked. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_HOLDING_H
#define HUB_FLOW_SOURCE_SNAPSHOT_HOLDING_H

#include "hub/conf/conf.h"
#include "hub/view/query.h"

/* One snapshot against what was open. Two kinds of facts, both with the id "snapshot/OIN/NAME":
 * CURSOR: the last one that was compared, as long as it is held with the referrals that are missing
 * from it; HOLD: it is held, or, once it has an end, released by a person. In their text: the hash,
 * three numbers and the document; in a second line of a CURSOR the referrals. */
struct holding {
	struct bytes source; /* "OIN/NAME" */
	struct bytes hash; /* 32 hex digits that name it */
	struct bytes document; /* where it was fetched, in printable ASCII; empty: it is a file */
	struct bytes listed; /* of a CURSOR: referrals that are missing, in hex; empty: not held */
	int64_t taken_at; /* what it says was so then, epoch ms */
	int64_t at; /* when it was compared, or released */
	int64_t open; /* so many referrals were open */
	int64_t gone; /* of these so many are missing from it */
	int64_t nameless; /* rows of which the case could not be read */
	bool is_released;
};

#define HOLDING_ID_SIZE 120
/* "OIN/NAME" */
void holding_source(const struct conf_source *source, char out[HOLDING_ID_SIZE]);
/* What VANISHED calls it. */
#define HOLDING_SNAPSHOT_SIZE (HOLDING_ID_SIZE + 40)
void holding_snapshot(const struct holding *holding, char out[HOLDING_SNAPSHOT_SIZE]);

/* Whether more is missing from it than the source's settings allow, or all that was open, or what
 * is missing may be a row that could not be read: then a person looks before anybody is told. */
bool holding_is_due(const struct holding *holding, const struct conf_source *source);

/* So many referrals a fact has room for; the others are missing from the next snapshot too. */
#define HOLDING_LISTED_MAX 20000
#define HOLDING_DOCUMENT_MAX 100
/* Of a URL, what a fact can show. */
void holding_document(struct bytes name, char out[HOLDING_DOCUMENT_MAX + 1]);

/* The strings of the fact lie in id and text. kind: CURSOR or HOLD. */
struct fact holding_fact(enum fact_kind kind, const struct holding *holding,
	char id[HOLDING_ID_SIZE], struct buffer *text);
/* false: it is about something else. What it gives lies in the fact. */
bool holding_read(const struct fact *fact, struct holding *out);
/* Zeroed: there is none of this source among facts of one kind. */
struct holding holding_find(const struct view_facts *facts, struct bytes source);

/* The listed referrals, each 16 bytes; absent: they are damaged. */
struct bytes holding_list(const struct holding *holding, struct arena *arena);

#endif
