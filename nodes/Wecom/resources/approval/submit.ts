import type {
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import { parseReplyJson } from '../../../shared/protocol/reply';
import type { ItemContext } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import {
	isEmpty,
	shown,
	toDay,
	toIds,
	toMoneyText,
	toNumberText,
	toText,
	toTexts,
	toTimestamp,
} from '../../engine/convert';
import { collectParameters } from '../../engine/parameters';
import { problem } from '../../engine/problem';
import { isObject } from '../../../shared/util/isObject';

/** Submitting approvals: the form that a template asks for, and its values as WeCom wants them (doc 91853, 91982). */

/** A control of a template, as far as it matters here. */
interface Control {
	id: string;
	type: string;
	title: string;
	required: boolean;
	config: IDataObject;
}

const TEMPLATE = '/cgi-bin/oa/gettemplatedetail';
/** Nothing to fill in. */
const SILENT = ['Tips', 'Formula'];
const MOST_FILES = 6;

async function controlsOf(client: WecomClient, template_id: string, itemIndex?: number) {
	const body = { template_id };
	const reply = await client.call(
		{ method: 'POST', path: TEMPLATE, body, repeatable: true },
		itemIndex,
	);
	const content = reply.template_content as { controls?: IDataObject[] } | undefined;
	return (content?.controls ?? []).map(toControl).filter(({ type }) => !SILENT.includes(type));
}

function toControl({ property, config }: IDataObject): Control {
	const { id, control, title, require } = property as IDataObject;
	return {
		id: String(id),
		type: String(control),
		title: textOf(title),
		required: require === 1,
		config: (config ?? {}) as IDataObject,
	};
}

/** A text that may come in several languages. */
function textOf(texts: unknown): string {
	const all = (texts ?? []) as Array<{ text?: string; lang?: string }>;
	return (all.find(({ lang }) => lang === 'en') ?? all[0])?.text || all[0]?.text || '';
}

/** The form of the template that was chosen. */
export async function getApprovalControls(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const template = String(this.getNodeParameter('template_id', ''));
	const client = await WecomClient.open(this);
	const controls = await controlsOf(client, template);
	return { fields: controls.map(toFormField) };
}

function toFormField({ id, type, title, required, config }: Control): ResourceMapperField {
	const field: ResourceMapperField = {
		id,
		displayName: `${title} (${HINTS[type] ?? type})`,
		required,
		defaultMatch: false,
		display: true,
		type: 'string',
	};
	if (type === 'Number' || type === 'Money') return { ...field, type: 'number' };
	if (type === 'Date') return { ...field, type: 'dateTime' };
	if (type === 'Selector' && selectorOf(config).type !== 'multi') {
		const options = selectorOf(config).options.map(({ key, value }) => ({
			name: textOf(value),
			value: String(key),
		}));
		return { ...field, type: 'options', options };
	}
	return type in HINTS ? field : { ...field, type: 'object' };
}

/** What to enter, in the words of the form. */
const HINTS: Record<string, string> = {
	Text: 'text',
	Textarea: 'text',
	Number: 'number',
	Money: 'amount',
	Date: 'date',
	Selector: 'options',
	Contact: 'IDs',
	File: 'media IDs',
	RelatedApproval: 'approval numbers',
};

const selectorOf = (config: IDataObject) => {
	const { type, options } = (config.selector ?? {}) as IDataObject;
	return { type, options: (options ?? []) as Array<{ key: string; value: unknown }> };
};

/** `oa/applyevent` (doc 91853): the form values of the template's controls become WeCom's. */
export async function submitApproval(item: ItemContext): Promise<IDataObject> {
	const { client, get, itemIndex } = item;
	const sent = collectParameters(item);
	const { value } = get<{ value?: IDataObject }>('controls', {} as never);
	const apply_data = sent.apply_data ?? {
		contents: await contentsOf(item, String(sent.template_id), value ?? {}),
	};
	const summary_list = sent.summary_list ?? summaryLines(item);
	const body = { ...sent, apply_data, summary_list };
	return replyItem(
		await client.call({ method: 'POST', path: '/cgi-bin/oa/applyevent', body }, itemIndex),
	);
}

/** The values of the form, each in the way of its control. */
async function contentsOf(
	item: ItemContext,
	template_id: string,
	value: IDataObject,
): Promise<IDataObject[]> {
	const controls = await controlsOf(item.client, template_id, item.itemIndex);
	refuseUnknown(item, controls, value);
	return controls.flatMap((control) => {
		const given = value[control.id];
		if (isEmpty(given)) {
			if (control.required) {
				throw problem(
					item,
					`'${control.title}' is empty`,
					'The template requires it. Fill it in, or check the expression that should give it.',
				);
			}
			return [];
		}
		return [{ control: control.type, id: control.id, value: toValue(item, control, given) }];
	});
}

/** What the template has no control for would be lost without a word, for example after the template was changed. */
function refuseUnknown(item: ItemContext, controls: Control[], value: IDataObject): void {
	const known = controls.map(({ id }) => id);
	const unknown = Object.keys(value).find((id) => !isEmpty(value[id]) && !known.includes(id));
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
function toValue(item: ItemContext, control: Control, given: unknown): IDataObject {
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
				: { members: toIds(item, title, given).map((userid) => ({ userid })) };
		case 'File':
			return { files: filesOf(item, control, given) };
		case 'RelatedApproval':
			return { related_approval: toIds(item, title, given).map((sp_no) => ({ sp_no })) };
		case 'Table':
			return tableOf(item, control, given);
		case 'DateRange':
			return { date_range: dateRangeOf(item, control, given) };
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

/** Begin and end of a time, and how long it lasts (seconds): from WeCom's own form, from `begin` and `end`, or from two dates. */
function dateRangeOf(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const known = (config.date_range ?? {}) as IDataObject;
	const whole = asJson(given);
	const pair = Array.isArray(whole)
		? whole
		: typeof whole === 'string'
			? whole.split(/[,，、;；~～至]|\s+(?:-|to)\s+/i).map((one) => one.trim())
			: undefined;
	const outer = isObject(whole) ? whole : {};
	const range = (isObject(outer.date_range) ? outer.date_range : outer) as IDataObject;
	const [begin, end] = pair ?? [range.new_begin ?? range.begin, range.new_end ?? range.end];
	if (isEmpty(begin) || isEmpty(end) || (pair && pair.length !== 2))
		throw problem(
			item,
			`'${title}' holds '${shown(given)}' where a begin and an end are needed`,
			'Give {"begin": "2026-03-05", "end": "2026-03-06"}, or a list of the two dates.',
		);
	const type = range.type ?? known.type ?? 'halfday';
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

const HALF_DAY = 43_200;

/** When a half day begins: at midnight or at noon in China. A date without a time is a whole day, of which `whole` is the half. */
function halfDay(item: ItemContext, title: string, value: unknown, whole: number): number {
	const day = toDay(item, title, value);
	const written = typeof value === 'string' && /[T\s日]\s*(\d{1,2})[:时]/.exec(value);
	const { hour = written ? Number(written[1]) : undefined } = Object(value) as { hour?: number };
	const isNoon = hour === undefined ? whole > 0 : hour >= 12;
	return day + (isNoon ? HALF_DAY : 0);
}

/** The object or list that a text of JSON stands for, and everything else as it is. */
function asJson(given: unknown): unknown {
	if (typeof given !== 'string' || !/^\s*[[{]/.test(given)) return given;
	return parseReplyJson(given) ?? given;
}

/** The rows of a table, each an object by the titles or IDs of the inner controls; WeCom's own form is taken as it is. */
function tableOf(item: ItemContext, control: Control, given: unknown): IDataObject {
	const whole = asJson(given);
	if (isObject(whole) && Array.isArray(whole.children)) return whole;
	const rows = (Array.isArray(whole) ? whole : [whole]) as unknown[];
	const { children = [] } = (control.config.table ?? {}) as { children?: IDataObject[] };
	const inner = children.map(toControl);
	if (!rows.every(isObject))
		throw problem(
			item,
			`'${control.title}' holds '${shown(given)}' where rows are needed`,
			`Give a list of objects, one for each row, with the fields ${namesIn(inner)}.`,
		);
	return { children: rows.map((row) => ({ list: cellsOf(item, control, inner, row) })) };
}

function cellsOf(
	item: ItemContext,
	{ title }: Control,
	inner: Control[],
	row: IDataObject,
): IDataObject[] {
	const known = inner.flatMap((one) => [one.id, one.title]);
	const unknown = Object.keys(row).find((name) => !known.includes(name) && !isEmpty(row[name]));
	if (unknown !== undefined)
		throw problem(
			item,
			`'${title}' has no column '${unknown}'`,
			`Its columns are: ${namesIn(inner)}.`,
		);
	return inner.flatMap((one) => {
		const given = row[one.title] ?? row[one.id];
		if (!isEmpty(given))
			return [{ control: one.type, id: one.id, title: [], value: toValue(item, one, given) }];
		if (one.required)
			throw problem(
				item,
				`'${one.title}' of '${title}' is empty`,
				'The template requires it. Fill it in, or check the expression that should give it.',
			);
		return [];
	});
}

const namesIn = (controls: Control[]) => controls.map(({ title }) => title).join(', ');

function chosenOptions(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const { type, options } = selectorOf(config);
	const optionOf = (wanted: string) =>
		options.find(({ key, value }) => String(key) === wanted || namesOf(value).includes(wanted));
	// The name of an option may have a comma in it.
	const isOne =
		!Array.isArray(given) && (type !== 'multi' || optionOf(String(given).trim()) !== undefined);
	const wantedOnes = isOne ? [toText(item, title, given).trim()] : toTexts(item, title, given);
	const keys = wantedOnes.map((wanted) => {
		const found = optionOf(wanted);
		if (!found) {
			const known = options.map(({ value }) => textOf(value)).join(', ');
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
