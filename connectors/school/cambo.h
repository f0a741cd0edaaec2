/* cambo - applications at mbo schools, asked of CAMBO (VCA) from the last change on. */
#ifndef CONNECTORS_SCHOOL_CAMBO_H
#define CONNECTORS_SCHOOL_CAMBO_H

#include "hub/connector/connector.h"

/* In only: CAMBO takes nothing back. A poll asks for all that changed since the highest
 * wijzigingsvolgnummer that was seen; a notification only says that it is time for one. What an
 * answer's rows say is that of application.h. */
extern const struct connector cambo;

#endif
