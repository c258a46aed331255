/** Contacts: members. */
import { createHash } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import {
	findMember,
	isVisible,
	subtree,
	visibleDepartments,
	type Member,
	type State,
} from '../state.cts';
import { addDepartment, departmentId, nextDepartmentId } from './departments.cts';
import { checkMember, checkUserid, MEMBER_FIELDS, plainMobile } from './member-rules.cts';

const UNASSIGNED = '其他（待设置部门）';
const NOT_ACTIVATED = 4;
const MAX_BATCH_DELETE = 200;
const MAX_PAGE = 10_000;

function existing({ state, app }: Call, userid: string): Member {
	const member = findMember(state, userid);
	if (!member) throw new WecomError(60111);
	if (!isVisible(state, app, member)) throw new WecomError(60011);
	return member;
}

/** The department that members without one are put into. */
function unassigned(state: State): number {
	const found = [...state.departments.values()].find((one) => one.name === UNASSIGNED);
	return (
		found ?? addDepartment(state, { id: nextDepartmentId(state), name: UNASSIGNED, parentid: 1 })
	).id;
}

function create({ state, params }: Call) {
	checkUserid(params.userid);
	if (findMember(state, params.userid)) throw new WecomError(60102);
	if (!params.mobile && !params.email) throw new WecomError(60129);
	const asked: number[] = (params.department ?? []).filter((id: number) => id !== 0);
	checkMember(state, params, asked.length ? asked : [params.main_department ?? 0]);

	const created = asked
		.filter((id) => !state.departments.has(id))
		.map((id) =>
			addDepartment(state, { id, name: `${UNASSIGNED}${id}`, parentid: unassigned(state) }),
		);
	const department = asked.length ? asked : [unassigned(state)];
	const { avatar_mediaid, enable, to_invite, ...given } = params;
	const member: Member = {
		userid: '',
		name: '',
		alias: '',
		mobile: '',
		order: department.map(() => 0),
		position: '',
		gender: '0',
		email: '',
		biz_mail: `${params.userid.toLowerCase()}@yunfan.example`,
		is_leader_in_dept: department.map(() => 0),
		direct_leader: [],
		avatar: '',
		thumb_avatar: '',
		telephone: '',
		address: '',
		extattr: { attrs: [] },
		status: enable === 0 ? 2 : NOT_ACTIVATED,
		qr_code: `https://open.work.weixin.example/wwopen/userQRCode?vcode=${params.userid}`,
		external_profile: {},
		external_position: '',
		main_department: department[0],
		...given,
		department,
	};
	state.members.set(member.userid.toLowerCase(), member);
	if (!created.length) return { errmsg: 'created' };
	return {
		errmsg: 'created',
		created_department_list: { department_info: created.map(({ name, id }) => ({ name, id })) },
	};
}

function update(call: Call) {
	const { state, params } = call;
	const member = existing(call, params.userid);
	const { userid, mobile, enable, avatar_mediaid, biz_mail_alias, ...changes } = params;
	// "If the member is active, the member changes the number; the parameter is ignored without an error."
	if (mobile !== undefined && member.status !== 1) changes.mobile = mobile;
	const department: number[] = changes.department ?? member.department;
	checkMember(state, changes, department, member);
	if (department.some((id) => !state.departments.has(id))) throw new WecomError(60003);

	if (changes.department) {
		changes.order ??= department.map(() => 0);
		changes.is_leader_in_dept ??= department.map(() => 0);
		if (!department.includes(changes.main_department ?? member.main_department))
			changes.main_department = department[0];
	}
	if (enable === 0) changes.status = 2;
	if (enable === 1 && member.status === 2) changes.status = 1;
	Object.assign(member, changes);
	return { errmsg: 'updated' };
}

function batchDelete(call: Call) {
	const userids: string[] = call.params.useridlist;
	if (userids.length > MAX_BATCH_DELETE) throw new WecomError(40032);
	// "An invalid userid in the list is an error": nobody is deleted then.
	const members = userids.map((userid) => existing(call, userid));
	for (const { userid } of members) call.state.members.delete(userid.toLowerCase());
	return { errmsg: 'deleted' };
}

/** Members directly in the department, or with `fetch_child=1` in everything below it too. */
function inDepartment({ state, app, params }: Call): Member[] {
	const id = departmentId(params.department_id);
	if (!state.departments.has(id)) throw new WecomError(60003);
	const visible = visibleDepartments(state, app);
	if (!visible.has(id)) throw new WecomError(60011);
	const departments = params.fetch_child === '1' ? subtree(state, id) : [id];
	return [...state.members.values()].filter((member) =>
		member.department.some((one) => departments.includes(one)),
	);
}

