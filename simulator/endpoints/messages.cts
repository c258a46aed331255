/** App messages: send and recall. Everything sent is kept in `state.messages`. */
import { createHash, randomBytes } from 'node:crypto';
import { issueCardCode } from '../cards.cts';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import {
	DAY,
	findApp,
	findMember,
	isVisible,
	now,
	subtree,
	visibleDepartments,
	type Member,
} from '../state.cts';
import { checkContent, hasResponseCode, MESSAGE_FIELDS } from './message-rules.cts';

const MAX_USERS = 1000;
const MAX_PARTIES_OR_TAGS = 100;
const DEFAULT_DUPLICATE_SECONDS = 1800;
const MAX_DUPLICATE_SECONDS = 4 * 3600;

const split = (list: string | undefined) =>
	(list ?? '')
		.split('|')
		.map((one) => one.trim())
		.filter(Boolean);

/** Who gets the message, and which ids are wrong or outside the app's visible range. Repeated ids count once. */
function resolve({ state, app, params }: Call) {
	const users = split(params.touser);
	const parties = split(params.toparty);
	const tags = split(params.totag);
	if (!users.length && !parties.length && !tags.length) throw new WecomError(82001);
	if (users.length > MAX_USERS) throw new WecomError(40032);
	if (parties.length > MAX_PARTIES_OR_TAGS) throw new WecomError(82002);
	if (tags.length > MAX_PARTIES_OR_TAGS) throw new WecomError(82003);

	const visible = visibleDepartments(state, app);
	const sees = (member: Member) => isVisible(state, app, member, visible);
	const everyone = () => [...state.members.values()].filter(sees);
	const invalid = {
		invaliduser: [] as string[],
		invalidparty: [] as string[],
		invalidtag: [] as string[],
	};
	if (params.touser === '@all')
		return { recipients: everyone().map(({ userid }) => userid), invalid };

	const found = new Set<Member>();
	const below = (departments: number[]) => {
		const all = departments.flatMap((id) => subtree(state, id));
		return everyone().filter((member) => member.department.some((id) => all.includes(id)));
	};
	for (const userid of users) {
		const member = findMember(state, userid);
		if (member && sees(member)) found.add(member);
		else invalid.invaliduser.push(userid.toLowerCase());
	}
	for (const id of parties) {
		if (visible.has(Number(id))) below([Number(id)]).forEach((member) => found.add(member));
		else invalid.invalidparty.push(id);
	}
	for (const id of tags) {
		const tag = state.tags.find(({ tagid }) => String(tagid) === id);
		const tagged = tag
			? [
					...everyone().filter(({ userid }) => tag.userlist.includes(userid)),
					...below(tag.partylist),
				]
			: [];
		if (tagged.length) tagged.forEach((member) => found.add(member));
		else invalid.invalidtag.push(id);
	}
	const wrong =
		invalid.invaliduser.length + invalid.invalidparty.length + invalid.invalidtag.length;
	if (wrong === users.length + parties.length + tags.length) throw new WecomError(81013);
	return { recipients: [...found].map(({ userid }) => userid), invalid };
}

/**
 * Checks the agentid. The mini-program notice is sent without one, as its sample shows; all other types need that of the token's
 * app.
 */
function checkAgent({ state, app, params }: Call) {
	if (params.agentid === undefined) {
		if (params.msgtype !== 'miniprogram_notice') throw new WecomError(41011);
	} else if (params.agentid !== app.agentid) {
		throw new WecomError(findApp(state, params.agentid) ? 301002 : 40056);
	}
}

function send(call: Call) {
	const { state, app, params, rawBody } = call;
	checkAgent(call);
	const fingerprint = `${app.agentid}/${createHash('sha256').update(rawBody).digest('hex')}`;
	const { recipients, invalid } = resolve(call);
	const lists = Object.fromEntries(
		Object.entries(invalid).flatMap(([name, ids]) => (ids.length ? [[name, ids.join('|')]] : [])),
	);

	const at = now(state);
	if (params.enable_duplicate_check === 1) {
		const seconds = Math.min(
			params.duplicate_check_interval ?? DEFAULT_DUPLICATE_SECONDS,
			MAX_DUPLICATE_SECONDS,
		);
		const earlier = state.duplicates.get(fingerprint);
		// The docs say only that a repeated request sends nothing; it is answered like the first one.
		if (earlier && earlier.at + seconds * 1000 > at)
			return { ...lists, msgid: earlier.msgid, response_code: earlier.response_code };
	}
	const truncated = checkContent(call);
	const msgid = randomBytes(48).toString('base64url');
	const response_code = hasResponseCode(params) ? issueCardCode(state, msgid) : undefined;
	state.messages.push({
		msgid,
		at,
		agentid: app.agentid,
		msgtype: params.msgtype,
		body: params,
		recipients,
		truncated,
		recalled: false,
		response_code,
	});
	if (params.enable_duplicate_check === 1)
		state.duplicates.set(fingerprint, { msgid, response_code, at });
	return { ...lists, msgid, response_code };
}

/**
 * Recalls a message. The error table has no code of its own for that: 40058 is "for recall, use the app that sent the message".
 */
function recall({ state, app, params }: Call) {
	const message = state.messages.find(({ msgid }) => msgid === params.msgid);
	if (!message || message.agentid !== app.agentid || message.at + DAY < now(state))
		throw new WecomError(40058, 'invalid msgid');
	message.recalled = true;
	return {};
}

export const messageEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/message/send',
		doc: 90236,
		token: 'corp',
		only: 'app',
		required: { msgtype: 40008 },
		fields: MESSAGE_FIELDS,
		handler: send,
	},
	{
		method: 'POST',
		path: '/cgi-bin/message/recall',
		doc: 94867,
		token: 'corp',
		only: 'app',
		required: { msgid: 40063 },
		fields: { msgid: 'string' },
		handler: recall,
	},
];
