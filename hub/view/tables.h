/* tables - the tables of the view, as SQL. */
#ifndef HUB_VIEW_TABLES_H
#define HUB_VIEW_TABLES_H

#define TABLES_VERSION_SIZE 33

extern const char tables_sql[];

/* messages.kind: what an intake record is. */
enum tables_kind {
	TABLES_PARTNER, /* a partner's message */
	TABLES_HUB, /* the hub's own */
	TABLES_REDRIVE, /* a parked message that ops let in again */
	TABLES_SKIP, /* one that ops left out */
	TABLES_FORWARDED, /* a copy for the survivor of a merge; the first one is the partner's */
};

/* messages.fate: the Event's result, and whether it made the record wait in the queue of a parked
 * client, or settled one of that queue. */
#define TABLES_FATE_RESULT 7
#define TABLES_FATE_PARKED 8
#define TABLES_FATE_SETTLED 16

/* Those that hold what Kafka says, with the statement that reads all of it in an order of its own;
 * ended by NULL. */
struct tables_row {
	const char *name, *content;
};
extern const struct tables_row tables_content[];

/* Of this text and of all schemas: a file with another one is made anew. */
void tables_version(char out[TABLES_VERSION_SIZE]);

#endif
