/** Ids of companies, and links and QR codes that a company opens to authorize. */
import { randomBytes } from 'node:crypto';
import { FileAnswer } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import { now } from '../state.cts';
import { onlyThirdParty, type SuiteCall, type SuiteEndpoint } from '../suite/endpoint.cts';
import { isTemplate, openId } from '../suite/state.cts';

/** The page behind a link (`suite-pages.cts`); the platform's own address is not documented. */
export const SCAN_PATH = '/wwopen/scan/';
const LINK_SECONDS = 864_000;
const STATE = /^[a-zA-Z0-9]{0,32}$/;
const MAX_TEMPLATES = 9;
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
	'base64',
);

/** Converts a Corp ID, only for companies that have authorized one of the provider's apps (doc 97061). */
function toOpenCorpid({ state, side, params }: SuiteCall) {
	const known = [...side.authorizations.values()].some(
		({ company }) => company.corpid === params.corpid,
	);
	if (!known) throw new WecomError(40013);
	return { open_corpid: openId('wp', state, params.corpid) };
}

function link(
	{ state, side, headers }: SuiteCall,
	suiteIds: string[],
	custom: string | undefined,
	lifetimeMs: number,
): string {
	const key = randomBytes(24).toString('base64url');
	side.authUrls.set(key, { suiteIds, state: custom, expiresAt: now(state) + lifetimeMs });
	return `http://${headers.host}${SCAN_PATH}${key}`;
}

/** Makes a link with which a company authorizes customized apps (doc 98744). */
function getCustomizedAuthUrl(call: SuiteCall) {
	const { state, templateid_list: templates } = call.params;
	if (!STATE.test(state)) throw new WecomError(84025);
	if (templates.length > MAX_TEMPLATES) throw new WecomError(842004);
	for (const id of templates) {
		const suite = call.side.suites.get(id);
		if (!suite) throw new WecomError(84020);
		if (!isTemplate(suite)) throw new WecomError(842003);
	}
	return {
		qrcode_url: link(call, templates, state, LINK_SECONDS * 1000),
		expires_in: LINK_SECONDS,
	};
}

/**
 * Makes a QR code to authorize with: the image itself, or a link with `result_type` 2. The page does not say how long it lives
 * (doc 95430).
 */
function getAppQrcode(call: SuiteCall) {
	const { suite_id, state, result_type } = call.params;
	onlyThirdParty(call.suite);
	if (suite_id !== call.suite.suiteId) throw new WecomError(48003);
	if (!STATE.test(state ?? '')) throw new WecomError(84025);
	if (result_type !== 2) return new FileAnswer(200, { 'Content-Type': 'image/png' }, PNG);
	return { qrcode: link(call, [suite_id], state, Infinity) };
}

export const suiteLinkEndpoints: SuiteEndpoint[] = [
	{
		path: '/cgi-bin/service/corpid_to_opencorpid',
		doc: 97061,
		token: 'provider',
		handler: toOpenCorpid,
	},
	{
		path: '/cgi-bin/service/get_customized_auth_url',
		doc: 98744,
		token: 'provider',
		handler: getCustomizedAuthUrl,
	},
	{
		path: '/cgi-bin/service/get_app_qrcode',
		doc: 95430,
		token: 'suite',
		handler: getAppQrcode,
	},
];
