/* sonar - the export of clients from Sonar, UWV's system, as CSV. */
#include "connectors/uwv/sonar.h"

#include <ctype.h>
#include <string.h>

#include "connectors/common/cell.h"
#include "connectors/common/sheet.h"
#include "connectors/uwv/profile.h"
#include "connectors/uwv/sonar_settings.h"
#include "hub/base/calendar.h"
#include "hub/base/format.h"

/* The format is what VNG-Realisatie/UM-Pilot reads (vertaler/input/SonarDashboardExample.xlsx): one
 * row of 35 column names, one row per client. Columns are found by name, in any order. A client is
 * a referral where the settings say so; its case is ID_WZ, so that the same client tomorrow amends.
 * When it happened is not said (occurred_at): Datum melding is the same in each export, and with it
 * a change would be older than what was said in between. */

enum column {
	TOESTEMMING,
	ID_WZ,
	DATUM_MELDING,
	BSN,
	INSCHRIJFDATUM,
	VOLLEDIGE_NAAM,
	GESLACHT,
	LEEFTIJD,
	STRAATNAAM,
	HUISNUMMER,
	TOEVOEGING,
	POSTCODE,
	PLAATS,
	TELEFOONNUMMER,
	EMAIL,
	GEMEENTE,
	REGIO,
	BEROEPSSECTOR,
	MEDEWERKER,
	ORGANISATIE,
	USED,
};

/* First those that are used; then the others, which only tell one version of a client from the
 * next; those that count things change without the client and are not here. */
static const char *const names[] = {
	[TOESTEMMING] = "Toestemming",
	[ID_WZ] = "ID_WZ",
	[DATUM_MELDING] = "Datum melding",
	[BSN] = "BSN",
	[INSCHRIJFDATUM] = "Inschrijfdatum",
	[VOLLEDIGE_NAAM] = "Volledige Naam",
	[GESLACHT] = "Geslacht",
	[LEEFTIJD] = "Leeftijd",
	[STRAATNAAM] = "Straatnaam",
	[HUISNUMMER] = "Huisnummer",
	[TOEVOEGING] = "Huisnummer Toevoeging",
	[POSTCODE] = "Postcode",
	[PLAATS] = "Plaats",
	[TELEFOONNUMMER] = "Telefoonnummer",
	[EMAIL] = "E-mailadres",
	[GEMEENTE] = "Gemeente",
	[REGIO] = "Arbeidsmarktregio",
	[BEROEPSSECTOR] = "Beroepssector",
	[MEDEWERKER] = "Medewerker Naam",
	[ORGANISATIE] = "Organisatie Naam",
	[USED] = "1e uitk dag (niet WW)",
	"Beschikbare uren/wk",
	"Opleidingsniveau",
	"Bemiddelingsberoep",
	"Mondeling Nederlands",
	"Schriftelijk Nederlands",
	"Rijbewijs",
	"Vervoer",
	"Banenafspraak",
	"Klantprofiel",
	"Sonar",
	"GSD Kantoor",
	"Participatieladder",
};

#define COLUMNS (sizeof(names) / sizeof(names[0]))

static const char *const required[] = {"Toestemming", "ID_WZ", "Datum melding", NULL};

/* One client, while it is read. */
struct sonar_row {
	const struct sonar_settings *config;
	const struct sheet *sheet;
	size_t columns[COLUMNS]; /* where those of names stand */
	size_t *texts; /* where those of text_columns stand */
	size_t texts_count;
	struct arena *arena;
	struct parcel_draft *item;
};

static struct bytes cell(const struct sonar_row *client, enum column column)
{
	return cell_known(sheet_cell(client->sheet, client->columns[column]));
}

/* The column is named in the text: as a path only the schema's own names are kept. */
static void refuse(
	struct sonar_row *client, enum column column, const char *why, const char *example)
{
	problems_add(&client->item->problems, NULL, example, "%s %s", names[column], why);
}

/* false: there is none, or it is a problem. */
static bool date(struct sonar_row *client, enum column column, int32_t *days)
{
	struct bytes text = cell(client, column);
	if (text.data == NULL)
		return false;
	bool is_date = cell_date(text, days);
	if (!is_date)
		refuse(client, column, "is no date", "2026-03-02, 2-3-2026 or 46083");
	return is_date;
}

/* Of all columns in our order: what stands elsewhere in another file, or is new there, is no other
 * content. */
static struct bytes fingerprint(const struct sonar_row *client)
{
	static const uint8_t keys[2][16] = {{1}, {2}};
	struct buffer all = {0};
	uint64_t *hashes = arena_get(client->arena, 2 * sizeof(*hashes));
	for (size_t i = 0; i < COLUMNS; i++) {
		struct bytes text = cell(client, (enum column)i);
		buffer_add(&all, &text.size, sizeof(text.size));
		buffer_add_bytes(&all, text);
	}
	for (size_t i = 0; i < 2; i++)
		hashes[i] = bytes_hash(buffer_bytes(&all), keys[i]);
	explicit_bzero(all.data, all.size);
	buffer_done(&all);
	return bytes_of(hashes, 2 * sizeof(*hashes));
}

