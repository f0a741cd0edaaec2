/* refusal - what a municipality's system finds wrong with a request: problem+json of the ZGW and
 * Klantinteracties APIs. */
#include "connectors/municipality/refusal.h"

#include <stdio.h>
#include <string.h>

#include "connectors/common/member.h"

static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0' ||
			strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-",
				text.data[i]) == NULL)
			return false;
	return text.size > 0;
}

static const struct json_tree *first_of(const struct json_tree *problem)
{
	const struct json_tree *list =
		problem != NULL ? json_tree_member(problem, "invalidParams") : NULL;
	return list != NULL && list->kind == JSON_TREE_ARRAY ? list->first : NULL;
}

void refusal_names(const struct json_tree *problem, char out[REFUSAL_NAMES])
{
	const struct json_tree *item = first_of(problem);
	size_t used = 0;
	for (out[0] = '\0'; item != NULL; item = item->next) {
		struct bytes name = member_text(item, "name"), code = member_text(item, "code");
		if (!is_plain(name) || !is_plain(code) ||
			used + name.size + code.size + 4 > REFUSAL_NAMES)
			continue;
		used += (size_t)snprintf(out + used, REFUSAL_NAMES - used, "%s%.*s %.*s",
			used > 0 ? ", " : ": ", BYTES_ARG(name), BYTES_ARG(code));
	}
}

static bool ends_with(struct bytes text, const char *end)
{
	size_t size = strlen(end);
	return size == 0 ||
		(text.size >= size && memcmp(text.data + text.size - size, end, size) == 0);
}

bool refusal_is_unique(const struct json_tree *problem, const char *end)
{
	const struct json_tree *item = first_of(problem);
	bool is_it = item != NULL;
	for (; item != NULL; item = item->next) {
		struct bytes name = member_text(item, "name"), code = member_text(item, "code");
		is_it = is_it && bytes_equal_string(code, "unique") && ends_with(name, end);
	}
	return is_it;
}
