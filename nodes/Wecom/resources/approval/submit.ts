import type { IDataObject } from 'n8n-workflow';
import { parseReplyJson } from '../../../shared/protocol/reply';
import type { ItemContext } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import {
	isEmpty,
	shown,
	toDay,
	toMoneyText,
	toNumberText,
	toText,
	toTimestamp,
} from '../../engine/convert';
import { toIds, toTexts } from '../../engine/ids';
import { collectParameters } from '../../engine/parameters';
import { problem } from '../../engine/problem';
import { childrenOf, controlsOf, partsOf, selectorOf, titleOf, type Control } from './form';
import { idsOfMembers } from '../memberIds';
import { timeOfDay } from '../../engine/dates';
import { isObject } from '../../../shared/util/isObject';
import { jsonIn } from '../../../shared/util/values';

/** Submitting approvals: the values of the form as WeCom wants them (doc 91853). */

const MOST_FILES = 6;

/** `oa/applyevent` (doc 91853): the form values of the template's controls become WeCom's. */
export async function submitApproval(item: ItemContext): Promise<IDataObject> {
	const { client, get, itemIndex } = item;
	const sent = collectParameters(item);
	const { value } = get<{ value?: IDataObject }>('controls', {} as never);
	const apply_data = sent.apply_data ?? {
		contents: await contentsOf(item, String(sent.template_id), value ?? {}),
	};
	const summary_list = sent.summary_list ?? summaryLines(item);
	const process = await withMembers(item, sent.process);
	const [creator_userid] = await idsOfMembers(item, 'Submitted By', sent.creator_userid);
	const body = {
		...sent,
		creator_userid,
		...(process && { process }),
		apply_data,
		summary_list,
	};
	return replyItem(
		await client.call({ method: 'POST', path: '/cgi-bin/oa/applyevent', body }, itemIndex),
	);
}

/** The steps of the form with the IDs of their members. */
async function withMembers(item: ItemContext, process: unknown): Promise<IDataObject | undefined> {
	if (!isObject(process) || !Array.isArray(process.node_list)) return process as undefined;
	const steps = (process.node_list as IDataObject[]).map(async (step) => ({
		...step,
		userid: await idsOfMembers(item, 'Steps', step.userid),
	}));
	return { ...process, node_list: await Promise.all(steps) };
}

/** The values of the form, each in the way of its control. */
async function contentsOf(
	item: ItemContext,
	template_id: string,
	value: IDataObject,
): Promise<IDataObject[]> {
	const controls = await controlsOf(item.client, template_id, item.itemIndex);
	refuseUnknown(item, controls, value);
	const contents: IDataObject[] = [];
	for (const control of controls) {
		const given = givenFor(control, value);
		if (!isEmpty(given)) {
			const { type, id } = control;
			contents.push({ control: type, id, value: await toValue(item, control, given) });
		} else if (control.required) {
			throw problem(
				item,
				`'${control.title}' is empty`,
				'The template requires it. Fill it in, or check the expression that should give it.',
			);
		}
	}
	return contents;
}

/** The value of a control, as a whole or put together from its parts. */
function givenFor(control: Control, value: IDataObject): unknown {
	const whole = value[control.id];
	if (!isEmpty(whole)) return whole;
	const named = partsOf(control)
		.map(({ id }) => [id.slice(control.id.length + 1), value[id]] as const)
		.filter(([, one]) => !isEmpty(one));
	return named.length > 0 ? (Object.fromEntries(named) as IDataObject) : undefined;
}

/** What the template has no control for would be lost without a word, for example after the template was changed. */
function refuseUnknown(item: ItemContext, controls: Control[], value: IDataObject): void {
	const all = controls.flatMap((control) => [control, ...partsOf(control)]);
	const unknown = Object.keys(value).find(
		(name) => !isEmpty(value[name]) && !all.some(({ id }) => id === name),
	);
	if (unknown === undefined) return;
	const names = controls.map(({ id, title }) => `${id} (${title})`).join(', ');
	throw problem(
		item,
		`The template has no field '${unknown}'`,
		`Its fields are: ${names}. Refresh the list of fields in the form.`,
	);
}

function summaryLines(item: ItemContext): IDataObject[] {
	const lines = item
		.get('summary')
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean);
	if (lines.length === 0 || lines.length > 3 || lines.some((line) => [...line].length > 20)) {
		throw problem(
			item,
			"'Summary' does not fit",
			'WeCom takes one to three lines of up to 20 characters each.',
		);
	}
	return lines.map((text) => ({ summary_info: [{ text, lang: 'zh_CN' }] }));
}

