/* tables - the tables of the view, as SQL. */
#ifndef HUB_VIEW_TABLES_H
#define HUB_VIEW_TABLES_H

#define TABLES_VERSION_SIZE 33

extern const char tables_sql[];

/* Those that hold what Kafka says, with the statement that reads all of it in an order of its own;
 * ended by NULL. */
struct tables_row {
	const char *name, *content;
};
extern const struct tables_row tables_content[];

/* Of this text and of all schemas: a file with another one is made anew. */
void tables_version(char out[TABLES_VERSION_SIZE]);

#endif
