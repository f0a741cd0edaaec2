/* cell - what stands in a spreadsheet's cells: dates, numbers that lost their zeros, null markers,
 * and names of regions and sectors. */
#include "connectors/common/cell.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/format.h"

#define EXCEL_FIRST 10959 /* 1930-01-01 */
#define EXCEL_LAST 2958465 /* 9999-12-31 */
#define EXCEL_EPOCH (-25569) /* 1899-12-30 */

static bool has_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isdigit(text.data[i]))
			return false;
	return text.size > 0;
}

/* Up to the first of these, or all of it. */
static struct bytes before(struct bytes text, const char *ends)
{
	size_t size = 0;
	while (size < text.size && strchr(ends, text.data[size]) == NULL)
		size++;
	return bytes_of(text.data, size);
}

static bool day_first(struct bytes text, int32_t *days)
{
	int64_t parts[3];
	char iso[11];
	for (size_t i = 0; i < 3; i++) {
		struct bytes part = before(text, "-");
		size_t most = i < 2 ? 2 : 4;
		if (!has_digits(part) || part.size > most || (i == 2 && part.size < most) ||
			(i < 2 && part.size == text.size) || !bytes_to_int64(part, &parts[i]))
			return false;
		text = i < 2 ? bytes_of(text.data + part.size + 1, text.size - part.size - 1)
			     : text;
		if (i == 2 && part.size != text.size)
			return false;
	}
	snprintf(iso, sizeof(iso), "%04d-%02d-%02d", (int)parts[2], (int)parts[1], (int)parts[0]);
	return clock_date_from_text(bytes_of_string(iso), days);
}

bool cell_date(struct bytes text, int32_t *days)
{
	int64_t serial = 0;
	struct bytes date = before(text, " T");
	struct bytes whole = before(text, ".,");
	if (text.size == 0)
		return false;
	if (has_digits(whole) && bytes_to_int64(whole, &serial)) {
		*days = (int32_t)serial + EXCEL_EPOCH;
		return serial >= EXCEL_FIRST && serial <= EXCEL_LAST;
	}
	return clock_date_from_text(date, days) || day_first(date, days);
}

struct bytes cell_digits(struct bytes text, size_t size, struct arena *arena)
{
	if (text.size != size - 1 || !has_digits(text))
		return text;
	return bytes_of_string(arena_format(arena, "0%.*s", BYTES_ARG(text)));
}

static bool counts(uint8_t c)
{
	return isalnum(c) || c >= 0x80;
}

static size_t skip_others(struct bytes text, size_t at)
{
	while (at < text.size && !counts(text.data[at]))
		at++;
	return at;
}

bool cell_is_like(struct bytes a, struct bytes b)
{
	size_t i = skip_others(a, 0), j = skip_others(b, 0);
	while (i < a.size && j < b.size && tolower(a.data[i]) == tolower(b.data[j])) {
		i = skip_others(a, i + 1);
		j = skip_others(b, j + 1);
	}
	return i == a.size && j == b.size;
}

struct bytes cell_known(struct bytes text)
{
	static const char *const marks[] = {"NNB", "Onbekend"};
	bool is_mark = text.size > 0 && text.data[0] == '?' && text.size <= 2 &&
		text.data[text.size - 1] == '?';
	for (size_t i = 0; i < 2; i++)
		is_mark = is_mark || cell_is_like(text, bytes_of_string(marks[i]));
	return is_mark ? (struct bytes){0} : text;
}

struct bytes cell_pair(const struct setting_pair *pairs, struct bytes name)
{
	for (; name.data != NULL && pairs->name != NULL; pairs++)
		if (cell_is_like(name, bytes_of_string(pairs->name)))
			return bytes_of_string(pairs->value);
	return (struct bytes){0};
}

