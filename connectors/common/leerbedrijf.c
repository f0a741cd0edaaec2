/* leerbedrijf - the form of a leerbedrijf-ID. */
#include "connectors/common/leerbedrijf.h"

#include <string.h>

#define MOST 40 /* as Employer.leerbedrijf_id */

bool leerbedrijf_is_id(struct bytes text)
{
	static const char others[] = "-_.";
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i], letter = (uint8_t)(c | 0x20);
		bool fits = (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z') ||
			memchr(others, c, sizeof(others) - 1) != NULL;
		if (!fits)
			return false;
	}
	return text.size > 0 && text.size <= MOST;
}
