/* words - what stands in the tables of the core, in words of English and Dutch. */
#include "hub/view/words.h"

#include <assert.h>
#include <stddef.h>

/* Of the same row. */
enum way { ANY, HELD, NOT_CONFIRMED, NOT_COMPLETED };

/* A row that stands here twice: the first that fits. */
static const struct {
	const char *row;
	enum way way;
	const char *texts[WORDS_LANGUAGES];
} rows[] = {
	{"1", ANY,
		{"referred by {sender} to {target} for {question}",
			"door {sender} verwezen naar {target} voor {question}"}},
	{"1b", ANY,
		{"registered, and offered to {target} for {question}",
			"aangemeld, en aangeboden aan {target} voor {question}"}},
	{"1c", ANY, {"referral to {target} amended", "verwijzing naar {target} aangevuld"}},
	{"1d", ANY,
		{"{sender} asked {target} to let go, for {wished}",
			"{sender} vroeg {target} om los te laten, voor {wished}"}},
	{"2", ANY, {"delivered to {target}", "bezorgd bij {target}"}},
	{"3", ANY, {"could not be delivered to {target}", "kon niet worden bezorgd bij {target}"}},
	{"4", ANY, {"seen by {target}", "gezien door {target}"}},
	{"5", ANY, {"accepted by {target}", "aangenomen door {target}"}},
	{"6", ANY, {"declined by {target}", "afgewezen door {target}"}},
	{"7", ANY, {"{target} asked {sender} a question", "{target} stelde {sender} een vraag"}},
	{"8", ANY, {"{sender} answered {target}", "{sender} gaf {target} antwoord"}},
	{"9", ANY, {"offer to {target} recalled", "aanbod aan {target} ingetrokken"}},
	{"10", ANY, {"in progress at {target}", "in behandeling bij {target}"}},
	{"11", HELD, {"put on hold by {target}", "door {target} aangehouden"}},
	{"11", ANY, {"resumed by {target}", "door {target} hervat"}},
	{"12", ANY,
		{"offer to {target} cancelled by {sender}",
			"aanbod aan {target} geannuleerd door {sender}"}},
	{"13", ANY,
		{"{sender} asked {target} to cancel", "{sender} vroeg {target} om te annuleren"}},
	{"14", NOT_CONFIRMED,
		{"request to {target} cancelled", "verzoek aan {target} geannuleerd"}},
	{"14", ANY, {"cancelling confirmed by {target}", "annulering bevestigd door {target}"}},
	{"15", ANY, {"completed by {target} all the same", "toch afgerond door {target}"}},
	{"16", ANY, {"returned by {target} to {giver}", "door {target} teruggegeven aan {giver}"}},
	{"17", ANY, {"taken back by {giver}", "teruggenomen door {giver}"}},
	{"18", NOT_COMPLETED, {"ended at {target}", "beëindigd bij {target}"}},
	{"18", ANY, {"completed by {target}", "afgerond door {target}"}},
	{"19", ANY, {"outcome acknowledged", "uitkomst voor gezien getekend"}},
	{"20", ANY, {"outcome disputed by {sender}", "uitkomst betwist door {sender}"}},
	{"21", ANY,
		{"referral to {target} entered in error",
			"verwijzing naar {target} bij vergissing gedaan"}},
	{"22", ANY,
		{"nobody acted on the referral to {target} in time",
			"niemand handelde op tijd bij de verwijzing naar {target}"}},
	{"23", ANY,
		{"assigned to {target} by coordinator {sender}",
			"toegewezen aan {target} door coördinator {sender}"}},
	{"25", ANY, {"", ""}},
	{"26", ANY, {"sign of life given", "teken van leven gegeven"}},
	{"27", ANY, {"", ""}},
	{"28", ANY,
		{"merge with another record of this person",
			"samenvoegen met een ander dossier van deze persoon"}},
	{"29", ANY, {"place reviewed by {target}", "plek beoordeeld door {target}"}},
	{"30", ANY, {"gone from the source of {sender}", "verdwenen uit de bron van {sender}"}},
	{"31", ANY,
		{"its employer may train nobody any more",
			"erkenning van de werkgever ingetrokken"}},
};

