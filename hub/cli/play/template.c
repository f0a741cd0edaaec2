/* template - a sample document of a partner, with names in it for what differs each time. */
#include "hub/cli/play/template.h"

#include <string.h>
#include <unistd.h>

#include "hub/base/file.h"

static const struct {
	const char *ending, *type;
} endings[] = {{"json", "application/json"}, {"csv", "text/csv"}, {"xml", "text/xml"},
	{"txt", "text/plain"}};

enum outcome template_load(const struct template_name *name, struct arena *arena,
	struct template *out, struct err *err)
{
	struct template found = {0};
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && found.path == NULL; i++) {
		const char *path = arena_format(arena, "%s/%s/%s.%s", name->folder, name->connector,
			name->name, endings[i].ending);
		if (access(path, F_OK) == 0)
			found = (struct template){
				.path = path, .type = endings[i].type, .ending = endings[i].ending};
	}
	if (found.path != NULL && file_read(found.path, arena, &found.text, err) != OK)
		return err_in(err, "%s", found.path);
	*out = found;
	return OK;
}

/* Where the mark begins, from a place on; the text's end: nowhere. */
static size_t find(struct bytes text, size_t from, const char *mark)
{
	const uint8_t *found = memmem(text.data + from, text.size - from, mark, strlen(mark));
	return found != NULL ? (size_t)(found - text.data) : text.size;
}

enum outcome template_fill(const struct template *template, template_value_fn *value, void *context,
	struct buffer *out, struct err *err)
{
	struct bytes text = template->text;
	for (size_t at = 0; at < text.size;) {
		size_t begin = find(text, at, "{{"), end = find(text, begin, "}}");
		buffer_add(out, text.data + at, (end < text.size ? begin : text.size) - at);
		if (end == text.size)
			break;
		struct bytes name = bytes_of(text.data + begin + 2, end - begin - 2);
		const char *stands = value(context, name);
		if (stands == NULL)
			return err_set(err, REJECT, "%s: nothing is known that is called %.*s",
				template->path, name.size < 40 ? (int)name.size : 40,
				(const char *)name.data);
		buffer_add_string(out, stands);
		at = end + 2;
	}
	return OK;
}
