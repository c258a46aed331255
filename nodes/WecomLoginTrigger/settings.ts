import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { clean } from '../shared/protocol/settings';
import { isCustomized, SUITE_CREDENTIAL, suiteIdOf } from '../shared/credentials/suiteState';
import { JWT_KEY_HELP, readJwtKey, readOrigins, strictUrl } from '../shared/login/handover';
import type { Kind } from '../shared/login/identity';
import type { LoginPage, Scope } from '../shared/login/links';

/** The form of the login trigger as one object, and what is wrong with it. */

export interface Settings {
	loginPage: LoginPage | 'auto';
	scope: Scope;
	lang: string;
	who: Kind[];
	answer: 'redirect' | 'page' | 'workflow';
	redirectUrl: string;
	/** Where `return_to` may lead. */
	origins: string[];
	/** Entries of 'Allowed Hosts' that are no hosts. */
	wrongHosts: string[];
	pageText: string;
	signJwt: boolean;
	jwtOptions: IDataObject;
	onFailure: 'page' | 'workflow';
	readMember: boolean;
	acceptAnyCompany: boolean;
	verificationFile: string;
	verificationContent: string;
}

type Get = (name: string, fallback: unknown) => unknown;

export function readSettings(get: Get): Settings {
	const text = (name: string) => String(get(name, '') ?? '').trim();
	const options = get('options', {}) as IDataObject;
	const answer = get('answer', 'page') as Settings['answer'];
	const redirectUrl = answer === 'redirect' ? text('redirectUrl') : '';
	const { origins, wrong } = readOrigins(answer === 'page' ? '' : get('allowedHosts', ''));
	const own = strictUrl(redirectUrl);
	return {
		loginPage: get('loginPage', 'auto') as Settings['loginPage'],
		scope: get('scope', 'snsapi_base') as Scope,
		lang: String(options.lang ?? 'auto'),
		who: get('who', ['member']) as Kind[],
		answer,
		redirectUrl: own ? own.href : '',
		origins: own ? [own.origin, ...origins] : origins,
		wrongHosts: wrong,
		pageText: text('pageText'),
		signJwt: answer === 'redirect' && get('signJwt', false) === true,
		jwtOptions: get('jwtOptions', {}) as IDataObject,
		onFailure: options.onFailure === 'workflow' ? 'workflow' : 'page',
		readMember: options.readMember === true,
		acceptAnyCompany: options.acceptAnyCompany === true,
		verificationFile: String(options.verificationFile ?? '').trim(),
		verificationContent: String(options.verificationContent ?? '').trim(),
	};
}

/** What a person must set right before the login can work, in words: `[message, description]`. */
export function lackOf(
	get: Get,
	credentialType: string,
	credentials: ICredentialDataDecryptedObject,
): [string, string] | undefined {
	const suite = credentialType === SUITE_CREDENTIAL;
	const settings = readSettings(get);
	if (!clean(suite ? credentials.suiteSecret : credentials.corpSecret))
		return ['The credential has no secret', 'Open the credential and enter it.'];
	if (!suite && !clean(credentials.agentId))
		return [
			'The credential has no Agent ID',
			"Add the Agent ID of the app to the credential: without it WeCom's login pages do not work, and give no personal details.",
		];
	if (suite && isCustomized(suiteIdOf(credentials)) && !companyOf(get))
		return [
			"'Act as Company' is empty",
			'Choose the company whose customized app people log in to.',
		];
	if (settings.wrongHosts.length > 0)
		return [
			`'Allowed Hosts' has an entry that is not a host: ${settings.wrongHosts[0]}`,
			'Enter hosts such as app.example.com or http://localhost:3000, separated by commas.',
		];
	const entered = String(get('redirectUrl', '') ?? '').trim();
	if (
		settings.answer === 'redirect' &&
		(entered === '' ? settings.origins.length === 0 : !settings.redirectUrl)
	)
		return entered === ''
			? ["'Redirect URL' and 'Allowed Hosts' are empty", 'Enter where people go after the login.']
			: ["'Redirect URL' is not a web address", 'Enter the whole URL, beginning with https://.'];
	if (settings.signJwt) {
		const key = readJwtKey(credentials.loginJwtKey);
		if ('lack' in key) return [`The Login JWT Key of the credential ${key.lack}`, JWT_KEY_HELP];
	}
	const { verificationFile, verificationContent } = settings;
	if (verificationFile && !/^[\w-]{1,100}\.txt$/.test(verificationFile))
		return [
			`'Verification File Name' is not the name of such a file: ${verificationFile}`,
			'Copy it from the WeCom admin console, for example WW_verify_a1B2c3D4e5F6g7H8.txt.',
		];
	if ((verificationFile === '') !== (verificationContent === ''))
		return [
			'The verification file needs a name and a content',
			'Open the downloaded file to see its content.',
		];
	return undefined;
}

function companyOf(get: Get): string {
	const company = get('actAsCompany', '');
	return clean((company as IDataObject | null)?.value ?? company);
}
