/* setting - one row of documentation, default and limits per setting: what a config reader needs to
 * fill a struct. */
#ifndef HUB_BASE_SETTING_H
#define HUB_BASE_SETTING_H

#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_STRING, /* const char *; min and max: its length */
	SETTING_FILE, /* const char *; a relative path is relative to the folder of the config file
		       */
	SETTING_INT, /* int32_t */
	SETTING_LONG, /* int64_t */
	SETTING_BOOL, /* bool */
	SETTING_CHOICE, /* int32_t or enum: place in choices */
	SETTING_CHOICES, /* uint32_t: bit per place in choices */
	SETTING_PAIRS, /* const struct setting_pair *, ended by name NULL: ( ( "linger.ms", "5" ), …
			  ) */
	SETTING_FILE_PAIRS, /* the same; the values are files */
};

struct setting_pair {
	const char *name, *value;
};

/* A table of rows ends with name NULL. */
struct setting {
	const char *name; /* "kafka.bootstrap" is the key bootstrap of the group kafka */
	enum setting_type type;
	size_t offset; /* in the struct that is filled */
	const char *preset; /* as text; words with spaces between for lists; NULL: required; "":
			       none (NULL) */
	int64_t min, max; /* both inclusive; both 0: no limits */
	const char *const *choices; /* ended by NULL */
	const char *doc; /* one or two English sentences with the unit */
};

#endif
