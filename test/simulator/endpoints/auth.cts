/** Who logged in: the redemption of codes and tickets. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { findMember, isVisible, now, type LoginCode, type State } from '../state.cts';

const CODE_LIFETIME = 5 * 60_000;
const TICKET_LIFETIME = 1_800_000;

/** A code for the redirect of the authorization page or the web login. */
export function createCode(state: State, code: Omit<LoginCode, 'expiresAt' | 'used'>): string {
	const value = randomBytes(32).toString('base64url');
	state.codes.set(value, { ...code, expiresAt: now(state) + CODE_LIFETIME, used: false });
	return value;
}

function getUserInfo({ state, app, params }: Call) {
	const code = state.codes.get(params.code);
	const foreign = code?.agentid !== undefined && code.agentid !== app.agentid;
	if (!code || code.used || foreign || code.expiresAt < now(state)) throw new WecomError(40029);
	// "The redirect's domain must be the trusted domain of the token's app, else 50001."
	if (code.domain && !app.trustedDomains.includes(code.domain)) throw new WecomError(50001);
	code.used = true;
	if (code.outsider)
		return { openid: code.outsider.openid, external_userid: code.outsider.external_userid };

	const userid = code.userid!;
	const member = findMember(state, userid);
	if (!code.withTicket || !member || !isVisible(state, app, member)) return { userid };
	const user_ticket = randomBytes(48).toString('base64url');
	state.tickets.set(user_ticket, {
		agentid: app.agentid,
		userid,
		expiresAt: now(state) + TICKET_LIFETIME,
	});
	return { userid, user_ticket };
}

/** Only what the admin has selected for the app; `gender` is always there, "0" when not selected. */
function getUserDetail({ state, app, params }: Call) {
	const ticket = state.tickets.get(params.user_ticket);
	const member = ticket && findMember(state, ticket.userid);
	if (!ticket || !member || ticket.agentid !== app.agentid) throw new WecomError(84015);
	if (ticket.expiresAt < now(state)) throw new WecomError(84014);
	const { userid, ...details } = member;
	const shown = Object.entries(details).filter(([field]) => app.sensitiveFields.includes(field));
	return { userid, gender: '0', ...Object.fromEntries(shown) };
}

export const authEndpoints: Endpoint[] = [
	{
		method: 'GET',
		path: '/cgi-bin/auth/getuserinfo',
		doc: 91023,
		token: 'corp',
		required: { code: 41008 },
		handler: getUserInfo,
	},
	{
		method: 'POST',
		path: '/cgi-bin/auth/getuserdetail',
		doc: 95833,
		token: 'corp',
		required: { user_ticket: 84015 },
		fields: { user_ticket: 'string' },
		handler: getUserDetail,
	},
];