/** The value of one control (doc 91853, appendix). */
async function toValue(item: ItemContext, control: Control, given: unknown): Promise<IDataObject> {
	const { type, config, title } = control;
	switch (type) {
		case 'Text':
		case 'Textarea':
			return { text: toText(item, title, given) };
		case 'Number':
			return { new_number: toNumberText(item, title, given) };
		case 'Money':
			return { new_money: toMoneyText(item, title, given) };
		case 'Date':
			return { date: dateOf(item, control, given) };
		case 'Selector':
			return { selector: chosenOptions(item, control, given) };
		case 'Contact':
			return (config.contact as IDataObject | undefined)?.mode === 'department'
				? { departments: toIds(item, title, given).map((id) => ({ openapi_id: id })) }
				: { members: (await idsOfMembers(item, title, given)).map((userid) => ({ userid })) };
		case 'File':
			return { files: filesOf(item, control, given) };
		case 'RelatedApproval':
			return { related_approval: toIds(item, title, given).map((sp_no) => ({ sp_no })) };
		case 'Table':
			return await tableOf(item, control, given);
		case 'DateRange':
			return { date_range: dateRangeOf(item, control, given, config.date_range) };
		case 'Attendance':
			return attendanceOf(item, control, given);
		case 'Vacation':
			return leaveOf(item, control, given);
		default:
			return wholeValue(item, control, given);
	}
}

/** A day begins at midnight in China; a time is as the workflow's clocks show it. */
function dateOf(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const { type } = (config.date ?? { type: 'day' }) as { type: string };
	const date = type === 'hour' ? toTimestamp : toDay;
	return { type, s_timestamp: String(date(item, title, given)) };
}

/** A hyphen stands between dates only where it stands in none of them. */
const BETWEEN_DATES =
	/[,，、;；~～—–至到]|\s+(?:-|to)\s+|(?<=[/.月]\d{1,2}[日号]?)-(?=\d{4}[/.年])/i;

/** Begin and end of a time, and how long it lasts (seconds): from WeCom's own form, from `begin` and `end`, or from two dates. */
function dateRangeOf(
	item: ItemContext,
	{ title }: Control,
	given: unknown,
	settings: unknown,
): IDataObject {
	const known = (settings ?? {}) as IDataObject;
	const whole = asJson(given);
	const pair = Array.isArray(whole)
		? whole
		: typeof whole === 'string'
			? whole
					.replace(/\s+/g, ' ')
					.split(BETWEEN_DATES)
					.map((one) => one.trim())
			: undefined;
	const outer = isObject(whole) ? whole : {};
	const range = (isObject(outer.date_range) ? outer.date_range : outer) as IDataObject;
	const [begin, end] = pair ?? [range.new_begin ?? range.begin, range.new_end ?? range.end];
	if (isEmpty(begin) || isEmpty(end) || (pair && pair.length !== 2))
		throw problem(
			item,
			`'${title}' is '${shown(given)}' where a begin and an end are needed`,
			'Give {"begin": "2026-03-05", "end": "2026-03-06"}, or a list of the two dates.',
		);
	const type = range.type ?? known.type ?? (isByHour(begin) || isByHour(end) ? 'hour' : 'halfday');
	const isHour = type === 'hour';
	const new_begin = isHour ? toTimestamp(item, title, begin) : halfDay(item, title, begin, 0);
	const new_end = isHour ? toTimestamp(item, title, end) : halfDay(item, title, end, HALF_DAY);
	if (new_end < new_begin)
		throw problem(
			item,
			`The end of '${title}' is before its begin`,
			'Swap the two dates, or check the expressions that give them.',
		);
	const new_duration = range.new_duration ?? new_end - new_begin + (isHour ? 0 : HALF_DAY);
	return { type, new_begin, new_end, new_duration };
}

/** Whether a time is neither midnight nor noon; asked where the template does not say how time is counted. */
const isByHour = (value: unknown) => (timeOfDay(value) ?? 0) % HALF_DAY !== 0;

/** Time away from work: a business trip, overtime. WeCom's own form is taken as it is. */
function attendanceOf(item: ItemContext, control: Control, given: unknown): IDataObject {
	const { date_range, type } = (control.config.attendance ?? {}) as IDataObject;
	const whole = asJson(given);
	if (isObject(whole) && !isTimes(whole)) return wholeValue(item, control, whole);
	return { attendance: { date_range: dateRangeOf(item, control, whole, date_range), type } };
}

const isTimes = (value: IDataObject) => 'begin' in value || 'end' in value;

/** A leave: its type, by name or ID, with begin and end. WeCom's own form is taken as it is. */
function leaveOf(item: ItemContext, control: Control, given: unknown): IDataObject {
	const whole = asJson(given);
	if (!isObject(whole) || !(isTimes(whole) || 'type' in whole))
		return wholeValue(item, control, whole);
	const [kind] = partsOf(control);
	const { type, ...times } = whole;
	if (isEmpty(type)) throw problem(item, `'${kind.title}' is empty`, 'Choose the kind of leave.');
	const { date_range } = (control.config.attendance ?? control.config) as IDataObject;
	return {
		vacation: {
			selector: chosenOptions(item, kind, type),
			attendance: { date_range: dateRangeOf(item, control, times, date_range), type: LEAVE },
		},
	};
}

