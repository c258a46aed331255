import type { IDataObject, INodeExecutionData, NodeTypeAndVersion } from 'n8n-workflow';
import {
	allowedTarget,
	JWT_KEY_HELP,
	jwtOptions,
	readJwtKey,
	readOrigins,
	withJwt,
} from '../../../shared/login/handover';
import { htmlPage, PAGE_HEADERS, PRIVATE_HEADERS } from '../../../shared/login/page';
import type { Field, ItemContext } from '../../engine/operation';
import { problem } from '../../engine/problem';

/** Login > Respond: what the person sees after the login, from the workflow. */

const redirecting = { show: { respondWith: ['redirect'] } };
const withToken = { show: { respondWith: ['redirect'], signJwt: [true] } };
const showing = { show: { respondWith: ['page'] } };

export const respondFields: Field[] = [
	{
		displayName: 'Respond With',
		name: 'respondWith',
		type: 'options',
		options: [
			{ name: 'Page', value: 'page', description: 'A small page with your text' },
			{ name: 'Redirect', value: 'redirect', description: 'Send the person to an application' },
		],
		default: 'redirect',
		description: 'What the person gets',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '={{ $json.wecom.returnTo }}',
		required: true,
		description: 'Where the person goes. Defaults to where they wanted to go.',
		displayOptions: redirecting,
	},
	{
		displayName: 'Allowed Hosts',
		name: 'allowedHosts',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. app.example.com, wiki.example.com:8443',
		description:
			'Comma-separated hosts a person may be sent to; write http:// before one without https',
		displayOptions: redirecting,
	},
	{
		displayName: 'Add Signed JWT',
		name: 'signJwt',
		type: 'boolean',
		default: false,
		description:
			"Whether to tell who the person is, in a token signed with the credential's 'Login JWT Key'",
		displayOptions: redirecting,
	},
	{
		displayName: 'Subject',
		name: 'subject',
		type: 'string',
		default: '={{ $json.wecom.subject }}',
		required: true,
		description: 'The sub claim',
		displayOptions: withToken,
	},
	{
		displayName: 'Nonce',
		name: 'nonce',
		type: 'string',
		default: '={{ $json.wecom.nonce }}',
		description: 'The nonce claim: the value with which the application started the login',
		displayOptions: withToken,
	},
	{
		displayName: 'Claims',
		name: 'claims',
		type: 'json',
		default: '={{ { kind: $json.wecom.kind, userid: $json.userid, corpid: $json.corpid } }}',
		description: 'Further claims, as a JSON object',
		displayOptions: withToken,
	},
	{ ...jwtOptions, displayOptions: withToken } as Field,
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: 'Welcome',
		description: 'The heading of the page',
		displayOptions: showing,
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		description: 'Every line becomes a paragraph; HTML is shown as text',
		displayOptions: showing,
	},
	{
		displayName: 'Status Code',
		name: 'statusCode',
		type: 'number',
		typeOptions: { minValue: 200, maxValue: 499 },
		default: 200,
		description: 'For example 403 for somebody you do not let in',
		displayOptions: showing,
	},
];

const LOGIN_TRIGGER = /\.wecomLoginTrigger$/;

/** One person waits: the first item answers, further ones only pass through. */
export async function respond(item: ItemContext): Promise<IDataObject> {
	const { context, itemIndex, get } = item;
	const input = context.getInputData()[itemIndex].json;
	if (itemIndex > 0) return input;
	const triggers = loginTriggers(item);
	checkTrigger(item, triggers);

	if (get('respondWith', 'redirect') === 'page') {
		const lines = get('text').split(/\r?\n/).filter(Boolean);
		const statusCode = Number(get<unknown>('statusCode', 200));
		const headers = { ...PAGE_HEADERS };
		await context.sendResponse({ body: htmlPage(get('title'), lines), headers, statusCode });
		return { ...input, responded: { statusCode } };
	}
	checkLogin(item, input, triggers);
	const target = targetOf(item);
	const location = get<boolean>('signJwt', false) ? signed(item, input, target) : target;
	const headers = { ...PRIVATE_HEADERS, location: location.href };
	await context.sendResponse({ body: '', headers, statusCode: 302 });
	return { ...input, responded: { statusCode: 302, url: target.href } };
}

