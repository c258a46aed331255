/** Contacts: departments. */
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import type { Fields } from '../fields.cts';
import { subtree, visibleDepartments, type Department, type State } from '../state.cts';

const MAX_DEPTH = 15;
const FORBIDDEN_CHARACTERS = /[\\:*?"<>|｜]/;
const FIELDS: Fields = {
	id: 'integer',
	name: 'string',
	name_en: 'string',
	parentid: 'integer',
	order: 'integer',
};

/** A department id from a query string; 60123 when it is no number. */
export function departmentId(value: unknown): number {
	if (!/^\d+$/.test(String(value))) throw new WecomError(60123);
	return Number(value);
}

function existing(state: State, id: number): Department {
	const department = state.departments.get(id);
	if (!department) throw new WecomError(60003);
	return department;
}

function checkName(state: State, name: string, parentid: number, self?: Department) {
	if ([...name].length < 1 || [...name].length > 64) throw new WecomError(60001);
	if (FORBIDDEN_CHARACTERS.test(name)) throw new WecomError(60009);
	const sibling = [...state.departments.values()].find(
		(one) => one.parentid === parentid && one.name === name,
	);
	if (sibling && sibling !== self) throw new WecomError(60008);
}

function checkOrder(order: number | undefined) {
	if (order !== undefined && (order < 0 || order >= 2 ** 32)) throw new WecomError(40058);
}

function depth(state: State, id: number): number {
	const department = state.departments.get(id);
	return department ? 1 + depth(state, department.parentid) : 0;
}

/** How many levels there are from this department down to its lowest one. */
function height(state: State, id: number): number {
	const children = [...state.departments.values()].filter((one) => one.parentid === id);
	return 1 + Math.max(0, ...children.map((child) => height(state, child.id)));
}

function create({ state, params }: Call) {
	if (!state.departments.has(params.parentid)) throw new WecomError(60004);
	checkName(state, params.name, params.parentid);
	checkOrder(params.order);
	if (params.id !== undefined && params.id <= 1) throw new WecomError(60123);
	if (state.departments.has(params.id)) throw new WecomError(60008);
	if (depth(state, params.parentid) >= MAX_DEPTH) throw new WecomError(81002);
	const id = params.id ?? nextDepartmentId(state);
	addDepartment(state, {
		id,
		name: params.name,
		name_en: params.name_en,
		parentid: params.parentid,
		order: params.order,
	});
	return { errmsg: 'created', id };
}

/** Puts a department into the tree, with defaults. */
export function addDepartment(
	state: State,
	department: Partial<Department> & Pick<Department, 'id' | 'name' | 'parentid'>,
): Department {
	const full = {
		...department,
		name_en: department.name_en ?? '',
		order: department.order ?? 100_000_000,
		department_leader: [],
	};
	state.departments.set(full.id, full);
	return full;
}
export const nextDepartmentId = (state: State): number => Math.max(...state.departments.keys()) + 1;

function update({ state, params }: Call) {
	const department = existing(state, params.id);
	const parentid = params.parentid ?? department.parentid;
	if (parentid !== department.parentid) {
		if (!state.departments.has(parentid)) throw new WecomError(60004);
		if (subtree(state, department.id).includes(parentid)) throw new WecomError(60010);
		if (depth(state, parentid) + height(state, department.id) > MAX_DEPTH)
			throw new WecomError(81002);
	}
	checkName(state, params.name ?? department.name, parentid, department);
	checkOrder(params.order);
	for (const field of ['name', 'name_en', 'parentid', 'order'] as const) {
		if (params[field] !== undefined) Object.assign(department, { [field]: params[field] });
	}
	return { errmsg: 'updated' };
}

function remove({ state, params }: Call) {
	const id = departmentId(params.id);
	existing(state, id);
	if (id === 1) throw new WecomError(60007);
	if (subtree(state, id).length > 1) throw new WecomError(60006);
	if ([...state.members.values()].some((member) => member.department.includes(id)))
		throw new WecomError(60005);
	state.departments.delete(id);
	return { errmsg: 'deleted' };
}

/** What the app may see of the tree, or of the part below `id`. */
function listed({ state, app, params }: Call): Department[] {
	const visible = visibleDepartments(state, app);
	if (params.id === undefined || params.id === '')
		return [...state.departments.values()].filter(({ id }) => visible.has(id));
	const { id } = existing(state, departmentId(params.id));
	if (!visible.has(id)) throw new WecomError(60011);
	return subtree(state, id).map((one) => state.departments.get(one)!);
}

function get({ state, app, params }: Call) {
	const department = existing(state, departmentId(params.id));
	if (!visibleDepartments(state, app).has(department.id)) throw new WecomError(60011);
	return { department };
}

export const departmentEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/department/create',
		doc: 90205,
		token: 'corp',
		only: 'contacts',
		required: { name: 60001, parentid: 60004 },
		fields: FIELDS,
		handler: create,
	},
	{
		method: 'POST',
		path: '/cgi-bin/department/update',
		doc: 90206,
		token: 'corp',
		only: 'contacts',
		required: { id: 60123 },
		fields: FIELDS,
		handler: update,
	},
	{
		method: 'GET',
		path: '/cgi-bin/department/delete',
		doc: 90207,
		token: 'corp',
		only: 'contacts',
		required: { id: 60123 },
		handler: remove,
	},
	{
		method: 'GET',
		path: '/cgi-bin/department/list',
		doc: 90208,
		token: 'corp',
		handler: (call) => ({ department: listed(call) }),
	},
	{
		method: 'GET',
		path: '/cgi-bin/department/simplelist',
		doc: 95350,
		token: 'corp',
		handler: (call) => ({
			department_id: listed(call).map(({ id, parentid, order }) => ({ id, parentid, order })),
		}),
	},
	{
		method: 'GET',
		path: '/cgi-bin/department/get',
		doc: 95351,
		token: 'corp',
		required: { id: 60123 },
		handler: get,
	},
];
