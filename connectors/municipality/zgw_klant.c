/* zgw_klant - who made a verzoek: its klantverzoeken, and the klant of the Klanten API. */
#include "connectors/municipality/zgw_klant.h"

#include <string.h>
#include <strings.h>

#include "connectors/common/member.h"
#include "connectors/municipality/zgw_person.h"
#include "connectors/municipality/zgw_url.h"

static bool text_is(const struct json_tree *in, const char *name, const char *wanted)
{
	struct bytes text = member_text(in, name);
	return text.size == strlen(wanted) &&
		(text.size == 0 || strncasecmp((const char *)text.data, wanted, text.size) == 0);
}

/* role "": it says none. */
static bool is_candidate(const struct zgw_read *read, const struct json_tree *item,
	struct bytes verzoek, const char *role)
{
	struct bytes of = zgw_url_below(read->config->requests_url, member_text(item, "verzoek"));
	return bytes_equal(of, verzoek) && !text_is(item, "indicatieMachtiging", "gemachtigde") &&
		text_is(item, "rol", role);
}

/* false: none has the role, and *out is absent; or several have it, and a problem was added. */
static bool find_of_role(struct zgw_read *read, const struct json_tree *list, struct bytes verzoek,
	const char *role, struct bytes *out)
{
	const struct json_tree *item = member_items(list);
	bool is_one = true;
	*out = (struct bytes){0};
	for (; item != NULL; item = item->next) {
		struct bytes url = member_text(item, "klant");
		if (url.data == NULL || !is_candidate(read, item, verzoek, role))
			continue;
		is_one = is_one && (out->data == NULL || bytes_equal(*out, url));
		*out = url;
	}
	return out->data != NULL && is_one;
}

struct bytes zgw_klant_find(struct zgw_read *read, const struct json_tree *list,
	struct bytes verzoek, struct problems *problems)
{
	struct bytes url = {0}, path = {0};
	const char *const *role = read->config->roles;
	bool is_one = false;
	for (; url.data == NULL && *role != NULL; role++)
		is_one = find_of_role(read, list, verzoek, *role, &url);
	if (url.data == NULL)
		is_one = find_of_role(read, list, verzoek, "", &url);
	if (url.data != NULL && !is_one)
		problems_add(problems, "person", NULL,
			"cannot be told: several klanten have the same rol in it");
	else if (url.data != NULL)
		path = zgw_url_below(read->config->clients_url, url);
	if (url.data != NULL && is_one && path.data == NULL)
		problems_add(problems, "person", NULL, "its klant does not lie below klanten_url");
	return path;
}

const struct json_tree *zgw_klant_read(
	struct zgw_read *read, struct bytes path, struct problems *problems)
{
	const struct json_tree *klant =
		zgw_read_below(read, read->config->clients_url, path, problems);
	if (klant == NULL)
		return NULL;
	struct bytes type = member_text(klant, "subjectType");
	if (type.data == NULL || bytes_equal_string(type, "natuurlijk_persoon"))
		return klant;
	problems_add(problems, "person", NULL, "is missing: its klant is no natuurlijk_persoon");
	return NULL;
}

static void put_missing(struct bytes *to, struct bytes value)
{
	if (to->data == NULL)
		*to = value;
}

/* What was verified of the person counts before what the klant typed. */
void zgw_klant_fill(const struct json_tree *klant, struct arena *arena, struct person *out)
{
	zgw_person_fill_who(json_tree_member(klant, "subjectIdentificatie"), arena, out);
	if (out->family_name.data == NULL) {
		out->family_name = member_text(klant, "achternaam");
		out->prefix = member_text(klant, "voorvoegselAchternaam");
	}
	put_missing(&out->given_names, member_text(klant, "voornaam"));
	if (out->bsn.data == NULL)
		put_missing(&out->own_number, member_text(klant, "klantnummer"));
	out->phone = member_text(klant, "telefoonnummer");
	out->email = member_text(klant, "emailadres");
}