static void take_case(struct sonar_row *client)
{
	struct draft *draft = &client->item->draft;
	struct bytes id = cell(client, ID_WZ), bsn = cell(client, BSN);
	draft->case_ = id;
	if (id.data == NULL)
		refuse(client, ID_WZ, "is missing: the client cannot be told from others", NULL);
	else if (bytes_equal(cell_digits(id, CELL_BSN, client->arena),
			 cell_digits(bsn, CELL_BSN, client->arena)))
		refuse(client, ID_WZ, "is the BSN: give Sonar's own number of the client", NULL);
	draft->fingerprint = fingerprint(client);
}

static struct bytes region(struct sonar_row *client)
{
	struct bytes text = cell(client, REGIO);
	struct bytes code = cell_pair(client->config->regions, text);
	if (code.data == NULL)
		code = cell_region(text);
	if (text.data != NULL && code.data == NULL)
		refuse(client, REGIO, "is no labour market region that is known here", "AM22");
	return code;
}

static struct bytes municipality(struct sonar_row *client)
{
	struct bytes text = cell(client, GEMEENTE);
	struct bytes code = cell_municipality(text, client->arena);
	if (code.data == NULL)
		code = cell_pair(client->config->municipalities, text);
	if (text.data != NULL && code.data == NULL)
		refuse(client, GEMEENTE,
			"is no code, and no name among the municipalities of this source",
			"GM0599");
	return code;
}

static struct bytes from_desk(struct sonar_row *client, struct bytes region)
{
	const struct sonar_settings *config = client->config;
	struct bytes desk = cell_pair(config->from_desks, cell(client, ORGANISATIE));
	if (desk.data == NULL)
		desk = cell_pair(config->from_desks, region);
	if (desk.data == NULL)
		desk = bytes_of_string(config->from_desk);
	if (desk.data == NULL && config->from_desks->name != NULL)
		refuse(client, ORGANISATIE, "is none that a sending desk is known of", NULL);
	return desk;
}

static void take_basis(struct sonar_row *client, struct legal_basis *out)
{
	const struct sonar_settings *config = client->config;
	int32_t days;
	out->kind = config->legal_basis;
	out->reference = bytes_of_string(config->legal_reference);
	if (out->kind != LEGAL_BASIS_KIND_CONSENT)
		return;
	out->has_given_at =
		date(client, INSCHRIJFDATUM, &days) || date(client, DATUM_MELDING, &days);
	if (out->has_given_at)
		out->given_at = calendar_start(days);
	else if (cell(client, INSCHRIJFDATUM).data == NULL &&
		cell(client, DATUM_MELDING).data == NULL)
		refuse(client, DATUM_MELDING, "is missing: it says when consent was given", NULL);
}

static bool has_consent(struct sonar_row *client)
{
	bool is_given = cell_is_like(cell(client, TOESTEMMING), bytes_of_string("Ja"));
	if (!is_given)
		refuse(client, TOESTEMMING, "is not Ja: nothing may be shared of this client",
			NULL);
	return is_given;
}

static struct bytes *list(const struct sonar_row *client, const char *const *words, size_t *count)
{
	for (*count = 0; words != NULL && words[*count] != NULL;)
		++*count;
	struct bytes *items = arena_get_array(client->arena, *count, sizeof(*items));
	for (size_t i = 0; i < *count; i++)
		items[i] = bytes_of_string(words[i]);
	return items;
}

static struct bytes age_band(struct sonar_row *client)
{
	struct bytes age = cell(client, LEEFTIJD);
	int64_t years = 0;
	if (age.data == NULL)
		return age;
	if (!bytes_to_int64(age, &years) || years < 0 || years > 130) {
		refuse(client, LEEFTIJD, "is no age in whole years", "34");
		return (struct bytes){0};
	}
	int whole = (int)years;
	return bytes_of_string(arena_format(client->arena, "%d-%d", whole, whole));
}

static void take_referral(struct sonar_row *client, struct parcel *parcel, struct bytes question)
{
	const struct sonar_settings *config = client->config;
	struct referral *referral = parcel_referral(parcel, &client->item->draft);
	struct bytes sector = cell(client, BEROEPSSECTOR);
	referral->kind = config->kind;
	referral->subject = SUBJECT_PERSON;
	referral->question = question;
	referral->purpose = bytes_of_string(config->purpose);
	referral->origin = bytes_of_string(config->origin);
	referral->target_groups =
		list(client, config->target_groups, &referral->target_groups_count);
	referral->region = region(client);
	referral->municipality = municipality(client);
	referral->from_desk = from_desk(client, referral->region);
	referral->to_desk = bytes_of_string(config->to_desk);
	referral->age_band = age_band(client);
	referral->sector_to = cell_pair(config->sectors, sector);
	if (referral->sector_to.data == NULL)
		referral->sector_to = cell_sector(sector);
	take_basis(client, &referral->legal_basis);
}

