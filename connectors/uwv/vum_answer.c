/* vum_answer - what the answers to all searches of VUM have in common. */
#include "connectors/uwv/vum_answer.h"

#define CODE_MAX 10
#define IS_CUT "maximumAantalResultatenBereikt"

struct bytes vum_answer_code(const struct document *doc, struct arena *arena)
{
	struct problems unread;
	problems_init(&unread, arena);
	struct bytes code =
		member_text(json_tree_parse(doc->body, JSON_ROWS_DEPTH, &unread), "code");
	return code.size > CODE_MAX ? bytes_of(code.data, CODE_MAX) : code;
}

enum outcome vum_answer_check(const struct document *doc, struct arena *arena, struct err *err)
{
	if (doc->status == 200)
		return OK;
	struct bytes code = vum_answer_code(doc, arena);
	return err_set(err, REJECT, VUM_ANSWER_ROWS ": the answer was %d%s%.*s", doc->status,
		code.size > 0 ? ", code " : "", BYTES_ARG(code));
}

bool vum_answer_is_cut(const struct json_rows *rows, struct arena *arena)
{
	const struct json_tree *around = json_rows_around(rows, arena);
	return around != NULL && member_flag(around, IS_CUT);
}

/* A search finds at most 100. */
void vum_answer_note_cut(struct parcel *out, const char *setting, struct bytes original)
{
	struct parcel_draft *item = parcel_add(out, original, bytes_of_string(VUM_ANSWER_ROWS));
	if (item != NULL)
		problems_add(&item->problems, IS_CUT, NULL,
			"says that more was found than was sent: ask for less at once in the "
			"setting %s",
			setting);
}
