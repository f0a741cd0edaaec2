/* code_lists - the code lists, from their CSV file. */
#include "hub/conf/lists/list.h"

#include <ctype.h>

/* Codes stand in messages, file names and URLs: capital letters, digits, underscores. */
static bool is_code(const char *text)
{
	if (!isupper((unsigned char)*text))
		return false;
	while (isupper((unsigned char)*text) || isdigit((unsigned char)*text) || *text == '_')
		text++;
	return *text == '\0';
}

static void take_row(struct codes *codes, struct csv *csv, const char *const *fields)
{
	struct code code = {.list = fields[0], .code = fields[1], .label_nl = fields[2]};
	struct err err = {0};
	if (fields[0][0] == '\0' || fields[2][0] == '\0')
		report_error(csv->problems, csv->place, "a row needs list, code and label_nl");
	else if (!is_code(fields[1]))
		report_error(csv->problems, csv->place,
			"code \"%s\" must be capital letters, digits and underscores", fields[1]);
	else if (codes_add(codes, &code, &err) != OK)
		report_error(csv->problems, csv->place, "%s", err.text);
}

struct codes *list_codes(const char *path, struct conf_problems *problems)
{
	static const char *const columns[] = {"list", "code", "label_nl", NULL};
	struct arena arena = {0};
	struct csv csv;
	const char *fields[3];
	struct codes *codes = NULL;
	if (csv_open(&csv, path, columns, &arena, problems)) {
		codes = codes_new();
		while (csv_next(&csv, fields))
			take_row(codes, &csv, fields);
	}
	arena_done(&arena);
	return codes;
}
