/* sheet - a CSV document whose first row names its columns, in parcels; and one as an answer. */
#ifndef CONNECTORS_COMMON_SHEET_H
#define CONNECTORS_COMMON_SHEET_H

#include "hub/base/rows.h"
#include "hub/connector/connector.h"

/* No column, of what a document may do without. */
#define SHEET_NONE SIZE_MAX

struct sheet {
	struct rows rows;
	struct rows_row row; /* read last */
	struct bytes names[ROWS_FIELDS]; /* of the columns */
	size_t columns;
	size_t end; /* where this parcel ends at the latest */
};

/* Reads the names, and goes on where docs say. REJECT: no sheet of which the columns are known:
 * no UTF-8 (looked at when a document begins), no row, a name twice, too many columns. */
enum outcome sheet_open(
	struct sheet *out, const struct documents *docs, struct arena *arena, struct err *err);
/* A column by its name, whatever the case of its letters and the white space in it. */
size_t sheet_find(const struct sheet *sheet, const char *name);
/* REJECT: names all that are missing. The list ends in NULL. */
enum outcome sheet_need(const struct sheet *sheet, const char *const *names, struct err *err);

/* The next row that has text. false: none is left for this parcel, which then knows where to go on.
 */
bool sheet_next(struct sheet *sheet, struct parcel *parcel);
/* This parcel is the last one, and its last row ends as a line does: it was not cut off there. */
bool sheet_is_ended(const struct sheet *sheet, const struct parcel *parcel);
/* It could be read, and has as many fields as the first; else only sheet_add makes sense of it. */
bool sheet_is_whole(const struct sheet *sheet);
/* The row's draft, named by its line; with a problem, if it is not whole. */
struct parcel_draft *sheet_add(const struct sheet *sheet, struct parcel *parcel);
/* Without white space around it; absent: empty, or no such column. */
struct bytes sheet_cell(const struct sheet *sheet, size_t column);

/* Adds a field, quoted where it must be; what no first field has goes before. */
void sheet_add_cell(struct buffer *out, struct bytes text);
/* For each draft line, fate, referral and reason, as CSV. To a post that is 200, whatever they are:
 * some of many rows may be taken and others not. */
enum outcome sheet_acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err);

#endif
