/* made_up - whether a person is made up, as far as that can be told: the test lane takes no other.
 */
#ifndef HUB_FLOW_INTAKE_MADE_UP_H
#define HUB_FLOW_INTAKE_MADE_UP_H

#include "hub/base/problems.h"
#include "schemas/types.h"

/* A BSN begins with 99999 or 0000, which are nobody's. Mail addresses are at domains for examples
 * (RFC 2606, RFC 6761, and example.nl). No number of nine digits in own_number or text could be
 * somebody's BSN. Names, addresses, telephone numbers and dates are not looked at: made-up ones
 * look like others. Adds a problem for each that is not so. */
void made_up_check(const struct person *person, struct problems *problems);

#endif
