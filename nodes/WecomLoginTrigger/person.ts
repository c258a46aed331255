import type { IDataObject } from 'n8n-workflow';
import type { WecomClient } from '../shared/client/client';
import type { WecomReply } from '../shared/protocol/reply';
import {
	exchangeCode,
	personKindOf,
	readDetails,
	subjectOf,
	type Kind,
} from '../shared/login/identity';
import type { Settings } from './settings';

/** Who came back with a code, and whether they may log in. */

export interface Person {
	/** Undefined when WeCom's reply names nobody. */
	kind?: Kind;
	/** One name per person, see `subjectOf`. */
	subject: string;
	/** The person's fields for the item, as WeCom names them; with the member's record if the form asks for it. */
	fields: IDataObject;
	/** The claims of a JWT. */
	claims: IDataObject;
	/** The personal details the person shared. */
	granted: string[];
	/** Why this person may not log in. */
	refusal?: string;
	warning?: string;
}

/** Tickets are secrets that open the details for half an hour, or documents for a month. */
const SECRETS = new Set(['errcode', 'errmsg', 'user_ticket', 'user_doc_ticket', 'expires_in']);

const fieldsOf = (reply: WecomReply): IDataObject =>
	Object.fromEntries(Object.entries(reply).filter(([name]) => !SECRETS.has(name)));

/**
 * Finds out who came back with a code. Throws what WeCom answers to a code that it refuses. Whatever fails after that is left out
 * of the result: the code is spent.
 */
export async function identify(
	client: WecomClient,
	code: string,
	settings: Settings,
): Promise<Person> {
	const info = await exchangeCode(client, code);
	const who = fieldsOf(info);
	const kind = personKindOf(who);
	const { corpId } = client;
	const person: Person = {
		kind,
		subject: subjectOf(who),
		fields: { ...who, ...companyOf(kind, who, corpId) },
		claims: {},
		granted: [],
		refusal: refusalOf(client, kind, who, settings),
	};
	const { userid, corpid } = person.fields;
	person.claims = { kind, ...(userid ? { userid } : {}), ...(corpid ? { corpid } : {}) };
	if (person.refusal) return person;

	if (info.user_ticket) {
		const details = await attempt(person, 'Details', () =>
			readDetails(client, String(info.user_ticket)),
		);
		person.granted = Object.keys(details).filter(
			(name) =>
				!['userid', 'corpid', 'name'].includes(name) && details[name] && details[name] !== '0',
		);
		person.fields = { ...details, ...person.fields };
	}
	if (settings.readMember && kind === 'member') {
		const company = corpId ? client : client.actingAs({ kind: 'company', corpId: String(corpid) });
		person.fields.member = await attempt(person, 'The member', () =>
			company.call({ method: 'GET', path: '/cgi-bin/user/get', qs: { userid } }),
		);
	}
	return person;
}

/** The company somebody is a member of. WeCom names it to third-party apps, and members of other companies with it. */
function companyOf(kind: Kind | undefined, { userid }: IDataObject, corpId: string): IDataObject {
	if (kind === 'linkedMember') return { corpid: String(userid).split('/')[0] };
	return kind === 'member' && corpId ? { corpid: corpId } : {};
}

function refusalOf(
	client: WecomClient,
	kind: Kind | undefined,
	{ corpid }: IDataObject,
	{ who, acceptAnyCompany }: Settings,
): string | undefined {
	if (!kind)
		return "WeCom's reply names nobody: no userid, parent_userid, student_userid, external_userid or openid";
	if (!who.includes(kind)) return `'Who May Log In' does not include this kind of person: ${kind}`;
	const ofSuite = client.suiteId !== '' && client.corpId === '';
	if (!ofSuite || !corpid || acceptAnyCompany) return undefined;
	// WeCom also names members of companies that have never authorized the app.
	const { company } = client.actingAs({ kind: 'company', corpId: String(corpid) });
	return company?.permanentCode
		? undefined
		: `The company ${String(corpid)} is not stored in the credential`;
}

async function attempt(
	person: Person,
	what: string,
	read: () => Promise<WecomReply>,
): Promise<IDataObject> {
	try {
		return fieldsOf(await read());
	} catch (error) {
		const warning = `${what} could not be read: ${(error as Error).message}`;
		person.warning = person.warning ? `${person.warning} ${warning}` : warning;
		return {};
	}
}
