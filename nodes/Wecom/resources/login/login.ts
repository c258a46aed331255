import type { IDataObject } from 'n8n-workflow';
import { agentIdOf } from '../../../shared/companies/companyApp';
import { isCustomized } from '../../../shared/credentials/suiteState';
import { exchangeCode, readDetails } from '../../../shared/login/identity';
import { loginLink, type LoginPage, type Scope } from '../../../shared/login/links';
import { memberPicker } from '../../engine/fields';
import { respond, respondFields } from './person';
import type { Field, ItemContext, Resource } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import { problem } from '../../engine/problem';

const MAX_STATE_BYTES = 128;

const code: Field = {
	displayName: 'Code',
	name: 'code',
	type: 'string',
	default: '',
	required: true,
	description: 'The code from the redirect URL: usable once, for five minutes',
};

/** The two fields that the resource Suite has, too. */
export const where: Field = {
	displayName: 'Where',
	name: 'where',
	type: 'options',
	options: [
		{
			name: 'In a Web Browser',
			value: 'web',
			description: 'QR code or quick login on a web page; a third-party app must be a login app',
		},
		{
			name: 'In the WeCom App',
			value: 'inApp',
			description: 'OAuth inside WeCom or the bound WeChat; the only way to personal details',
		},
	],
	default: 'inApp',
	description: 'Where the person opens the link',
};
export const scope: Field = {
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
	description: 'How much to ask the person for',
	displayOptions: { show: { where: ['inApp'] } },
};

export const login: Resource = {
	value: 'login',
	name: 'Login',
	operations: [
		{
			value: 'buildAuthorizationUrl',
			name: 'Build Authorization URL',
			action: 'Build authorization URL',
			description: 'Make the link that sends a person to WeCom and back with a code',
			doc: 91022,
			reads: true,
			fields: [
				where,
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
				scope,
				{
					displayName: 'State',
					name: 'state',
					type: 'string',
					default: '',
					description:
						'Comes back with the code; ideally random. In the WeCom app up to 128 letters and digits.',
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
			description: 'Exchange the code of a login for the person',
			doc: 91023,
			covers: ['auth.getuserinfo'],
			fields: [
				code,
				{
					displayName: 'Get Details Too',
					name: 'withDetail',
					type: 'boolean',
					default: false,
					description: 'Whether to read the personal details, too, if WeCom gave a user ticket',
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
			endpoint: ['POST', '/cgi-bin/auth/getuserdetail'],
			reads: true,
			fields: [
				{
					displayName: 'User Ticket',
					name: 'user_ticket',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					required: true,
					description: 'From Get User Info, scope Personal Details; valid for 30 minutes',
				},
			],
		},
		{
			value: 'respond',
			name: 'Respond',
			action: 'Respond to login',
			description: 'Answer the person whose login started the workflow',
			doc: 91022,
			token: 'suite',
			reads: true,
			fields: respondFields,
			run: respond,
		},
		{
			value: 'getSecondVerificationInfo',
			name: 'Get Second Verification Info',
			action: 'Get second verification info',
			description: 'Exchange the code of the page for the member and a tfa_code',
			doc: 99499,
			endpoint: ['POST', '/cgi-bin/auth/get_tfa_info'],
			reads: false,
			fields: [code],
		},
		{
			value: 'confirmSecondVerification',
			name: 'Confirm Second Verification',
			action: 'Confirm second verification',
			description: "Unlock the member's WeCom after the second verification",
			doc: 99500,
			endpoint: ['POST', '/cgi-bin/user/tfa_succ'],
			fields: [
				memberPicker(),
				{
					displayName: 'TFA Code',
					name: 'tfa_code',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					required: true,
					description: 'From Get Second Verification Info: usable once, for five minutes',
				},
			],
		},
		{
			value: 'confirmFirstLogin',
			name: 'Confirm First Login',
			action: 'Confirm first login',
			description: 'Let in a member who had to be verified when joining (contact sync secret)',
			doc: 90203,
			endpoint: ['GET', '/cgi-bin/user/authsucc'],
			reads: false,
			fields: [memberPicker()],
		},
	],
};

/** Both kinds of link, parameters in the documented order (doc 91022, 98152). */
async function buildUrl(item: ItemContext): Promise<IDataObject> {
	const { client, get } = item;
	refuseThirdParty(item, 'Build Login URL');
	const redirectUri = redirectUrl(item);
	const agentId = await agentIdOf(client, item.itemIndex);
	if (!agentId) {
		throw problem(
			item,
			'The credential has no Agent ID',
			'Add the Agent ID of the app to the WeCom API credential: the login page needs it.',
		);
	}
	return {
		url: loginLink(client, { ...loginPageOf(item), redirectUri, agentId, lang: get('lang') }),
	};
}

/** The page of the form, with the state checked where WeCom is strict. */
export function loginPageOf(item: ItemContext): { page: LoginPage; scope: Scope; state: string } {
	const page = item.get('where', 'inApp') as LoginPage;
	const state = item.get('state');
	if (page === 'inApp') checkState(item, state);
	return { page, state, scope: item.get('scope', 'snsapi_base') as Scope };
}

/** The form's redirect URL, checked. */
export function redirectUrl(item: ItemContext): string {
	const redirect = item.get('redirect_uri').trim();
	if (/^https?:\/\/[^/]/i.test(redirect)) return redirect;
	throw problem(
		item,
		"'Redirect URL' is not a web address",
		'Enter the whole URL, beginning with https://.',
	);
}

/** Pages inside WeCom take letters and digits only. */
export function checkState(item: ItemContext, state: string, most = MAX_STATE_BYTES): void {
	if (/^[a-zA-Z0-9]*$/.test(state) && state.length <= most) return;
	throw problem(
		item,
		`'State' can have letters and digits only, up to ${most}`,
		'Encode other values first, for example as hexadecimal.',
	);
}

/** A third-party app logs people in with links and calls of its own (docs 91120, 91121), and a code works once. */
function refuseThirdParty(item: ItemContext, instead: string): void {
	const { suiteId } = item.client;
	if (suiteId === '' || isCustomized(suiteId)) return;
	throw problem(
		item,
		'A third-party app cannot log people in this way',
		`Use the operation '${instead}' of the resource Suite.`,
	);
}

async function getUserInfo(item: ItemContext): Promise<IDataObject> {
	const { client, itemIndex, get } = item;
	refuseThirdParty(item, 'Get User Info');
	// Read first: a switch that cannot be read is refused while the code is still good.
	const withDetail = get<boolean>('withDetail', false);
	const info = replyItem(await exchangeCode(client, get('code').trim(), itemIndex));
	if (!info.user_ticket || !withDetail) return info;
	try {
		const detail = await readDetails(client, String(info.user_ticket), itemIndex);
		return { ...info, ...replyItem(detail) };
	} catch (error) {
		// Not thrown: the code is spent, and who the person is must not be lost with the details.
		return { ...info, warning: `Details could not be read: ${(error as Error).message}` };
	}
}
