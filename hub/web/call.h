/* call - one request to the partner API: who asks, and what it waits for. */
#ifndef HUB_WEB_CALL_H
#define HUB_WEB_CALL_H

#include "hub/flow/intake/check.h"
#include "hub/flow/source/exchange.h"
#include "hub/web/edge.h"

struct call;
struct endpoint_call;
struct signs;

/* Goes on with a call that waited; in_time: the view has passed. Answers. */
typedef void call_fn(struct call *call, bool in_time);

/* Whether what it waits for has come. */
typedef bool call_come_fn(struct call *call);

/* A place of intake whose Event the view must have. */
struct call_place {
	int32_t partition;
	int64_t offset;
};

/* Lies in the request's arena. */
struct call {
	struct edge *edge;
	struct request *request;
	const struct conf_partner *partner;
	enum conf_token_role role;
	bool has_token, has_certificate; /* at least one of them, of the partner */
	enum check_kind kind; /* of a POST */
	struct draft *draft;
	int32_t wait_ms; /* Prefer: wait */
	struct problems *problems; /* why it is refused */
	struct intake_job *job; /* on its way; NULL: none */
	struct intake_job **jobs; /* many, of which some may be NULL; NULL: none */
	size_t jobs_count;
	struct signs *signs; /* the same, of many signs of life */
	struct exchange *exchange; /* the same, in a partner's own format */
	struct disclose_batch *batch; /* being opened; NULL: none */
	struct endpoint_call *passed; /* on to the test lane; NULL: is not */
	struct intake_receipt receipt;
	struct uuid referral; /* that is asked for */
	const struct rules_desk *desk; /* whose feed is read */
	int64_t after, last; /* cursors: where it goes on, and of the last handover there is */
	int64_t give_up; /* loop_now at which it is not tried again; 0: was not tried yet */
	bool is_asked_first;
	bool in_time; /* the view was ready, and had all that the partner sent before */
	call_fn *go_on; /* NULL: does not wait for the view */
	call_come_fn *has_come;
	struct call_place *places;
	size_t places_count;
	struct call *before, *behind; /* among those that wait */
};

/* The head of every request: token or client certificate, and whether it is enough for the source,
 * then whether Kafka can store what is posted, then the rate. What does not pass is answered. */
void call_head(void *context, struct request *request);
/* All of it is here: the operation's own, or on to the test lane. */
void call_whole(void *context, struct request *request);
/* The head of what is open to anybody; there is no call. */
void call_open_head(void *context, struct request *request);
/* Its time is up. */
void call_late(void *context, struct request *request);
struct call *call_of(const struct request *request);
/* Reads the referral that the path names. false: it names none, and the call is answered. */
bool call_names_referral(struct call *call);

/* Goes on when the view is ready and has the Events of all places, at the latest after ms. */
void call_wait(struct call *call, const struct call_place *places, size_t count, int32_t ms,
	call_fn *go_on);
/* The same when that says so, which is asked at once and after each commit of the view. */
void call_wait_until(struct call *call, call_come_fn *has_come, int32_t ms, call_fn *go_on);
/* The same for all that the partner has sent to intake partitions from … to - 1. */
void call_wait_for_own(struct call *call, int32_t from, int32_t to, call_fn *go_on);
/* The same behind the next commit of the view, for what was not there yet. false: ms are over since
 * it was tried first. */
bool call_try_again(struct call *call, int32_t ms, call_fn *go_on);
/* Waits no more for any of its jobs. They go on all the same. */
void call_forget_jobs(struct call *call);
/* How long it may wait, as it asks for in Prefer: wait. */
int32_t call_wait_asked(const struct call *call);
/* Looks at all that wait, after a commit of the view. */
void call_look_again(struct edge *edge);

/* Begins reading the view into the request's arena. false: there is none, and the call is
 * answered. */
bool call_read(struct call *call);
void call_read_done(struct call *call);
/* The view could not be read: 503, and it is opened anew. */
void call_read_failed(struct call *call, const struct err *err);

#endif
