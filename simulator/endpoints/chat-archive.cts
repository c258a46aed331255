/** Who agreed to the archiving of chats, and who is archived (doc 91782, 91614, 92951). `sim.state.consents` remembers it. */
import type { Endpoint } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import type { Consent, State } from '../state.cts';

const MISSING = 40058;
const TOO_MANY_PAIRS = 301060;
const MAX_PAIRS = 100;
const NOT_INTERNAL = 301059;

interface Pair {
	userid: string;
	exteranalopenid: string;
}

/** What somebody has said about archiving; as long as nothing is known, they have not agreed. */
function consentOf(state: State, { userid, exteranalopenid }: Pair) {
	const known = state.consents.find(
		(one) => one.userid === userid && one.exteranalopenid === exteranalopenid,
	);
	return { userid, exteranalopenid, ...answerOf(known) };
}

const answerOf = (consent?: Consent) => ({
	agree_status: consent?.agree ? 'Agree' : 'Disagree',
	status_change_time: consent?.at ?? 0,
});

const post = (
	path: string,
	doc: number,
	required: string[],
	handler: Endpoint['handler'],
): Endpoint => ({
	method: 'POST',
	path: `/cgi-bin/msgaudit/${path}`,
	doc,
	token: 'corp',
	required: Object.fromEntries(required.map((name) => [name, MISSING])),
	handler,
});

export const chatArchiveEndpoints: Endpoint[] = [
	post('check_single_agree', 91782, ['info'], ({ state, params }) => {
		if (params.info.length > MAX_PAIRS) throw new WecomError(TOO_MANY_PAIRS);
		return { agreeinfo: params.info.map((pair: Pair) => consentOf(state, pair)) };
	}),
	post('check_room_agree', 91782, ['roomid'], ({ state, params }) => ({
		agreeinfo: state.consents
			.filter(({ roomid }) => roomid === params.roomid)
			.map((consent) => ({ exteranalopenid: consent.exteranalopenid, ...answerOf(consent) })),
	})),
	post('get_permit_user_list', 91614, [], ({ state }) => ({ ids: state.archivedMembers })),
	post('groupchat/get', 92951, ['roomid'], ({ state, params }) => {
		// Groups with people outside are read with externalcontact/groupchat/get.
		if (state.consents.some(({ roomid }) => roomid === params.roomid))
			throw new WecomError(NOT_INTERNAL);
		const members = state.archivedMembers.map((memberid) => ({ memberid, jointime: 1605861840 }));
		return {
			roomname: 'Internal group',
			creator: members[0]?.memberid ?? '',
			room_create_time: 1605861840,
			notice: '',
			members,
		};
	}),
];
