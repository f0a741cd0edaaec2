/* parcel - documents in, and what a connector made of them. */
#ifndef HUB_CONNECTOR_PARCEL_H
#define HUB_CONNECTOR_PARCEL_H

#include <stdbool.h>

#include "hub/base/arena.h"
#include "hub/base/problems.h"
#include "schemas/types.h"

struct document {
	/* Its URL as it was wanted, polled or a task, with the fragment ("#…") that the connector
	 * put there for itself and nobody else gets; of what came by itself: its URL or file name.
	 */
	struct bytes name;
	struct bytes type; /* Content-Type; absent: unknown */
	struct bytes body; /* whole */
	int32_t status; /* HTTP's; 200 for what came by itself. A 404 is a document too */
};

enum documents_way {
	DOCUMENTS_POSTED, /* by HTTP */
	DOCUMENTS_DROPPED, /* as a file */
	DOCUMENTS_POLLED, /* the answer to poll's request */
	DOCUMENTS_FETCHED, /* the answer to a task */
};

struct documents {
	const struct document *items;
	size_t count;
	enum documents_way way; /* that the first came by */
	size_t from; /* where to go on in its body */
	size_t line; /* that `from` lies on, as the parcel before said; 0: nobody counted */
	struct bytes cursor; /* POLLED: that the poll was given */
	int64_t now; /* epoch ms */
};

/* NULL: not among them yet. */
const struct document *parcel_find(const struct documents *docs, struct bytes name);

/* One thing that a partner said: taken as it is, or refused if it has problems. Without a body it
 * must have one. The edge fills an empty system in, and looks codes, forms and desks up; a status
 * change without `referral` waits for the referral of its case, up to an hour: so it may stand
 * before it. */
struct parcel_draft {
	struct draft draft;
	struct problems problems; /* path: the partner's own name of the field */
	/* What it was read from, kept sealed if it is refused, at most 256 KiB of it; absent: all
	 * of docs->items[0]. */
	struct bytes original;
	struct bytes label; /* names it to the partner: "row 12"; never personal data */
};

/* A document that is needed before anything can be said. */
struct parcel_want {
	struct bytes url; /* relative to the source's endpoint, or below its URL */
	bool is_static; /* the same for a day, whoever asks: a catalogue */
};

/* Zeroed but for arena is empty. What it points to lies in the arena or in the documents. */
struct parcel {
	struct arena *arena;
	struct parcel_draft **drafts;
	size_t drafts_count; /* at most PARCEL_DRAFTS */
	struct parcel_want *wants; /* any: nothing else counts yet */
	size_t wants_count;
	/* To be fetched later, each then parsed by itself. Stored before the sender is answered. */
	struct bytes *tasks;
	size_t tasks_count;
	size_t passed; /* so many rows were for others, or said nothing */
	bool complete; /* the drafts of this document are all that its source has open */
	bool more; /* call again from next */
	size_t next;
	size_t next_line; /* that next lies on; 0: not counted */
	/* POLLED only. */
	struct bytes cursor; /* for the next poll; absent: as it was */
	bool poll_now; /* there is another page, or, POSTED: something to be polled for */
};

#define PARCEL_DRAFTS 1000

/* Zeroed, but for the draft's presets and its problems, which may be added to. NULL: the parcel is
 * full. */
struct parcel_draft *parcel_add(struct parcel *parcel, struct bytes original, struct bytes label);
void parcel_want(struct parcel *parcel, struct bytes url, bool is_static);
void parcel_task(struct parcel *parcel, struct bytes url);
/* A document that is needed: NULL if it is not here, and then it is wanted. */
const struct document *parcel_need(
	struct parcel *parcel, const struct documents *docs, struct bytes url, bool is_static);
/* Gives the draft, which has no body yet, one of that kind, whose members have their presets. */
struct referral *parcel_referral(struct parcel *parcel, struct draft *draft);
struct status_change *parcel_change(struct parcel *parcel, struct draft *draft);
/* The draft's person, made if it has none. */
struct person *parcel_person(struct parcel *parcel, struct draft *draft);

enum verdict_fate {
	VERDICT_TAKEN, /* durable */
	VERDICT_REFUSED, /* for its problems; recorded */
	VERDICT_UNKNOWN, /* not known to be stored: to be sent again as it was */
};

struct verdict {
	enum verdict_fate fate;
	const struct parcel_draft *of;
	struct uuid message, referral; /* TAKEN */
};

struct verdicts {
	const struct verdict *items;
	size_t count;
	int64_t at; /* epoch ms */
	struct arena *arena; /* for the answer */
};

#endif
