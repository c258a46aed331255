/** Apps and the directory's tags. */
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';

function getApp({ state, app, params }: Call) {
	const wanted = state.apps.find(({ agentid }) => String(agentid) === params.agentid);
	if (!wanted) throw new WecomError(40056);
	if (wanted !== app) throw new WecomError(301002);
	return {
		agentid: app.agentid,
		name: app.name,
		allow_userinfos: { user: app.visible.users.map((userid) => ({ userid })) },
		allow_partys: { partyid: app.visible.departments },
		allow_tags: { tagid: app.visible.tags },
		close: 0,
		redirect_domain: app.trustedDomains[0] ?? '',
	};
}

export const appEndpoints: Endpoint[] = [
	{
		method: 'GET',
		path: '/cgi-bin/agent/get',
		doc: 90227,
		token: 'corp',
		required: { agentid: 41011 },
		handler: getApp,
	},
	{
		method: 'GET',
		path: '/cgi-bin/tag/list',
		doc: 90216,
		token: 'corp',
		handler: ({ state }) => ({
			taglist: state.tags.map(({ tagid, tagname }) => ({ tagid, tagname })),
		}),
	},
];