function loginTriggers({ context }: ItemContext): NodeTypeAndVersion[] {
	return context
		.getParentNodes(context.getNode().name, { includeNodeParameters: true })
		.filter(({ type }) => LOGIN_TRIGGER.test(type));
}

/** Refuses a response for which the login trigger does not wait: n8n would drop it without a word. */
function checkTrigger(item: ItemContext, [trigger]: NodeTypeAndVersion[]): void {
	if (!trigger?.parameters || trigger.parameters.answer === 'workflow') return;
	throw problem(
		item,
		`'${trigger.name}' does not wait for this response`,
		"Set its parameter 'Answer' to 'Using WeCom Node'.",
	);
}

/**
 * With On Failure "Start the Workflow, Too" the item of somebody who was refused arrives here as well, and nobody may take them
 * for logged in. The trigger's own item counts, too: nodes in between may have left the error out.
 */
function checkLogin(item: ItemContext, input: IDataObject, triggers: NodeTypeAndVersion[]): void {
	const proxy = item.context.getWorkflowDataProxy(item.itemIndex);
	const started = triggers
		.map(({ name }) => proxy.$(name) as StartedWith)
		.filter(({ isExecuted }) => isExecuted)
		.flatMap<IDataObject>((trigger) => trigger.first()?.json ?? []);
	const failed = [input, ...started].find(isFailedLogin);
	if (!failed) return;
	throw problem(
		item,
		`The login failed, so nobody can be sent on: ${String(failed.error)}`,
		"Send items with an error to another Respond node, with 'Respond With' set to 'Page'.",
	);
}

/** What n8n's expressions know of a node. */
interface StartedWith {
	isExecuted: boolean;
	first: () => INodeExecutionData | undefined;
}

const isFailedLogin = ({ error, wecom }: IDataObject) =>
	Boolean(error) && (wecom as IDataObject | undefined)?.family === 'login';

function targetOf(item: ItemContext): URL {
	const { origins, wrong } = readOrigins(item.get('allowedHosts'));
	if (wrong.length > 0 || origins.length === 0) {
		throw problem(
			item,
			wrong.length > 0
				? `'Allowed Hosts' has an entry that is not a host: ${wrong[0]}`
				: "'Allowed Hosts' names no host",
			'Enter hosts such as app.example.com or http://localhost:3000, separated by commas.',
		);
	}
	const target = allowedTarget(String(item.get<unknown>('url') ?? '').trim(), origins);
	if (target) return target;
	throw problem(
		item,
		"'URL' does not lead to one of the 'Allowed Hosts'",
		'Give a whole URL, beginning with https://, whose host is in the list.',
	);
}

function signed(item: ItemContext, input: IDataObject, target: URL): URL {
	const { client, get } = item;
	const key = readJwtKey(client.loginJwtKey);
	if ('lack' in key)
		throw problem(item, `The Login JWT Key of the credential ${key.lack}`, JWT_KEY_HELP);
	const options = get<IDataObject>('jwtOptions', {});
	const subject = String(get<unknown>('subject') ?? '');
	const issuer = String(options.issuer || ((input.wecom ?? {}) as IDataObject).loginUrl || '');
	if (!subject || !issuer) {
		throw problem(
			item,
			`${subject ? "'Issuer'" : "'Subject'"} is empty`,
			'Fill it in: the item that arrives here does not come from the WeCom Login Trigger.',
		);
	}
	const nonce = String(get<unknown>('nonce') ?? '');
	return withJwt(key, { issuer, subject, nonce, target, options, claims: claimsOf(item) });
}

function claimsOf(item: ItemContext): IDataObject {
	const given = item.get<unknown>('claims', {});
	const claims = typeof given === 'string' ? parse(given || '{}') : given;
	if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
		return claims as IDataObject;
	throw problem(item, "'Claims' is not a JSON object", 'Check quotes and commas.');
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