function listIds({ state, app, params }: Call) {
	const limit = params.limit ?? MAX_PAGE;
	if (limit < 1 || limit > MAX_PAGE) throw new WecomError(40058);
	const offset = params.cursor ? Buffer.from(params.cursor, 'base64url').toString() : '0';
	if (!/^\d+$/.test(offset)) throw new WecomError(50100);

	const visible = visibleDepartments(state, app);
	const all = [...state.members.values()]
		.filter((member) => isVisible(state, app, member, visible))
		.flatMap(({ userid, department }) => department.map((one) => ({ userid, department: one })));
	const start = Number(offset);
	const end = start + limit;
	const next_cursor = end < all.length ? Buffer.from(String(end)).toString('base64url') : '';
	return { next_cursor, dept_user: all.slice(start, end) };
}

function find({ state, app }: Call, test: (member: Member) => boolean) {
	const member = [...state.members.values()].find((one) => test(one) && isVisible(state, app, one));
	if (!member) throw new WecomError(46004);
	return { userid: member.userid };
}

function byEmail(call: Call) {
	const field = call.params.email_type === 2 ? 'email' : 'biz_mail';
	return find(call, (member) => member[field].toLowerCase() === call.params.email.toLowerCase());
}

function toOpenid(call: Call) {
	const member = existing(call, call.params.userid);
	if (member.status === NOT_ACTIVATED) throw new WecomError(43004);
	const hash = createHash('sha256')
		.update(`${call.state.corpid}/${member.userid.toLowerCase()}`)
		.digest('base64url');
	return { openid: `o${hash.slice(0, 27)}` };
}

const simple = ({ userid, name, department }: Member) => ({ userid, name, department });

export const memberEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/user/create',
		doc: 90195,
		token: 'corp',
		only: 'contacts',
		required: { userid: 41009, name: 60112 },
		fields: MEMBER_FIELDS,
		handler: create,
	},
	{
		method: 'GET',
		path: '/cgi-bin/user/get',
		doc: 90196,
		token: 'corp',
		required: { userid: 41009 },
		handler: (call) => ({ ...existing(call, call.params.userid) }),
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/update',
		doc: 90197,
		token: 'corp',
		only: 'contacts',
		required: { userid: 41009 },
		fields: { ...MEMBER_FIELDS, biz_mail_alias: 'object' },
		handler: update,
	},
	{
		method: 'GET',
		path: '/cgi-bin/user/delete',
		doc: 90198,
		token: 'corp',
		only: 'contacts',
		required: { userid: 41009 },
		handler: (call) => {
			call.state.members.delete(existing(call, call.params.userid).userid.toLowerCase());
			return { errmsg: 'deleted' };
		},
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/batchdelete',
		doc: 90199,
		token: 'corp',
		only: 'contacts',
		required: { useridlist: 41009 },
		fields: { useridlist: 'string[]' },
		handler: batchDelete,
	},
	{
		method: 'GET',
		path: '/cgi-bin/user/simplelist',
		doc: 90200,
		token: 'corp',
		required: { department_id: 60127 },
		handler: (call) => ({ userlist: inDepartment(call).map(simple) }),
	},
	{
		method: 'GET',
		path: '/cgi-bin/user/list',
		doc: 90201,
		token: 'corp',
		required: { department_id: 60127 },
		handler: (call) => ({ userlist: inDepartment(call) }),
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/list_id',
		doc: 96067,
		token: 'corp',
		fields: { cursor: 'string', limit: 'integer' },
		handler: listIds,
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/getuserid',
		doc: 95402,
		token: 'corp',
		required: { mobile: 40063 },
		fields: { mobile: 'string' },
		handler: (call) =>
			find(call, (member) => plainMobile(member.mobile) === plainMobile(call.params.mobile)),
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/get_userid_by_email',
		doc: 95895,
		token: 'corp',
		required: { email: 40063 },
		fields: { email: 'string', email_type: 'integer' },
		handler: byEmail,
	},
	{
		method: 'POST',
		path: '/cgi-bin/user/convert_to_openid',
		doc: 90202,
		token: 'corp',
		required: { userid: 41009 },
		fields: { userid: 'string' },
		handler: toOpenid,
	},
];
