/* vum_list - what the lists of VUM have in common: profiles of jobseekers, and vacancies. */
#include "connectors/uwv/vum_list.h"

#include <string.h>

#include "connectors/common/cell.h"
#include "connectors/common/json_content.h"
#include "connectors/common/json_rows.h"
#include "connectors/common/mapping.h"
#include "connectors/uwv/profile.h"
#include "connectors/uwv/vum_answer.h"
#include "hub/base/format.h"

/* The format is that of ibnext/vum-docs (OAS_Contracten/, VUM-Bron and VUM-Bemiddelaar 3.0): the
 * answer to a search, {"maximumAantalResultatenBereikt": …, "matches": […]}; and that of
 * VNG-Realisatie/UM-Pilot, where a municipality uploads the list as an array. */

#define ID_MAX 200

/* Made anew at each search; they say nothing of what was found. */
static const char *const passing[] = {"vumID", NULL};

/* A list, while it is read. */
struct list {
	const struct vum_kind *kind;
	const struct vum_list_config *config;
	struct parcel *out;
	const struct profile *profile;
	struct profile_rows rows;
	const struct json_tree *tree; /* of the row of now */
};

void vum_list_refuse(struct vum_row *row, const char *path, const char *why, const char *example)
{
	problems_add(row->problems, path, example, "%s", why);
}

struct bytes vum_list_text(const struct vum_row *row, const char *path)
{
	return json_content_at(row->tree, path, 0);
}

static struct bytes value(const void *of, const struct profile_column *column, size_t nth)
{
	const struct list *list = of;
	return json_content_at(list->tree, column->name, nth);
}

static bool is_id(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-",
			    text.data[i]) == NULL ||
			text.data[i] == '\0')
			return false;
	return text.size > 0 && text.size <= ID_MAX;
}

/* The case travels in clear: nobody's number may be one. */
static void take_case(struct vum_row *row, struct parcel_draft *item, const char *name)
{
	struct bytes id = member_text(row->tree, name);
	if (!is_id(id))
		vum_list_refuse(row, name, "is not 1 to 200 letters, digits and _ . -",
			"d2c58e62b1ff434880e279fe162cd316");
	else if (format_is("bsn", id))
		vum_list_refuse(
			row, name, "may be a BSN: give a number that is the source's own", NULL);
	else
		item->draft.case_ = id;
	item->draft.fingerprint = json_content_fingerprint(row->tree, passing, row->arena);
}

/* The longest beginning of the postcode that is in the list. */
static struct bytes municipality_of(const struct vum_row *row, struct bytes postcode)
{
	struct bytes found = {0};
	size_t longest = 0;
	for (const struct setting_pair *pair = row->config->municipalities; pair->name != NULL;
		pair++) {
		size_t size = strlen(pair->name);
		if (size <= longest || size > postcode.size ||
			memcmp(postcode.data, pair->name, size) != 0)
			continue;
		longest = size;
		found = bytes_of_string(pair->value);
	}
	return found;
}

/* As a number it lost the zero that it may begin with. */
static struct bytes sector_of_code(const struct vum_row *row, struct bytes code)
{
	struct bytes sector = cell_pair(row->config->sectors, code);
	if (sector.data != NULL)
		return sector;
	return cell_sector(cell_digits(code, code.size < 3 ? 2 : 5, row->arena));
}

/* Of the first that one is known of. */
static struct bytes sector_of(const struct vum_row *row, const char *path)
{
	struct bytes sector = {0};
	for (size_t nth = 0; sector.data == NULL; nth++) {
		struct bytes code = json_content_at(row->tree, path, nth);
		if (code.data == NULL)
			break;
		sector = sector_of_code(row, code);
	}
	return sector;
}

static struct bytes text_of(const struct vum_row *row)
{
	struct buffer text = {0};
	for (const char *const *path = row->config->text; *path != NULL; path++)
		for (size_t nth = 0;; nth++) {
			struct bytes found = json_content_at(row->tree, *path, nth);
			if (found.data == NULL)
				break;
			const char *name = strrchr(*path, '.');
			buffer_add_format(&text, "%s%s: %.*s", text.size > 0 ? "\n" : "",
				name != NULL ? name + 1 : *path, BYTES_ARG(found));
		}
	struct bytes copy = arena_copy(row->arena, buffer_bytes(&text));
	buffer_done(&text);
	return copy.size > 0 ? copy : (struct bytes){0};
}

