/* named - the referrals that name a company (leerbedrijf) of which something is known. */
#include "hub/view/named.h"

#include <string.h>

#include "hub/view/database.h"
#include "hub/view/reader.h"

/* The id of a fact begins with the company and a slash. A referral that the hub made says nothing
 * of its own: its parent's message counts for it. */
static const char text[] =
	"WITH RECURSIVE known (leerbedrijf) AS"
	" (SELECT DISTINCT substr(id, 1, instr(id, '/') - 1) FROM facts WHERE kind = ?),"
	" line (leerbedrijf, named_by, referral, depth) AS"
	" (SELECT DISTINCT m.leerbedrijf, m.referral, m.referral, 0 FROM known"
	" CROSS JOIN messages m ON m.leerbedrijf = known.leerbedrijf WHERE m.referral IS NOT NULL"
	" UNION ALL SELECT line.leerbedrijf, line.named_by, made.referral, depth + 1 FROM line"
	" CROSS JOIN referrals made ON made.parent = line.referral WHERE depth < 16)"
	" SELECT line.leerbedrijf, line.named_by, line.referral, r.client FROM line"
	" CROSS JOIN referrals r ON r.referral = line.referral ORDER BY 1, 4, 3";

static enum outcome read_naming(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct view_naming *naming = item;
	(void)err;
	naming->leerbedrijf = reader_column(reader, statement, 0);
	memcpy(naming->named_by.data, sqlite3_column_blob(statement, 1), sizeof(struct uuid));
	memcpy(naming->referral.data, sqlite3_column_blob(statement, 2), sizeof(struct uuid));
	memcpy(naming->client.data, sqlite3_column_blob(statement, 3), sizeof(struct pseudonym));
	return OK;
}

enum outcome view_namings(struct view_reader *reader, struct view_namings *out, struct err *err)
{
	static const char *const texts[] = {text};
	struct reader_rows rows = {.size = sizeof(*out->items)};
	sqlite3_stmt *statement = NULL;
	if (database_prepare(reader->db, texts, 1, &statement, err) != OK)
		return err->outcome;
	sqlite3_bind_int(statement, 1, (int)FACT_KIND_RECOGNITION);
	enum outcome outcome = reader_rows(reader, statement, read_naming, &rows, err);
	database_finalize(&statement, 1);
	*out = (struct view_namings){rows.items, rows.count};
	return outcome;
}