/* CBS, "Gebieden in Nederland"; behind them names that others have for the same region. */
static const struct setting_pair regions[] = {
	{"Groningen", "AM01"},
	{"Friesland", "AM02"},
	{"Drenthe", "AM03"},
	{"Twente", "AM05"},
	{"Stedendriehoek en Noordwest Veluwe", "AM06"},
	{"Midden-Gelderland", "AM07"},
	{"Rijk van Nijmegen", "AM08"},
	{"Achterhoek", "AM09"},
	{"Rivierenland", "AM10"},
	{"Flevoland", "AM11"},
	{"Gooi- en Vechtstreek", "AM12"},
	{"Midden-Utrecht", "AM13"},
	{"Amersfoort", "AM14"},
	{"Noord-Holland (Noord)", "AM15"},
	{"Zaanstreek / Waterland", "AM17"},
	{"Groot Amsterdam", "AM18"},
	{"Holland Rijnland", "AM19"},
	{"Midden-Holland", "AM20"},
	{"Haaglanden", "AM21"},
	{"Rijnmond", "AM22"},
	{"Drechtsteden", "AM23"},
	{"Zeeland", "AM24"},
	{"West-Brabant", "AM25"},
	{"Midden-Brabant", "AM26"},
	{"Noordoost-Brabant", "AM27"},
	{"Zuidoost-Brabant", "AM28"},
	{"Noord-Limburg", "AM29"},
	{"Zuid-Limburg", "AM30"},
	{"Helmond-De Peel", "AM32"},
	{"Midden-Limburg", "AM33"},
	{"Zuid-Holland Centraal", "AM34"},
	{"Gorinchem", "AM35"},
	{"Zwolle", "AM36"},
	{"Zuid-Kennemerland en IJmond", "AM37"},
	{"Food Valley", "AM38"},
	{"Fryslân", "AM02"},
	{"Stedendriehoek", "AM06"},
	{"Veluwe Stedendriehoek", "AM06"},
	{"Zaanstreek en Waterland", "AM17"},
	{NULL, NULL},
};

/* Of the divisions of the SBI 2008 (CBS), from and to. */
static const struct {
	int64_t from, to;
	const char *sector;
} sectors[] = {
	{10, 33, "TECHNIEK"}, /* C: manufacturing, repair and installation of machines */
	{35, 35, "TECHNIEK"}, /* D: energy */
	{41, 43, "BOUW"}, /* F */
	{49, 53, "LOGISTIEK"}, /* H: transport and storage */
	{64, 66, "BANK"}, /* K: financial institutions */
	{78, 78, "FLEX"}, /* N: employment agencies */
	{85, 85, "ONDERWIJS"}, /* P */
	{86, 88, "ZORG"}, /* Q */
	{90, 91, "CULTUUR"}, /* R: arts, libraries, museums */
	{1, 99, "OVERIG"},
};

struct bytes cell_region(struct bytes text)
{
	static const char *const before_it[] = {"Arbeidsmarktregio ", "Regio "};
	if (format_is("am", text))
		return text;
	for (size_t i = 0; i < 2; i++) {
		size_t size = strlen(before_it[i]);
		if (text.size > size && memcmp(text.data, before_it[i], size) == 0)
			text = bytes_of(text.data + size, text.size - size);
	}
	return cell_pair(regions, text);
}

struct bytes cell_municipality(struct bytes text, struct arena *arena)
{
	if (format_is("gm", text))
		return text;
	if (!has_digits(text) || text.size > 4)
		return (struct bytes){0};
	return bytes_of_string(
		arena_format(arena, "GM%.*s%.*s", (int)(4 - text.size), "000", BYTES_ARG(text)));
}

struct bytes cell_sector(struct bytes text)
{
	int64_t division = 0;
	bool is_code = has_digits(text) && (text.size == 2 || text.size == 5) &&
		bytes_to_int64(bytes_of(text.data, 2), &division);
	for (size_t i = 0; is_code && i < sizeof(sectors) / sizeof(sectors[0]); i++)
		if (division >= sectors[i].from && division <= sectors[i].to)
			return bytes_of_string(sectors[i].sector);
	return (struct bytes){0};
}
