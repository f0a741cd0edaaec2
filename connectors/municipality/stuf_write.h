/* stuf_write - messages of ours: their stuurgegevens, elements and times. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_WRITE_H
#define CONNECTORS_MUNICIPALITY_STUF_WRITE_H

#include "connectors/municipality/stuf_read.h"

struct stuf_head {
	const char *code; /* "Lk01" */
	struct stuf_party sender, receiver;
	struct bytes reference;
	int64_t at;
	bool has_entity; /* of a zaak */
	/* Of an answer: to which one. Absent: to one that has none. */
	bool is_answer;
	struct bytes cross_reference;
};

/* What lies within stuurgegevens. */
void stuf_write_head(struct buffer *out, const struct stuf_head *head);
/* <name>text</name>, and nothing where the text has no character that XML has. */
void stuf_write(struct buffer *out, const char *name, struct bytes text);
/* The first tag of an element of StUF-ZKN that is a relation or an entity, and what happens to it:
 * "heeft", "ZAKSTT", "T". */
void stuf_write_begin(struct buffer *out, const char *name, const char *entity, const char *kind);
/* A relation to nothing. The prefix xsi must be declared. */
void stuf_write_nil(struct buffer *out, const char *name, const char *entity);
/* Local time in 17 digits; the date alone in 8. */
const char *stuf_write_time(struct arena *arena, int64_t at);
const char *stuf_write_date(struct arena *arena, int64_t at);
/* Always the same one for the same bytes: a UUID. */
struct bytes stuf_write_reference(struct arena *arena, struct bytes of);

#endif
