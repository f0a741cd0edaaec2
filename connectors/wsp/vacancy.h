/* vacancy - vacancies of employers, as VUM exchanges them. */
#ifndef CONNECTORS_WSP_VACANCY_H
#define CONNECTORS_WSP_VACANCY_H

#include "hub/connector/connector.h"

extern const struct connector vacancy;

#endif
