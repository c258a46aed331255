/** The provider's endpoints: tokens, authorization codes and what a company has authorized. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import { now, type State } from '../state.cts';
import { authorizedBy, corpToken, countFetch, exchange } from '../suite/authorization.cts';
import {
	onlyThirdParty,
	preAuthError,
	type SuiteCall,
	type SuiteEndpoint,
} from '../suite/endpoint.cts';
import { authorizationKey, isTemplate } from '../suite/state.cts';
import { issueToken } from '../tokens.cts';
import { authInfo, authUserInfo, corpInfo } from './suite-info.cts';
import { suiteLinkEndpoints } from './suite-links.cts';
import { suiteLoginEndpoints } from './suite-login.cts';

const SECONDS = 7200;
const PRE_AUTH_SECONDS = 1200;

/**
 * A token of the suite or the provider: the same one while it is valid (stated for the provider's, doc 91200; assumed for the
 * suite's).
 */
function sameToken(state: State, kind: 'suite' | 'provider', name: string): string {
	const current = [...state.issued.values()].find(
		(one) => one.kind === kind && one.name === name && !one.deadWith && one.expiresAt > now(state),
	);
	return current?.token ?? issueToken(state, kind, { name });
}

function getSuiteToken({ state, side, params, checkIp }: SuiteCall) {
	const suite = side.suites.get(params.suite_id);
	if (!suite) throw new WecomError(40083);
	checkIp(suite);
	if (suite.suiteSecret !== params.suite_secret) throw new WecomError(40080);
	const ticket = side.suiteTickets.get(params.suite_ticket);
	if (ticket?.suiteId !== suite.suiteId || ticket.expiresAt <= now(state))
		throw new WecomError(40085);
	countFetch(side.fetches.suites, suite.suiteId);
	return {
		suite_access_token: sameToken(state, 'suite', suite.suiteId),
		expires_in: SECONDS,
	};
}

function getProviderToken({ state, side, params, checkIp }: SuiteCall) {
	const { provider } = side;
	if (provider!.corpid !== params.corpid) throw new WecomError(40013);
	checkIp(provider!);
	if (provider!.secret !== params.provider_secret) throw new WecomError(40091);
	side.fetches.provider += 1;
	return {
		provider_access_token: sameToken(state, 'provider', provider!.corpid),
		expires_in: SECONDS,
	};
}

function getPreAuthCode({ state, side, suite }: SuiteCall) {
	onlyThirdParty(suite);
	const code = randomBytes(48).toString('base64url');
	side.preAuthCodes.set(code, {
		suiteId: suite.suiteId,
		expiresAt: now(state) + PRE_AUTH_SECONDS * 1000,
		authType: 0,
	});
	return { pre_auth_code: code, expires_in: PRE_AUTH_SECONDS };
}

function setSessionInfo({ state, side, suite, params }: SuiteCall) {
	onlyThirdParty(suite);
	const errcode = preAuthError(state, suite.suiteId, params.pre_auth_code);
	if (errcode) throw new WecomError(errcode);
	const authType = params.session_info.auth_type ?? 0;
	if (authType !== 0 && authType !== 1) throw new WecomError(40058);
	side.preAuthCodes.get(params.pre_auth_code)!.authType = authType;
	return {};
}

/** Version 2 of the exchange gives no agentid, which has to be asked for with get_auth_info. */
function getPermanentCode({ state, suite, params }: SuiteCall) {
	const { authorization, permanentCode, custom } = exchange(state, suite, params.auth_code);
	const { corpid, name } = authorization.company;
	return {
		permanent_code: permanentCode,
		auth_corp_info: { corpid, corp_name: name },
		...authUserInfo(state, authorization),
		...(custom !== undefined && { state: custom }),
	};
}

/** Version 1 of the exchange also gives all of get_auth_info and, but for customized apps, the company's first token. */
function getPermanentCodeV1({ state, side, suite, params }: SuiteCall) {
	const { authorization, permanentCode, custom } = exchange(state, suite, params.auth_code);
	const { corpid } = authorization.company;
	if (!isTemplate(suite))
		countFetch(side.fetches.companies, authorizationKey(suite.suiteId, corpid));
	return {
		...(!isTemplate(suite) && {
			access_token: corpToken(state, authorization),
			expires_in: SECONDS,
		}),
		permanent_code: permanentCode,
		auth_corp_info: corpInfo(authorization),
		auth_info: authInfo(authorization),
		...authUserInfo(state, authorization),
		...(custom !== undefined && { state: custom }),
	};
}

function getAuthInfo({ state, suite, params }: SuiteCall) {
	const authorization = authorizedBy(state, suite, params);
	return { auth_corp_info: corpInfo(authorization), auth_info: authInfo(authorization) };
}

/**
 * Hands out the token of a company. The permanent code of a customized app is refused with 40084 "invalid authorizer permanent
 * code" (seen in production: github.com/w7corp/easywechat/issues/2569).
 */
function getCorpToken({ state, side, suite, params }: SuiteCall) {
	if (isTemplate(suite)) throw new WecomError(40084);
	const authorization = authorizedBy(state, suite, params);
	countFetch(side.fetches.companies, authorizationKey(suite.suiteId, params.auth_corpid));
	return { access_token: corpToken(state, authorization), expires_in: SECONDS };
}

const tokenEndpoints: SuiteEndpoint[] = [
	{
		path: '/cgi-bin/service/get_suite_token',
		doc: 90600,
		token: 'suite-secret',
		bare: true,
		handler: getSuiteToken,
	},
	{
		path: '/cgi-bin/service/get_provider_token',
		doc: 91200,
		token: 'provider-secret',
		bare: true,
		handler: getProviderToken,
	},
	{
		path: '/cgi-bin/service/get_pre_auth_code',
		doc: 90601,
		token: 'suite',
		handler: getPreAuthCode,
	},
	{
		path: '/cgi-bin/service/set_session_info',
		doc: 90602,
		token: 'suite',
		handler: setSessionInfo,
	},
	{
		path: '/cgi-bin/service/v2/get_permanent_code',
		doc: 100776,
		token: 'suite',
		handler: getPermanentCode,
	},
	{
		path: '/cgi-bin/service/get_permanent_code',
		doc: 97163,
		token: 'suite',
		bare: true,
		handler: getPermanentCodeV1,
	},
	{
		path: '/cgi-bin/service/v2/get_auth_info',
		doc: 100779,
		token: 'suite',
		handler: getAuthInfo,
	},
	{
		path: '/cgi-bin/service/get_auth_info',
		doc: 91912,
		token: 'suite',
		bare: true,
		handler: getAuthInfo,
	},
	{
		path: '/cgi-bin/service/get_corp_token',
		doc: 90605,
		token: 'suite',
		bare: true,
		handler: getCorpToken,
	},
];

export const suiteEndpoints: Map<string, SuiteEndpoint> = new Map(
	[...tokenEndpoints, ...suiteLinkEndpoints, ...suiteLoginEndpoints].map((endpoint) => [
		endpoint.path,
		endpoint,
	]),
);
