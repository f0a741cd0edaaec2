/* json_content - what a JSON value says, whatever the order it says it in. */
#include "connectors/common/json_content.h"

#include <string.h>

#define HASHES 2

static bool is_scalar(const struct json_tree *in)
{
	return in->kind == JSON_TREE_BOOLEAN || in->kind == JSON_TREE_NUMBER ||
		in->kind == JSON_TREE_STRING;
}

static struct bytes text_of(const struct json_tree *in)
{
	if (in->kind == JSON_TREE_BOOLEAN)
		return bytes_of_string(in->yes ? "true" : "false");
	return in->text;
}

/* What stands before the first dot, and behind it. NULL: there is none. */
static const char *cut(const char *path, struct bytes *name)
{
	size_t size = strcspn(path, ".");
	*name = bytes_of(path, size);
	return path[size] == '.' ? path + size + 1 : NULL;
}

/* The last of that name, as json_tree_member has it. */
static const struct json_tree *find_member(const struct json_tree *in, struct bytes name)
{
	const struct json_tree *found = NULL;
	if (in->kind == JSON_TREE_OBJECT)
		for (const struct json_tree *it = in->first; it != NULL; it = it->next)
			if (bytes_equal(it->name, name))
				found = it;
	return found;
}

/* As deep as the path has parts and lists stand on it, which the depth of the tree bounds. */
static struct bytes find(const struct json_tree *in, const char *path, size_t *skip)
{
	struct bytes name, found = {0};
	if (in->kind == JSON_TREE_ARRAY) {
		for (const struct json_tree *it = in->first; it != NULL && found.data == NULL;
			it = it->next)
			found = find(it, path, skip);
		return found;
	}
	if (path == NULL) {
		struct bytes text = is_scalar(in) ? text_of(in) : found;
		return text.size == 0 || (*skip)-- > 0 ? found : text;
	}
	path = cut(path, &name);
	const struct json_tree *member = find_member(in, name);
	return member != NULL ? find(member, path, skip) : found;
}

struct bytes json_content_at(const struct json_tree *in, const char *path, size_t nth)
{
	return find(in, path, &nth);
}

struct content {
	uint64_t hashes[HASHES]; /* all 0: it says nothing */
};

static bool says_nothing(const struct content *content)
{
	return content->hashes[0] == 0 && content->hashes[1] == 0;
}

/* What stands under a name, or in a list without one, of that kind. */
static struct content mix(enum json_tree_kind kind, struct bytes name, struct content value)
{
	static const uint8_t keys[HASHES][16] = {{1}, {2}};
	struct content out;
	for (size_t i = 0; i < HASHES; i++) {
		uint64_t parts[] = {(uint64_t)kind, bytes_hash(name, keys[i]), value.hashes[i]};
		out.hashes[i] = bytes_hash(bytes_of(parts, sizeof(parts)), keys[i]);
	}
	return out;
}

static bool is_among(struct bytes name, const char *const *names)
{
	for (; names != NULL && *names != NULL; names++)
		if (bytes_equal_string(name, *names))
			return true;
	return false;
}

/* Added up, so that the order does not count. */
static struct content content_of(const struct json_tree *in, const char *const *without)
{
	struct content sum = {0};
	if (is_scalar(in)) {
		struct bytes text = text_of(in);
		return text.size > 0 ? mix(in->kind, text, sum) : sum;
	}
	for (const struct json_tree *it = in->first; it != NULL; it = it->next) {
		struct content item = content_of(it, NULL);
		if (says_nothing(&item) || is_among(it->name, without))
			continue;
		item = mix(in->kind, it->name, item);
		for (size_t i = 0; i < HASHES; i++)
			sum.hashes[i] += item.hashes[i];
	}
	return sum;
}

struct bytes json_content_fingerprint(
	const struct json_tree *in, const char *const *without, struct arena *arena)
{
	struct content content = content_of(in, without);
	uint64_t *hashes = arena_get(arena, sizeof(content.hashes));
	memcpy(hashes, content.hashes, sizeof(content.hashes));
	return bytes_of(hashes, sizeof(content.hashes));
}
