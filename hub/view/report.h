/* report - sums and lists over the whole view, for the commands of ops. */
#ifndef HUB_VIEW_REPORT_H
#define HUB_VIEW_REPORT_H

#include "hub/view/query.h"

/* What became of all that one partner sent. received = applied + duplicate + refused + rejected +
 * parked + in_flight + unaccounted, and the last is always 0. */
struct report_flow {
	struct bytes partner; /* OIN, or what the record's header says; "": unknown */
	int64_t received;
	int64_t applied; /* also those that a redrive brought in */
	int64_t duplicate;
	int64_t refused; /* at the edge: never in intake */
	int64_t rejected; /* also those that ops left out */
	int64_t parked; /* waiting in the queue of a parked client */
	int64_t in_flight; /* in intake, not read by a router yet */
	int64_t unaccounted; /* in intake, read, and without an Event: lost */
	int64_t oldest; /* append time of the oldest in flight or unaccounted; 0: none */
};
struct report_flows {
	struct report_flow *items; /* sorted by partner */
	size_t count;
	struct report_flow sum; /* of all; without partner */
};

/* committed: per partition of intake, the offset that the routers will read next; -1: none. */
struct report_committed {
	const int64_t *offsets;
	int32_t partitions;
};
enum outcome report_flow(struct view_reader *reader, const struct report_committed *committed,
	struct report_flows *out, struct err *err) MUST_CHECK;

/* What waits at a desk: the clocks of one name that run against it. */
/* How old what waits is: at most so many ms, and older than the one before; the last: any. */
#define REPORT_AGES 7
extern const int64_t report_ages[REPORT_AGES];

struct report_waiting {
	struct bytes desk; /* "hub": for the hub itself */
	enum clock_name clock;
	int64_t count;
	int64_t late; /* due, or climbed a level */
	int64_t since; /* armed the longest ago */
	int64_t due; /* the next */
	int64_t ages[REPORT_AGES]; /* how many of them of each age */
};
struct report_queue {
	struct report_waiting *items; /* sorted by desk and clock */
	size_t count;
};
/* desk absent: of all. Clocks against nobody (T11, T12) are left out. */
enum outcome report_queue(struct view_reader *reader, struct bytes desk, int64_t now,
	struct report_queue *out, struct err *err) MUST_CHECK;

/* One clock that runs against a desk. */
struct report_clock {
	const struct client *client;
	const struct client_referral *referral; /* NULL: of the client itself */
	enum clock_name clock;
	int64_t since, due;
	int32_t level;
};
struct report_clocks {
	struct report_clock *items; /* the earliest due first */
	size_t count;
};
enum outcome report_clocks(struct view_reader *reader, struct bytes desk, int32_t limit,
	struct report_clocks *out, struct err *err) MUST_CHECK;

/* What comes due at a desk: the clocks of one name that run against it. */
struct report_due {
	struct bytes desk; /* "hub" and "ops" too */
	enum clock_name clock;
	int64_t count;
	int64_t past; /* due before now */
	int64_t hour, day, week; /* due within so long from now, each with those before it */
	int64_t next; /* the earliest that is not past; 0: none */
};
struct report_dues {
	struct report_due *items; /* sorted by desk and clock */
	size_t count;
};
/* desk absent: of all. */
enum outcome report_due(struct view_reader *reader, struct bytes desk, int64_t now,
	struct report_dues *out, struct err *err) MUST_CHECK;

struct report_rejection {
	int32_t partition; /* of topic rejected */
	int64_t offset;
	const struct rejection *rejection;
	bool waits; /* its client is parked and it has not been redriven */
};
struct report_rejections {
	struct report_rejection *items;
	size_t count;
};
/* Which ones; what is absent or false does not choose. */
struct report_rejected {
	struct bytes partner;
	const struct pseudonym *client;
	bool has_code;
	enum rejection_code code;
	bool waits; /* only those, by client and place in its queue; else the newest first */
	int32_t limit;
};
enum outcome report_rejected(struct view_reader *reader, const struct report_rejected *which,
	struct report_rejections *out, struct err *err) MUST_CHECK;
/* count 0: there is none at this place of topic rejected. */
enum outcome report_rejection(struct view_reader *reader, int32_t partition, int64_t offset,
	struct report_rejections *out, struct err *err) MUST_CHECK;

/* What was decided about one client. */
struct report_event {
	const struct event *event;
	const struct message *message; /* NULL: a clock, or no more kept */
};
struct report_events {
	struct report_event *items; /* oldest first */
	size_t count;
};
enum outcome report_events(struct view_reader *reader, struct pseudonym client, int32_t limit,
	struct report_events *out, struct err *err) MUST_CHECK;

/* OPEN clients that are possibly one person: they have the same match tag. */
struct report_double {
	int64_t person; /* counts from 1; the same for those that may be one */
	const struct client *client;
};
struct report_doubles {
	struct report_double *items; /* by person, then by id */
	size_t count;
};
/* At most so many clients; the last person may lack some. */
enum outcome report_doubles(struct view_reader *reader, int32_t limit, struct report_doubles *out,
	struct err *err) MUST_CHECK;

/* Clients and referrals whose id begins with these hexadecimal digits (4 to 32): up to two. */
enum outcome report_by_prefix(struct view_reader *reader, struct bytes digits,
	struct view_clients *out, struct err *err) MUST_CHECK;

#endif
