/* zgw_settings - what a source of zaken, or a desk that is told in them, is told by the
 * configuration. */
#include "connectors/municipality/zgw_settings.h"

#include <stddef.h>
#include <strings.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/zgw.h"
#include "connectors/municipality/zgw_property.h"
#include "connectors/municipality/zgw_tells.h"

static enum outcome check_url(const char *name, const char *url, struct err *err)
{
	if (url != NULL && strncasecmp(url, "https://", 8) != 0 &&
		strncasecmp(url, "http://", 7) != 0)
		return err_set(err, REJECT, "%s must begin with https://", name);
	return OK;
}

static enum outcome check_words(const char *name, const char *words, struct err *err)
{
	struct arena arena = {0};
	struct status_change change = {0};
	enum outcome outcome = words == NULL ? OK : mapping_change(words, 0, &arena, &change, err);
	arena_done(&arena);
	return outcome == OK ? OK : err_in(err, "%s", name);
}

enum outcome zgw_settings_check(const void *config, struct err *err)
{
	const struct zgw_config *own = config;
	if (check_url("zaken_url", own->zaken_url, err) != OK ||
		check_url("catalogi_url", own->catalogi_url, err) != OK ||
		check_url("notifications_url", own->notifications_url, err) != OK ||
		check_url("verzoeken_url", own->requests_url, err) != OK ||
		check_url("klanten_url", own->clients_url, err) != OK)
		return REJECT;
	if ((own->requests_url == NULL) != (own->clients_url == NULL) ||
		(own->requests_url == NULL) !=
			(own->requests == NULL || own->requests->name == NULL))
		return err_set(err, REJECT,
			"verzoeken, verzoeken_url and klanten_url go together: give all of them, "
			"or none");
	if (own->zaaktypen[0].name == NULL)
		return err_set(
			err, REJECT, "zaaktypen is empty: name those whose zaken are referrals");
	const struct mapping_setting mappings[] = {
		{.name = "zaaktypen", .pairs = own->zaaktypen},
		{.name = "statuses", .pairs = own->statuses, .is_of_changes = true},
		{.name = "results", .pairs = own->results, .is_of_changes = true},
		{.name = "verzoeken", .pairs = own->requests},
		{.name = "verzoekstatussen", .pairs = own->request_statuses, .is_of_changes = true},
	};
	enum outcome outcome = OK;
	for (size_t i = 0; outcome == OK && i < sizeof(mappings) / sizeof(mappings[0]); i++)
		outcome = mapping_check(&mappings[i], err);
	if (outcome != OK || check_words("opschorting", own->paused, err) != OK ||
		check_words("hervatting", own->resumed, err) != OK ||
		zgw_property_check(own->properties, err) != OK)
		return REJECT;
	return zgw_tells_check(own->tells, err);
}

#define AT(member) offsetof(struct zgw_config, member)
static const char *const cases[] = {
	[ZGW_CASE_IDENTIFICATIE] = "IDENTIFICATIE", [ZGW_CASE_UUID] = "UUID", NULL};

