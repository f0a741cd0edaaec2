/* api - the partner API: its paths, and what each does. */
#include "hub/web/api.h"

#define JSON "application/json"

static const char *const drafts[] = {JSON, "application/cloudevents+json", NULL};

static const struct server_route routes[] = {
	{
		.method = "POST",
		.path = "/v1/referrals",
		.takes = drafts,
		.gives = JSON,
		.head = call_head,
		.whole = api_post_referral,
		.late = call_late,
	},
	{
		.method = "POST",
		.path = "/v1/registrations",
		.takes = drafts,
		.gives = JSON,
		.head = call_head,
		.whole = api_post_registration,
		.late = call_late,
	},
	{
		.method = "POST",
		.path = "/v1/referrals/{}/actions",
		.takes = drafts,
		.gives = JSON,
		.head = call_head,
		.whole = api_post_action,
		.late = call_late,
	},
	{
		.method = "GET",
		.path = "/v1/referrals/{}",
		.gives = JSON,
		.head = call_head,
		.whole = api_get_referral,
		.late = call_late,
	},
	{
		.method = "GET",
		.path = "/v1/receipts/{}",
		.gives = JSON,
		.head = call_head,
		.whole = api_get_receipt,
		.late = call_late,
	},
	{0},
};

const struct server_route *api_routes(void)
{
	return routes;
}
