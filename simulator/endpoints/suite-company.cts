/** Endpoints that only an app of a provider may call, with an authorized company's access_token. The catalog has checked the request. */
import { WecomError } from '../errors.cts';
import { findMember, isVisible, type State } from '../state.cts';
import { openId, type Authorization } from '../suite/state.cts';

export interface CompanyCall {
	root: State;
	/** The state of the company. */
	state: State;
	authorization: Authorization;
	params: Record<string, any>;
}

const MAX_USERIDS = 1000;

/** The app's admins; there are none when members have authorized it themselves (doc 100073). */
function adminList({ authorization }: CompanyCall) {
	return { admin: authorization.authMode === 1 ? [] : authorization.company.admins };
}

/** Converts userids; those of members outside the visible range cannot be converted (doc 97062). */
function toOpenUserids({ root, state, authorization, params }: CompanyCall) {
	const userids: string[] = params.userid_list;
	if (userids.length > MAX_USERIDS) throw new WecomError(40032);
	const sees = (userid: string) => {
		const member = findMember(state, userid);
		return member !== undefined && isVisible(state, authorization.app, member);
	};
	return {
		open_userid_list: userids.filter(sees).map((userid) => ({
			userid,
			open_userid: openId('wo', root, state.corpid, findMember(state, userid)!.userid),
		})),
		invalid_userid_list: userids.filter((userid) => !sees(userid)),
	};
}

export const companyAnswers = new Map<string, (call: CompanyCall) => Record<string, unknown>>([
	['/cgi-bin/agent/get_admin_list', adminList],
	[
		// The app's permissions (doc 99052).
		'/cgi-bin/agent/get_permissions',
		({ authorization }) => ({
			app_permissions: authorization.permissions,
			app_permissions_ext: [],
		}),
	],
	['/cgi-bin/batch/userid_to_openuserid', toOpenUserids],
]);
