/* made_sheet - files of any size for the connectors that take files, with made-up people. */
#include "tests/support/made_sheet.h"

/* Of three clients one is a referral; of nine of those one has not agreed. */
static void add_client(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"%zu;46100;;WZ-%zu;32;MBO;43221;Installatiemonteur;4;3;B,BE;46070;V;0101234567;"
		"\"Voorbeeld, Anna %zu\";34;a%zu@example.nl;Fiets;GM0599;3011 "
		"AB;Rotterdam;Singel;25;"
		"bis;2;%s;AM22;1;Ja;B. Adviseur;UWV Rotterdam;;5;1;%s\r\n",
		46083 + number % 100, number, number, number, number % 3 == 0 ? "BBL" : "Werk",
		number % 27 == 0 ? "Nee" : "Ja");
}

static void add_referral(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"2026-%zu;Voorbeeld;A.B.;2001-05-30;3011AB;Rotterdam;0101234567;LEERBAAN;JONGERE;"
		"GM0599;AM22;2-3-2026;PUBLIC_TASK;\"Wil graag in de \"\"techniek\"\" werken.\"\r\n",
		number);
}

static void add_event(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"{\"specversion\":\"1.0\",\"id\":\"e-%zu\",\"type\":\"nl.voorbeeld.verwezen\","
		"\"source\":\"urn:nld:oin:00000099000000002000:systeem:klantvolg\","
		"\"time\":\"2026-03-02T09:15:00Z\",\"data\":{\"case\":\"2026-%zu\",\"person\":{"
		"\"family_name\":\"Voorbeeld\",\"initials\":\"A.B.\",\"birth_date\":\"2001-05-30\","
		"\"text\":\"Wil graag in de \\\"techniek\\\" werken.\"},\"body\":{\"Referral\":{"
		"\"kind\":\"TRANSFER\",\"subject\":\"PERSON\",\"from_desk\":\"gemeente-rotterdam\","
		"\"question\":\"LEERBAAN\",\"municipality\":\"GM0599\",\"origin\":\"PARTNER\","
		"\"purpose\":\"GUIDANCE\",\"legal_basis\":{\"kind\":\"PUBLIC_TASK\"}}}}}\n",
		number, number);
}

/* Of three rows one is an application. */
static void add_application(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"{\"ketenId\":\"99XX:%08zu\",\"wijzigingsvolgnummer\":%zu,\"pgn\":\"9%08zu\","
		"\"brin\":\"99XX\",\"laatsteWijziging\":\"2026-03-02T09:15:00Z\","
		"\"opleidingCreboCode\":\"25647\",\"leeratraject\":\"BBL\",\"status\":\"%s\"}\n",
		number % 100000000, number, number % 100000000, number % 3 == 0 ? "AO" : "LI");
}

static void add_profile(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"{\"idWerkzoekende\":\"wz-%zu\",\"mobiliteit\":{\"bemiddelingspostcode\":"
		"\"3071AB\",\"maximaleReisafstand\":30},\"bemiddelingsberoep\":[{"
		"\"codeBeroepsnaam\":\"https://voorbeeld.example/beroep/%zu\"}],\"contractvorm\":[{"
		"\"codeTypeArbeidscontract\":\"B\",\"codeTypeOvereenkomst\":\"%s\"}],"
		"\"werktijden\":{\"aantalWerkurenPerWeekMaximaal\":32},\"sector\":[{\"codeSbi\":"
		"43210}],\"persoonlijkePresentatie\":\"Werkt graag met de handen.\"}\n",
		number, number % 100, number % 3 == 0 ? "02" : "01");
}

/* Of three one says something of a leerbedrijf. */
static void add_contact(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"{\"datum\":\"2026-02-20\",\"codeOnderwerp\":3,\"codeSoort\":1,\"accountmanager\":{"
		"\"naam\":\"Z. Manager %zu\",\"naamOrganisatie\":\"WSP Voorbeeld\"},\"werkgever\":{"
		"\"handelsnaamOrganisatie\":\"Voorbeeld Techniek BV\",\"nummerKvk\":\"%s\","
		"\"codeSbi\":43210,\"erkendSbbLeerbedrijf\":true}}\n",
		number, number % 3 == 0 ? "90001354" : "90001362");
}

/* Of three one is a place for BBL. */
static void add_vacancy(struct buffer *out, size_t number)
{
	buffer_add_format(out,
		"{\"idVacature\":\"vac-%zu\",\"naamVacature\":\"Leerling monteur\",\"werkgever\":{"
		"\"handelsnaamOrganisatie\":\"Voorbeeld BV\",\"adresHouding\":[{\"adres\":{"
		"\"adresNederland\":{\"postcode\":\"3071AB\",\"woonplaatsnaam\":\"Rotterdam\","
		"\"codeGemeente\":\"0599\"}}}]},\"contractvorm\":[{\"codeTypeArbeidscontract\":"
		"\"B\",\"codeTypeOvereenkomst\":\"%s\"}]}\n",
		number, number % 3 == 0 ? "02" : "01");
}

