/** Validation of what user/create and user/update are given. */
import { WecomError } from '../errors.cts';
import type { Fields } from '../fields.cts';
import { findMember, type Member, type State } from '../state.cts';

export const MEMBER_FIELDS: Fields = {
	userid: 'string',
	name: 'string',
	alias: 'string',
	mobile: 'string',
	department: 'integer[]',
	order: 'integer[]',
	position: 'string',
	gender: 'string',
	email: 'string',
	biz_mail: 'string',
	telephone: 'string',
	is_leader_in_dept: 'integer[]',
	direct_leader: 'string[]',
	avatar_mediaid: 'string',
	enable: 'integer',
	extattr: 'object',
	to_invite: 'boolean',
	external_profile: 'object',
	external_position: 'string',
	address: 'string',
	main_department: 'integer',
};

/** Longest text in characters. */
const MAX_LENGTH: Record<string, number> = {
	alias: 64,
	position: 128,
	telephone: 32,
	external_position: 12,
	address: 128,
};
const USERID = /^[A-Za-z0-9][A-Za-z0-9_\-@.]{0,63}$/;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

const length = (text: string) => [...text].length;
const isEmail = (text: string) => text.length >= 6 && text.length <= 64 && EMAIL.test(text);

/** A mobile number without +86, which numbers of mainland China may leave out. */
export const plainMobile = (mobile: string): string =>
	mobile.replace(/[\s-]/g, '').replace(/^\+86/, '');

export function checkUserid(userid: string) {
	if (!USERID.test(userid)) throw new WecomError(40003);
}

/** Checks what a member is to become: `self` is the member that is updated, `departments` those the member will be in. */
export function checkMember(
	state: State,
	params: Partial<Member>,
	departments: number[],
	self?: Member,
) {
	const others = [...state.members.values()].filter((member) => member !== self);
	const taken = (test: (member: Member) => boolean) => others.find(test)?.userid;
	const { name, mobile, email, biz_mail } = params;

	if (name !== undefined && (length(name) < 1 || length(name) > 64)) throw new WecomError(60112);
	if (mobile) {
		if (!/^\+?[\d-]{5,31}$/.test(mobile.replace(/\s/g, ''))) throw new WecomError(60103);
		const owner = taken((member) => plainMobile(member.mobile) === plainMobile(mobile));
		if (owner) throw new WecomError(60104, `mobile existed:${owner}`);
	}
	if (email) {
		if (!isEmail(email)) throw new WecomError(60105);
		const owner = taken((member) => member.email.toLowerCase() === email.toLowerCase());
		if (owner) throw new WecomError(60106, `email existed:${owner}`);
	}
	if (biz_mail) {
		if (!isEmail(biz_mail)) throw new WecomError(60143);
		if (taken((member) => member.biz_mail.toLowerCase() === biz_mail.toLowerCase()))
			throw new WecomError(60145);
	}
	if (departments.length > 100) throw new WecomError(60110);
	if (params.order && params.order.length !== departments.length) throw new WecomError(40058);
	if (params.is_leader_in_dept && params.is_leader_in_dept.length !== departments.length)
		throw new WecomError(60132);
	if (params.main_department !== undefined && !departments.includes(params.main_department))
		throw new WecomError(60123);
	if (params.direct_leader && params.direct_leader.length > 1) throw new WecomError(60257);
	if (params.direct_leader?.some((leader) => !findMember(state, leader)))
		throw new WecomError(60111);
	if (params.gender !== undefined && !['', '0', '1', '2'].includes(params.gender))
		throw new WecomError(40058);
	for (const [field, limit] of Object.entries(MAX_LENGTH)) {
		if (length((params as Record<string, any>)[field] ?? '') > limit) throw new WecomError(40058);
	}
}
