/* stuf_initiator - who a new zaak comes from, as far as the schemas have a place for it. */
#include "connectors/municipality/stuf_initiator.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/stuf_write.h"
#include "hub/base/format.h"

/* Characters, by the simple types of sector model BG 3.10; a house number has digits. */
#define NAME_MAX 200
#define PREFIX_MAX 10
#define INITIALS_MAX 20
#define EMPLOYER_MAX 500
#define STREET_MAX 24
#define PUBLIC_SPACE_MAX 80
#define CITY_MAX 80
#define COUNTRY_MAX 40
#define NUMBER_MAX 5
#define ADDITION_MAX 4
#define POSTCODE_MAX 6
#define ABROAD_MAX 35
#define ABROAD_LINES 3
#define PHONE_MAX 20
#define EMAIL_MAX 254

struct writing {
	const struct person *person;
	struct arena *arena;
	struct buffer *left;
};

/* Of who cannot be told from another: he is no initiator. */
static const struct lines_row of_nobody[] = {
	{"Voorletters", offsetof(struct person, initials)},
	{"Voornamen", offsetof(struct person, given_names)},
	{"Geslacht", offsetof(struct person, gender)},
	{"Geboortedatum", offsetof(struct person, birth_date)},
	{0},
};

static const struct lines_row of_place[] = {
	{"Straat", offsetof(struct person, street)},
	{"Huisnummer", offsetof(struct person, house_number)},
	{"Postcode", offsetof(struct person, postcode)},
	{"Plaats", offsetof(struct person, city)},
	{"Land", offsetof(struct person, country)},
	{"Telefoon", offsetof(struct person, phone)},
	{"E-mail", offsetof(struct person, email)},
	{0},
};

static const struct lines_row of_worker[] = {
	{"Contactpersoon", offsetof(struct person, worker_name)},
	{"Telefoon contactpersoon", offsetof(struct person, worker_phone)},
	{"E-mail contactpersoon", offsetof(struct person, worker_email)},
	{0},
};

static const struct lines_row of_employer[] = {
	{"Werkgever", offsetof(struct person, employer_name)},
	{"KvK-nummer", offsetof(struct person, kvk)},
	{0},
};

struct place {
	const char *name, *label;
	size_t max; /* characters */
};

/* Where it is too long, among what is left. */
static void put(
	struct writing *writing, const struct place *place, struct bytes text, struct buffer *out)
{
	if (lines_length(text) <= place->max)
		stuf_write(out, place->name, text);
	else
		lines_add(writing->left, place->label, text);
}

static struct bytes joined(struct arena *arena, struct bytes a, struct bytes b)
{
	if (a.size == 0 || b.size == 0)
		return a.size == 0 ? b : a;
	struct buffer out = {0};
	buffer_add_bytes(&out, a);
	buffer_add_string(&out, " ");
	buffer_add_bytes(&out, b);
	struct bytes both = arena_copy(arena, buffer_bytes(&out));
	buffer_done(&out);
	return both;
}

static void write_name(struct writing *writing, struct buffer *out)
{
	static const struct place family_name = {"BG:geslachtsnaam", "Achternaam", NAME_MAX},
				  name_prefix = {"BG:voorvoegselGeslachtsnaam", "Voorvoegsel",
					  PREFIX_MAX},
				  initials = {"BG:voorletters", "Voorletters", INITIALS_MAX},
				  given_names = {"BG:voornamen", "Voornamen", NAME_MAX};
	const struct person *person = writing->person;
	struct bytes family = person->family_name, prefix = person->prefix;
	if (lines_length(prefix) > PREFIX_MAX && family.size > 0 &&
		lines_length(prefix) + 1 + lines_length(family) <= NAME_MAX) {
		family = joined(writing->arena, prefix, family);
		prefix = (struct bytes){0};
	}
	put(writing, &family_name, family, out);
	put(writing, &name_prefix, prefix, out);
	put(writing, &initials, person->initials, out);
	put(writing, &given_names, person->given_names, out);
}