static const char *const phrases[WORDS_PHRASES][WORDS_LANGUAGES] = {
	[WORDS_ANOTHER_DESK] = {"another desk", "een ander loket"},
	[WORDS_LEVEL] = {": level L", ": niveau L"},
	[WORDS_AND] = {"; and ", "; en nog "},
	[WORDS_MORE] = {" more", ""},
	[WORDS_LATE_DELIVERED] = {"delivery reported late: nothing changes",
		"bezorging te laat gemeld: er verandert niets"},
	[WORDS_LATE_UNDELIVERABLE] = {"reported late as undeliverable: nothing changes",
		"te laat als onbestelbaar gemeld: er verandert niets"},
	[WORDS_SUGGESTS] = {"suggests ", "raadt aan: "},
	[WORDS_NEXT_ON] = {"next on ", "verder op "},
	[WORDS_CLOSED] = {"closed: ", "afgesloten: "},
	[WORDS_WITHDRAWN] = {"consent withdrawn: nothing more is shared",
		"toestemming ingetrokken: er wordt niets meer gedeeld"},
	[WORDS_NOW_WITH] = {"now with ", "nu bij "},
	[WORDS_TOLD] = {"; told ", "; bericht aan "},
	[WORDS_NOT_IN_TIME] = {": not done in time", ": niet op tijd gedaan"},
	[WORDS_PARKED] = {"parked", "apart gezet"},
	[WORDS_REFUSED] = {"refused", "geweigerd"},
	[WORDS_AGAIN] = {"said again: nothing changes", "nog eens gezegd: er verandert niets"},
	[WORDS_SENT_ON] = {"sent on to the client it was merged into",
		"doorgestuurd naar het dossier waarmee het is samengevoegd"},
	[WORDS_NOTED] = {"noted", "genoteerd"},
	[WORDS_CLOCK] = {"clock ", "klok "},
	[WORDS_HUB] = {"hub", "hub"},
};

static const char *const progresses[PROGRESS_COUNT][WORDS_LANGUAGES] = {
	[PROGRESS_CONTACTED] = {"contacted", "contact gehad"},
	[PROGRESS_SCHEDULED] = {"appointment made", "afspraak gemaakt"},
	[PROGRESS_NO_SHOW] = {"did not show up", "niet verschenen"},
	[PROGRESS_APPOINTMENT_CANCELLED] = {"appointment cancelled", "afspraak afgezegd"},
	[PROGRESS_EVENT_DONE] = {"talk or event done", "gesprek of bijeenkomst geweest"},
	[PROGRESS_WAITLISTED] = {"on a waiting list", "op een wachtlijst"},
};

static const char *const duties[DUTY_COUNT][WORDS_LANGUAGES] = {
	[DUTY_AWAIT_DELIVERY] = {"get the offer delivered", "het aanbod laten bezorgen"},
	[DUTY_AWAIT_DECISION] = {"decide on the offer", "over het aanbod beslissen"},
	[DUTY_ANSWER_QUESTION] = {"answer the question", "de vraag beantwoorden"},
	[DUTY_REFER_OR_CLOSE] = {"refer again or close", "opnieuw verwijzen of afsluiten"},
	[DUTY_CONTACT_CLIENT] = {"contact the client", "contact opnemen met de cliënt"},
	[DUTY_GIVE_SIGN_OF_LIFE] = {"give a sign of life", "een teken van leven geven"},
	[DUTY_REVIEW_HOLD] = {"review the hold", "de aanhouding opnieuw bekijken"},
	[DUTY_CONFIRM_CANCEL] = {"confirm the cancelling", "de annulering bevestigen"},
	[DUTY_TAKE_BACK] = {"take the client back", "de cliënt terugnemen"},
	[DUTY_ACKNOWLEDGE_OUTCOME] = {"acknowledge the outcome", "de uitkomst voor gezien tekenen"},
	[DUTY_AWAIT_START] = {"wait for the start date", "op de startdatum wachten"},
	[DUTY_REVIEW_PLACE] = {"review the place", "de plek beoordelen"},
	[DUTY_FOLLOW_UP_NO_SHOW] = {"follow up the no-show", "het wegblijven navragen"},
};

