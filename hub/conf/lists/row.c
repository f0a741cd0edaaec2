/* row - the forms and dates that rows of CSV files have. */
#include "hub/base/clock.h"
#include "hub/base/format.h"
#include "hub/conf/lists/list.h"

bool list_row_form(struct csv *csv, const char *format, const char *text)
{
	if (format_is(format, bytes_of_string(text)))
		return true;
	report_error(csv->problems, csv->place, "\"%s\" must be %s", text, format_doc(format));
	return false;
}

bool list_row_date(struct csv *csv, const char *text, int32_t *out)
{
	if (clock_date_from_text(bytes_of_string(text), out))
		return true;
	report_error(csv->problems, csv->place, "\"%s\" must be a date such as 2026-01-01", text);
	return false;
}

bool list_row_dates(struct csv *csv, const char *from, const char *to, struct list_dates *out)
{
	*out = (struct list_dates){INT32_MIN, INT32_MAX};
	if (from[0] != '\0' && !list_row_date(csv, from, &out->from))
		return false;
	if (to[0] != '\0' && !list_row_date(csv, to, &out->to))
		return false;
	if (out->from < out->to)
		return true;
	report_error(csv->problems, csv->place,
		"valid_to must be later than valid_from: it is the first day on which the row no "
		"longer holds");
	return false;
}
