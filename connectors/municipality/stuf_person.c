/* stuf_person - the betrokkenen of a zaak: who the client is, and who works on it. */
#include "connectors/municipality/stuf_person.h"

#define PREFIX_MAX 20 /* bytes, of Person's prefix */

static const struct xml *related(const struct xml *relation, const char *kind)
{
	const struct xml *who = stuf_read_zkn(stuf_read_zkn(relation, "gerelateerde"), kind);
	return stuf_read_is_nil(who) ? NULL : who;
}

static const struct xml *person_of(const struct xml *relation)
{
	return related(relation, "natuurlijkPersoon");
}

static struct bytes bg(const struct xml *in, const char *name)
{
	return stuf_read_value(xml_child(in, STUF_BG, name));
}

static const struct xml *next_person(const struct xml *relation)
{
	while (relation != NULL && person_of(relation) == NULL)
		relation = stuf_read_next(relation);
	return relation;
}

static bool is_same(const struct xml *a, const struct xml *b)
{
	struct bytes bsn = bg(person_of(a), "inp.bsn");
	return bsn.data != NULL && bytes_equal(bsn, bg(person_of(b), "inp.bsn"));
}

const struct xml *stuf_person_client(const struct xml *object, struct problems *problems)
{
	static const char *const relations[] = {"heeftAlsInitiator", "heeftBetrekkingOp"};
	for (size_t i = 0; i < 2; i++) {
		const struct xml *found = next_person(stuf_read_relation(object, relations[i]));
		const struct xml *other = found;
		if (found == NULL)
			continue;
		while ((other = next_person(stuf_read_next(other))) != NULL) {
			if (is_same(found, other))
				continue;
			problems_add(problems, "person", NULL,
				"cannot be told: several persons are %s", relations[i]);
			return NULL;
		}
		return found;
	}
	return NULL;
}

/* With the mark between, where there is something on both sides. */
static struct bytes joined(struct arena *arena, struct bytes a, const char *mark, struct bytes b)
{
	if (a.size == 0 || b.size == 0)
		return a.size == 0 ? b : a;
	return bytes_of_string(arena_format(arena, "%.*s%s%.*s", BYTES_ARG(a), mark, BYTES_ARG(b)));
}

static void fill_name(const struct xml *who, struct arena *arena, struct person *out)
{
	out->family_name = bg(who, "geslachtsnaam");
	out->prefix = bg(who, "voorvoegselGeslachtsnaam");
	out->initials = bg(who, "voorletters");
	out->given_names = bg(who, "voornamen");
	if (out->prefix.size <= PREFIX_MAX)
		return;
	out->family_name = joined(arena, out->prefix, " ", out->family_name);
	out->prefix = (struct bytes){0};
}

static void fill_address(const struct xml *who, struct arena *arena, struct person *out)
{
	const struct xml *home = xml_child(who, STUF_BG, "verblijfsadres");
	out->street = bg(home, "gor.straatnaam");
	if (out->street.data == NULL)
		out->street = bg(home, "gor.openbareRuimteNaam");
	out->house_number =
		joined(arena, bg(home, "aoa.huisnummer"), " ", bg(home, "aoa.huisletter"));
	out->house_number =
		joined(arena, out->house_number, " ", bg(home, "aoa.huisnummertoevoeging"));
	out->postcode = bg(home, "aoa.postcode");
	out->city = bg(home, "wpl.woonplaatsNaam");
}

/* Three lines in the order that its country has. */
static void fill_foreign(const struct xml *who, struct arena *arena, struct person *out)
{
	const struct xml *abroad = xml_child(who, STUF_BG, "sub.verblijfBuitenland");
	struct bytes country = bg(abroad, "lnd.landnaam");
	if (country.data == NULL)
		country = bg(abroad, "lnd.landcode");
	out->country = country;
	if (out->street.data == NULL && out->city.data == NULL) {
		out->street = bg(abroad, "sub.adresBuitenland1");
		out->city = joined(arena, bg(abroad, "sub.adresBuitenland2"), ", ",
			bg(abroad, "sub.adresBuitenland3"));
	}
}

/* At the relation, or at the person. */
static void fill_contact(const struct xml *relation, const struct xml *who, struct person *out)
{
	const struct xml *contact = stuf_read_zkn(
		stuf_read_relation(relation, "heeftAlsAanspreekpunt"), "gerelateerde");
	out->phone = stuf_read_text(contact, "telefoonnummer");
	out->email = stuf_read_text(contact, "emailadres");
	if (out->phone.data == NULL)
		out->phone = bg(who, "sub.telefoonnummer");
	if (out->email.data == NULL)
		out->email = bg(who, "sub.emailadres");
}

void stuf_person_fill(const struct xml *relation, struct arena *arena, struct person *out)
{
	const struct xml *who = person_of(relation);
	out->bsn = bg(who, "inp.bsn");
	out->own_number = bg(who, "anp.identificatie");
	out->gender = bg(who, "geslachtsaanduiding");
	out->birth_date = stuf_read_date(xml_child(who, STUF_BG, "geboortedatum"), arena);
	fill_name(who, arena, out);
	fill_address(who, arena, out);
	fill_foreign(who, arena, out);
	fill_contact(relation, who, out);
}

void stuf_person_fill_worker(const struct xml *object, struct arena *arena, struct person *out)
{
	const struct xml *relation = stuf_read_relation(object, "heeftAlsUitvoerende");
	while (relation != NULL && related(relation, "medewerker") == NULL)
		relation = stuf_read_next(relation);
	const struct xml *who = relation != NULL ? related(relation, "medewerker") : NULL;
	struct bytes name = joined(arena, stuf_read_text(who, "voorvoegselAchternaam"), " ",
		stuf_read_text(who, "achternaam"));
	out->worker_name = joined(arena, stuf_read_text(who, "voorletters"), " ", name);
	out->worker_phone = stuf_read_text(who, "telefoonnummer");
	out->worker_email = stuf_read_text(who, "emailadres");
}
