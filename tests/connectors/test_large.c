/* test_large - a file of 100 MB is parsed in the memory that one of 10 MB takes, and no answer of a
 * system is too large. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/connectors.h"
#include "tests/support/connector_conf.h"
#include "tests/support/folder.h"
#include "tests/support/made_sheet.h"

#define MB ((size_t)1000000)
/* More than a parcel of PARCEL_DRAFTS ever needs, less than a file. */
#define MOST_KB 24000
#define SLACK_KB 2000

/* Memory of this process that no file stands behind, in KiB: a mapped document does not count. */
static long own_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[200];
	long kb = -1;
	while (file != NULL && kb < 0 && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	if (file != NULL)
		fclose(file);
	return kb;
}

/* A sanitizer keeps what was freed, and its own books. */
#if defined(__SANITIZE_ADDRESS__)
#define OWN_MEMORY_ONLY false
#elif defined(__has_feature)
#define OWN_MEMORY_ONLY (!__has_feature(address_sanitizer))
#else
#define OWN_MEMORY_ONLY true
#endif

static size_t write_file(const char *path, const struct made_sheet *sheet, size_t size)
{
	struct buffer text = {0};
	size_t rows = made_sheet_fill(sheet, size, &text);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
	buffer_done(&text);
	return rows;
}

struct peak {
	long kb; /* beyond what there was before */
	size_t arena, rows;
};

static struct peak parse(const struct connector *connector, const void *config, struct bytes body)
{
	const struct document document = {.body = body, .status = 200};
	struct documents docs = {.items = &document, .count = 1, .way = DOCUMENTS_DROPPED};
	struct arena arena = {0};
	struct peak peak = {0};
	struct err err = {0};
	long before = own_kb();
	for (bool more = true; more;) {
		struct parcel parcel = {.arena = &arena};
		assert_int_equal(connector->parse(config, &docs, &parcel, &err), OK);
		long kb = own_kb() - before;
		peak.kb = kb > peak.kb ? kb : peak.kb;
		peak.arena = arena.used > peak.arena ? arena.used : peak.arena;
		peak.rows += parcel.drafts_count + parcel.passed;
		more = parcel.more;
		docs.from = parcel.next;
		docs.line = parcel.next_line;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return peak;
}

static struct peak parse_file(const struct made_sheet *sheet, size_t size)
{
	struct folder folder;
	struct connector_conf conf;
	struct stat status;
	const struct connector *connector =
		connector_find(connectors, bytes_of_string(sheet->connector));
	folder_make(&folder);
	const char *path = folder_path(&folder, "large.csv");
	size_t rows = write_file(path, sheet, size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &status), 0);
	void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(mapped != MAP_FAILED);
	assert_true(connector_conf_read(&conf, connector, sheet->settings));
	struct peak peak = parse(connector, conf.config, bytes_of(mapped, (size_t)status.st_size));
	assert_int_equal(peak.rows, rows);
	connector_conf_done(&conf);
	munmap(mapped, (size_t)status.st_size);
	close(fd);
	folder_remove(&folder);
	return peak;
}

static void test_memory(void **state)
{
	(void)state;
	for (const struct made_sheet *sheet = made_sheets; sheet->connector != NULL; sheet++) {
		struct peak small = parse_file(sheet, 10 * MB), large = parse_file(sheet, 100 * MB);
		printf("%s: 10 MB %ld KiB (arena %zu), 100 MB %ld KiB (arena %zu), %zu rows\n",
			sheet->about, small.kb, small.arena / 1024, large.kb, large.arena / 1024,
			large.rows);
		assert_true(large.arena <= small.arena + SLACK_KB * 1024);
		assert_true(large.arena < MOST_KB * 1024);
		if (OWN_MEMORY_ONLY)
			assert_true(large.kb <= small.kb + SLACK_KB && large.kb < MOST_KB);
	}
}

/* What a zaak system answers lies in memory anyway: no more than that is made of it. */
static void test_an_answer_that_is_too_large_is_refused(void **state)
{
	(void)state;
	struct connector_conf conf;
	struct buffer body = {0};
	struct arena arena = {0};
	struct err err = {0};
	const struct connector *connector = connector_find(connectors, bytes_of_string("zgw"));
	assert_true(connector_conf_load(
		&conf, connector, "tests/data/zgw/settings.conf", "config/codes.csv"));
	buffer_add_string(&body, "{\"omschrijving\": \"");
	while (body.size <= (size_t)16 << 20)
		buffer_add_string(&body, "naar werk ");
	buffer_add_string(&body, "\"}");
	const struct document document = {
		.name = bytes_of_string("https://zaken.example/zaken/api/v1/zaken/1"),
		.body = buffer_bytes(&body),
		.status = 200};
	struct documents docs = {.items = &document, .count = 1, .way = DOCUMENTS_FETCHED};
	struct parcel parcel = {.arena = &arena};
	assert_int_equal(connector->parse(conf.config, &docs, &parcel, &err), REJECT);
	assert_string_equal(err.text, "zaken/1: is larger than 16777216 bytes");
	assert_true(arena.used < 100000);
	arena_done(&arena);
	buffer_done(&body);
	connector_conf_done(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_an_answer_that_is_too_large_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