static void write_gender(struct writing *writing, struct buffer *out)
{
	static const char *const genders[] = {"M", "V", "O"};
	struct bytes gender = writing->person->gender;
	for (size_t i = 0; i < 3; i++) {
		if (bytes_equal_string(gender, genders[i])) {
			stuf_write(out, "BG:geslachtsaanduiding", gender);
			return;
		}
	}
	lines_add(writing->left, "Geslacht", gender);
}

/* StUF has eight digits, and says beside them which are meant. */
static void write_birth_date(struct writing *writing, struct buffer *out)
{
	struct bytes date = writing->person->birth_date;
	char digits[] = "00000101";
	static const char kinds[] = {[4] = 'M', [7] = 'D', [10] = 'V'};
	if (!format_is("partial-date", date)) {
		lines_add(writing->left, "Geboortedatum", date);
		return;
	}
	for (size_t i = 0, to = 0; i < date.size; i++)
		if (date.data[i] != '-')
			digits[to++] = (char)date.data[i];
	buffer_add_format(
		out, "<BG:geboortedatum StUF:indOnvolledigeDatum=\"%c\">", kinds[date.size]);
	xml_add_text(out, bytes_of_string(digits));
	buffer_add_string(out, "</BG:geboortedatum>");
}

struct house {
	struct bytes number, letter, addition;
};

static bool is_gap(uint8_t c)
{
	return c == ' ' || c == '-';
}

/* Spaces and hyphens stand between them. */
static struct bytes next_word(struct bytes *rest)
{
	size_t from = 0, to;
	while (from < rest->size && is_gap(rest->data[from]))
		from++;
	for (to = from; to < rest->size && !is_gap(rest->data[to]);)
		to++;
	struct bytes word = bytes_of(rest->data + from, to - from);
	*rest = bytes_of(rest->data + to, rest->size - to);
	return word;
}

static bool are_letters_or_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isalnum(text.data[i]))
			return false;
	return true;
}

static struct bytes house_number(struct bytes *rest)
{
	size_t zeros = 0, digits;
	while (zeros < rest->size && rest->data[zeros] == '0')
		zeros++;
	for (digits = zeros; digits < rest->size && isdigit(rest->data[digits]);)
		digits++;
	struct bytes number = bytes_of(rest->data + zeros, digits - zeros);
	*rest = bytes_of(rest->data + digits, rest->size - digits);
	return number.size <= NUMBER_MAX ? number : (struct bytes){0};
}

/* "25 a bis", "25a4": a number, a letter and an addition. false: there is more in it. */
static bool read_house(struct bytes text, struct house *out)
{
	struct bytes rest = text;
	*out = (struct house){.number = house_number(&rest)};
	struct bytes word = next_word(&rest);
	if (word.size > 0 && isalpha(word.data[0]) && (word.size == 1 || isdigit(word.data[1]))) {
		out->letter = bytes_of(word.data, 1);
		word = bytes_of(word.data + 1, word.size - 1);
	}
	if (word.size == 0)
		word = next_word(&rest);
	out->addition = word;
	return out->number.size > 0 && word.size <= ADDITION_MAX && are_letters_or_digits(word) &&
		next_word(&rest).size == 0;
}

static void write_house(struct writing *writing, struct buffer *out)
{
	struct house house = {0};
	struct bytes text = writing->person->house_number;
	if (text.size == 0)
		return;
	bool is_all = read_house(text, &house);
	stuf_write(out, "BG:aoa.huisnummer", house.number);
	if (!is_all) {
		lines_add(writing->left, "Huisnummer", text);
		return;
	}
	stuf_write(out, "BG:aoa.huisletter", house.letter);
	stuf_write(out, "BG:aoa.huisnummertoevoeging", house.addition);
}

/* "3011 ab" is 3011AB. */
static bool read_postcode(struct bytes text, char out[POSTCODE_MAX + 1])
{
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool is_right = size < 4 ? isdigit(c) : isalpha(c);
		if (c == ' ')
			continue;
		if (!is_right || size == POSTCODE_MAX)
			return false;
		out[size++] = (char)toupper(c);
	}
	out[size] = '\0';
	return (size == 4 || size == POSTCODE_MAX) && out[0] != '0';
}

