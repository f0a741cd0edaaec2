/* words - lists of words that end in NULL; a list that is NULL is empty. */
#include "hub/conf/words.h"

#include <arpa/inet.h>
#include <string.h>

size_t words_count(const char *const *words)
{
	size_t count = 0;
	while (words != NULL && words[count] != NULL)
		count++;
	return count;
}

size_t words_place(const char *const *words, const char *word)
{
	size_t place = 0;
	while (words != NULL && words[place] != NULL && strcmp(words[place], word) != 0)
		place++;
	return place;
}

bool words_have(const char *const *words, const char *word)
{
	return words != NULL && words[words_place(words, word)] != NULL;
}

const char *words_join(struct arena *arena, const char *const *words, const char *between)
{
	const char *text = "";
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		text = arena_format(arena, "%s%s%s", text, i > 0 ? between : "", words[i]);
	return text;
}

bool words_is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
		strcmp(host, "[::1]") == 0 ||
		(strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0');
}

bool words_is_ip(const char *text)
{
	struct in6_addr ignored;
	return inet_pton(AF_INET, text, &ignored) == 1 || inet_pton(AF_INET6, text, &ignored) == 1;
}

bool words_is_address(const char *text)
{
	const char *at = strchr(text, '@');
	return at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
		text[strcspn(text, " \t\r\n<>,;:\"()[]\\")] == '\0';
}
