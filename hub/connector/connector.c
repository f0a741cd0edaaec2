/* connector - the list of all connectors, looked through. */
#include "hub/connector/connector.h"

const struct connector *connector_find(const struct connector *const *list, struct bytes name)
{
	while (*list != NULL && !bytes_equal_string(name, (*list)->name))
		list++;
	return *list;
}
