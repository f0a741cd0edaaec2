/* words - lists of words that end in NULL; a list that is NULL is empty. */
#ifndef HUB_CONF_WORDS_H
#define HUB_CONF_WORDS_H

#include "hub/base/arena.h"

size_t words_count(const char *const *words);
/* The place of a word; where it is not among them, that of the NULL behind them. */
size_t words_place(const char *const *words, const char *word);
bool words_have(const char *const *words, const char *word);
const char *words_join(struct arena *arena, const char *const *words, const char *between);
/* One word: an address of mail that is plain enough for a mail's head and an SMTP command. */
bool words_is_address(const char *text);
/* A host that is this machine, by name or number. */
bool words_is_loopback(const char *host);
/* "10.0.0.5", "fd00::5". */
bool words_is_ip(const char *text);

#endif
