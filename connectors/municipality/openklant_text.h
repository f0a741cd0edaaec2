/* openklant_text - what a handover says to who reads a klantcontact, in Dutch, as long as it may
 * be.
 */
#ifndef CONNECTORS_MUNICIPALITY_OPENKLANT_TEXT_H
#define CONNECTORS_MUNICIPALITY_OPENKLANT_TEXT_H

#include "hub/connector/connector.h"

/* Cut between characters, never within one. */
struct bytes openklant_text_subject(const struct opened *opened); /* 200 */
struct bytes openklant_text_content(const struct opened *opened); /* 1000, the mark its last line */
struct bytes openklant_text_explanation(const struct opened *opened); /* 1000 */

/* As contactnaam has it. A prefix that is too long for its field stands before the family name. */
struct openklant_name {
	struct bytes initials, given_names, prefix, family_name, organisation; /* never absent */
};
bool openklant_text_has_name(const struct person *person);
struct openklant_name openklant_text_name(const struct person *person, struct arena *arena);

/* What is asked for such a handover: by the settings, else our own. NULL: nothing. */
const char *openklant_text_asked(const struct setting_pair *asks, enum handover_kind kind);
/* REJECT: one is of no kind of handover, or too long. */
enum outcome openklant_text_check(const struct setting_pair *asks, struct err *err) MUST_CHECK;

#endif