/** What WeCom calls a leave among the kinds of time away. */
const LEAVE = 1;

const HALF_DAY = 43_200;

/** When a half day begins: at midnight or at noon in China. A date without a time is a whole day, of which `whole` is the half. */
function halfDay(item: ItemContext, title: string, value: unknown, whole: number): number {
	const day = toDay(item, title, value);
	const isNoon = (timeOfDay(value) ?? whole) >= HALF_DAY;
	return day + (isNoon ? HALF_DAY : 0);
}

/** The object or list that a text of JSON stands for, and everything else as it is. */
function asJson(given: unknown): unknown {
	if (typeof given !== 'string') return given;
	const json = jsonIn(given);
	return /^[[{]/.test(json) ? (parseReplyJson(json) ?? given) : given;
}

/** The rows of a table, each an object by the titles or IDs of the inner controls; WeCom's own form is taken as it is. */
async function tableOf(item: ItemContext, control: Control, given: unknown): Promise<IDataObject> {
	const whole = asJson(given);
	if (isObject(whole) && Array.isArray(whole.children)) return whole;
	const rows = (Array.isArray(whole) ? whole : [whole]) as unknown[];
	const inner = childrenOf(control);
	if (!rows.every(isObject))
		throw problem(
			item,
			`'${control.title}' is '${shown(given)}' where rows are needed`,
			`Give a list of objects, one for each row, with the fields ${namesIn(inner)}.`,
		);
	const children = rows.map(async (row) => ({ list: await cellsOf(item, control, inner, row) }));
	return { children: await Promise.all(children) };
}

async function cellsOf(
	item: ItemContext,
	{ title }: Control,
	inner: Control[],
	row: IDataObject,
): Promise<IDataObject[]> {
	const known = inner.flatMap((one) => [one.id, one.title]);
	const unknown = Object.keys(row).find((name) => !known.includes(name) && !isEmpty(row[name]));
	if (unknown !== undefined)
		throw problem(
			item,
			`'${title}' has no column '${unknown}'`,
			`Its columns are: ${namesIn(inner)}.`,
		);
	const cells: IDataObject[] = [];
	for (const one of inner) {
		const given = row[one.title] ?? row[one.id];
		if (!isEmpty(given)) {
			const value = await toValue(item, one, given);
			cells.push({ control: one.type, id: one.id, title: [], value });
		} else if (one.required) {
			throw problem(
				item,
				`'${one.title}' of '${title}' is empty`,
				'The template requires it. Fill it in, or check the expression that should give it.',
			);
		}
	}
	return cells;
}

const namesIn = (controls: Control[]) => controls.map(({ title }) => title).join(', ');

function chosenOptions(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const { type, options } = selectorOf(config);
	const optionOf = (wanted: string) =>
		options.find(({ key, value }) => String(key) === wanted || namesOf(value).includes(wanted));
	const names = options.flatMap(({ value }) => namesOf(value)).filter((name) => name !== undefined);
	const wantedOnes =
		type === 'multi' || Array.isArray(given)
			? toTexts(item, title, given, names)
			: [toText(item, title, given).trim()];
	const keys = wantedOnes.map((wanted) => {
		const found = optionOf(wanted);
		if (!found) {
			const known = options.map(({ value }) => titleOf(value)).join(', ');
			throw problem(item, `'${title}' has no option '${wanted}'`, `Choose one of: ${known}.`);
		}
		return { key: found.key };
	});
	return { type: type ?? 'single', options: keys };
}

const namesOf = (texts: unknown) =>
	((texts ?? []) as Array<{ text?: string }>).map(({ text }) => text);

function filesOf(item: ItemContext, { title }: Control, given: unknown): IDataObject[] {
	const found = toIds(item, title, given);
	if (found.length > MOST_FILES) {
		throw problem(
			item,
			`'${title}' has ${found.length} files`,
			`WeCom takes ${MOST_FILES} files in one approval.`,
		);
	}
	return found.map((file_id) => ({ file_id }));
}

/** What the value of a control is wrapped in, where it is one object. */
const WRAPPED: Record<string, string> = {
	Vacation: 'vacation',
	Attendance: 'attendance',
	Location: 'location',
	PhoneNumber: 'phone_number',
	BankAccount: 'bank_account',
	PunchCorrection: 'punch_correction',
};

/** Controls with a structure of their own: the value as WeCom documents it, with or without its outermost name. */
function wholeValue(item: ItemContext, { title, type }: Control, given: unknown): IDataObject {
	const value = asJson(given);
	if (isObject(value)) {
		const name = WRAPPED[type];
		return !name || name in value ? value : { [name]: value };
	}
	throw problem(
		item,
		`'${title}' is not a JSON object`,
		`A control of the type ${type} takes the "value" that WeCom documents for it: https://developer.work.weixin.qq.com/document/path/91853.`,
	);
}
