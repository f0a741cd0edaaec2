/* api - the partner API: its paths, and what each does. */
#ifndef HUB_WEB_API_API_H
#define HUB_WEB_API_API_H

#include "hub/web/call.h"
#include "hub/web/operation.h"

struct json_object;

/* Schemas of what is posted. */
#define API_BODY_REFERRAL "ReferralDraft"
#define API_BODY_ACTION "ActionDraft"
#define API_BODY_CAPACITY "Capacity"
#define API_BODY_SIGNS "SignsOfLife"

#define API_VERSION "1.0.0"

/* Ended by a route whose method is NULL; the context of all is a struct edge. */
const struct operation *api_operations(void);
void api_routes(struct server_route out[EDGE_ROUTES]); /* for edge->routes */
const struct operation *api_operation(const struct edge *edge, const struct request *request);

/* POST, in post.c. */
void api_post_referral(void *context, struct request *request);
void api_post_registration(void *context, struct request *request);
void api_post_action(void *context, struct request *request);
/* Records that what was posted is refused, for call->problems, and answers so. */
void api_refuse(struct call *call, enum rejection_code code);
/* In a partner's own format, in in.c. */
void api_post_in(void *context, struct request *request);
/* Of the head of such a post, of a test too, whose lane sees no certificate: whether it comes with
 * the one that its source asks for; else it is refused. */
bool api_in_allows(struct call *call);
/* The answers to them, in answer.c: stored, decided or not in time. */
void api_answer_stored(struct call *call);
void api_answer_decided(struct call *call, bool in_time);

/* 200, with whether the view had all that the partner had sent. */
void api_answer_object(struct call *call, struct json_object *object);
/* 200, or 304 where the partner has it already. */
void api_answer_cached(struct request *request, struct bytes body);

/* GET, in get.c. */
void api_get_referral(void *context, struct request *request);
void api_get_story(void *context, struct request *request);
void api_get_receipt(void *context, struct request *request);

/* GET of what the network is made of, in lists.c. */
void api_get_desks(void *context, struct request *request);
void api_get_codes(void *context, struct request *request);
void api_get_openapi(void *context, struct request *request);

/* POST of what a desk's own partner says of its room, in capacity.c. */
void api_post_capacity(void *context, struct request *request);
/* POST of many signs of life, in signs.c. */
#define API_SIGNS_MAX 1000
void api_post_signs(void *context, struct request *request);

/* A desk of the partner's own. NULL: it has none of that name, and the call is answered. */
const struct rules_desk *api_own_desk(struct call *call, struct bytes name);

/* GET of the feed, in feed.c. */
#define API_FEED_PRESET 100
#define API_FEED_MAX 1000
void api_get_feed(void *context, struct request *request);

#endif
