/* soap - the envelope and the fault of SOAP 1.1, read and written. */
#ifndef CONNECTORS_COMMON_SOAP_H
#define CONNECTORS_COMMON_SOAP_H

#include "connectors/common/xml.h"

#define SOAP_URI "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_TYPE "text/xml; charset=utf-8"
#define SOAP_FAULT 500 /* HTTP's status of a fault (SOAP 1.1, section 6.2) */

bool soap_is_envelope(const struct xml *root);
/* What lies in the Body: one element. REJECT: it is no such envelope, of another version, or its
 * Header must be understood. */
enum outcome soap_body(const struct xml *root, const struct xml **out, struct err *err) MUST_CHECK;
/* What a Body's Fault holds in its detail, or the Body itself: the first of that name. NULL: none.
 */
const struct xml *soap_find(const struct xml *body, const char *uri, const char *name);
bool soap_is_fault(const struct xml *body);

/* What is added between begin and end lies in the Body; between fault_begin and fault_end, in the
 * detail of a Fault, which lies in the Body. */
void soap_begin(struct buffer *out);
void soap_end(struct buffer *out);
void soap_fault_begin(struct buffer *out, bool is_server, struct bytes text);
void soap_fault_end(struct buffer *out);

#endif
