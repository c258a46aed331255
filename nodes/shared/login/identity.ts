import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../client/client';
import type { WecomReply } from '../protocol/reply';

/** From a login's code to the person: docs 91023, 98176, 95833 and, for third-party apps, 91121, 98179, 91122. */

export type Kind = 'member' | 'linkedMember' | 'customer' | 'parent' | 'student' | 'visitor';

/** How older answers of WeCom, and proxies that still answer so, spell the names. */
const OLD_NAMES: Record<string, string> = { UserId: 'userid', OpenId: 'openid' };

/**
 * Whether a third-party app asks, for which the suite itself makes the call; a self-built or customized app asks with the
 * company's token.
 */
const isThirdParty = (client: WecomClient) => client.suiteId !== '' && client.corpId === '';

/** Who the person is. The code works once, so a second try could only be refused. */
export async function exchangeCode(
	client: WecomClient,
	code: string,
	itemIndex?: number,
): Promise<WecomReply> {
	const path = isThirdParty(client)
		? '/cgi-bin/service/auth/getuserinfo3rd'
		: '/cgi-bin/auth/getuserinfo';
	const reply = await client.call(
		{ method: 'GET', path, qs: { code }, repeatable: false },
		itemIndex,
	);
	const named = Object.entries(OLD_NAMES).filter(([old, name]) => reply[old] && !reply[name]);
	return { ...reply, ...Object.fromEntries(named.map(([old, name]) => [name, reply[old]])) };
}

/** The personal details the person agreed to share. */
export async function readDetails(
	client: WecomClient,
	ticket: string,
	itemIndex?: number,
): Promise<WecomReply> {
	const path = isThirdParty(client)
		? '/cgi-bin/service/auth/getuserdetail3rd'
		: '/cgi-bin/auth/getuserdetail';
	const body = { user_ticket: ticket };
	return await client.call({ method: 'POST', path, body, repeatable: true }, itemIndex);
}

/**
 * Members of linked companies and of upstream and downstream ones come as `CorpId/userid` (doc 91023), parents with an
 * external_userid besides (doc 96712), students with student_userid (doc 95791). Undefined when the reply names nobody.
 */
export function personKindOf(person: IDataObject): Kind | undefined {
	if (person.parent_userid) return 'parent';
	if (person.student_userid) return 'student';
	if (person.userid) return String(person.userid).includes('/') ? 'linkedMember' : 'member';
	if (person.external_userid) return 'customer';
	return person.openid ? 'visitor' : undefined;
}

/**
 * One name per person, for the JWT's `sub`. User IDs have no colon and no slash, so no two kinds can meet; where several
 * companies log in, the company is part of it. '' for nobody.
 */
export function subjectOf(person: IDataObject): string {
	const { userid, corpid, external_userid, parent_userid, student_userid, openid } = person;
	if (userid && !parent_userid && !student_userid) {
		const alone = !corpid || String(userid).includes('/');
		return alone ? String(userid) : `${String(corpid)}/${String(userid)}`;
	}
	const named = Object.entries({ parent_userid, student_userid, external_userid, openid }).find(
		([, one]) => one,
	);
	return named ? `${named[0]}:${String(named[1])}` : '';
}
