/* zgw_person - the rollen of a zaak: who the client is, and who works on it. */
#include "connectors/municipality/zgw_person.h"

#include <string.h>
#include <strings.h>

#include "connectors/common/member.h"

#define PREFIX_MAX 20 /* bytes, of Person's prefix */

static bool text_is(const struct json_tree *in, const char *name, const char *wanted)
{
	struct bytes text = member_text(in, name);
	return text.size == strlen(wanted) &&
		strncasecmp((const char *)text.data, wanted, text.size) == 0;
}

/* omschrijvingGeneriek is of a closed list, omschrijving the municipality's own. */
static bool has_role(const struct json_tree *rol, const char *role)
{
	return text_is(rol, "omschrijvingGeneriek", role) || text_is(rol, "omschrijving", role);
}

/* The next that has the role and type; *page and `from` say where to go on. */
static const struct json_tree *next_rol(const struct zgw_rollen *rollen, size_t *page,
	const struct json_tree *from, const char *role, const char *type)
{
	const struct json_tree *rol =
		from != NULL ? from->next : member_items(rollen->pages[*page]);
	for (;;) {
		for (; rol != NULL; rol = rol->next)
			if (has_role(rol, role) && text_is(rol, "betrokkeneType", type) &&
				zgw_read_is_own(rollen->of, rol))
				return rol;
		if (++*page >= rollen->count)
			return NULL;
		rol = member_items(rollen->pages[*page]);
	}
}

static bool equal_text(const struct json_tree *a, const struct json_tree *b, const char *name)
{
	struct bytes text = member_text(a, name);
	return text.data != NULL && bytes_equal(text, member_text(b, name));
}

static const struct json_tree *identity(const struct json_tree *rol)
{
	return json_tree_member(rol, "betrokkeneIdentificatie");
}

/* A rol may come twice, where pages shift or somebody registered it again. */
static bool is_same(const struct json_tree *a, const struct json_tree *b)
{
	return equal_text(a, b, "url") || equal_text(identity(a), identity(b), "inpBsn") ||
		equal_text(identity(a), identity(b), "anpIdentificatie");
}

const struct json_tree *zgw_person_client(
	const struct zgw_rollen *rollen, struct problems *problems)
{
	static const char type[] = "natuurlijk_persoon";
	for (const char *const *role = rollen->of->config->roles; *role != NULL; role++) {
		size_t page = 0;
		const struct json_tree *found = next_rol(rollen, &page, NULL, *role, type);
		if (found == NULL)
			continue;
		const struct json_tree *other = found;
		while ((other = next_rol(rollen, &page, other, *role, type)) != NULL) {
			if (is_same(found, other))
				continue;
			problems_add(problems, "person", NULL,
				"cannot be told: several persons have the role %s", *role);
			return NULL;
		}
		return found;
	}
	return NULL;
}

static bool are_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return true;
}

/* Of "1990-05-17", "19900517", "1990-05-17T00:00:00"; month or day may be 00: not known. */
static struct bytes birth_date(struct bytes text, struct arena *arena)
{
	char digits[9] = {0};
	size_t count = 0;
	struct bytes date = text;
	if (text.size > 10 && (text.data[10] == 'T' || text.data[10] == ' '))
		date.size = 10;
	for (size_t i = 0; i < date.size; i++) {
		bool is_hyphen = date.data[i] == '-' && (count == 4 || count == 6);
		if (is_hyphen)
			continue;
		if (count == 8 || !are_digits(bytes_of(date.data + i, 1)))
			return text;
		digits[count++] = (char)date.data[i];
	}
	if (count != 4 && count != 6 && count != 8)
		return text;
	if (strncmp(digits, "0000", 4) == 0)
		return (struct bytes){0};
	if (count == 4 || strncmp(digits + 4, "00", 2) == 0)
		return bytes_of_string(arena_format(arena, "%.4s", digits));
	if (count == 6 || strncmp(digits + 6, "00", 2) == 0)
		return bytes_of_string(arena_format(arena, "%.4s-%.2s", digits, digits + 4));
	return bytes_of_string(
		arena_format(arena, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6));
}

/* With a space between, where there is something on both sides. */
static struct bytes joined(struct arena *arena, struct bytes a, struct bytes b)
{
	if (a.size == 0 || b.size == 0)
		return a.size == 0 ? b : a;
	return bytes_of_string(arena_format(arena, "%.*s %.*s", BYTES_ARG(a), BYTES_ARG(b)));
}

static void fill_name(const struct json_tree *who, struct arena *arena, struct person *out)
{
	out->family_name = member_text(who, "geslachtsnaam");
	out->prefix = member_text(who, "voorvoegselGeslachtsnaam");
	out->initials = member_text(who, "voorletters");
	out->given_names = member_text(who, "voornamen");
	if (out->prefix.size <= PREFIX_MAX)
		return;
	out->family_name = joined(arena, out->prefix, out->family_name);
	out->prefix = (struct bytes){0};
}

static void fill_address(const struct json_tree *who, struct arena *arena, struct person *out)
{
	const struct json_tree *home = json_tree_member(who, "verblijfsadres");
	const struct json_tree *abroad = json_tree_member(who, "subVerblijfBuitenland");
	out->street = member_text(home, "gorOpenbareRuimteNaam");
	out->house_number = member_number(home, "aoaHuisnummer");
	out->house_number = joined(arena, out->house_number, member_text(home, "aoaHuisletter"));
	out->house_number =
		joined(arena, out->house_number, member_text(home, "aoaHuisnummertoevoeging"));
	out->postcode = member_text(home, "aoaPostcode");
	out->city = member_text(home, "wplWoonplaatsNaam");
	out->country = member_text(abroad, "lndLandnaam");
}

void zgw_person_fill_who(const struct json_tree *who, struct arena *arena, struct person *out)
{
	if (who == NULL)
		return;
	out->bsn = member_text(who, "inpBsn");
	out->own_number = member_text(who, "anpIdentificatie");
	out->gender = member_text(who, "geslachtsaanduiding");
	out->birth_date = birth_date(member_text(who, "geboortedatum"), arena);
	fill_name(who, arena, out);
	fill_address(who, arena, out);
}

void zgw_person_fill(const struct json_tree *rol, struct arena *arena, struct person *out)
{
	zgw_person_fill_who(identity(rol), arena, out);
}

void zgw_person_fill_worker(
	const struct zgw_rollen *rollen, struct arena *arena, struct person *out)
{
	size_t page = 0;
	const struct json_tree *rol = next_rol(rollen, &page, NULL, "behandelaar", "medewerker");
	const struct json_tree *who = rol != NULL ? identity(rol) : NULL;
	struct bytes name = joined(arena, member_text(who, "voorletters"),
		joined(arena, member_text(who, "voorvoegselAchternaam"),
			member_text(who, "achternaam")));
	if (name.data != NULL)
		out->worker_name = name;
}
