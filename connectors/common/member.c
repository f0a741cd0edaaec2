/* member - what lies in a partner's JSON, as a connector wants it. */
#include "connectors/common/member.h"

#include <string.h>

static const struct json_tree *find(const struct json_tree *in, const char *name)
{
	return in != NULL ? json_tree_member(in, name) : NULL;
}

struct bytes member_text(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = find(in, name);
	if (found == NULL || found->kind != JSON_TREE_STRING || found->text.size == 0)
		return (struct bytes){0};
	return found->text;
}

struct bytes member_number(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = find(in, name);
	if (found != NULL && found->kind == JSON_TREE_NUMBER)
		return found->text;
	return member_text(in, name);
}

bool member_flag(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = find(in, name);
	return found != NULL && found->kind == JSON_TREE_BOOLEAN && found->yes;
}

const struct json_tree *member_items(const struct json_tree *page)
{
	if (page != NULL && page->kind == JSON_TREE_OBJECT)
		page = json_tree_member(page, "results");
	return page != NULL && page->kind == JSON_TREE_ARRAY ? page->first : NULL;
}

const uint8_t *member_end(const uint8_t *at, const uint8_t *end)
{
	bool is_string = false;
	size_t depth = 0;
	for (; at < end; at++) {
		uint8_t c = *at;
		if (is_string && c == '\\' && at + 1 < end)
			at++;
		else if (c == '"')
			is_string = !is_string;
		else if (is_string)
			continue;
		else if (c == '{' || c == '[')
			depth++;
		else if (depth == 0 && (c == ',' || c == ']' || c == '}'))
			return at;
		else if (c == '}' || c == ']')
			depth--;
	}
	return end;
}

bool member_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void member_skip_space(struct member_walk *walk)
{
	while (walk->at < walk->end && member_is_space(*walk->at))
		walk->at++;
}

struct member_walk member_walk_of(struct bytes body)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
	struct member_walk walk = {body.data, body.data, body.data + body.size};
	if (body.size >= sizeof(mark) && memcmp(walk.at, mark, sizeof(mark)) == 0)
		walk.at += sizeof(mark);
	member_skip_space(&walk);
	return walk;
}
