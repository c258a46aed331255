import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { WecomClient } from '../../../shared/client/client';
import { addressed } from '../../engine/fields';
import { idChosen } from '../../engine/convert';
import { memberChoices } from '../../../shared/companies/directory';

/** The form that the template of an approval asks for (docs 91853, 91982). */

export const templateId = addressed(
	'template_id',
	'Template',
	"Its address in the admin console's template editor, or its ID, which callbacks name, too",
	[
		String.raw`[/=#]([\w-]{24,})(?![\w-])`,
		'e.g. https://work.weixin.qq.com/wework_admin/frame#...',
		'e.g. 3TmALk1ogfgKiQE3e3jRwnTU',
	],
);

/** A control of a template, as far as it matters here. */
export interface Control {
	id: string;
	type: string;
	title: string;
	required: boolean;
	config: IDataObject;
}

const TEMPLATE = '/cgi-bin/oa/gettemplatedetail';
/** Types of controls in which nothing is filled in. */
const SILENT = ['Tips', 'Formula'];
const isFilledIn = ({ type }: Control) => !SILENT.includes(type);

export async function controlsOf(client: WecomClient, template_id: string, itemIndex?: number) {
	const body = { template_id };
	const reply = await client.call(
		{ method: 'POST', path: TEMPLATE, body, repeatable: true },
		itemIndex,
	);
	const content = reply.template_content as { controls?: IDataObject[] } | undefined;
	return (content?.controls ?? []).map(toControl).filter(isFilledIn);
}

function toControl({ property, config }: IDataObject): Control {
	const { id, control, title, require } = property as IDataObject;
	return {
		id: String(id),
		type: String(control),
		title: titleOf(title),
		required: require === 1,
		config: (config ?? {}) as IDataObject,
	};
}

/** A text that may come in several languages: as it was written, which is Chinese for Chinese templates. */
export function titleOf(texts: unknown): string {
	const all = ((texts ?? []) as Array<{ text?: string; lang?: string }>).filter(({ text }) => text);
	return (all.find(({ lang }) => lang === 'zh_CN') ?? all[0])?.text ?? '';
}

/** The form of the template that was chosen. */
export async function getApprovalControls(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const template = idChosen(templateId, this.getNodeParameter('template_id', ''));
	const client = await WecomClient.open(this);
	const controls = await controlsOf(client, template);
	const fields = controls.flatMap((control) => [
		...partsOf(control),
		...(isWhole(control) ? [control] : []),
	]);
	const members = fields.some(isMember) ? await membersToChoose(client) : [];
	return { fields: fields.map((control) => toFormField(control, members)) };
}

const MOST_MEMBERS = 1_000;

/** Members as choices; none where the app may not read them, or where nobody would look through the list. */
async function membersToChoose(client: WecomClient): Promise<INodePropertyOptions[]> {
	try {
		const members = await memberChoices(client);
		return members.length > MOST_MEMBERS ? [] : members;
	} catch {
		return [];
	}
}

const contactOf = ({ config }: Control) => (config.contact ?? {}) as IDataObject;
/** Whether a control takes one member. */
const isMember = (control: Control) =>
	control.type === 'Contact' &&
	contactOf(control).mode !== 'department' &&
	contactOf(control).type === 'single';

/** Types of controls that are filled in part by part. */
const IN_PARTS = ['DateRange', 'Attendance', 'Vacation'];
/** Whether the form has a field for the control as a whole. */
const isWhole = ({ type }: Control) => !IN_PARTS.includes(type);

/**
 * What the form has for a control that holds several values: the begin and end of a time, the kind of a leave, one row of a table.
 * Each is a control itself; its ID is that of the whole with the name of the part.
 */
export function partsOf(control: Control): Control[] {
	const { id, type, title, config } = control;
	const part = (name: string, words: string, more: Partial<Control>): Control => ({
		...control,
		...more,
		id: `${id}-${name}`,
		title: `${title}: ${words}`,
	});
	if (type === 'Table') {
		// A table may come as a list of rows, so no field of the one row in the form is demanded.
		return childrenOf(control).map((child) =>
			part(child.id, child.title, { ...child, required: false }),
		);
	}
	if (!IN_PARTS.includes(type)) return [];
	const date = { type: 'Date', config: { date: { type: 'hour' } } };
	const times = [part('begin', 'Begin', date), part('end', 'End', date)];
	if (type !== 'Vacation') return times;
	const { item = [] } = (config.vacation_list ?? {}) as { item?: IDataObject[] };
	const options = item.map(({ id: key, name }) => ({ key: String(key), value: name }));
	return [
		part('type', 'Leave Type', {
			type: 'Selector',
			config: { selector: { type: 'single', options } },
		}),
		...times,
	];
}

/** The controls in the rows of a table. */
export const childrenOf = ({ config }: Control): Control[] =>
	((config.table as { children?: IDataObject[] } | undefined)?.children ?? [])
		.map(toControl)
		.filter(isFilledIn);

function toFormField(control: Control, members: INodePropertyOptions[]): ResourceMapperField {
	const { id, type, title, required, config } = control;
	const field: ResourceMapperField = {
		id,
		displayName: `${title} (${HINTS[type] ?? type})`,
		required,
		defaultMatch: false,
		display: true,
		type: 'string',
	};
	if (type === 'Number' || type === 'Money') return { ...field, type: 'number' };
	if (isMember(control) && members.length > 0)
		return { ...field, displayName: title, type: 'options', options: members };
	if (type === 'Table') return { ...field, type: 'array', required: false };
	if (type === 'Date') return { ...field, type: 'dateTime' };
	if (type === 'Selector' && selectorOf(config).type !== 'multi') {
		const options = selectorOf(config).options.map(({ key, value }) => ({
			name: titleOf(value),
			value: String(key),
		}));
		return { ...field, type: 'options', options };
	}
	return type in HINTS ? field : { ...field, type: 'object' };
}

/** Hints on what to enter, by the type of the control. */
const HINTS: Record<string, string> = {
	Text: 'text',
	Textarea: 'text',
	Number: 'number',
	Money: 'amount',
	Date: 'date',
	Selector: 'options',
	Contact: 'names or IDs',
	File: 'media IDs',
	RelatedApproval: 'approval numbers',
	Table: 'all rows as JSON',
};

export const selectorOf = (config: IDataObject) => {
	const { type, options } = (config.selector ?? {}) as IDataObject;
	return { type, options: (options ?? []) as Array<{ key: string; value: unknown }> };
};
