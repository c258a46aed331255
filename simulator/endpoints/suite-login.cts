/** Who logged in to a third-party app (docs 91121, 98179, 91122). Customized apps use the endpoints of self-built ones. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import { findMember, isVisible, now, type State } from '../state.cts';
import { onlyThirdParty, type SuiteCall, type SuiteEndpoint } from '../suite/endpoint.cts';
import { companyState, findAuthorization, openId, type SuiteLogin } from '../suite/state.cts';

const CODE_LIFETIME = 5 * 60_000;
const TICKET_SECONDS = 1800;

/** Makes a code for the redirect of a third-party app's login page. */
export function createSuiteCode(
	state: State,
	login: Omit<SuiteLogin, 'expiresAt' | 'used'>,
): string {
	const code = randomBytes(32).toString('base64url');
	const expiresAt = now(state) + CODE_LIFETIME;
	state.providerSide.codes.set(code, { ...login, expiresAt, used: false });
	return code;
}

/** The member, if the company has authorized the suite and the app sees them. */
function visibleMember(root: State, { suiteId, corpid, userid = '' }: SuiteLogin) {
	const authorization = findAuthorization(root, suiteId, corpid);
	if (!authorization) return undefined;
	const state = companyState(root, authorization.company);
	const member = findMember(state, userid);
	return member && isVisible(state, authorization.app, member) ? member : undefined;
}

function getUserInfo({ state, side, suite, params }: SuiteCall) {
	onlyThirdParty(suite);
	const login = side.codes.get(params.code);
	if (!login || login.used || login.suiteId !== suite.suiteId || login.expiresAt <= now(state))
		throw new WecomError(40029);
	if (login.domain && !suite.trustedDomains.includes(login.domain)) throw new WecomError(50001);
	login.used = true;
	const { corpid, userid, openid } = login;
	if (userid === undefined) return { openid };
	const who = { corpid, userid, open_userid: openId('wo', state, corpid, userid) };
	if (!login.withTicket || !visibleMember(state, login)) return who;
	const user_ticket = randomBytes(48).toString('base64url');
	side.userTickets.set(user_ticket, {
		...login,
		expiresAt: now(state) + TICKET_SECONDS * 1000,
	});
	return { ...who, user_ticket, expires_in: TICKET_SECONDS };
}

/** The details of a member: `name` is the userid, and there is never a mobile, an email or an address. */
function getUserDetail({ state, side, suite, params }: SuiteCall) {
	onlyThirdParty(suite);
	const ticket = side.userTickets.get(params.user_ticket);
	const member = ticket?.suiteId === suite.suiteId ? visibleMember(state, ticket) : undefined;
	if (!ticket || !member) throw new WecomError(84015);
	if (ticket.expiresAt <= now(state)) throw new WecomError(84014);
	const { userid, gender, avatar, qr_code } = member;
	return { corpid: ticket.corpid, userid, name: userid, gender, avatar, qr_code };
}

export const suiteLoginEndpoints: SuiteEndpoint[] = [
	{
		path: '/cgi-bin/service/auth/getuserinfo3rd',
		doc: 91121,
		token: 'suite',
		handler: getUserInfo,
	},
	{
		path: '/cgi-bin/service/auth/getuserdetail3rd',
		doc: 91122,
		token: 'suite',
		handler: getUserDetail,
	},
];
