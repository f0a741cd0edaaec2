/* zgw_tells - which status a handover becomes in the municipality's own zaak, by the settings. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_TELLS_H
#define CONNECTORS_MUNICIPALITY_ZGW_TELLS_H

#include "hub/connector/connector.h"

/* Rows are "[ZAAKTYPE:]KIND[:ACTION]", and the omschrijving or volgnummer of a statustype, or "-":
 * nothing. The value of the first that fits; NULL: none does. scheme: identificatie of the zaak's
 * zaaktype; absent: not known yet, and then the value may be that of another. */
#define ZGW_TELLS_DEPENDS "" /* it is nothing of one zaaktype, and of others not said */
const char *zgw_tells_find(
	const struct setting_pair *tells, struct bytes scheme, const struct handover *handover);
/* Whether any row is of the kind, whatever else it asks for. */
bool zgw_tells_has(const struct setting_pair *tells, enum handover_kind kind);
/* REJECT: one names no kind of handover, or nothing. */
enum outcome zgw_tells_check(const struct setting_pair *tells, struct err *err) MUST_CHECK;
/* Whether somebody must act on it, so that it may not be settled unseen. */
bool zgw_tells_must_be_seen(const struct handover *handover);
/* statustoelichting: at most 1000 characters, our mark the last line; of the person nothing, but,
 * with_texts, what was written. */
struct bytes zgw_tells_text(const struct opened *opened, bool with_texts);

#endif
