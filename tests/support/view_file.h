/* view_file - a view in a file of its own, for tests: written to by hand, read by queries. */
#ifndef TESTS_SUPPORT_VIEW_FILE_H
#define TESTS_SUPPORT_VIEW_FILE_H

#include "hub/view/apply.h"
#include "hub/view/query.h"

/* Every failure is a failed assertion of the test. */
struct view_file {
	char path[64];
	sqlite3 *db;
	struct apply *apply;
	struct view_reader *reader;
	struct arena arena; /* of what queries find */
	struct err err;
};

struct view_file *view_file_new(void);
void view_file_free(struct view_file *file); /* and deletes it */
/* The writer's side alone; source as in database_options. */
void view_file_close(struct view_file *file);
void view_file_open(struct view_file *file, const char *source);

/* A record at partition 0 and this offset, appended at 1000 + offset; value NULL: unreadable. */
void view_file_put(struct view_file *file, enum topic topic, int64_t offset, const void *value);
void view_file_put_record(struct view_file *file, const struct apply_record *record);
void view_file_put_tombstone(struct view_file *file, enum topic topic, const char *key);

/* Queries go between these two. */
void view_file_begin(struct view_file *file);
void view_file_end(struct view_file *file);
/* The first column of the first row of a SELECT. */
int64_t view_file_number(struct view_file *file, const char *query);

#endif
