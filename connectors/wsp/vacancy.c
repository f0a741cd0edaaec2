/* vacancy - vacancies of employers, as VUM exchanges them. */
#include "connectors/wsp/vacancy.h"

#include <stddef.h>

#include "connectors/common/cell.h"
#include "connectors/common/json_content.h"
#include "connectors/uwv/vum_list.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"

/* The contracts of 2.0 and 3.0 give an employer a name and addresses, and no number. Where there is
 * one all the same (werkgever.nummerKvk, as contact moments have it), or the settings know it, the
 * employer is known by it; else by the vacancy. */

#define ADDRESS "werkgever.adresHouding.adres.adresNederland."
#define STREET ADDRESS "adresDetails.straatadres."
#define ABROAD "werkgever.adresHouding.adres.adresBuitenland."

struct vacancy_config {
	struct vum_list_config list;
	const struct setting_pair *employers;
};

static void take_employer(struct vum_row *row)
{
	const struct vacancy_config *config = (const void *)row->config;
	struct employer *employer = arena_get(row->arena, sizeof(*employer));
	row->person->employer_name = vum_list_text(row, "werkgever.handelsnaamOrganisatie");
	employer->kvk = vum_list_text(row, "werkgever.nummerKvk");
	if (employer->kvk.data == NULL)
		employer->kvk = cell_pair(config->employers, row->person->employer_name);
	if (employer->kvk.data != NULL && !format_is("kvk", employer->kvk)) {
		vum_list_refuse(row, "werkgever.nummerKvk", "is not 8 digits", "90001354");
		employer->kvk = (struct bytes){0};
	}
	row->referral->employer = employer;
}

static struct bytes house_number(const struct vum_row *row)
{
	static const char *const parts[] = {STREET "huisletter", STREET "huisnummertoevoeging"};
	struct bytes number = vum_list_text(row, STREET "huisnummer");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct bytes part = vum_list_text(row, parts[i]);
		if (number.data != NULL && part.data != NULL)
			number = bytes_of_string(arena_format(
				row->arena, "%.*s %.*s", BYTES_ARG(number), BYTES_ARG(part)));
	}
	return number;
}

static void take_address(struct vum_row *row)
{
	struct person *person = row->person;
	struct bytes municipality =
		cell_municipality(vum_list_text(row, ADDRESS "codeGemeente"), row->arena);
	if (municipality.data != NULL)
		row->referral->municipality = municipality;
	person->street = vum_list_text(row, STREET "straatnaam");
	person->house_number = house_number(row);
	person->city = vum_list_text(row, ADDRESS "woonplaatsnaam");
	if (person->postcode.data != NULL)
		return;
	person->postcode = vum_list_text(row, ABROAD "postcodeBuitenland");
	if (person->city.data == NULL)
		person->city = vum_list_text(row, ABROAD "woonplaatsnaamBuitenland");
	person->country = vum_list_text(row, ABROAD "landsnaam");
	if (person->country.data == NULL)
		person->country = vum_list_text(row, ABROAD "landencodeIso");
}

/* Open until the end of that day. */
static void take_end(struct vum_row *row)
{
	struct bytes text = vum_list_text(row, "sluitingsDatumVacature");
	int32_t day;
	if (text.data == NULL)
		return;
	row->referral->has_expires_at = clock_date_from_text(text, &day);
	if (row->referral->has_expires_at)
		row->referral->expires_at = calendar_start(day + 1) - 1;
	else
		vum_list_refuse(row, "sluitingsDatumVacature", "is not a date", "2026-12-31");
}

static void take(struct vum_row *row)
{
	struct person *person = row->person;
	take_employer(row);
	take_address(row);
	take_end(row);
	person->worker_name =
		vum_list_text(row, "werkgever.contactpersoon.naamContactpersoonAfdeling");
	person->worker_phone = vum_list_text(row, "werkgever.contactpersoon.telefoonnummer");
	person->worker_email = vum_list_text(row, "werkgever.contactpersoon.emailadres");
}

static const struct vum_kind kind = {
	.subject = SUBJECT_EMPLOYER,
	.id = "idVacature",
	.postcode = ADDRESS "postcode",
	.sector = "sector.codeSbi",
	.take = take,
};

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	const struct vacancy_config *own = config;
	return vum_list_parse(&kind, &own->list, docs, out, err);
}

static enum outcome check(const void *config, struct err *err)
{
	const struct vacancy_config *own = config;
	for (const struct setting_pair *pair = own->employers; pair->name != NULL; pair++)
		if (!format_is("kvk", bytes_of_string(pair->value)))
			return err_set(err, REJECT,
				"employers: \"%s\": %s is not 8 digits, as the trade register "
				"has them",
				pair->name, pair->value);
	return vum_list_check(&own->list, err);
}

#define AT(member) offsetof(struct vacancy_config, list.member)

static const struct setting settings[] = {
	{"referrals", SETTING_PAIRS, AT(referrals), NULL, 0, 0, NULL,
		"Which vacancies are referrals of their employer and what they ask, the first that "
		"fits: ( ( \"contractvorm.codeTypeOvereenkomst = 02\", \"question=BBL_VACATURE\" ) "
		"). Members are named with those they lie in; of a list any one counts. The words "
		"are those of presets."},
	{"employers", SETTING_PAIRS, offsetof(struct vacancy_config, employers), "", 0, 0, NULL,
		"The number in the trade register of an employer that is only named: ( ( "
		"\"Voorbeeld BV\", \"90001354\" ) )."},
	{"municipalities", SETTING_FORMAT_PAIRS, AT(municipalities), "", 0, 0, SETTING_ONE("gm"),
		"The municipality of a postcode, by its first digits, where codeGemeente does not "
		"say it: ( ( \"301\", \"GM0599\" ) ); the longest that fits."},
	{"text", SETTING_STRINGS, AT(text),
		"[ \"naamVacature\", \"nummerVacature\", \"omschrijvingVacature\", "
		"\"aantalPlaatsen\", \"codeWerkEnDenkniveauMinimaal\", "
		"\"werktijden.aantalWerkurenPerWeekMinimaal\", "
		"\"werktijden.aantalWerkurenPerWeekMaximaal\", "
		"\"arbeidsVoorwaarden.datumAanvangWerkzaamheden\", "
		"\"arbeidsVoorwaarden.omschrijvingArbeidsvoorwaarden\" ]",
		1, 100, NULL, "Members that are told to the desk as text, as they stand."},
	{"path", SETTING_STRING, AT(path), "vacatures/matches", 1, 200, NULL,
		"Where a poll searches, below the endpoint's URL."},
	VUM_LIST_SETTINGS(AT, "vacancy"),
	{0},
};

const struct connector vacancy = {
	.name = "vacancy",
	.summary = "WSP and others: vacancies of employers, as VUM exchanges them",
	.settings = settings,
	.config_size = sizeof(struct vacancy_config),
	.check = check,
	.parse = parse,
	.poll = vum_list_poll,
};
