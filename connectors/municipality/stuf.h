/* stuf - zaken of municipalities by StUF-ZKN 3.10: zakLk01 over SOAP, in and out. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_H
#define CONNECTORS_MUNICIPALITY_STUF_H

#include "hub/connector/connector.h"

/* In: a zakLk01 says how a zaak is now. One of a configured zaaktype is a referral, and its new
 * statuses are what happened to it; the answer is a Bv03, or a Fo03 in a fault. Out: what a
 * handover says becomes a status of the zaak that the desk has of it, or a new zaak. */
extern const struct connector stuf;

#define STUF_URI "http://www.egem.nl/StUF/StUF0301"
#define STUF_ZKN "http://www.egem.nl/StUF/sector/zkn/0310"
#define STUF_BG "http://www.egem.nl/StUF/sector/bg/0310"
#define STUF_ZDS "http://www.stufstandaarden.nl/koppelvlak/zds0120"
#define STUF_XSI "http://www.w3.org/2001/XMLSchema-instance"

/* Stands behind our applicatie in the toelichting of a status that we set: one that comes back is
 * no news. */
#define STUF_MARK ": handover-"
/* Of a zaak that we made: its organisatie, this, and the hexadecimal digits of the referral. */
#define STUF_OWN_ZAAK "LWL"
#define STUF_OWN_ZAAK_DIGITS 32

enum stuf_case { STUF_CASE_IDENTIFICATIE, STUF_CASE_SLEUTEL };
enum stuf_root { STUF_ROOT_ZKN, STUF_ROOT_ZDS, STUF_ROOT_ZDS11 };

struct stuf_config {
	/* What we are called, and what the municipality's system is; NULL: whoever it is. */
	const char *organisation, *application, *partner_organisation, *partner_application;
	/* In. */
	const struct setting_pair *zaaktypen, *statuses, *results,
		*suspensions; /* what they mean */
	const char *from_desk, *municipality, *purpose, *legal_basis;
	enum stuf_case case_is; /* out too */
	/* Out. */
	const struct setting_pair *tells; /* which status, by kind of handover and state */
	const char *zaaktype; /* code, of the zaken that get statuses; NULL: not said */
	const char *new_zaaktype; /* code and omschrijving, of zaken that we make; NULL: none */
	const char *set_by; /* the unit that sets statuses; NULL: not said */
	enum stuf_root root;
};

bool stuf_is_set(const struct setting_pair *pairs);
/* Whether the zaak is one that we made. */
bool stuf_is_own_zaak(struct bytes identification);

#endif
