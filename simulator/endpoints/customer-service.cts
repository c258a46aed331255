/** WeChat Customer Service: accounts, and the messages an app pulls after the callback that announces them (doc 94670). */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import { DAY, now, type KfMessage, type State } from '../state.cts';

const MINUTE = 60_000;
/** How long the Token of a callback can be used. */
const TOKEN_LIFETIME = 10 * MINUTE;
/** Without a Token "the interface has a strict frequency limit"; the page gives no number. */
const WITHOUT_TOKEN_EVERY = MINUTE;
const KEPT = 3 * DAY;
const MAX_LIMIT = 1000;

const INVALID_PARAMETER = 40058;
const LIMIT_REACHED = 45009;
const INVALID_CURSOR = 50100;
const INVALID_OPEN_KFID = 95000;
const INVALID_MSGTOKEN = 95007;

/** The cursor of a place among the messages; `step` tells apart those between which there are no messages. */
const cursorOf = (openKfId: string, position: number, step = 0) =>
	Buffer.from(`${position}.${step}@${openKfId.slice(-8)}`).toString('base64url');

/** The number of messages before the cursor. */
function positionOf(cursor: string, openKfId: string, count: number): number {
	const text = Buffer.from(cursor, 'base64url').toString('latin1');
	const [, position, step] = /^(\d+)\.(\d+)@/.exec(text)?.map(Number) ?? [];
	if (!(position <= count) || cursor !== cursorOf(openKfId, position, step))
		throw new WecomError(INVALID_CURSOR);
	return position;
}

/** Adds messages to an account; what every message carries is filled in. */
export function addKfMessages(
	state: State,
	openKfId: string,
	messages: Array<Partial<KfMessage>>,
): KfMessage[] {
	const account = state.kf.accounts.find(({ open_kfid }) => open_kfid === openKfId);
	if (!account) throw new Error(`No customer service account ${openKfId}`);
	const added = messages.map((message): KfMessage => {
		const isEvent = message.msgtype === 'event';
		return {
			msgid: randomBytes(24).toString('base64url'),
			send_time: Math.floor(now(state) / 1000),
			origin: isEvent ? 4 : 3,
			msgtype: 'text',
			...(!isEvent && {
				open_kfid: openKfId,
				external_userid: 'wmDemoCustomer0000000000000000001',
			}),
			...message,
		};
	});
	account.messages.push(...added);
	return added;
}

export function issueKfToken(state: State): string {
	const token = `ENC${randomBytes(24).toString('base64url')}`;
	state.kf.tokens.set(token, now(state) + TOKEN_LIFETIME);
	return token;
}

function checkToken(state: State, token: unknown) {
	const { kf } = state;
	const time = now(state);
	if (typeof token === 'string' && token) {
		if ((kf.tokens.get(token) ?? 0) < time) throw new WecomError(INVALID_MSGTOKEN);
		return;
	}
	if (time - kf.lastWithoutToken < WITHOUT_TOKEN_EVERY) throw new WecomError(LIMIT_REACHED);
	kf.lastWithoutToken = time;
}

function syncMessages({ state, params }: Call) {
	const { kf } = state;
	const account = kf.accounts.find(({ open_kfid }) => open_kfid === params.open_kfid);
	if (!account) throw new WecomError(INVALID_OPEN_KFID);
	checkToken(state, params.token);
	const limit = params.limit ?? MAX_LIMIT;
	if (limit < 1 || limit > MAX_LIMIT) throw new WecomError(INVALID_PARAMETER);
	const { messages, open_kfid: id } = account;
	const oldest = (now(state) - KEPT) / 1000;
	const firstKept = messages.findIndex(({ send_time }) => send_time >= oldest);
	const begin = params.cursor ? positionOf(params.cursor, id, messages.length) : 0;
	const start = Math.max(begin, firstKept < 0 ? messages.length : firstKept);
	// "There may be fewer messages than asked for, even none, although has_more is 1."
	const end = Math.min(start + Math.min(limit, kf.pageSize), messages.length);
	const empty = kf.emptyPages > 0 && end > start;
	const next = empty ? cursorOf(id, start, kf.emptyPages--) : cursorOf(id, end);
	return {
		next_cursor: next,
		has_more: empty || end < messages.length ? 1 : 0,
		msg_list: empty ? [] : messages.slice(start, end),
	};
}

function listAccounts({ state, params }: Call) {
	const { offset = 0, limit = 100 } = params;
	if (limit < 1 || limit > 100) throw new WecomError(INVALID_PARAMETER);
	return {
		account_list: state.kf.accounts.slice(offset, offset + limit).map(({ open_kfid, name }) => ({
			open_kfid,
			name,
			avatar: `https://wework.qpic.example/kf/${open_kfid}/0`,
			manage_privilege: true,
		})),
	};
}

export const customerServiceEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/kf/sync_msg',
		doc: 94670,
		token: 'corp',
		required: { open_kfid: 60251 },
		fields: {
			cursor: 'string',
			token: 'string',
			limit: 'integer',
			voice_format: 'integer',
			open_kfid: 'string',
		},
		handler: syncMessages,
	},
	{
		method: 'POST',
		path: '/cgi-bin/kf/account/list',
		doc: 94661,
		token: 'corp',
		fields: { offset: 'integer', limit: 'integer' },
		handler: listAccounts,
	},
];
