/* vum - profiles of jobseekers, as VUM exchanges them. */
#include "connectors/uwv/vum.h"

#include <stddef.h>

#include "connectors/uwv/vum_list.h"

/* A profile has neither BSN nor name: the client is known by the source's own number. A profile is
 * no referral but where the settings say so. */

#define NO_CONTACT "2" /* indicatie: 0 unknown, 1 yes, 2 no */

static void take_worker(struct vum_row *row)
{
	row->person->worker_name = vum_list_text(row, "contactpersoon.naamContactpersoonAfdeling");
	row->person->worker_phone = vum_list_text(row, "contactpersoon.telefoonnummer");
	row->person->worker_email = vum_list_text(row, "contactpersoon.emailadres");
}

static void take(struct vum_row *row)
{
	struct bytes may = vum_list_text(row, "indicatieBeschikbaarheidContactgegevens");
	row->person->own_number = vum_list_text(row, "idWerkzoekende");
	take_worker(row);
	if (bytes_equal_string(may, NO_CONTACT))
		return;
	row->person->phone = vum_list_text(row, "telefoonnummer");
	row->person->email = vum_list_text(row, "emailadres");
}

static const struct vum_kind kind = {
	.subject = SUBJECT_PERSON,
	.id = "idWerkzoekende",
	.postcode = "mobiliteit.bemiddelingspostcode",
	.sector = "sector.codeSbi",
	.take = take,
};

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	return vum_list_parse(&kind, config, docs, out, err);
}

#define AT(member) offsetof(struct vum_list_config, member)

static const struct setting settings[] = {
	{"referrals", SETTING_PAIRS, AT(referrals), NULL, 0, 0, NULL,
		"Which profiles are referrals and what they ask, the first that fits: ( ( "
		"\"contractvorm.codeTypeOvereenkomst = 02; flexibiliteit.codeRegiostraal = *\", "
		"\"question=LEERBAAN\" ) ). Members are named with those they lie in; of a list "
		"any one counts. The words are those of presets."},
	{"municipalities", SETTING_FORMAT_PAIRS, AT(municipalities), "", 0, 0, SETTING_ONE("gm"),
		"The municipality of a bemiddelingspostcode, by its first digits: ( ( \"301\", "
		"\"GM0599\" ) ); the longest that fits."},
	{"text", SETTING_STRINGS, AT(text),
		"[ \"persoonlijkePresentatie\", \"bemiddelingsberoep.codeBeroepsnaam\", "
		"\"werktijden.aantalWerkurenPerWeekMinimaal\", "
		"\"werktijden.aantalWerkurenPerWeekMaximaal\", "
		"\"flexibiliteit.datumAanvangBeschikbaarVoorWerk\", "
		"\"arbeidsmarktkwalificatie.codeWerkEnDenkniveauWerkzoekende\", "
		"\"arbeidsmarktkwalificatie.opleiding.codeNiveauOpleiding\" ]",
		1, 100, NULL, "Members that are told to the desk as text, as they stand."},
	{"path", SETTING_STRING, AT(path), "werkzoekendeProfielen/matches", 1, 200, NULL,
		"Where a poll searches, below the endpoint's URL."},
	VUM_LIST_SETTINGS(AT, "profile"),
	{0},
};

const struct connector vum = {
	.name = "vum",
	.summary = "UWV and others: profiles of jobseekers, as VUM exchanges them",
	.settings = settings,
	.config_size = sizeof(struct vum_list_config),
	.check = vum_list_check,
	.parse = parse,
	.poll = vum_list_poll,
};
