/* test_view_file - the view's file: whose it is, who reads it, and what is done with a damaged one.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/view/database.h"
#include "hub/view/positions.h"
#include "tests/support/view_file.h"

static const struct pseudonym anna = {{0xa1, 0x01}};

static struct message message_of_anna(void)
{
	static struct referral referral;
	referral = (struct referral){.question = bytes_of_string("LEERBAAN"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("NORMAL"),
		.purpose = bytes_of_string("GUIDANCE")};
	return (struct message){
		.id = {{1}},
		.partner = bytes_of_string("00000099000000001000"),
		.system = bytes_of_string("suite"),
		.reference = bytes_of_string("r"),
		.case_ = bytes_of_string("case-1"),
		.leg = bytes_of_string(""),
		.has_client = true,
		.client = anna,
		.body_referral = &referral,
	};
}

static void test_file_of_another_source(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of_anna();
	(void)state;

	view_file_put(file, TOPIC_INTAKE, 0, &message);
	view_file_close(file);
	view_file_open(file, "cluster/test.");
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM messages"), 1);
	view_file_close(file);
	view_file_open(file, "another/test.");
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM messages"), 0);
	view_file_free(file);
}

/* Nothing that was learned before a reader was opened counts for it, also where none could be. */
static void test_a_reader_of_another_file(void **state)
{
	struct view_file *file = view_file_new();
	struct view_reader *reader = NULL;
	struct err err = {0};
	(void)state;

	assert_true(view_reader_refresh(&reader, file->path, &err));
	assert_non_null(reader);
	assert_false(view_reader_refresh(&reader, file->path, &err));
	view_file_close(file);
	database_delete(file->path);
	for (int i = 0; i < 2; i++) {
		assert_true(view_reader_refresh(&reader, file->path, &err));
		assert_null(reader);
		assert_int_equal(err.outcome, RETRY);
	}
	view_file_open(file, "cluster/test.");
	assert_true(view_reader_refresh(&reader, file->path, &err));
	assert_non_null(reader);
	assert_false(view_reader_refresh(&reader, file->path, &err));
	view_reader_free(reader);
	view_file_free(file);
}

static void test_damaged_file(void **state)
{
	struct view_file *file = view_file_new();
	struct view_reader *reader;
	FILE *damage;
	(void)state;

	view_file_close(file);
	damage = fopen(file->path, "w");
	assert_non_null(damage);
	fputs("this is no database, whatever its name may say about it ..............", damage);
	fclose(damage);
	assert_int_not_equal(view_reader_new(&reader, file->path, &file->err), OK);
	view_file_open(file, "cluster/test.");
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM messages"), 0);
	view_file_free(file);
}

/* Opening does not meet a page that is damaged further on. */
static void test_damaged_page(void **state)
{
	struct view_file *file = view_file_new();
	static const char rubbish[4096] = {0x7f};
	struct message message = message_of_anna();
	bool fresh, row;
	sqlite3_stmt *statement;
	(void)state;

	view_file_put(file, TOPIC_INTAKE, 7, &message);
	int64_t page = view_file_number(
		file, "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'");
	int64_t size = view_file_number(file, "PRAGMA page_size");
	view_file_close(file);
	FILE *damage = fopen(file->path, "r+");
	assert_non_null(damage);
	assert_int_equal(fseek(damage, (long)((page - 1) * size), SEEK_SET), 0);
	fwrite(rubbish, 1, sizeof(rubbish), damage);
	fclose(damage);
	const struct database_options options = {file->path, "cluster/test.", 1024};
	assert_int_equal(database_open_writer(&file->db, &options, &fresh, &file->err), OK);
	assert_false(fresh);
	assert_false(database_is_damaged(file->db));
	const char *const text[] = {"SELECT value FROM messages"};
	assert_int_equal(database_prepare(file->db, text, 1, &statement, &file->err), OK);
	assert_int_equal(database_step(file->db, statement, &row, &file->err), FATAL);
	database_finalize(&statement, 1);
	assert_true(database_is_damaged(file->db));
	view_file_free(file);
}

