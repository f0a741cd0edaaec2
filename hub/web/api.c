/* api - the partner API: its paths, and what each does. */
#include "hub/web/api.h"

#define JSON "application/json"

static const char *const anything[] = {SERVER_ANY_TYPE, NULL};
static const char *const drafts[] = {JSON, "application/cloudevents+json", NULL};

/* Method, path, what it takes and gives; then what is done with its head, all of it, and when time
 * is up. */
static const struct server_route routes[] = {
	{"POST", "/v1/referrals", drafts, JSON, call_head, api_post_referral, call_late},
	{"POST", "/v1/registrations", drafts, JSON, call_head, api_post_registration, call_late},
	{"POST", "/v1/referrals/{}/actions", drafts, JSON, call_head, api_post_action, call_late},
	{"POST", "/v1/in/{}/{}", anything, NULL, call_head, api_post_in, call_late},
	{"GET", "/v1/referrals/{}", NULL, JSON, call_head, api_get_referral, call_late},
	{"GET", "/v1/receipts/{}", NULL, JSON, call_head, api_get_receipt, call_late},
	{0},
};

const struct server_route *api_routes(void)
{
	return routes;
}
