/* code_lists - the code lists, from their CSV file. */
#include "hub/conf/lists/list.h"

#include <stddef.h>
#include <string.h>

/* Codes stand in messages, file names and URLs: capital letters, digits, underscores. */
static bool is_code(const char *text)
{
	size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return text[0] >= 'A' && text[0] <= 'Z' && text[size] == '\0';
}

static void add(struct codes *codes, const struct csv *csv, const struct code *code)
{
	struct err err = {0};
	if (code->list[0] == '\0' || code->label_nl[0] == '\0')
		report_error(csv->problems, csv->place, "a row needs list, code and label_nl");
	else if (!is_code(code->code))
		report_error(csv->problems, csv->place,
			"code \"%s\" must be capital letters, digits and underscores", code->code);
	else if (codes_add(codes, code, &err) != OK)
		report_error(csv->problems, csv->place, "%s", err.text);
}

struct codes *list_codes(struct bind *bind, const char *path)
{
	static const struct setting columns[] = {
		{"list", SETTING_STRING, offsetof(struct code, list), NULL, 0, 0, NULL, ""},
		{"code", SETTING_STRING, offsetof(struct code, code), NULL, 0, 0, NULL, ""},
		{"label_nl", SETTING_STRING, offsetof(struct code, label_nl), NULL, 0, 0, NULL, ""},
		{0},
	};
	struct csv csv;
	struct code code;
	if (!csv_open(&csv, bind, path, columns))
		return NULL;
	struct codes *codes = codes_new();
	while (csv_next(&csv, &code))
		add(codes, &csv, &code);
	return codes;
}
