/* setting - one row of documentation, default and limits per setting: what a config reader needs to
 * fill a struct. */
#ifndef HUB_BASE_SETTING_H
#define HUB_BASE_SETTING_H

#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_STRING, /* const char *; min and max: its length in bytes */
	SETTING_FORMAT, /* const char *, of the form that choices names: see hub/base/format.h */
	SETTING_CODE, /* const char *, in the code list that choices names */
	SETTING_FILE, /* const char *; a relative path is relative to the config file's folder */
	SETTING_SECRET, /* the same, relative to the folder of the secrets */
	SETTING_INT, /* int32_t */
	SETTING_LONG, /* int64_t */
	SETTING_BOOL, /* bool */
	SETTING_DATE, /* int32_t: days since 1970-01-01, written "2026-03-02" */
	SETTING_CHOICE, /* int32_t or enum: place in choices */
	SETTING_CHOICES, /* uint32_t: bit per place in choices */
	SETTING_STRINGS, /* const char *const *, ended by NULL; min and max: the length of each */
	SETTING_CODES, /* the same, of the code list that choices names */
	/* const struct setting_pair *, ended by name NULL: ( ( "linger.ms", "5" ), … ) */
	SETTING_PAIRS,
	SETTING_SECRET_PAIRS, /* the same; the second of each pair is a file, as SETTING_SECRET */
	SETTING_CODE_PAIRS, /* the same; the second is in the code list that choices names */
	SETTING_FORMAT_PAIRS, /* the same; the second is of the form that choices names */
};

struct setting_pair {
	const char *name, *value;
};

/* A table of rows ends with name NULL. */
struct setting {
	const char *name; /* "kafka.bootstrap" is the key bootstrap of the group kafka */
	enum setting_type type;
	size_t offset; /* in the struct that is filled */
	/* As text, without quotes; a list as it stands in a config file. NULL: required. "": none,
	 * which is NULL, or INT32_MIN for a date. */
	const char *preset;
	int64_t min, max; /* both inclusive; both 0: no limits */
	const char *const *choices; /* ended by NULL; SETTING_ONE for a single name */
	const char *doc; /* one or two English sentences with the unit */
};

#define SETTING_ONE(name)                                                                          \
	(const char *const[])                                                                      \
	{                                                                                          \
		name, NULL                                                                         \
	}

#endif
