import type {
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import type { ItemContext } from '../../engine/operation';
import { toItem } from '../../engine/output';
import {
	collectParameters,
	isEmpty,
	problem,
	splitIds,
	toTimestamp,
} from '../../engine/parameters';

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
	const controls = await controlsOf(client, String(sent.template_id), itemIndex);
	const { value } = get<{ value?: IDataObject }>('controls', {} as never);
	refuseUnknown(item, controls, value ?? {});
	const contents = controls.flatMap((control) => {
		const given = value?.[control.id];
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
	const body = {
		...sent,
		apply_data: contents.length > 0 ? { contents } : sent.apply_data,
		summary_list: summaryLines(item),
	};
	return toItem(
		await client.call({ method: 'POST', path: '/cgi-bin/oa/applyevent', body }, itemIndex),
	);
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
	const lines = String(item.get('summary'))
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
	const { type, config } = control;
	switch (type) {
		case 'Text':
		case 'Textarea':
			return { text: String(given) };
		case 'Number':
			return { new_number: String(given) };
		case 'Money':
			return { new_money: String(given) };
		case 'Date':
			return { date: dateOf(item, control, given) };
		case 'Selector':
			return { selector: chosenOptions(item, control, given) };
		case 'Contact':
			return (config.contact as IDataObject | undefined)?.mode === 'department'
				? { departments: splitIds(given).map((id) => ({ openapi_id: id })) }
				: { members: splitIds(given).map((userid) => ({ userid })) };
		case 'File':
			return { files: filesOf(item, control, given) };
		case 'RelatedApproval':
			return { related_approval: splitIds(given).map((sp_no) => ({ sp_no })) };
		default:
			return wholeValue(item, control, given);
	}
}

function dateOf(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const { type } = (config.date ?? { type: 'day' }) as { type: string };
	return { type, s_timestamp: String(toTimestamp(item, title, given)) };
}

function chosenOptions(item: ItemContext, { title, config }: Control, given: unknown): IDataObject {
	const { type, options } = selectorOf(config);
	const optionOf = (wanted: string) =>
		options.find(({ key, value }) => key === wanted || namesOf(value).includes(wanted));
	// The name of an option may have a comma in it.
	const whole = String(given).trim();
	const isOne = !Array.isArray(given) && (type !== 'multi' || optionOf(whole) !== undefined);
	const keys = (isOne ? [whole] : splitIds(given)).map((wanted) => {
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
	const found = splitIds(given);
	if (found.length > MOST_FILES) {
		throw problem(
			item,
			`'${title}' has ${found.length} files`,
			`WeCom takes ${MOST_FILES} files in one approval.`,
		);
	}
	return found.map((file_id) => ({ file_id }));
}

/** Controls with a structure of their own: the value as WeCom documents it. */
function wholeValue(item: ItemContext, { title, type }: Control, given: unknown): IDataObject {
	if (typeof given === 'object') return given as IDataObject;
	try {
		const value: unknown = JSON.parse(String(given));
		if (typeof value === 'object' && value !== null) return value as IDataObject;
	} catch {
		// Said below.
	}
	throw problem(
		item,
		`'${title}' is not a JSON object`,
		`A control of the type ${type} takes the "value" that WeCom documents for it: https://developer.work.weixin.qq.com/document/path/91853.`,
	);
}
