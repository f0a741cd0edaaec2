/* lines - what a handover says to a worker at a municipality, in Dutch, a line for each thing; the
 * last one is our mark, by which it is known again. */
#ifndef CONNECTORS_MUNICIPALITY_LINES_H
#define CONNECTORS_MUNICIPALITY_LINES_H

#include "hub/connector/connector.h"

/* Texts of a record, and what they are called; ends with label NULL. */
struct lines_row {
	const char *label;
	size_t offset;
};

/* Of a text: so many characters at most, cut between them, never within one. */
struct bytes lines_cut(struct bytes text, size_t characters);
size_t lines_length(struct bytes text); /* characters */

/* "Label: text", and one line, whatever is in the text: none of it can pass for a mark. Empty:
 * nothing. */
void lines_add(struct buffer *out, const char *label, struct bytes text);
void lines_add_rows(struct buffer *out, const struct lines_row *rows, const void *record);
/* By when somebody must act, as the clocks show it where it is read. */
void lines_add_deadline(struct buffer *out, const struct handover *handover);
/* What is asked, how far it is, and what is passed on: nothing of the person. */
void lines_add_handover(struct buffer *out, const struct handover *handover);
/* Cut, with the mark as its last line (NULL: without one), so many characters in all; empties the
 * buffer. */
struct bytes lines_finish(
	struct buffer *out, size_t characters, const char *mark, struct arena *arena);

const char *lines_subject(enum handover_kind kind); /* what it is, in a few words */
const char *lines_mark(const struct opened *opened); /* the same at each try */
/* Whether it is among the lines of a text. A worker may have added to it since. */
bool lines_have(struct bytes text, const char *mark);
/* Whether that of any handover is. */
bool lines_have_mark(struct bytes text);

#endif
