/* room - which desks have room, as the view's facts say. */
#include "hub/web/room.h"

#include <stdio.h>

static void put(struct facts *facts, const char *kind, const struct fact *fact)
{
	char key[200];
	int size = snprintf(key, sizeof(key), "%s/%.*s", kind, BYTES_ARG(fact->id));
	if (size > 0 && (size_t)size < sizeof(key))
		facts_put(facts, bytes_of(key, (size_t)size), fact);
}

enum outcome room_read(struct view_reader *reader, struct facts **out, struct err *err)
{
	static const struct {
		enum fact_kind kind;
		const char *name; /* as the keys of the facts begin */
	} kinds[] = {{FACT_KIND_CAPACITY, "capacity"}, {FACT_KIND_HOLD, "hold"}};
	*out = facts_new();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct view_facts found;
		if (view_facts(reader, kinds[i].kind, &found, err) != OK)
			return err->outcome;
		for (size_t j = 0; j < found.count; j++)
			put(*out, kinds[i].name, found.items[j]);
	}
	return OK;
}