static void write_postcode(struct writing *writing, struct buffer *out)
{
	char postcode[POSTCODE_MAX + 1];
	if (read_postcode(writing->person->postcode, postcode))
		stuf_write(out, "BG:aoa.postcode", bytes_of_string(postcode));
	else
		lines_add(writing->left, "Postcode", writing->person->postcode);
}

static void write_home(struct writing *writing, struct buffer *out)
{
	static const struct place city = {"BG:wpl.woonplaatsNaam", "Plaats", CITY_MAX},
				  street = {"BG:gor.straatnaam", "Straat", STREET_MAX},
				  long_street = {
					  "BG:gor.openbareRuimteNaam", "Straat", PUBLIC_SPACE_MAX};
	const struct person *person = writing->person;
	bool is_long = lines_length(person->street) > STREET_MAX;
	put(writing, &city, person->city, out);
	put(writing, is_long ? &long_street : &street, person->street, out);
	write_postcode(writing, out);
	write_house(writing, out);
}

/* So much of it as fits into one line, to the last space; all, where there is none. */
static struct bytes next_line(struct bytes *rest)
{
	struct bytes line = lines_cut(*rest, ABROAD_MAX);
	const uint8_t *space = memrchr(line.data, ' ', line.size);
	bool is_within = line.size < rest->size && rest->data[line.size] != ' ';
	if (is_within && space != NULL && space > line.data)
		line.size = (size_t)(space - line.data);
	*rest = bytes_of(rest->data + line.size, rest->size - line.size);
	while (rest->size > 0 && rest->data[0] == ' ')
		*rest = bytes_of(rest->data + 1, rest->size - 1);
	return line;
}

static void write_abroad(struct writing *writing, struct buffer *out)
{
	static const struct place country = {"BG:lnd.landnaam", "Land", COUNTRY_MAX};
	const struct person *person = writing->person;
	struct bytes street = joined(writing->arena, person->street, person->house_number),
		     city = joined(writing->arena, person->postcode, person->city);
	struct bytes lines[ABROAD_LINES] = {0}, parts[2] = {street, city};
	size_t count = 0;
	for (size_t i = 0; i < 2; i++)
		while (parts[i].size > 0 && count < ABROAD_LINES)
			lines[count++] = next_line(&parts[i]);
	put(writing, &country, person->country, out);
	if (parts[0].size + parts[1].size > 0) {
		lines_add(writing->left, "Straat", street);
		lines_add(writing->left, "Plaats", city);
		return;
	}
	for (size_t i = 0; i < count; i++)
		stuf_write(out, arena_format(writing->arena, "BG:sub.adresBuitenland%zu", i + 1),
			lines[i]);
}

static bool is_abroad(struct bytes country)
{
	static const char *const home[] = {"Nederland", "NL", "NLD", "Netherlands", "6030"};
	for (size_t i = 0; i < sizeof(home) / sizeof(home[0]); i++)
		if (mapping_alike(country, bytes_of_string(home[i])))
			return false;
	return country.size > 0;
}

/* home: what the address in the Netherlands is called. */
static void write_address(struct writing *writing, const char *home, struct buffer *out)
{
	struct buffer inner = {0};
	bool is_away = is_abroad(writing->person->country);
	const char *name = is_away ? "sub.verblijfBuitenland" : home;
	if (is_away)
		write_abroad(writing, &inner);
	else
		write_home(writing, &inner);
	if (inner.size > 0) {
		buffer_add_format(out, "<BG:%s>", name);
		buffer_add_bytes(out, buffer_bytes(&inner));
		buffer_add_format(out, "</BG:%s>", name);
	}
	buffer_done(&inner);
}