static const char *const clocks[CLOCK_NAME_COUNT][WORDS_LANGUAGES] = {
	[CLOCK_NAME_T0] = {"offer to deliver", "aanbod te bezorgen"},
	[CLOCK_NAME_T1] = {"offer to look at", "aanbod te bekijken"},
	[CLOCK_NAME_T2] = {"offer to decide on", "aanbod om over te beslissen"},
	[CLOCK_NAME_T3] = {"question to answer", "vraag te beantwoorden"},
	[CLOCK_NAME_T4] = {"client to refer again or close",
		"cliënt opnieuw te verwijzen of af te sluiten"},
	[CLOCK_NAME_T5] = {"client to contact", "cliënt om contact mee op te nemen"},
	[CLOCK_NAME_T6] = {"client in care: sign of life", "cliënt in zorg: teken van leven"},
	[CLOCK_NAME_T7] = {"no-show to follow up", "wegblijven na te vragen"},
	[CLOCK_NAME_T8] = {"cancelling to confirm", "annulering te bevestigen"},
	[CLOCK_NAME_T9] = {"outcome to acknowledge", "uitkomst voor gezien te tekenen"},
	[CLOCK_NAME_T10] = {"hold to review", "aanhouding opnieuw te bekijken"},
	[CLOCK_NAME_T11] = {"data to remove", "gegevens te verwijderen"},
	[CLOCK_NAME_T12] = {"start date to wait for", "startdatum af te wachten"},
	[CLOCK_NAME_T13] = {"place or voucher to review", "plek of voucher te beoordelen"},
};

bool words_read_language(struct bytes name, enum words_language *out)
{
	static const char *const names[WORDS_LANGUAGES] = {"en", "nl"};
	for (size_t i = 0; i < WORDS_LANGUAGES; i++) {
		if (!bytes_equal_string(name, names[i]))
			continue;
		*out = (enum words_language)i;
		return true;
	}
	return false;
}

const char *words_phrase(enum words_phrase phrase, enum words_language language)
{
	return phrases[phrase][language];
}

static bool fits(enum way way, const struct transition *transition, enum action action)
{
	switch (way) {
	case HELD:
		return transition->after.state == REFERRAL_STATE_ON_HOLD;
	case NOT_CONFIRMED:
		return action != ACTION_CONFIRM_CANCEL;
	case NOT_COMPLETED:
		return action != ACTION_COMPLETE;
	case ANY:
		break;
	}
	return true;
}

const char *words_row(
	const struct transition *transition, enum action action, enum words_language language)
{
	static const char *const unknown[WORDS_LANGUAGES] = {"changed", "gewijzigd"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal_string(transition->row, rows[i].row) &&
			fits(rows[i].way, transition, action))
			return rows[i].texts[language];
	return unknown[language];
}

const char *words_progress(enum progress progress, enum words_language language)
{
	assert((unsigned)progress < PROGRESS_COUNT);
	return progresses[progress][language];
}

const char *words_duty(enum duty duty, enum words_language language)
{
	assert((unsigned)duty < DUTY_COUNT);
	return duties[duty][language];
}

const char *words_clock(enum clock_name clock, enum words_language language)
{
	assert((unsigned)clock < CLOCK_NAME_COUNT);
	return clocks[clock][language];
}
