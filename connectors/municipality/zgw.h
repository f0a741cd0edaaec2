/* zgw - the zaak systems of municipalities: ZGW notifications, and the zaken that they speak of. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_H
#define CONNECTORS_MUNICIPALITY_ZGW_H

#include "hub/connector/connector.h"

/* A notification says next to nothing (Notificaties API 1.0); what it names is fetched as
 * a task: the zaak, with all that is needed of it. A poll subscribes, or renews that, and then goes
 * through all open zaken and those that ended lately, so that a lost notification loses nothing.
 * Whichever way a zaak comes, the same drafts are made of it, with the same references. Out, a
 * handover becomes a status in the zaak that its receiver made the referral from (zgw_out.h); when
 * it comes back, it is known as ours. */
extern const struct connector zgw;

enum zgw_case { ZGW_CASE_IDENTIFICATIE, ZGW_CASE_UUID };

struct zgw_config {
	const char *zaken_url, *catalogi_url;
	const char *notifications_url; /* NULL: does not subscribe */
	const char *requests_url, *clients_url; /* of verzoeken and klanten; NULL: not asked for */
	/* Which verzoeken are referrals, by product, and what their statuses mean. */
	const struct setting_pair *requests, *request_statuses;
	const struct setting_pair *zaaktypen, *statuses, *results; /* what they mean */
	const struct setting_pair *filters; /* of the subscription */
	const struct setting_pair *properties; /* what its eigenschappen tell */
	const char *paused, *resumed; /* what an opschorting means, and its end; NULL: nothing */
	const char *const *roles; /* who is the client: the first of them that a person has */
	const char *organisation; /* RSIN; NULL: whose zaak it is does not matter */
	const char *from_desk, *municipality, *purpose, *legal_basis;
	enum zgw_case case_is;
	int32_t registered_from; /* a date; INT32_MIN: all */
	const struct setting_pair *tells; /* which status a handover becomes */
	bool with_texts;
};

/* What a task asks about a zaak stands behind the # of its URL, which a server never gets. */
#define ZGW_STATUS "status=" /* this status of it */
#define ZGW_LAST "last" /* its last status */
#define ZGW_SINCE "since=" /* all its statuses from that time on */
#define ZGW_CHANGED "changed=" /* whether it is suspended, as was notified on that day */
#define ZGW_DESTROYED "destroyed=" /* the path of its zaaktype, as far as that was told */

#endif
