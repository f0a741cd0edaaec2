/* check - a Draft against the configuration: who may say it, and whether what it names is known. */
#ifndef HUB_FLOW_INTAKE_CHECK_H
#define HUB_FLOW_INTAKE_CHECK_H

#include <stdint.h>

#include "hub/base/problems.h"
#include "hub/conf/conf.h"
#include "hub/connector/parcel.h"
#include "schemas/types.h"

/* What the sender asks for. */
enum check_kind {
	CHECK_REFERRAL, /* by one of its desks */
	CHECK_REGISTRATION, /* by nobody's desk */
	CHECK_ACTION, /* on a referral that it names */
	CHECK_CASE_ACTION, /* on a referral of which it names the case */
};

/* What a connector's Draft asks for. */
enum check_kind check_kind_of(const struct draft *draft);

/* Who asks for it, and when. */
struct check_sender {
	enum check_kind kind;
	const struct conf *conf;
	const struct conf_partner *partner;
	int64_t now; /* epoch ms */
};

/* Adds all that is wrong: codes, forms and ranges, what is missing, desks that are not the
 * sender's, desks and places that nobody knows. Of a Draft that could be read in part only, with
 * the problems of that: what is wrong besides. */
void check_draft(
	const struct draft *draft, const struct check_sender *sender, struct problems *problems);

/* The same of what a source's connector made of something, which may have a fingerprint, and whose
 * system is the source's where it names none. */
void check_translated(struct parcel_draft *item, const struct conf *conf,
	const struct conf_source *source, int64_t now);

#endif
