/** Who logged in: the redemption of codes and tickets. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { findMember, isVisible, now, type LoginCode, type State } from '../state.cts';

const CODE_LIFETIME = 5 * 60_000;
const TICKET_LIFETIME = 1_800_000;

/** Makes a code for the redirect of the authorization page or the web login. */
export function createCode(state: State, code: Omit<LoginCode, 'expiresAt' | 'used'>): string {
	const value = randomBytes(32).toString('base64url');
	state.codes.set(value, { ...code, expiresAt: now(state) + CODE_LIFETIME, used: false });
	return value;
}

/** Redeems a code, which must be one of this app, redeemed for the first time and in time. */
function redeem({ state, app, params }: Call): LoginCode {
	const code = state.codes.get(params.code);
	const foreign = code?.agentid !== undefined && code.agentid !== app.agentid;
	if (!code || code.used || foreign || code.expiresAt < now(state)) throw new WecomError(40029);
	// "The redirect's domain must be the trusted domain of the token's app, else 50001."
	if (code.domain && !app.trustedDomains.includes(code.domain)) throw new WecomError(50001);
	code.used = true;
	return code;
}

function getUserInfo(call: Call) {
	const { state, app } = call;
	const code = redeem(call);
	if (code.outsider) {
		const { openid, external_userid, parent_userid, linked_userid } = code.outsider;
		if (linked_userid) return { userid: linked_userid };
		// A parent comes without an openid (doc 96712).
		return parent_userid ? { external_userid, parent_userid } : { openid, external_userid };
	}

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

/** The details that the admin has selected for the app; `gender` is always there, "0" when it is not selected. */
function getUserDetail({ state, app, params }: Call) {
	const ticket = state.tickets.get(params.user_ticket);
	const member = ticket && findMember(state, ticket.userid);
	if (!ticket || !member || ticket.agentid !== app.agentid) throw new WecomError(84015);
	if (ticket.expiresAt < now(state)) throw new WecomError(84014);
	const { userid, ...details } = member;
	const shown = Object.entries(details).filter(([field]) => app.sensitiveFields.includes(field));
	return { userid, gender: '0', ...Object.fromEntries(shown) };
}

/** Who opened the second verification page (doc 99499). */
function getTfaInfo(call: Call) {
	const { userid } = redeem(call);
	if (!userid) throw new WecomError(40029);
	const tfa_code = randomBytes(16).toString('hex');
	call.state.tfaCodes.set(tfa_code, { userid, expiresAt: now(call.state) + CODE_LIFETIME });
	return { userid, tfa_code };
}

/** Unlocks the member's client (doc 99500); the tfa_code works once. */
function confirmTfa({ state, params }: Call) {
	const code = state.tfaCodes.get(params.tfa_code);
	if (!code || code.userid !== params.userid || code.expiresAt < now(state))
		throw new WecomError(40207);
	state.tfaCodes.delete(params.tfa_code);
	state.verified.push(code.userid);
	return {};
}

/** Lets a member in who was verified when joining (doc 90203). */
function confirmFirstLogin({ state, params }: Call) {
	const member = findMember(state, params.userid);
	if (!member) throw new WecomError(60111);
	member.status = 1;
	state.verified.push(member.userid);
	return {};
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
	{
		method: 'POST',
		path: '/cgi-bin/auth/get_tfa_info',
		doc: 99499,
		token: 'corp',
		required: { code: 41008 },
		fields: { code: 'string' },
		handler: getTfaInfo,
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/tfa_succ',
		doc: 99500,
		token: 'corp',
		required: { userid: 41009, tfa_code: 40207 },
		fields: { userid: 'string', tfa_code: 'string' },
		handler: confirmTfa,
	},
	{
		method: 'GET',
		path: '/cgi-bin/user/authsucc',
		doc: 90203,
		token: 'corp',
		only: 'contacts',
		required: { userid: 41009 },
		handler: confirmFirstLogin,
	},
];
