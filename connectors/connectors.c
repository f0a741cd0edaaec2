/* connectors - every format that the hub speaks, one row each, sorted by name. */
#include "connectors/connectors.h"

#include "connectors/common/cloudevent.h"
#include "connectors/common/csv.h"
#include "connectors/municipality/openklant.h"
#include "connectors/municipality/stuf.h"
#include "connectors/municipality/zgw.h"
#include "connectors/sbb/recognition.h"
#include "connectors/school/cambo.h"
#include "connectors/school/overstap.h"
#include "connectors/uwv/sonar.h"
#include "connectors/uwv/vum.h"
#include "connectors/wsp/contactmoment.h"
#include "connectors/wsp/vacancy.h"

const struct connector *const connectors[] = {
	&cambo,
	&cloudevent,
	&contactmoment,
	&csv,
	&openklant,
	&overstap,
	&recognition,
	&sonar,
	&stuf,
	&vacancy,
	&vum,
	&zgw,
	NULL,
};
