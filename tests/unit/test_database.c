/* test_database - the file under the view: who opens it while it is made anew. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/view/database.h"
#include "hub/view/query.h"
#include "tests/support/folder.h"
#include "tests/unit/unit.h"

#define ROUNDS 300
#define MOST_MS 4000 /* under valgrind they take minutes */
#define READERS 3

struct readers {
	const char *path;
	atomic_bool stop;
	atomic_int opened;
};

static void *open_and_read(void *context)
{
	struct readers *readers = context;
	while (!atomic_load(&readers->stop)) {
		struct err err = {0};
		struct view_reader *reader = NULL;
		struct arena arena = {0};
		struct view_positions positions;
		if (view_reader_new(&reader, readers->path, &err) == OK &&
			view_reader_begin(reader, &arena, &err) == OK) {
			if (view_positions(reader, &positions, &err) == OK)
				atomic_fetch_add(&readers->opened, 1);
			view_reader_end(reader);
		}
		view_reader_free(reader);
		arena_done(&arena);
	}
	return NULL;
}

/* A reader that had opened the old file and not yet its -shm cut off the new one's, which the
 * writer had mapped: SIGBUS. */
static void a_file_is_made_anew_while_others_open_it(void **state)
{
	struct folder folder;
	struct err err = {0};
	pthread_t threads[READERS];
	(void)state;
	folder_make(&folder);
	char *path = strdup(folder_path(&folder, "view.db"));
	struct readers readers = {.path = path};
	const struct database_options options = {
		.path = readers.path, .source = "here", .cache_kb = 1024};
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_and_read, &readers), 0);
	int64_t end = clock_monotonic() + MOST_MS;
	for (int i = 0; i < ROUNDS && clock_monotonic() < end; i++) {
		sqlite3 *db = NULL;
		bool fresh = false;
		assert_int_equal(database_open_writer(&db, &options, &fresh, &err), OK);
		assert_true(fresh);
		assert_int_equal(database_exec(db, "BEGIN IMMEDIATE", &err), OK);
		assert_int_equal(database_exec(db, "COMMIT", &err), OK);
		if (i % 2 == 0)
			database_delete(readers.path);
		database_close(db);
		if (i % 2 == 1)
			database_delete(readers.path);
	}
	atomic_store(&readers.stop, true);
	for (size_t i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	free(path);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_made_anew_while_others_open_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
