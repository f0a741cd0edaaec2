/* format - the written forms that identifiers have: OIN, BSN, KvK, region, municipality, desk. */
#include "hub/base/format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool all_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.data[i]))
			return false;
	}
	return true;
}

/* A 9 in the sample is a digit; all else is itself. */
static bool is_like(struct bytes text, const char *sample)
{
	if (text.size != strlen(sample))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (sample[i] == '9' ? !is_digit(text.data[i]) : text.data[i] != (uint8_t)sample[i])
			return false;
	}
	return true;
}

#define OIN "99999999999999999999"

static bool is_oin_or_hub(struct bytes text)
{
	return is_like(text, OIN) || bytes_equal_string(text, "hub");
}

static bool is_bsn(struct bytes text)
{
	if (!is_like(text, "999999999"))
		return false;
	int sum = 0, any = 0;
	for (int i = 0; i < 9; i++) {
		int digit = text.data[i] - '0';
		sum += digit * (i < 8 ? 9 - i : -1);
		any |= digit;
	}
	return any != 0 && sum % 11 == 0;
}

static bool is_desk(struct bytes text)
{
	if (text.size < 2 || text.size > 60 || !is_lower(text.data[0]))
		return false;
	bool hyphen = false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool word = is_lower(c) || is_digit(c);
		if (!word && (c != '-' || hyphen))
			return false;
		hyphen = !word;
	}
	return !hyphen;
}

static bool is_age_band(struct bytes text)
{
	const uint8_t *hyphen = text.size > 0 ? memchr(text.data, '-', text.size) : NULL;
	if (hyphen == NULL)
		return false;
	struct bytes from = bytes_of(text.data, (size_t)(hyphen - text.data));
	struct bytes to = bytes_of(hyphen + 1, text.size - from.size - 1);
	int64_t youngest, oldest;
	return from.size <= 3 && to.size <= 3 && all_digits(to) &&
		bytes_to_int64(from, &youngest) && bytes_to_int64(to, &oldest) &&
		youngest <= oldest;
}

static bool is_partial_date(struct bytes text)
{
	static const char first_day[] = "0001-01-01";
	char whole[sizeof(first_day)];
	if (text.size != 4 && text.size != 7 && text.size != 10)
		return false;
	memcpy(whole, first_day, sizeof(whole));
	memcpy(whole, text.data, text.size);
	int32_t days;
	return clock_date_from_text(bytes_of(whole, sizeof(whole) - 1), &days);
}

#define DESK "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

/* Sorted by name. Either a sample or a function says what is of the format. */
static const struct format {
	const char *name, *doc, *pattern, *sample;
	bool (*is)(struct bytes text);
} formats[] = {
	{"age-band", "two ages in years with a hyphen between, the lower first",
		"^[0-9]{1,3}-[0-9]{1,3}$", NULL, is_age_band},
	{"am", "AM and 2 digits", "^AM[0-9]{2}$", "AM99", NULL},
	{"bsn", "9 digits that pass the 11-test", "^[0-9]{9}$", NULL, is_bsn},
	{"crebo", "5 digits", "^[0-9]{5}$", "99999", NULL},
	{"desk", "2 to 60 lower-case letters, digits and single hyphens, first a letter", DESK,
		NULL, is_desk},
	{"desk-or-unknown", "the id of a desk, or unknown", DESK, NULL, is_desk},
	{"gm", "GM and 4 digits", "^GM[0-9]{4}$", "GM9999", NULL},
	{"kvk", "8 digits", "^[0-9]{8}$", "99999999", NULL},
	{"name", "2 to 60 lower-case letters, digits and single hyphens, first a letter", DESK,
		NULL, is_desk},
	{"oin", "20 digits", "^[0-9]{20}$", OIN, NULL},
	{"oin-or-hub", "20 digits, or hub", "^([0-9]{20}|hub)$", NULL, is_oin_or_hub},
	{"partial-date", "a year, a month or a day: 2001, 2001-05 or 2001-05-30",
		"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", NULL, is_partial_date},
};

static int compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct format *)row)->name);
}

static const struct format *find(const char *name)
{
	const struct format *found = bsearch(
		name, formats, sizeof(formats) / sizeof(formats[0]), sizeof(formats[0]), compare);
	assert(found != NULL);
	return found;
}

bool format_is(const char *format, struct bytes text)
{
	const struct format *row = find(format);
	return row->sample != NULL ? is_like(text, row->sample) : row->is(text);
}

const char *format_doc(const char *format)
{
	return find(format)->doc;
}

const char *format_pattern(const char *format)
{
	return find(format)->pattern;
}
