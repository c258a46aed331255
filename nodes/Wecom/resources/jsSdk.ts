import { createHash, randomBytes } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { agentIdOf } from '../../shared/companies/companyApp';
import { ticket, type TicketKind } from '../../shared/companies/tickets';
import { choice, text } from '../engine/fields';
import { checkLink } from './message/content';
import type { ItemContext, Resource } from '../engine/operation';
import { problem } from '../engine/problem';

const CONFIG = { name: 'Config', value: 'config', description: 'For the rights of the company' };
const AGENT_CONFIG = {
	name: 'Agent Config',
	value: 'agentConfig',
	description: 'For the rights of the app',
};

/** What a web page needs for WeCom's JS-SDK (doc 90506). */
export const jsSdk: Resource = {
	value: 'jsSdk',
	name: 'JS-SDK',
	operations: [
		{
			value: 'signUrl',
			name: 'Sign URL',
			action: 'Sign URL for JS SDK',
			description: 'Get what a page passes to config and agentConfig of the JS-SDK',
			doc: 90506,
			covers: ['get_jsapi_ticket', 'ticket.get'],
			reads: true,
			fields: [
				text('url', 'URL', 'The address of the page, on a trusted domain of the app', {
					required: true,
					placeholder: 'e.g. https://example.com/orders?id=42',
					local: true,
				}),
				choice(
					'sign',
					'Sign For',
					'Which of the two calls the page makes',
					[{ name: 'Both', value: 'both' }, CONFIG, AGENT_CONFIG],
					{ local: true },
				),
			],
			run: signUrl,
		},
		{
			value: 'getTicket',
			name: 'Get Ticket',
			action: 'Get JS SDK ticket',
			description: 'Get a ticket to sign pages elsewhere; the same one while it is valid',
			doc: 90506,
			covers: ['get_jsapi_ticket', 'ticket.get'],
			reads: true,
			fields: [
				choice(
					'ticket',
					'Ticket',
					'What it is for',
					[
						CONFIG,
						AGENT_CONFIG,
						{ name: 'E-Invoice', value: 'invoice', description: 'For choosing invoices' },
					],
					{ local: true },
				),
			],
			run: getTicket,
		},
	],
};

async function getTicket(item: ItemContext): Promise<IDataObject> {
	const { context, client, get, itemIndex } = item;
	const kind = get<TicketKind>('ticket', 'config');
	const { value, expiresAt } = await ticket(context, client, kind, itemIndex);
	return {
		ticket: value,
		expiresAt: new Date(expiresAt).toISOString(),
		expiresInSeconds: Math.max(0, Math.round((expiresAt - Date.now()) / 1000)),
	};
}

/** The page's URL with its query and without what follows `#`, unencoded, exactly in this order (docs 90506, 90514). */
async function signUrl(item: ItemContext): Promise<IDataObject> {
	const { context, client, get, itemIndex } = item;
	const [url] = get('url').trim().split('#');
	checkLink(item, 'URL', url);
	const sign = get('sign', 'both');
	const nonceStr = randomBytes(8).toString('hex');
	const timestamp = Math.floor(Date.now() / 1000);
	const signed = async (kind: TicketKind): Promise<IDataObject> => {
		const { value } = await ticket(context, client, kind, itemIndex);
		const plain = `jsapi_ticket=${value}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`;
		return { timestamp, nonceStr, signature: createHash('sha1').update(plain).digest('hex') };
	};
	const signedUrl: IDataObject = { url };
	if (sign !== 'agentConfig')
		signedUrl.config = { appId: client.corpId, ...(await signed('config')) };
	if (sign === 'config') return signedUrl;
	const agentid = await agentIdOf(client, itemIndex);
	if (!agentid)
		throw problem(
			item,
			'The Agent ID of the app is not known',
			"Add it to the WeCom API credential, or choose 'Config' in 'Sign For'.",
		);
	return {
		...signedUrl,
		agentConfig: { corpid: client.corpId, agentid, ...(await signed('agentConfig')) },
	};
}
