/* vum_answer - what the answers to all searches of VUM have in common. */
#include "connectors/uwv/vum_answer.h"

#define CODE_MAX 10
#define IS_CUT "maximumAantalResultatenBereikt"

enum outcome vum_answer_check(const struct document *doc, struct arena *arena, struct err *err)
{
	struct problems unread;
	if (doc->status == 200)
		return OK;
	problems_init(&unread, arena);
	const struct json_tree *tree = json_tree_parse(doc->body, JSON_ROWS_DEPTH, &unread);
	struct bytes code = member_text(tree, "code");
	return err_set(err, REJECT, VUM_ANSWER_ROWS ": the answer was %d%s%.*s", doc->status,
		code.size > 0 ? ", code " : "", code.size < CODE_MAX ? (int)code.size : CODE_MAX,
		code.size > 0 ? (const char *)code.data : "");
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
