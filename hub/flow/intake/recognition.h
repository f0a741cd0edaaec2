/* recognition - how employers stand as recognised companies (leerbedrijven): facts of SBB, and that
 * whoever has a client is told when the client's employer may train nobody any more. */
#ifndef HUB_FLOW_INTAKE_RECOGNITION_H
#define HUB_FLOW_INTAKE_RECOGNITION_H

#include "hub/flow/intake/intake.h"

/* A draft says it with action RECOGNITION, `case` the leerbedrijf-ID, raw.code a code of the list
 * recognition, raw.text the crebo that it is about (absent: all), effective_date since when. It is
 * a fact and never a message: what anybody said of a company and day stays, and the latest day
 * counts, so that the order in which files come does not matter. With raw.scheme "heard" it is told
 * by somebody who heard it of the company: it yields to what SBB said on that day or later, and
 * never ends a withdrawal by SBB. */
bool recognition_is_said(const struct draft *draft);
/* Adds what is wrong with such a draft, or that it is not this partner's to say. */
void recognition_check(const struct draft *draft, const struct conf_partner *partner,
	const struct codes *codes, struct problems *problems);

/* What a fact of kind RECOGNITION says. */
struct recognition {
	/* Of the fact: "100123456/25655/2026-03-01"; "100123456//2026-03-01/heard" if it was heard.
	 */
	struct bytes id;
	struct bytes leerbedrijf, crebo; /* crebo empty: all */
	int32_t since;
	struct bytes code; /* of the list recognition */
	bool is_heard;
};

/* false: it is none. Borrows from the fact. */
bool recognition_read(const struct fact *fact, struct recognition *out);
/* Whether one of all that is said of a company withdraws what a referral asks for: this
 * qualification, or (absent) one that it does not name; and nothing later says otherwise of that.
 */
bool recognition_withdraws(const struct recognition *one, const struct recognition *said,
	size_t count, struct bytes crebo);

/* Stores what the draft, which was checked, says. NULL: it cannot be stored now. */
struct intake_job *intake_recognition(
	struct intake *intake, const struct draft *draft, int64_t now, struct intake_caller caller);

/* The hub's word to a referral whose employer has lost its recognition. */
struct recognition_word {
	struct uuid referral;
	struct recognition recognition;
};

/* Of the same word the same text, whoever says it and however often: by it a word is found again
 * among the messages of the case that is the company's id. */
const char *recognition_reference(const struct recognition_word *word, struct arena *arena);
/* Stores it in intake. A repeat changes nothing there. NULL: it cannot be stored now. */
struct intake_job *intake_recognition_word(
	struct intake *intake, const struct recognition_word *word, struct intake_caller caller);

#endif
