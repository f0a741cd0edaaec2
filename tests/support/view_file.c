/* view_file - a view in a file of its own, for tests: written to by hand, read by queries. */
#include "tests/support/view_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/view/database.h"
#include "tests/unit/unit.h"

void view_file_open(struct view_file *file, const char *source)
{
	const struct database_options options = {file->path, source, 1024};
	bool fresh;
	assert_int_equal(database_open_writer(&file->db, &options, &fresh, &file->err), OK);
	assert_int_equal(apply_new(&file->apply, file->db, &file->err), OK);
}

void view_file_close(struct view_file *file)
{
	apply_free(file->apply);
	database_close(file->db);
	file->apply = NULL;
	file->db = NULL;
}

struct view_file *view_file_new(void)
{
	struct view_file *file = memory_get_zeroed(1, sizeof(*file));
	strcpy(file->path, P_tmpdir "/view_file.XXXXXX");
	int descriptor = mkstemp(file->path);
	assert_true(descriptor >= 0);
	close(descriptor);
	view_file_open(file, "cluster/test.");
	return file;
}

void view_file_free(struct view_file *file)
{
	view_reader_free(file->reader);
	view_file_close(file);
	arena_done(&file->arena);
	database_delete(file->path);
	free(file);
}

void view_file_put_record(struct view_file *file, const struct apply_record *record)
{
	assert_int_equal(apply_record(file->apply, record, &file->err), OK);
}

void view_file_put(struct view_file *file, enum topic topic, int64_t offset, const void *value)
{
	struct buffer payload = {0};
	struct apply_record record = {
		.topic = topic, .offset = offset, .time = 1000 + offset, .value = value};
	if (value != NULL)
		topics_row(topic)->value->encode(value, &payload);
	record.payload = buffer_bytes(&payload);
	view_file_put_record(file, &record);
	buffer_done(&payload);
}

void view_file_put_tombstone(struct view_file *file, enum topic topic, const char *key)
{
	const struct apply_record record = {
		.topic = topic, .offset = 999, .key = bytes_of_string(key)};
	view_file_put_record(file, &record);
}

void view_file_begin(struct view_file *file)
{
	if (file->reader == NULL)
		assert_int_equal(view_reader_new(&file->reader, file->path, &file->err), OK);
	assert_int_equal(view_reader_begin(file->reader, &file->arena, &file->err), OK);
}

void view_file_end(struct view_file *file)
{
	view_reader_end(file->reader);
}

int64_t view_file_number(struct view_file *file, const char *query)
{
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_prepare_v2(file->db, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t found = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found;
}
