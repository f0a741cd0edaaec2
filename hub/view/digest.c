/* digest - one hash over all that the view holds: two views of the same topics have the same. */
#include "hub/view/digest.h"

#include <sodium.h>

#include "hub/view/database.h"
#include "hub/view/reader.h"
#include "hub/view/tables.h"

#define HASH_BYTES 16

/* Type and length go before the value, so that no two rows read the same. */
static void add_column(crypto_generichash_state *state, sqlite3_stmt *statement, int column)
{
	int64_t number = 0;
	struct bytes value = {(const uint8_t *)&number, sizeof(number)};
	uint8_t type = (uint8_t)sqlite3_column_type(statement, column);
	if (type == SQLITE_INTEGER) {
		number = sqlite3_column_int64(statement, column);
	} else {
		value.data = sqlite3_column_blob(statement, column);
		value.size = (size_t)sqlite3_column_bytes(statement, column);
	}
	uint64_t size = value.size;
	crypto_generichash_update(state, &type, 1);
	crypto_generichash_update(state, (const uint8_t *)&size, sizeof(size));
	crypto_generichash_update(state, value.data, value.size);
}

static enum outcome add_rows(struct view_reader *reader, sqlite3_stmt *statement,
	struct digest_table *table, struct err *err)
{
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];
	bool row;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (table->rows = 0;; table->rows++) {
		if (database_step(reader->db, statement, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		for (int column = 0; column < sqlite3_column_count(statement); column++)
			add_column(&state, statement, column);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	bytes_to_hex(bytes_of(hash, sizeof(hash)), table->hash);
	return OK;
}

static enum outcome digest_of(struct view_reader *reader, const struct tables_row *row,
	struct digest_table *table, struct err *err)
{
	sqlite3_stmt *statement;
	if (database_prepare(reader->db, &row->content, 1, &statement, err) != OK)
		return err->outcome;
	table->name = row->name;
	enum outcome outcome = add_rows(reader, statement, table, err);
	database_finalize(&statement, 1);
	return outcome;
}

enum outcome view_digest(struct view_reader *reader,
	void (*each)(void *context, const struct digest_table *table), void *context,
	char total[DIGEST_SIZE], struct err *err)
{
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (const struct tables_row *row = tables_content; row->name != NULL; row++) {
		struct digest_table table;
		if (digest_of(reader, row, &table, err) != OK)
			return err->outcome;
		crypto_generichash_update(&state, (const uint8_t *)table.hash, DIGEST_SIZE);
		each(context, &table);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	bytes_to_hex(bytes_of(hash, sizeof(hash)), total);
	return OK;
}
