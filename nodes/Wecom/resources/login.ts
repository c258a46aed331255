import type { IDataObject } from 'n8n-workflow';
import { agentIdOf } from '../../shared/api/companies';
import type { Field, OperationCall, Resource } from '../operation';
import { toItem } from '../reply';
import { problem } from '../values';

/** The login page inside WeCom, and the one of a browser (doc 91022, 98152). */
export const IN_APP_PAGE = 'https://open.weixin.qq.com/connect/oauth2/authorize';
export const WEB_PAGE = 'https://login.work.weixin.qq.com/wwlogin/sso/login';
const MAX_STATE_BYTES = 128;

const code: Field = {
	displayName: 'Code',
	name: 'code',
	type: 'string',
	default: '',
	required: true,
	description: 'The code WeCom added to the redirect URL: usable once, for five minutes',
};

export const login: Resource = {
	value: 'login',
	name: 'Login',
	operations: [
		{
			value: 'buildUrl',
			name: 'Build Authorization URL',
			action: 'Build authorization URL',
			description: 'Make the link that sends a person to WeCom and back with a code',
			doc: 91022,
			reads: true,
			fields: [
				{
					displayName: 'Where',
					name: 'where',
					type: 'options',
					options: [
						{
							name: 'In the WeCom App',
							value: 'inApp',
							description:
								'OAuth inside WeCom or the bound WeChat; the only way to personal details',
						},
						{
							name: 'In a Web Browser',
							value: 'web',
							description: 'QR code or quick login on a web page',
						},
					],
					default: 'inApp',
					description: 'Where the person opens the link',
				},
				{
					displayName: 'Redirect URL',
					name: 'redirect_uri',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. https://app.example.com/login',
					description:
						"Where WeCom sends the person afterwards, on the app's trusted domain; it is encoded for you",
				},
				{
					displayName: 'Scope',
					name: 'scope',
					type: 'options',
					options: [
						{
							name: 'Basic',
							value: 'snsapi_base',
							description: 'The user ID, without asking the person',
						},
						{
							name: 'Personal Details',
							value: 'snsapi_privateinfo',
							description: 'Asks the person, and also gives a user ticket for Get User Detail',
						},
					],
					default: 'snsapi_base',
					description: 'How much the person is asked for',
					displayOptions: { show: { where: ['inApp'] } },
				},
				{
					displayName: 'State',
					name: 'state',
					type: 'string',
					default: '',
					description:
						'Comes back with the code: a random value shows that the request was yours. In the WeCom app up to 128 letters and digits.',
				},
				{
					displayName: 'Language',
					name: 'lang',
					type: 'options',
					options: [
						{ name: 'Chinese', value: 'zh' },
						{ name: 'English', value: 'en' },
					],
					default: 'zh',
					description: 'Language of the login page',
					displayOptions: { show: { where: ['web'] } },
				},
			],
			run: buildUrl,
		},
		{
			value: 'getUserInfo',
			name: 'Get User Info',
			action: 'Get user info',
			description: 'Exchange the code for who the person is',
			doc: 91023,
			covers: ['auth.getuserinfo'],
			fields: [
				code,
				{
					displayName: 'Get Details Too',
					name: 'withDetail',
					type: 'boolean',
					default: false,
					description: 'Whether to go on to the personal details when WeCom gave a user ticket',
					local: true,
				},
			],
			// A code works once: a second try can only be refused.
			reads: false,
			run: getUserInfo,
		},
		{
			value: 'getUserDetail',
			name: 'Get User Detail',
			action: 'Get user detail',
			description: 'Exchange a user ticket for the personal details the person agreed to share',
			doc: 95833,
			call: ['POST', '/cgi-bin/auth/getuserdetail'],
			reads: true,
			fields: [
				{
					displayName: 'User Ticket',
					name: 'user_ticket',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					required: true,
					description:
						'From Get User Info after a login with the scope Personal Details; valid for 30 minutes',
				},
			],
		},
	],
};

/** Both kinds of link, parameters in the documented order (doc 91022, 98152). */
async function buildUrl(call: OperationCall): Promise<IDataObject> {
	const { client, get } = call;
	const redirect = redirectUrl(call);
	const agentId = await agentIdOf(client, call.itemIndex);
	if (!agentId) {
		throw problem(
			call,
			'The credential has no Agent ID',
			'Add the Agent ID of the app to the WeCom API credential: the login page needs it.',
		);
	}
	const state = get('state');
	if (get('where', 'inApp') === 'web') {
		return {
			url: `${WEB_PAGE}?${query([
				['login_type', 'CorpApp'],
				['appid', client.corpId],
				['agentid', agentId],
				['redirect_uri', redirect],
				['state', state],
				['lang', get('lang', 'zh')],
			])}`,
		};
	}
	checkState(call, state);
	return {
		url: `${IN_APP_PAGE}?${query([
			['appid', client.corpId],
			['redirect_uri', redirect],
			['response_type', 'code'],
			['scope', get('scope', 'snsapi_base')],
			['state', state],
			['agentid', agentId],
		])}#wechat_redirect`,
	};
}

/** The form's redirect URL, checked. */
export function redirectUrl(call: OperationCall): string {
	const redirect = call.get('redirect_uri').trim();
	if (/^https?:\/\/[^/]/i.test(redirect)) return redirect;
	throw problem(
		call,
		"'Redirect URL' is not a web address",
		'Enter the whole URL, beginning with https://.',
	);
}

/** Pages inside WeCom take letters and digits only. */
export function checkState(call: OperationCall, state: string, most = MAX_STATE_BYTES): void {
	if (/^[a-zA-Z0-9]*$/.test(state) && state.length <= most) return;
	throw problem(
		call,
		`'State' can have letters and digits only, up to ${most}`,
		'Encode other values first, for example as hexadecimal.',
	);
}

/** Parameters of a link in the given order, empty ones left out. */
export function query(parameters: Array<[string, string]>): string {
	return parameters
		.filter(([, value]) => value !== '')
		.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
		.join('&');
}

async function getUserInfo({ client, itemIndex, get }: OperationCall): Promise<IDataObject> {
	const info = toItem(
		await client.call(
			{
				method: 'GET',
				path: '/cgi-bin/auth/getuserinfo',
				qs: { code: get('code').trim() },
				repeatable: false,
			},
			itemIndex,
		),
	);
	if (!info.user_ticket || !get<boolean>('withDetail', false)) return info;
	try {
		const body = { user_ticket: info.user_ticket };
		const detail = await client.call(
			{ method: 'POST', path: '/cgi-bin/auth/getuserdetail', body, repeatable: true },
			itemIndex,
		);
		return { ...info, ...toItem(detail) };
	} catch (error) {
		// The code is spent: who the person is must not be lost with the details.
		return { ...info, warning: `Details could not be read: ${(error as Error).message}` };
	}
}
