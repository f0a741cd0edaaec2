/* mapping - what a setting says that a partner's own code means: "DECLINE reason=NO_CAPACITY". */
#ifndef CONNECTORS_COMMON_MAPPING_H
#define CONNECTORS_COMMON_MAPPING_H

#include "hub/base/arena.h"
#include "hub/base/setting.h"
#include "schemas/types.h"

/* Words with spaces between them, each NAME=VALUE: the codes and desks of the message that is made
 * of it, under the schema's names; several target_groups with commas between. Codes are not looked
 * up: who takes the message does. REJECT: a word is not known; *out may be filled in part. */

/* "question=LEERBAAN kind=SERVICE target_groups=JONGERE,VSO": question must be there. */
enum outcome mapping_referral(
	const char *words, struct arena *arena, struct referral *out, struct err *err) MUST_CHECK;
/* The first word is the action. days=30 puts next_date so many days behind `date`; worker=… is the
 * actor's. */
enum outcome mapping_change(const char *words, int32_t date, struct arena *arena,
	struct status_change *out, struct err *err) MUST_CHECK;

/* Equal but for the case of letters, as a setting names what a partner says; what is absent or
 * empty is like nothing. */
bool mapping_alike(struct bytes a, struct bytes b);

/* Stands for words where a code tells nothing. */
#define MAPPING_NOTHING "-"

/* A setting whose values are such words. */
struct mapping_setting {
	const char *name;
	const struct setting_pair *pairs; /* NULL: it is not set */
	bool is_of_changes; /* else of referrals */
	bool has_question; /* a referral has one by another setting */
	const char *(*why_not)(const char *code); /* NULL: what may not be one; NULL: any may */
};

/* REJECT: one of its values is none, or a code may not be one. */
enum outcome mapping_check(const struct mapping_setting *setting, struct err *err) MUST_CHECK;

#endif