static void write_contact(struct writing *writing, struct buffer *out)
{
	static const struct place phone = {"ZKN:telefoonnummer", "Telefoon", PHONE_MAX},
				  email = {"ZKN:emailadres", "E-mail", EMAIL_MAX};
	struct buffer inner = {0};
	put(writing, &phone, writing->person->phone, &inner);
	put(writing, &email, writing->person->email, &inner);
	if (inner.size > 0) {
		stuf_write_begin(out, "heeftAlsAanspreekpunt", "ZAKBTRINICTP", "T");
		stuf_write_begin(out, "gerelateerde", "CTP", "T");
		buffer_add_bytes(out, buffer_bytes(&inner));
		buffer_add_string(out, "</ZKN:gerelateerde></ZKN:heeftAlsAanspreekpunt>");
	}
	buffer_done(&inner);
}

static void write_person(struct writing *writing, struct buffer *out)
{
	stuf_write_begin(out, "natuurlijkPersoon", "NPS", "T");
	stuf_write(out, "BG:inp.bsn", writing->person->bsn);
	write_name(writing, out);
	write_gender(writing, out);
	write_birth_date(writing, out);
	write_address(writing, "verblijfsadres", out);
	buffer_add_string(out, "</ZKN:natuurlijkPersoon>");
	lines_add_rows(writing->left, of_employer, writing->person);
}

static void write_employer(struct writing *writing, struct buffer *out)
{
	static const struct place name = {"BG:statutaireNaam", "Werkgever", EMPLOYER_MAX};
	stuf_write_begin(out, "nietNatuurlijkPersoon", "NNP", "T");
	put(writing, &name, writing->person->employer_name, out);
	write_address(writing, "bezoekadres", out);
	buffer_add_string(out, "</ZKN:nietNatuurlijkPersoon>");
	lines_add(writing->left, "KvK-nummer", writing->person->kvk);
	lines_add_rows(writing->left, of_nobody, writing->person);
}

/* Who has a BSN or a family name is a person, whoever the referral is about. */
static bool is_person(const struct person *person)
{
	return person->bsn.size > 0 || person->family_name.size > 0;
}

static bool is_employer(const struct opened *opened)
{
	const struct referral *body = opened->handover->body;
	return opened->person->employer_name.size > 0 &&
		(body == NULL || body->subject == SUBJECT_EMPLOYER);
}

static void write_somebody(struct writing *writing, struct buffer *out)
{
	stuf_write_begin(out, "heeftAlsInitiator", "ZAKBTRINI", "T");
	buffer_add_string(out, "<ZKN:gerelateerde>");
	if (is_person(writing->person))
		write_person(writing, out);
	else
		write_employer(writing, out);
	buffer_add_string(out, "</ZKN:gerelateerde>");
	write_contact(writing, out);
	buffer_add_string(out, "</ZKN:heeftAlsInitiator>");
}

static void write_nobody(
	const struct person *person, bool is_needed, struct buffer *out, struct buffer *left)
{
	if (is_needed)
		stuf_write_nil(out, "heeftAlsInitiator", "ZAKBTRINI");
	if (person == NULL)
		return;
	lines_add_rows(left, of_nobody, person);
	lines_add_rows(left, of_place, person);
	lines_add_rows(left, of_employer, person);
}

/* Whom to ask, and where: first, so that it is not cut off behind much else. */
static void add_contact(const struct opened *opened, struct buffer *left)
{
	if (opened->person != NULL)
		lines_add_rows(left, of_worker, opened->person);
	lines_add(left, "Verwijzing", bytes_of_string(opened->url));
	if (opened->withheld != NULL)
		lines_add(left, "Zonder persoonsgegevens", bytes_of_string(opened->withheld));
}

void stuf_initiator_write(
	const struct opened *opened, bool is_needed, struct buffer *out, struct buffer *left)
{
	const struct person *person = opened->person;
	struct writing writing = {person, opened->arena, left};
	add_contact(opened, left);
	if (person != NULL && (is_person(person) || is_employer(opened)))
		write_somebody(&writing, out);
	else
		write_nobody(person, is_needed, out, left);
}
