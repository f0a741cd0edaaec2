/* problems - all that is wrong with one input: path, text, and an example of a good value. */
#ifndef HUB_BASE_PROBLEMS_H
#define HUB_BASE_PROBLEMS_H

#include <stddef.h>

#include "hub/base/arena.h"

struct problem {
	const char *path; /* "body.Referral.question"; "" for the whole */
	/* "is not in the code list question"; never the value itself, which may be personal */
	const char *text;
	const char *example; /* NULL: none */
};

#define PROBLEMS_MAX 64

/* Strings live in the arena. More than PROBLEMS_MAX are counted, not kept. */
struct problems {
	struct arena *arena;
	struct problem items[PROBLEMS_MAX];
	size_t count; /* of all, kept or not */
	char path[200]; /* where the reader is now; a name that no longer fits is left out */
	size_t path_size;
};

void problems_init(struct problems *problems, struct arena *arena);
/* Descend into a field or an array place, and come back. enter returns what leave needs. */
size_t problems_enter(struct problems *problems, const char *name);
size_t problems_enter_place(struct problems *problems, size_t place);
void problems_leave(struct problems *problems, size_t before);
/* At the current path, or a field below it (NULL: none). example is borrowed and must live as long
 * as the arena. */
void problems_add(struct problems *problems, const char *field, const char *example,
	const char *format, ...) PRINTF_LIKE(4, 5);

#endif
