/* stuf - zaken of municipalities by StUF-ZKN 3.10: zakLk01 over SOAP, in and out. */
#include "connectors/municipality/stuf.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/stuf_answer.h"
#include "connectors/municipality/stuf_judge.h"
#include "connectors/municipality/stuf_out.h"
#include "connectors/municipality/stuf_read.h"
#include "connectors/municipality/stuf_zaak.h"

bool stuf_is_set(const struct setting_pair *pairs)
{
	return pairs != NULL && pairs->name != NULL;
}

static bool is_hex(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0' || strchr("0123456789abcdef", text.data[i]) == NULL)
			return false;
	return true;
}

bool stuf_is_own_zaak(struct bytes identification)
{
	size_t mark = strlen(STUF_OWN_ZAAK);
	if (identification.size <= STUF_OWN_ZAAK_DIGITS + mark)
		return false;
	const uint8_t *hex = identification.data + identification.size - STUF_OWN_ZAAK_DIGITS;
	return memcmp(hex - mark, STUF_OWN_ZAAK, mark) == 0 &&
		is_hex(bytes_of(hex, STUF_OWN_ZAAK_DIGITS));
}

/* Who posts wants a Fo03, which is made of what became of a draft. */
static enum outcome refuse(
	const struct documents *docs, const struct problems *problems, struct parcel *out)
{
	parcel_add(out, docs->items[0].body, bytes_of_string("message"))->problems = *problems;
	return OK;
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct stuf_message message;
	struct problems problems;
	struct err unread = {0};
	bool is_dropped = docs->way == DOCUMENTS_DROPPED;
	problems_init(&problems, out->arena);
	if (docs->way != DOCUMENTS_POSTED && !is_dropped)
		return err_set(err, REJECT, "stuf is posted or dropped: there is nothing to poll");
	if (stuf_read_open(&docs->items[0], is_dropped, out->arena, &message, &unread) != OK) {
		if (is_dropped)
			return err_set(err, REJECT, "%s", unread.text);
		problems_add(&problems, NULL, NULL, "%s", unread.text);
		return refuse(docs, &problems, out);
	}
	if (stuf_read_refusal(config, &message, &problems) != NULL)
		return refuse(docs, &problems, out);
	if (stuf_read_is_own(config, &message))
		out->passed++;
	else
		stuf_zaak_draft(config, &message, out);
	return OK;
}

static enum outcome check(const void *config, struct err *err)
{
	const struct stuf_config *own = config;
	const struct mapping_setting mappings[] = {
		{.name = "zaaktypen", .pairs = own->zaaktypen},
		{.name = "statuses", .pairs = own->statuses, .is_of_changes = true},
		{.name = "results", .pairs = own->results, .is_of_changes = true},
		{.name = "suspensions", .pairs = own->suspensions, .is_of_changes = true},
	};
	bool has_zaaktypen = stuf_is_set(own->zaaktypen);
	if (!has_zaaktypen && !stuf_is_set(own->tells) && own->new_zaaktype == NULL)
		return err_set(err, REJECT,
			"name zaaktypen, whose zaken are referrals, or tells, which handovers "
			"become a status");
	if (has_zaaktypen && own->from_desk == NULL)
		return err_set(err, REJECT, "from_desk is missing: zaaktypen need it");
	enum outcome outcome = stuf_out_check(own, err);
	for (size_t i = 0; outcome == OK && i < sizeof(mappings) / sizeof(mappings[0]); i++)
		outcome = mapping_check(&mappings[i], err);
	return outcome;
}

#define AT(member) offsetof(struct stuf_config, member)
static const char *const cases[] = {[STUF_CASE_IDENTIFICATIE] = "identificatie",
	[STUF_CASE_SLEUTEL] = "sleutelVerzendend",
	NULL};
static const char *const roots[] = {
	[STUF_ROOT_ZKN] = "ZKN", [STUF_ROOT_ZDS] = "ZDS", [STUF_ROOT_ZDS11] = "ZDS11", NULL};

