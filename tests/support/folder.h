/* folder - a folder of its own for one test, gone with all that is in it afterwards. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

struct folder {
	char path[256];
};

void folder_make(struct folder *folder);
void folder_write(const struct folder *folder, const char *name, const char *text);
/* "folder/name"; valid until the next call. */
const char *folder_path(const struct folder *folder, const char *name);
void folder_remove(struct folder *folder);

#endif