static void add_company(struct buffer *out, size_t number)
{
	buffer_add_format(out, "1%08zu;90001354;%s;25655;1-3-2026;\"Voorbeeld; Techniek %zu\"\r\n",
		number % 100000000, number % 3 == 0 ? "WITHDRAWN" : "RECOGNISED", number);
}

static const char clients[] =
	"Datum melding;1e uitk dag (niet WW);BSN;ID_WZ;Beschikbare uren/wk;"
	"Opleidingsniveau;Beroepssector;Bemiddelingsberoep;Mondeling Nederlands;"
	"Schriftelijk Nederlands;Rijbewijs;Inschrijfdatum;Geslacht;Telefoonnummer;"
	"Volledige Naam;Leeftijd;E-mailadres;Vervoer;Gemeente;Postcode;Plaats;Straatnaam;"
	"Huisnummer;Huisnummer Toevoeging;Banenafspraak;Klantprofiel;Arbeidsmarktregio;"
	"Cases (aantal);Sonar;Medewerker Naam;Organisatie Naam;GSD Kantoor;"
	"Participatieladder;Aantal;Toestemming\r\n";

static const char referrals[] =
	"case;family_name;initials;birth_date;postcode;city;phone;question;target_groups;"
	"municipality;region;not_before;legal_basis.kind;text\r\n";

const struct made_sheet made_sheets[] = {
	{"sonar", "sonar",
		"referrals = ( ( \"Klantprofiel = BBL\", \"LEERBAAN\" ) ); from_desk = \"uwv\";",
		clients, NULL, add_client, NULL},
	{"sonar, none a referral", "sonar",
		"referrals = ( ( \"Klantprofiel = Niemand\", \"LEERBAAN\" ) );", clients, NULL,
		add_client, NULL},
	{"csv", "csv", "", referrals, NULL, add_referral, NULL},
	{"cloudevent, lines", "cloudevent", "", "", NULL, add_event, NULL},
	{"cloudevent, a list", "cloudevent", "", "[", ",", add_event, "]"},
	{"overstap", "overstap",
		"schools = ( ( \"99XX\", \"from_desk=roc\" ) ); statuses = ( ( \"LI\", \"-\" ) );",
		"[", ",", add_application, "]"},
	{"cambo", "cambo",
		"path = \"koppelpunt/0234AS/aanmelding\"; schools = ( ( \"99XX\", "
		"\"from_desk=roc\" "
		") ); statuses = ( ( \"LI\", \"-\" ) );",
		"{\"items\":[", ",", add_application, "]}"},
	{"vum", "vum",
		"referrals = ( ( \"contractvorm.codeTypeOvereenkomst = 02\", \"question=LEERBAAN\" "
		") ); presets = \"from_desk=uwv\";",
		"{\"matches\":[", ",", add_profile, "],\"maximumAantalResultatenBereikt\":false}"},
	{"contactmoment", "contactmoment", "employers = ( ( \"90001354\", \"100123456\" ) );",
		"{\"matches\":[", ",", add_contact, "]}"},
	{"vacancy", "vacancy",
		"referrals = ( ( \"contractvorm.codeTypeOvereenkomst = 02\", "
		"\"question=BBL_VACATURE\" ) ); presets = \"from_desk=wsp kind=SERVICE\";",
		"{\"matches\":[", ",", add_vacancy, "],\"maximumAantalResultatenBereikt\":false}"},
	{"recognition", "recognition", "", "leerbedrijf_id;kvk;recognition;crebo;since;name\r\n",
		NULL, add_company, NULL},
	{0},
};

static void add_row(
	const struct made_sheet *sheet, size_t number, bool is_first, struct buffer *out)
{
	if (!is_first && sheet->between != NULL)
		buffer_add_string(out, sheet->between);
	sheet->add_row(out, number);
}

static void add_footer(const struct made_sheet *sheet, struct buffer *out)
{
	if (sheet->footer != NULL)
		buffer_add_string(out, sheet->footer);
}

size_t made_sheet_fill(const struct made_sheet *sheet, size_t size, struct buffer *out)
{
	size_t rows = 0;
	buffer_reserve(out, size + 4096);
	buffer_add_string(out, sheet->header);
	for (; out->size < size; rows++)
		add_row(sheet, rows + 1, rows == 0, out);
	add_footer(sheet, out);
	return rows;
}

size_t made_sheet_rows(
	const struct made_sheet *sheet, size_t first, size_t count, struct buffer *out)
{
	buffer_add_string(out, sheet->header);
	for (size_t i = 0; i < count; i++)
		add_row(sheet, first + i, i == 0, out);
	add_footer(sheet, out);
	return count;
}