static void take_referral(struct vum_row *row, const struct vum_kind *kind, const char *words)
{
	struct referral *referral = row->referral;
	struct bytes postcode = vum_list_text(row, kind->postcode);
	struct err err = {0};
	referral->kind = REFERRAL_KIND_TRANSFER;
	referral->subject = kind->subject;
	referral->origin = bytes_of_string("PARTNER");
	referral->purpose = bytes_of_string("GUIDANCE");
	referral->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	referral->legal_basis.reference = bytes_of_string(row->config->legal_basis);
	words = arena_format(row->arena, "%s %s", row->config->presets, words);
	if (mapping_referral(words, row->arena, referral, &err) != OK)
		problems_add(row->problems, "body.Referral", NULL, "%s", err.text);
	struct bytes municipality = municipality_of(row, postcode);
	if (municipality.data != NULL)
		referral->municipality = municipality;
	struct bytes sector = sector_of(row, kind->sector);
	if (sector.data != NULL)
		referral->sector_to = sector;
	row->person->postcode = postcode;
}

static struct parcel_draft *add(struct list *list, const struct json_rows_row *read)
{
	struct bytes id = read->tree != NULL ? member_text(read->tree, list->kind->id) : read->text;
	const char *label = arena_format(list->out->arena, "the row at byte %zu", read->place);
	if (read->tree != NULL && is_id(id) && !format_is("bsn", id))
		label = arena_string(list->out->arena, id);
	return parcel_add(list->out, read->text, bytes_of_string(label));
}

static void take(void *of, const struct json_rows_row *read)
{
	struct list *list = of;
	const char *words = NULL;
	list->tree = read->tree;
	if (read->tree != NULL)
		words = profile_of(list->profile, &list->rows);
	if (read->tree != NULL && words == NULL) {
		list->out->passed++;
		return;
	}
	struct parcel_draft *item = add(list, read);
	if (read->tree == NULL) {
		problems_add(&item->problems, NULL, NULL, "%s", read->why_not);
		return;
	}
	struct vum_row row = {.config = list->config,
		.tree = read->tree,
		.arena = list->out->arena,
		.problems = &item->problems,
		.referral = parcel_referral(list->out, &item->draft),
		.person = parcel_person(list->out, &item->draft)};
	take_case(&row, item, list->kind->id);
	take_referral(&row, list->kind, words);
	list->kind->take(&row);
	row.person->text = text_of(&row);
}

static void end(struct list *list, const struct json_rows *rows)
{
	bool is_cut = vum_answer_is_cut(rows, list->out->arena);
	if (is_cut)
		vum_answer_note_cut(list->out, "query", (struct bytes){0});
	list->out->complete = list->config->snapshot && rows->head != NULL && !is_cut;
}

enum outcome vum_list_parse(const struct vum_kind *kind, const struct vum_list_config *config,
	const struct documents *docs, struct parcel *out, struct err *err)
{
	struct list list = {.kind = kind, .config = config, .out = out};
	struct json_rows rows;
	struct profile *profile;
	list.rows = (struct profile_rows){.of = &list, .value = value};
	if (vum_answer_check(&docs->items[0], out->arena, err) != OK ||
		profile_open(&profile, config->referrals, &list.rows, out->arena, err) != OK ||
		json_rows_open(&rows, docs->items[0].body, docs->from, VUM_ANSWER_ROWS, err) != OK)
		return REJECT;
	list.profile = profile;
	if (json_rows_parse(&rows, docs, out, (struct json_rows_taker){take, &list}, err) != OK)
		return REJECT;
	if (!out->more)
		end(&list, &rows);
	return OK;
}

enum outcome vum_list_poll(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err)
{
	const struct vum_list_config *own = config;
	(void)poll;
	(void)err;
	*out = (struct connector_request){.method = "POST",
		.url = bytes_of_string(own->path),
		.type = bytes_of_string("application/json"),
		.body = bytes_of_string(own->query)};
	return OK;
}

static const char *why_no_postcode(const char *text)
{
	size_t size = strspn(text, "0123456789");
	return size > 0 && size <= 4 && text[size] == '\0' ? NULL : "is not 1 to 4 digits";
}

static enum outcome check_words(
	const struct vum_list_config *own, struct arena *arena, struct err *err)
{
	for (const struct setting_pair *pair = own->referrals; pair->name != NULL; pair++) {
		struct referral referral = {0};
		const char *words = arena_format(arena, "%s %s", own->presets, pair->value);
		if (mapping_referral(words, arena, &referral, err) != OK)
			return err_in(err, "referrals: \"%s\"", pair->name);
	}
	return OK;
}

enum outcome vum_list_check(const void *config, struct err *err)
{
	const struct vum_list_config *own = config;
	struct arena arena = {0};
	if (own->referrals->name == NULL)
		return err_set(err, REJECT, "referrals is empty: say which rows are referrals");
	for (const struct setting_pair *pair = own->municipalities; pair->name != NULL; pair++)
		if (why_no_postcode(pair->name) != NULL)
			return err_set(err, REJECT, "municipalities: \"%s\" %s", pair->name,
				why_no_postcode(pair->name));
	enum outcome outcome = profile_check(own->referrals, err);
	if (outcome == OK)
		outcome = check_words(own, &arena, err);
	arena_done(&arena);
	return outcome;
}