static const struct setting settings[] = {
	{"organisation", SETTING_STRING, AT(organisation), "", 1, 20, NULL,
		"What we are called in stuurgegevens: the organisatie, four digits where it is a "
		"municipality's. What comes from it and application is our own, and passed over."},
	{"application", SETTING_STRING, AT(application), "LOKETHUB", 3, 50, NULL,
		"And the applicatie."},
	{"partner_organisation", SETTING_STRING, AT(partner_organisation), "", 1, 20, NULL,
		"What the municipality's system is called: only its messages are taken; none: "
		"whoever posts here."},
	{"partner_application", SETTING_STRING, AT(partner_application), "", 3, 50, NULL,
		"And its applicatie; what goes out needs it."},
	{"zaaktypen", SETTING_PAIRS, AT(zaaktypen), "", 0, 0, NULL,
		"In: which zaken are referrals: code or omschrijving of the zaaktype, and what is "
		"asked: question=… and, where it differs, kind, from_desk, to_desk, municipality, "
		"region, target_groups (a,b), sector_from, sector_to, programme, urgency, origin, "
		"purpose."},
	{"statuses", SETTING_PAIRS, AT(statuses), "", 0, 0, NULL,
		"In: what a status means: its omschrijving, code or volgnummer, also as "
		"ZAAKTYPE:…, and the action with its words (reason, hold_reason, closing_reason, "
		"outcome, next_step, suggested_desk, progress, review, worker, days); \"-\": "
		"nothing. Any other is UNKNOWN, and a person must look."},
	{"results", SETTING_PAIRS, AT(results), "", 0, 0, NULL,
		"In: the same for a zaak that has an einddatum now, by the omschrijving of its "
		"resultaat."},
	{"suspensions", SETTING_PAIRS, AT(suspensions), "", 0, 0, NULL,
		"In: the same for opschorting, by its indicatie J or N where that is new; what is "
		"not named says nothing."},
	{"from_desk", SETTING_FORMAT, AT(from_desk), "", 0, 0, SETTING_ONE("desk"),
		"In: the municipality's desk that refers."},
	{"municipality", SETTING_FORMAT, AT(municipality), "", 0, 0, SETTING_ONE("gm"),
		"In: where its clients live (CBS code); none: the four digits of the sender's "
		"organisatie."},
	{"purpose", SETTING_CODE, AT(purpose), "GUIDANCE", 0, 0, SETTING_ONE("purpose"),
		"In: what the data may be used for."},
	{"legal_basis", SETTING_STRING, AT(legal_basis), "", 1, 200, NULL,
		"In: article of law of the public task; consent cannot be told by a zaak."},
	{"case", SETTING_CHOICE, AT(case_is), "identificatie", 0, 0, cases,
		"What the zaak is called here: its identificatie, or the key of the system "
		"that sends it. The same in the source and in the delivery."},
	{"tells", SETTING_PAIRS, AT(tells), "", 0, 0, NULL,
		"Out: which status a handover becomes: its kind, or kind and state "
		"(STATUS:ACCEPTED), the first that fits, and the volgnummer, code (\"-\": none) "
		"and omschrijving of the statustype; \"-\": none. What is not named is not told; "
		"an offer, a client's data, a question or a duty is then undeliverable. A zaak "
		"that we made gets the client's data (DETAILS, or an offer that was changed) "
		"by itself."},
	{"zaaktype", SETTING_STRING, AT(zaaktype), "", 1, 10, NULL,
		"Out: code of the zaaktype that those statuses are of; none: it is not said."},
	{"new_zaaktype", SETTING_STRING, AT(new_zaaktype), "", 3, 91, NULL,
		"Out: code and omschrijving of the zaaktype of which a zaak is made for an offer, "
		"where the desk has none; none: it is undeliverable."},
	{"set_by", SETTING_STRING, AT(set_by), "", 1, 24, NULL,
		"Out: identificatie of the organisatorischeEenheid that those statuses are set "
		"by; none: it is not said."},
	{"root", SETTING_CHOICE, AT(root), "ZKN", 0, 0, roots,
		"Out: ZKN sends zakLk01; ZDS (1.2) creeerZaak_ZakLk01, updateZaak_ZakLk01 and "
		"actualiseerZaakstatus_ZakLk01; ZDS11 (1.1) zakLk01 with the SOAPAction of "
		"creeerZaak_Lk01, updateZaak_Lk01 or actualiseerZaakstatus_Lk01."},
	{0},
};

const struct connector stuf = {
	.name = "stuf",
	.summary =
		"StUF-ZKN 3.10 zaken of a municipality: zakLk01 in with Bv03 or Fo03, statuses out",
	.settings = settings,
	.config_size = sizeof(struct stuf_config),
	.check = check,
	.parse = parse,
	.acknowledge = stuf_answer_acknowledge,
	.render = stuf_out_render,
	.judge = stuf_judge,
};
