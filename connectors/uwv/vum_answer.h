/* vum_answer - what the answers to all searches of VUM have in common. */
#ifndef CONNECTORS_UWV_VUM_ANSWER_H
#define CONNECTORS_UWV_VUM_ANSWER_H

#include "connectors/common/json_rows.h"

#define VUM_ANSWER_ROWS "matches" /* the member that is the list */

/* REJECT: it is a refusal, which VUM gives a code and texts of its own. */
enum outcome vum_answer_check(
	const struct document *doc, struct arena *arena, struct err *err) MUST_CHECK;
/* The code in a refusal, such as "400.02"; empty: it has none, so that VUM did not write it. */
struct bytes vum_answer_code(const struct document *doc, struct arena *arena);
/* Whether a list that is over says that more was found than was sent. */
bool vum_answer_is_cut(const struct json_rows *rows, struct arena *arena);
/* Tells a person so; setting: what to ask for less by. The whole document is its original, if no
 * other is given. */
void vum_answer_note_cut(struct parcel *out, const char *setting, struct bytes original);

#endif
