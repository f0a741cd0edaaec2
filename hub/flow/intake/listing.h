/* listing - the Rejection CASE_TWICE: one case names two clients, for a person to look at. */
#ifndef HUB_FLOW_INTAKE_LISTING_H
#define HUB_FLOW_INTAKE_LISTING_H

#include "hub/flow/intake/job.h"

/* Has the job store it before its message, which is about the client that the case has; `named` is
 * the other one. Refuses nothing: the message goes on. Returns the data key to store first, as
 * job_seal. */
const struct keyring_record *listing_make(struct intake_job *job,
	const struct message_sender *sender, const struct message *message, struct pseudonym named,
	struct bytes original);

#endif
