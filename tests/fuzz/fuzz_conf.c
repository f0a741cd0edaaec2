/* fuzz_conf - any text as one file of a configuration; the first byte says which. */
#include <stdio.h>
#include <string.h>

#include "hub/base/file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/small_conf.h"

static const char *const names[] = {"main.conf", "partners.conf", "kinds.conf", "desks.conf",
	"regions.conf", "programmes.conf", "routes.conf", "clocks.conf", "codes.csv",
	"arbeidsmarktregios.csv", "gemeenten.csv", "gemeente-fusies.csv"};
enum { NAMES = sizeof(names) / sizeof(*names) };

static struct folder folder;
static struct arena originals_arena;
static struct bytes originals[NAMES];

/* libconfig 1.5 loses a text when it finds an error behind it; the process ends then. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

static void remove_folder(void)
{
	folder_remove(&folder);
}

static void set_up(void)
{
	static const struct small_conf plain;
	folder_make(&folder);
	atexit(remove_folder);
	small_conf_write(&plain, &folder);
	for (size_t i = 0; i < NAMES; i++) {
		struct err err = {0};
		const char *path = folder_path(&folder, names[i]);
		fuzz_must(file_read(path, &originals_arena, &originals[i], &err) == OK);
	}
}

static void write_bytes(const char *name, const uint8_t *data, size_t size)
{
	FILE *file = fopen(folder_path(&folder, name), "w");
	fuzz_must(file != NULL);
	fuzz_must(fwrite(data, 1, size, file) == size);
	fuzz_must(fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_problems problems = {0};
	struct conf *conf = NULL;
	if (folder.path[0] == '\0')
		set_up();
	if (size == 0)
		return 0;
	size_t name = data[0] % NAMES;
	write_bytes(names[name], data + 1, size - 1);
	bool loaded = conf_load(folder_path(&folder, "main.conf"), NULL, &conf, &problems) == OK;
	fuzz_must(loaded == (problems.errors == 0));
	fuzz_must(loaded == (conf != NULL));
	if (loaded) {
		bool checked = conf_check(conf, NULL, 0, &problems) == OK;
		fuzz_must(checked == (problems.errors == 0));
	}
	conf_free(conf);
	conf_problems_done(&problems);
	write_bytes(names[name], originals[name].data, originals[name].size);
	return 0;
}
