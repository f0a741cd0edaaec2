/* folder - a folder of its own for one test, gone with all that is in it afterwards. */
#include "tests/support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void folder_make(struct folder *folder)
{
	const char *below = getenv("TMPDIR");
	snprintf(folder->path, sizeof(folder->path), "%s/lokethub-XXXXXX",
		below != NULL ? below : P_tmpdir);
	if (mkdtemp(folder->path) == NULL)
		abort();
}

const char *folder_path(const struct folder *folder, const char *name)
{
	static char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

void folder_write(const struct folder *folder, const char *name, const char *text)
{
	const char *path = folder_path(folder, name);
	FILE *file = fopen(path, "w");
	if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
		abort();
	chmod(path, S_IRUSR | S_IWUSR);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

void folder_remove(struct folder *folder)
{
	nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
