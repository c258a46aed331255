/** The reply of an AI bot by response_url. */
import { respondByUrl } from '../bot/replies.cts';
import type { Endpoint } from '../endpoint.cts';

export const botEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/aibot/response',
		doc: 101138,
		token: 'none',
		handler({ state, query, params }) {
			respondByUrl(state, query.response_code, params);
			return {};
		},
	},
];