/* A file of topics that had more partitions, or of a topic that is not copied. */
static void test_positions_of_other_topics(void **state)
{
	static const struct {
		int topic, partition;
		enum outcome outcome;
	} rows[] = {
		{TOPIC_INTAKE, 3, OK},
		{TOPIC_INTAKE, 4, REJECT},
		{TOPIC_INTAKE, -1, REJECT},
		{TOPIC_FETCH, 0, REJECT},
		{TOPIC_COUNT, 0, REJECT},
		{-1, 0, REJECT},
	};
	const struct kafka_settings settings = {.partitions = 4};
	(void)state;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct view_file *file = view_file_new();
		struct positions positions = {0};
		char text[120];
		snprintf(text, sizeof(text), "INSERT INTO positions VALUES (%d, %d, 0, 1, 0)",
			rows[i].topic, rows[i].partition);
		assert_int_equal(database_exec(file->db, text, &file->err), OK);
		assert_int_equal(positions_load(&positions, file->db, &settings, &file->err),
			rows[i].outcome);
		positions_done(&positions);
		view_file_free(file);
	}
}

static void test_only_the_owner_reads_it(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	struct view_file *file = view_file_new();
	struct message message = message_of_anna();
	struct stat found;
	char name[80];
	(void)state;

	view_file_close(file);
	database_delete(file->path);
	umask(022);
	view_file_open(file, "cluster/test.");
	view_file_put(file, TOPIC_INTAKE, 7, &message);
	for (size_t i = 0; i < UNIT_COUNT(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", file->path, suffixes[i]);
		assert_int_equal(stat(name, &found), 0);
		assert_int_equal(found.st_mode & 0777, 0600);
	}
	view_file_free(file);
}

static bool files_hold(const struct view_file *file, const char *text)
{
	static const char *const suffixes[] = {"", "-wal"};
	static char content[4 << 20];
	bool found = false;
	for (size_t i = 0; i < UNIT_COUNT(suffixes); i++) {
		char name[80];
		snprintf(name, sizeof(name), "%s%s", file->path, suffixes[i]);
		FILE *stream = fopen(name, "r");
		assert_non_null(stream);
		size_t size = fread(content, 1, sizeof(content), stream);
		fclose(stream);
		found = found || memmem(content, size, text, strlen(text)) != NULL;
	}
	return found;
}

static void test_erased_key_leaves_the_files(void **state)
{
	struct view_file *file = view_file_new();
	const struct data_key key = {.key = {{0xa1}},
		.master = bytes_of_string("m"),
		.wrapped = bytes_of_string("so this is the secret")};
	char name[2 * sizeof(key.key.data) + 1];
	const struct client *nobody;
	bool done;
	(void)state;

	bytes_to_hex(bytes_of(key.key.data, sizeof(key.key.data)), name);
	view_file_put(file, TOPIC_KEYS, 0, &key);
	view_file_begin(file);
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM keys"), 1);
	assert_true(files_hold(file, "so this is the secret"));
	assert_int_equal(view_client(file->reader, anna, &nobody, &file->err), OK);
	view_file_put_tombstone(file, TOPIC_KEYS, name);
	assert_int_equal(database_empty_log(file->db, &done, &file->err), OK);
	assert_false(done);
	view_file_end(file);
	assert_int_equal(database_empty_log(file->db, &done, &file->err), OK);
	assert_true(done);
	assert_false(files_hold(file, "so this is the secret"));
	view_file_free(file);
}

static void test_one_writer(void **state)
{
	static const char path[] = P_tmpdir "/test_view_lock/view";
	char pid[40];
	struct err err = {0};
	int one, two;
	(void)state;

	assert_int_equal(database_lock(&one, path, &err), OK);
	assert_int_equal(database_lock(&two, path, &err), FATAL);
	snprintf(pid, sizeof(pid), "process %d writes", (int)getpid());
	assert_non_null(strstr(err.text, pid));
	close(one);
	assert_int_equal(database_lock(&two, path, &err), OK);
	close(two);
	unlink(P_tmpdir "/test_view_lock/view.lock");
	rmdir(P_tmpdir "/test_view_lock");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_of_another_source),
		cmocka_unit_test(test_a_reader_of_another_file),
		cmocka_unit_test(test_damaged_file),
		cmocka_unit_test(test_damaged_page),
		cmocka_unit_test(test_positions_of_other_topics),
		cmocka_unit_test(test_only_the_owner_reads_it),
		cmocka_unit_test(test_erased_key_leaves_the_files),
		cmocka_unit_test(test_one_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
