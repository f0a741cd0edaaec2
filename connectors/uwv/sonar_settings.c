/* sonar_settings - what a source of Sonar exports is told by the configuration. */
#include "connectors/uwv/sonar_settings.h"

#include <stddef.h>

#include "connectors/uwv/profile.h"

#define AT(member) offsetof(struct sonar_settings, member)

static const char *const kinds[] = {"TRANSFER", "SERVICE", "REQUEST", NULL};
static const char *const bases[] = {"PUBLIC_TASK", "CONSENT", NULL};

const struct setting sonar_settings_rows[] = {
	{"referrals", SETTING_CODE_PAIRS, AT(referrals), NULL, 0, 0, SETTING_ONE("question"),
		"Which clients are referrals and what they ask, the first that fits: ( ( "
		"\"Klantprofiel = BBL | Leerbaan; Rijbewijs = *\", \"LEERBAAN\" ) )."},
	{"kind", SETTING_CHOICE, AT(kind), "TRANSFER", 0, 0, kinds,
		"Whether responsibility moves on acceptance."},
	{"purpose", SETTING_CODE, AT(purpose), "GUIDANCE", 0, 0, SETTING_ONE("purpose"),
		"What the data may be used for."},
	{"origin", SETTING_CODE, AT(origin), "PARTNER", 0, 0, SETTING_ONE("origin"),
		"How the clients came in."},
	{"target_groups", SETTING_CODES, AT(target_groups), "", 0, 0, SETTING_ONE("target_group"),
		"Groups that all of them belong to."},
	{"legal_basis", SETTING_CHOICE, AT(legal_basis), "CONSENT", 0, 0, bases,
		"On what ground they are referred. Without Toestemming none is, on either."},
	{"legal_reference", SETTING_STRING, AT(legal_reference), "", 1, 200, NULL,
		"The article of law, or which consent."},
	{"from_desk", SETTING_FORMAT, AT(from_desk), "", 0, 0, SETTING_ONE("desk"),
		"Sending desk of whom from_desks does not name; none: they are refused, or, if "
		"there "
		"are no from_desks either, registered without one."},
	{"from_desks", SETTING_FORMAT_PAIRS, AT(from_desks), "", 0, 0, SETTING_ONE("desk"),
		"Sending desk by Organisatie Naam, or else by Arbeidsmarktregio: ( ( \"AM22\", "
		"\"uwv-rijnmond\" ) )."},
	{"to_desk", SETTING_FORMAT, AT(to_desk), "", 0, 0, SETTING_ONE("desk"),
		"Desk that is asked for; none: the hub routes."},
	{"municipalities", SETTING_FORMAT_PAIRS, AT(municipalities), "", 0, 0, SETTING_ONE("gm"),
		"The code of a municipality that is named: ( ( \"Rotterdam\", \"GM0599\" ) )."},
	{"regions", SETTING_FORMAT_PAIRS, AT(regions), "", 0, 0, SETTING_ONE("am"),
		"The code of a region under a name that is not its usual one."},
	{"sectors", SETTING_CODE_PAIRS, AT(sectors), "", 0, 0, SETTING_ONE("sector"),
		"The sector of a Beroepssector, where the division of the SBI does not say it."},
	{"text_columns", SETTING_STRINGS, AT(text_columns),
		"[ \"Bemiddelingsberoep\", \"Beroepssector\", \"Opleidingsniveau\", "
		"\"Beschikbare uren/wk\", \"Mondeling Nederlands\", \"Schriftelijk Nederlands\", "
		"\"Rijbewijs\", \"Vervoer\" ]",
		1, 100, NULL, "Columns that are told to the desk as text, as they stand."},
	{"snapshot", SETTING_BOOL, AT(snapshot), "false", 0, 0, NULL,
		"Each file has all clients: of who is in it no more, or is no referral by what "
		"referrals says, the sending desk is asked what became of them."},
	{0},
};

enum outcome sonar_settings_check(const void *config, struct err *err)
{
	const struct sonar_settings *settings = config;
	return profile_check(settings->referrals, err);
}
