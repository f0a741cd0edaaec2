/* edge_conf - a small configuration in memory, for tests of what partners may send. */
#ifndef TESTS_SUPPORT_EDGE_CONF_H
#define TESTS_SUPPORT_EDGE_CONF_H

#include "hub/conf/conf.h"

#define EDGE_CONF_CITY "00000099000000001000" /* has gemeente-rotterdam, its home desk */
#define EDGE_CONF_WSP "00000099000000002000" /* has wsp-rijnmond */

/* Static: two partners with a desk each, region AM22, municipality GM0599, and of each code list
 * that a draft may name the codes of the schemas' examples. partners[0] is the city's. */
const struct conf *edge_conf(void);

#endif
