/* zgw_verzoek - the verzoeken that citizens make of a municipality, and who they are. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_VERZOEK_H
#define CONNECTORS_MUNICIPALITY_ZGW_VERZOEK_H

#include "connectors/municipality/zgw.h"

/* Verzoeken API 1.0.0-beta, Klanten API 1.0. The answer to a task that a notification of channel
 * `verzoeken` left: the verzoek, its producten, klantverzoeken and klant. One whose product the
 * settings name is a registration, or, with from_desk, a referral; then comes its status, if it was
 * the verzoek itself that changed. One that supplements another amends that one's; one that
 * withdraws another tells of that one what `ingetrokken` means, and is none itself. */
enum outcome zgw_verzoek_parse(const struct zgw_config *config, const struct documents *docs,
	struct parcel *out, struct err *err);
/* Whether the document is one. */
bool zgw_verzoek_is(const struct zgw_config *config, struct bytes name);

/* What a task says behind the # of its URL: at which time it was notified. */
#define ZGW_VERZOEK_SAID "said=" /* that the verzoek itself changed */
#define ZGW_VERZOEK_BESIDE "beside=" /* that what belongs to it did */
#define ZGW_VERZOEK_GONE "gone=" /* that it was destroyed */

#endif
