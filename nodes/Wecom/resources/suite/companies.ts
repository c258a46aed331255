import type { IDataObject } from 'n8n-workflow';
import { forgetCompany, importCompany, shownCompany } from '../../../shared/companies/companies';
import { exchangeAuthCode } from '../../../shared/companies/exchange';
import { readAuthorization, readCompany } from '../../../shared/companies/companyApp';
import { clean } from '../../../shared/protocol/settings';
import { companiesOf, SUITE_CREDENTIAL } from '../../../shared/credentials/suiteState';
import { loginLink, query } from '../../../shared/login/links';
import { wantedCount } from '../../engine/runRow';
import { ItemOutput, type ItemContext, type Output } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import { checkState, loginPageOf, redirectUrl } from '../login/login';
import { problem } from '../../engine/problem';
import { collectParameters, merge } from '../../engine/parameters';

/** What the rows of the resource Suite do beyond one plain call. */

const INSTALL_PAGE = 'https://open.work.weixin.qq.com/3rdapp/install';

/** A token's expiry; the token itself only on request (docs 90600, 90605, 91200). */
export async function getToken({ client, itemIndex, get }: ItemContext): Promise<IDataObject> {
	const { value, expiresAt } = await client.token(itemIndex);
	return {
		valid: true,
		expiresAt: new Date(expiresAt).toISOString(),
		expiresInSeconds: Math.max(0, Math.round((expiresAt - Date.now()) / 1000)),
		...(get<boolean>('includeToken', false) ? { token: value } : {}),
	};
}

export async function setSessionInfo(item: ItemContext): Promise<IDataObject> {
	const { auth_type, ...sent } = collectParameters(item);
	const body = merge({ session_info: { auth_type } }, sent);
	const path = '/cgi-bin/service/set_session_info';
	await item.client.call({ method: 'POST', path, body, repeatable: true }, item.itemIndex);
	return { success: true };
}

/** The install page, parameters in the documented order (doc 90597). */
export async function buildInstallUrl(item: ItemContext): Promise<IDataObject> {
	const { client, itemIndex, get } = item;
	const redirect = redirectUrl(item);
	const state = get('state');
	checkState(item, state);
	let code = get('pre_auth_code').trim();
	let expires: IDataObject = {};
	if (!code) {
		const path = '/cgi-bin/service/get_pre_auth_code';
		const reply = await client.call({ method: 'GET', path }, itemIndex);
		code = String(reply.pre_auth_code);
		expires = { expiresInSeconds: reply.expires_in };
	}
	const parameters = query([
		['suite_id', client.suiteId],
		['pre_auth_code', code],
		['redirect_uri', redirect],
		['state', state],
	]);
	return { url: `${INSTALL_PAGE}?${parameters}`, ...expires };
}

/** The login pages of a third-party app (docs 91120, 98151). */
export async function buildLoginUrl(item: ItemContext): Promise<IDataObject> {
	const redirectUri = redirectUrl(item);
	return { url: loginLink(item.client, { ...loginPageOf(item), redirectUri }) };
}

/** Stores the company before anything else happens: the code behind it is issued once (doc 100776, v1 97163). */
export async function getPermanentCode(item: ItemContext): Promise<IDataObject> {
	const { context, get } = item;
	const authCode = get('auth_code').trim();
	if (!authCode) throw problem(item, "'Auth Code' is empty", 'Take it from the redirect URL.');
	const version = get('apiVersion', 'v2') === 'v1' ? '' : 'v2/';
	const path = `/cgi-bin/service/${version}get_permanent_code`;
	const exchange = await exchangeAuthCode(context, authCode, { path });
	if (!exchange.done)
		throw problem(
			item,
			exchange.reason,
			'An auth code works once, for ten minutes, with the suite the company authorized.',
		);
	const { corpId, company, reply, warning } = exchange;
	const withCode = get<boolean>('includePermanentCode', false);
	return { ...shownCompany(corpId, company, withCode), ...reply, ...(warning ? { warning } : {}) };
}

export async function getAuthInfo(item: ItemContext): Promise<IDataObject> {
	const { client, itemIndex } = item;
	const { corpId, permanentCode } = companyOf(item);
	return replyItem(await readAuthorization(client, corpId, permanentCode, itemIndex));
}

/** Gets a QR code to authorize with: as an image or as a link (doc 95430). */
export async function getAppQrCode(item: ItemContext): Promise<Output> {
	const { client, itemIndex, context } = item;
	const body: IDataObject = { suite_id: client.suiteId, ...collectParameters(item) };
	const path = '/cgi-bin/service/get_app_qrcode';
	const request = { method: 'POST', path, body, repeatable: true } as const;
	if (Number(body.result_type) === 2) return replyItem(await client.call(request, itemIndex));
	const { data, headers } = await client.download(request, itemIndex);
	const mimeType = String(headers['content-type'] ?? 'image/png').split(';')[0];
	const file = await context.helpers.prepareBinaryData(data, 'app-qrcode.png', mimeType);
	return new ItemOutput({ json: { suite_id: client.suiteId }, binary: { data: file } });
}

export async function getCompanies(item: ItemContext): Promise<IDataObject[]> {
	const companies = companiesOf(await item.context.getCredentials(SUITE_CREDENTIAL));
	const withCode = item.get<boolean>('includePermanentCode', false);
	return Object.entries(companies)
		.slice(0, wantedCount(item))
		.map(([corpId, company]) => shownCompany(corpId, company, withCode));
}

/** Stores a company whose permanent code is known. WeCom is asked first, so that a wrong code is not stored. */
export async function importOne(item: ItemContext): Promise<IDataObject> {
	const { client, context, itemIndex, get } = item;
	const [corpId, permanentCode] = [clean(get('corpId')), clean(get('importedCode'))];
	if (!corpId || !permanentCode)
		throw problem(item, "'Corp ID' or 'Permanent Code' is empty", 'Both are needed.');
	const company = {
		permanentCode,
		...(await readCompany(client, corpId, permanentCode, itemIndex)),
	};
	await importCompany(context, corpId, company);
	return shownCompany(corpId, { ...company, suiteId: client.suiteId });
}

export async function forget({ context, get }: ItemContext): Promise<IDataObject> {
	const corpId = clean(get('actAsCompany'));
	return { deleted: await forgetCompany(context, corpId), corpId };
}

/** The company of the form with its permanent code, the given one or the stored one. */
function companyOf(item: ItemContext) {
	const [corpId, given] = [clean(item.get('actAsCompany')), clean(item.get('permanentCode'))];
	const { company } = item.client.actingAs({ kind: 'company', corpId, permanentCode: given });
	if (company?.permanentCode) return { corpId, permanentCode: company.permanentCode };
	throw problem(
		item,
		`The company ${corpId || '(empty)'} is not stored in the credential`,
		"Choose one from the list, or enter its code in 'Permanent Code'.",
	);
}
