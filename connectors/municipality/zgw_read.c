/* zgw_read - one zaak as it is being read: what is asked of it, and the documents there are. */
#include "connectors/municipality/zgw_read.h"

#include <string.h>

#include "connectors/common/member.h"
#include "connectors/municipality/zgw_url.h"

#define DEPTH 16
/* A page of a hundred zaken has less than one. */
#define DOCUMENT_MAX ((size_t)16 << 20)

struct problems *zgw_read_problems(const struct zgw_read *read)
{
	struct problems *problems = arena_get(read->out->arena, sizeof(*problems));
	problems_init(problems, read->out->arena);
	return problems;
}

/* ZGW systems answer all that is wrong with who asks by 403, and never by 401. */
static const char *advice(int32_t status)
{
	if (status == 403)
		return ": does the application have zaken.lezen and catalogi.lezen, and is its "
		       "secret the same there?";
	if (status == 412)
		return ": give the endpoint the header Accept-Crs: EPSG:4326";
	return status == 404 ? ": it is not there (any more)" : "";
}

const struct json_tree *zgw_read_document(const struct zgw_read *read, const struct document *doc,
	struct bytes path, struct problems *problems)
{
	const struct json_tree *tree = NULL;
	const uint8_t *query = path.data;
	size_t size = 0;
	while (size < path.size && query[size] != '?')
		size++;
	const char *name = arena_string(problems->arena, bytes_of(path.data, size));
	if (doc->status != 200) {
		problems_add(problems, NULL, NULL, "%s: the answer was %d%s", name, doc->status,
			advice(doc->status));
		return NULL;
	}
	struct problems *found = zgw_read_problems(read);
	if (doc->body.size > DOCUMENT_MAX)
		problems_add(found, NULL, NULL, "is larger than %zu bytes", DOCUMENT_MAX);
	else
		tree = json_tree_parse(doc->body, DEPTH, found);
	if (tree != NULL && (tree->kind == JSON_TREE_OBJECT || tree->kind == JSON_TREE_ARRAY))
		return tree;
	problems_add(problems, NULL, NULL, "%s: %s", name,
		tree == NULL ? found->items[0].text : "is neither an object nor a list");
	return NULL;
}

const struct json_tree *zgw_read_below(
	struct zgw_read *read, const char *base, struct bytes path, struct problems *problems)
{
	bool is_static = base == read->config->catalogi_url;
	struct bytes url = zgw_url_at(read->out->arena, base, path);
	const struct document *doc = parcel_need(read->out, read->docs, url, is_static);
	return doc != NULL ? zgw_read_document(read, doc, path, problems) : NULL;
}

const struct json_tree *zgw_read_zaken(
	struct zgw_read *read, struct bytes path, struct problems *problems)
{
	return zgw_read_below(read, read->config->zaken_url, path, problems);
}

const struct json_tree *zgw_read_static(
	struct zgw_read *read, struct bytes path, struct problems *problems)
{
	return zgw_read_below(read, read->config->catalogi_url, path, problems);
}

bool zgw_read_is_own(const struct zgw_read *read, const struct json_tree *tree)
{
	struct bytes url = member_text(tree, "zaak");
	return bytes_equal(zgw_url_below(read->config->zaken_url, url), read->path);
}

struct bytes zgw_read_name(const struct zgw_read *read)
{
	struct arena *arena = read->out->arena;
	struct bytes url = member_text(read->zaak, "url");
	if (!bytes_equal(zgw_url_below(read->config->zaken_url, url), read->path))
		url = zgw_url_at(arena, read->config->zaken_url, read->path);
	return zgw_url_escape(arena, url);
}

const struct setting_pair *zgw_read_zaaktype(
	const struct zgw_config *config, struct bytes scheme, struct bytes zaaktype_path)
{
	const struct setting_pair *pair = config->zaaktypen;
	for (; pair != NULL && pair->name != NULL; pair++) {
		struct bytes name = bytes_of_string(pair->name);
		struct bytes path = strstr(pair->name, "://") != NULL
			? zgw_url_below(config->catalogi_url, name)
			: (struct bytes){0};
		if (bytes_equal(name, scheme) ||
			(path.data != NULL && bytes_equal(path, zaaktype_path)))
			return pair;
	}
	return NULL;
}