static struct bytes house(struct sonar_row *client)
{
	struct bytes number = cell(client, HUISNUMMER), addition = cell(client, TOEVOEGING);
	if (number.data == NULL || addition.data == NULL)
		return number.data != NULL ? number : addition;
	return bytes_of_string(
		arena_format(client->arena, "%.*s %.*s", BYTES_ARG(number), BYTES_ARG(addition)));
}

/* "3011 AB" and "3011ab" are the same. */
static struct bytes postcode(struct sonar_row *client)
{
	struct bytes text = arena_copy(client->arena, cell(client, POSTCODE));
	uint8_t *data = arena_get(client->arena, text.size);
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != ' ')
			data[size++] = (uint8_t)toupper(text.data[i]);
	return text.data != NULL ? bytes_of(data, size) : text;
}

static struct bytes text_of(struct sonar_row *client)
{
	const char *const *columns = client->config->text_columns;
	struct buffer text = {0};
	for (size_t i = 0; i < client->texts_count; i++) {
		struct bytes value = cell_known(sheet_cell(client->sheet, client->texts[i]));
		if (value.data == NULL)
			continue;
		buffer_add_string(&text, text.size > 0 ? "\n" : "");
		buffer_add_string(&text, columns[i]);
		buffer_add_string(&text, ": ");
		buffer_add_bytes(&text, value);
	}
	struct bytes copy = arena_copy(client->arena, buffer_bytes(&text));
	buffer_done(&text);
	return copy.size > 0 ? copy : (struct bytes){0};
}

static void take_person(struct sonar_row *client, struct parcel *parcel)
{
	struct person *person = parcel_person(parcel, &client->item->draft);
	struct bytes bsn = cell_digits(cell(client, BSN), CELL_BSN, client->arena);
	if (bsn.data != NULL && !format_is("bsn", bsn))
		refuse(client, BSN, "is not 9 digits that pass the 11-test", NULL);
	else
		person->bsn = bsn;
	person->own_number = client->item->draft.case_;
	person->family_name = cell(client, VOLLEDIGE_NAAM);
	person->gender = cell(client, GESLACHT);
	person->street = cell(client, STRAATNAAM);
	person->house_number = house(client);
	person->postcode = postcode(client);
	person->city = cell(client, PLAATS);
	person->phone = cell_digits(cell(client, TELEFOONNUMMER), CELL_PHONE, client->arena);
	person->email = cell(client, EMAIL);
	person->worker_name = cell(client, MEDEWERKER);
	person->text = text_of(client);
}

/* Of whom nothing may be shared, no more is taken than the refusal needs. */
static void take(struct sonar_row *client, struct parcel *parcel, struct bytes question)
{
	client->item = sheet_add(client->sheet, parcel);
	if (!sheet_is_whole(client->sheet))
		return;
	take_case(client);
	take_referral(client, parcel, question);
	if (has_consent(client))
		take_person(client, parcel);
}

static void find_columns(struct sonar_row *client)
{
	const char *const *texts = client->config->text_columns;
	for (size_t i = 0; i < COLUMNS; i++)
		client->columns[i] = sheet_find(client->sheet, names[i]);
	while (texts != NULL && texts[client->texts_count] != NULL)
		client->texts_count++;
	client->texts = arena_get_array(client->arena, client->texts_count, sizeof(size_t));
	for (size_t i = 0; i < client->texts_count; i++)
		client->texts[i] = sheet_find(client->sheet, texts[i]);
}

static size_t find_column(const void *sheet, const char *name)
{
	return sheet_find(sheet, name);
}

static struct bytes value(const void *sheet, const struct profile_column *column, size_t nth)
{
	return nth == 0 ? cell_known(sheet_cell(sheet, column->place)) : (struct bytes){0};
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct sonar_row client = {.config = config, .arena = out->arena};
	struct sheet sheet;
	const struct profile_rows rows = {.of = &sheet, .find = find_column, .value = value};
	struct profile *profile;
	if (sheet_open(&sheet, docs, out->arena, err) != OK ||
		sheet_need(&sheet, required, err) != OK ||
		profile_open(&profile, client.config->referrals, &rows, out->arena, err) != OK)
		return REJECT;
	client.sheet = &sheet;
	find_columns(&client);
	bool is_whole = docs->from > 0; /* the last row; where there is none, nothing is */
	while (sheet_next(&sheet, out)) {
		is_whole = sheet_is_whole(&sheet);
		const char *question = profile_of(profile, &rows);
		if (question != NULL || !is_whole)
			take(&client, out, bytes_of_string(question));
		else
			out->passed++;
	}
	out->complete = client.config->snapshot && is_whole && sheet_is_ended(&sheet, out);
	return OK;
}

const struct connector sonar = {
	.name = "sonar",
	.summary = "UWV: the export of clients from Sonar, as CSV",
	.settings = sonar_settings_rows,
	.config_size = sizeof(struct sonar_settings),
	.check = sonar_settings_check,
	.parse = parse,
	.acknowledge = sheet_acknowledge,
};