const struct setting zgw_settings_rows[] = {
	{"zaken_url", SETTING_STRING, AT(zaken_url), NULL, 8, 200, NULL,
		"Base URL of the Zaken API. Its endpoint's headers must have Accept-Crs: "
		"EPSG:4326."},
	{"catalogi_url", SETTING_STRING, AT(catalogi_url), NULL, 8, 200, NULL,
		"Base URL of the Catalogi API."},
	{"notifications_url", SETTING_STRING, AT(notifications_url), "", 8, 200, NULL,
		"Base URL of the Notificaties API, to subscribe there at each poll; none: somebody "
		"else does."},
	{"filters", SETTING_PAIRS, AT(filters), "", 0, 0, NULL,
		"Of the subscription, beside bronorganisatie: zaaktype or "
		"vertrouwelijkheidaanduiding, "
		"and the only value that is notified."},
	{"bronorganisatie", SETTING_STRING, AT(organisation), "", 9, 9, NULL,
		"RSIN of the municipality, where several share a zaak system: zaken of the others "
		"are passed over. None: all are its own."},
	{"zaaktypen", SETTING_PAIRS, AT(zaaktypen), NULL, 0, 0, NULL,
		"Which zaken are referrals: identificatie or URL of the zaaktype, and what is "
		"asked: "
		"question=… and, where it differs, kind, from_desk, to_desk, municipality, region, "
		"target_groups (a,b), sector_from, sector_to, programme, urgency, origin, "
		"purpose."},
	{"statuses", SETTING_PAIRS, AT(statuses), "", 0, 0, NULL,
		"What a status means: its omschrijving or volgnummer, also as ZAAKTYPE:…, and the "
		"action with its words (reason, hold_reason, closing_reason, outcome, next_step, "
		"suggested_desk, progress, review, worker, days); \"-\": nothing. Any other is "
		"UNKNOWN, and a person must look."},
	{"results", SETTING_PAIRS, AT(results), "", 0, 0, NULL,
		"The same for an end status, by the omschrijving of the zaak's resultaattype."},
	{"eigenschappen", SETTING_PAIRS, AT(properties), "", 0, 0, NULL,
		"What a zaakeigenschap tells: its naam, and the field that gets its waarde "
		"(education.crebo, education.level, education.pathway, question, sector_from, "
		"sector_to, programme, urgency, municipality, phone, email, text); or "
		"NAAM=WAARDE, and the words that it stands for, as in zaaktypen, or one of these "
		"fields (education.level=3)."},
	{"opschorting", SETTING_STRING, AT(paused), "", 1, 200, NULL,
		"What it means that a zaak is suspended, as in statuses: HOLD hold_reason=ILLNESS "
		"days=28; none: nothing."},
	{"hervatting", SETTING_STRING, AT(resumed), "", 1, 200, NULL,
		"The same for its end, which is seen where the system has eerdereOpschorting."},
	{"verzoeken_url", SETTING_STRING, AT(requests_url), "", 8, 200, NULL,
		"Base URL of the Verzoeken API (1.0.0-beta); none: they are not taken."},
	{"klanten_url", SETTING_STRING, AT(clients_url), "", 8, 200, NULL,
		"Base URL of the Klanten API, which says who made a verzoek."},
	{"verzoeken", SETTING_PAIRS, AT(requests), "", 0, 0, NULL,
		"Which verzoeken are registrations or, with from_desk=…, referrals: code or URL of "
		"the product, or \"*\": any; and what is asked, as in zaaktypen."},
	{"verzoekstatussen", SETTING_PAIRS, AT(request_statuses), "", 0, 0, NULL,
		"What ontvangen, in_behandeling, afgehandeld, afgewezen and ingetrokken mean, as "
		"in statuses; ingetrokken also when another verzoek withdraws it."},
	{"roles", SETTING_STRINGS, AT(roles), "[ \"initiator\", \"belanghebbende\" ]", 1, 100, NULL,
		"The client is the natuurlijk_persoon with the first of these roles "
		"(omschrijvingGeneriek or omschrijving) that one has."},
	{"from_desk", SETTING_FORMAT, AT(from_desk), NULL, 0, 0, SETTING_ONE("desk"),
		"The municipality's desk that refers."},
	{"municipality", SETTING_FORMAT, AT(municipality), "", 0, 0, SETTING_ONE("gm"),
		"Where its clients live (CBS code)."},
	{"purpose", SETTING_CODE, AT(purpose), "GUIDANCE", 0, 0, SETTING_ONE("purpose"),
		"What the data may be used for."},
	{"legal_basis", SETTING_STRING, AT(legal_basis), "", 1, 200, NULL,
		"Article of law of the public task; consent cannot be told by a zaak."},
	{"case", SETTING_CHOICE, AT(case_is), "IDENTIFICATIE", 0, 0, cases,
		"What the zaak is called here: its identificatie, or the UUID of its URL. Only "
		"with "
		"UUID can a zaak that was destroyed be found."},
	{"registered_from", SETTING_DATE, AT(registered_from), "", 0, 0, NULL,
		"Zaken that were registered before this day are not taken; none: all are."},
	{"tells", SETTING_PAIRS, AT(tells), "", 0, 0, NULL,
		"Of a desk: which status a handover becomes in the zaak that it was sent from: its "
		"kind (STATUS, DUTY …), also with the action (STATUS:ACCEPT) or as ZAAKTYPE:…, and "
		"the omschrijving or volgnummer of the statustype, none that ends the zaak; \"-\": "
		"nothing. Of a kind that is not here nothing is told, but an OFFER must be."},
	{"with_texts", SETTING_BOOL, AT(with_texts), "false", 0, 0, NULL,
		"Whether what a worker wrote comes into such a status: many portals show it to the "
		"citizen."},
	{0},
};
