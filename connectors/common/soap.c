/* soap - the envelope and the fault of SOAP 1.1, read and written. */
#include "connectors/common/soap.h"

#include <string.h>

bool soap_is_envelope(const struct xml *root)
{
	return bytes_equal_string(root->name, "Envelope");
}

static bool is_true(struct bytes flag)
{
	return bytes_equal_string(flag, "1") || bytes_equal_string(flag, "true");
}

/* Section 4.2.3: who does not understand such an entry must not go on. */
static enum outcome check_header(const struct xml *root, struct err *err)
{
	const struct xml *header = xml_child(root, SOAP_URI, "Header");
	const struct xml *entry = header != NULL ? header->first : NULL;
	for (; entry != NULL; entry = entry->next)
		if (is_true(xml_attribute(entry, SOAP_URI, "mustUnderstand")))
			return err_set(err, REJECT,
				"the Header has an entry with mustUnderstand: none is understood");
	return OK;
}

enum outcome soap_body(const struct xml *root, const struct xml **out, struct err *err)
{
	if (!soap_is_envelope(root))
		return err_set(err, REJECT, "it is no SOAP envelope");
	if (!xml_is(root, SOAP_URI, "Envelope"))
		return err_set(err, REJECT, "its envelope is not that of SOAP 1.1: " SOAP_URI);
	const struct xml *body = xml_child(root, SOAP_URI, "Body");
	if (body == NULL || body->first == NULL)
		return err_set(err, REJECT, "its envelope has no Body, or an empty one");
	if (body->first->next != NULL)
		return err_set(err, REJECT, "its Body holds more than one message");
	if (check_header(root, err) != OK)
		return REJECT;
	*out = body->first;
	return OK;
}

bool soap_is_fault(const struct xml *body)
{
	return xml_is(body, SOAP_URI, "Fault");
}

const struct xml *soap_find(const struct xml *body, const char *uri, const char *name)
{
	if (xml_is(body, uri, name))
		return body;
	if (!soap_is_fault(body))
		return NULL;
	return xml_child(xml_child(body, NULL, "detail"), uri, name);
}

void soap_begin(struct buffer *out)
{
	buffer_add_string(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"" SOAP_URI
		"\"><soap:Body>");
}

void soap_end(struct buffer *out)
{
	buffer_add_string(out, "</soap:Body></soap:Envelope>\n");
}

void soap_fault_begin(struct buffer *out, bool is_server, struct bytes text)
{
	buffer_add_format(out, "<soap:Fault><faultcode>soap:%s</faultcode><faultstring>",
		is_server ? "Server" : "Client");
	xml_add_text(out, text);
	buffer_add_string(out, "</faultstring><detail>");
}

void soap_fault_end(struct buffer *out)
{
	buffer_add_string(out, "</detail></soap:Fault>");
}
