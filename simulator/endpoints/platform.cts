/** Tokens and addresses of the platform. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { HOUR, now } from '../state.cts';

const LIFETIME_SECONDS = 7200;

/**
 * Hands out an app's token: the same one while it is valid, a new one after its end or after WeCom has invalidated it.
 * `expires_in` is always 7200: the docs speak of "the same result" for repeated calls, so a caller that asks late learns of the
 * end only by 42001.
 */
function getToken({ state, params, ip }: Call) {
	const time = now(state);
	const recentlyWrong = (state.wrongSecrets.get(ip) ?? []).filter((at) => at > time - HOUR);
	if (recentlyWrong.length >= state.wrongSecretLimit) throw new WecomError(45009);
	if (params.corpid !== state.corpid) throw new WecomError(40013);

	const app = state.apps.find((one) => one.secret === params.corpsecret);
	if (!app) {
		state.wrongSecrets.set(ip, [...recentlyWrong, time]);
		throw new WecomError(40001);
	}
	state.tokenCalls[app.agentid] = (state.tokenCalls[app.agentid] ?? 0) + 1;
	// The secret is right, but the app is switched off. 50003 (应用已禁用) says so; 40001 would mean a wrong secret.
	if (!app.enabled) throw new WecomError(50003);

	let token = [...state.tokens.values()].find(
		(one) => one.agentid === app.agentid && !one.deadWith && one.expiresAt > time,
	);
	if (!token) {
		token = {
			token: randomBytes(160).toString('base64url'),
			agentid: app.agentid,
			expiresAt: time + LIFETIME_SECONDS * 1000,
		};
		state.tokens.set(token.token, token);
	}
	return { access_token: token.token, expires_in: LIFETIME_SECONDS };
}

export const platformEndpoints: Endpoint[] = [
	{
		method: 'GET',
		path: '/cgi-bin/gettoken',
		doc: 91039,
		token: 'none',
		required: { corpid: 41002, corpsecret: 41004 },
		handler: getToken,
	},
	{
		method: 'GET',
		path: '/cgi-bin/get_api_domain_ip',
		doc: 92520,
		token: 'corp',
		onFailure: { ip_list: [] },
		handler: () => ({ ip_list: ['182.254.11.176', '182.254.78.66'] }),
	},
	{
		method: 'GET',
		path: '/cgi-bin/getcallbackip',
		doc: 90930,
		token: 'corp',
		onFailure: { ip_list: [] },
		handler: () => ({ ip_list: ['127.0.0.1', '101.226.103.*'] }),
	},
];
