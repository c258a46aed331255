/** The table of all endpoints by path. A new endpoint is one more row in `endpoints/*.cts`. */
import type { Endpoint } from './endpoint.cts';
import { appEndpoints } from './endpoints/apps.cts';
import { authEndpoints } from './endpoints/auth.cts';
import { cardEndpoints } from './endpoints/cards.cts';
import { chatArchiveEndpoints } from './endpoints/chat-archive.cts';
import { customerServiceEndpoints } from './endpoints/customer-service.cts';
import { botEndpoints } from './endpoints/bots.cts';
import { departmentEndpoints } from './endpoints/departments.cts';
import { directoryJobEndpoints } from './endpoints/directory-jobs.cts';
import { driveEndpoints } from './endpoints/drive.cts';
import { mediaEndpoints } from './endpoints/media.cts';
import { memberEndpoints } from './endpoints/members.cts';
import { messageEndpoints } from './endpoints/messages.cts';
import { platformEndpoints } from './endpoints/platform.cts';
import { webhookEndpoints } from './endpoints/webhooks.cts';

export const endpoints: Map<string, Endpoint> = new Map(
	[
		...platformEndpoints,
		...memberEndpoints,
		...departmentEndpoints,
		...messageEndpoints,
		...cardEndpoints,
		...directoryJobEndpoints,
		...driveEndpoints,
		...mediaEndpoints,
		...authEndpoints,
		...appEndpoints,
		...webhookEndpoints,
		...customerServiceEndpoints,
		...chatArchiveEndpoints,
		...botEndpoints,
	].map((endpoint) => [endpoint.path, endpoint]),
);
