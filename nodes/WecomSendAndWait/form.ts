import { randomBytes } from 'crypto';
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { RECIPIENTS } from '../shared/lists/recipients';
import { splitList } from '../shared/util/text';
import { MAX_DETAILS, MAX_DROPDOWN_OPTIONS, MAX_VOTE_OPTIONS } from './card';
import type {
	CardTexts,
	QuestionChoice,
	FormField,
	Language,
	Question,
	ResponseType,
	CredentialKind,
} from './question';
import { WORDS } from './texts';

/** Reads the form of the node. One question is asked for all items that come in, as n8n's own nodes do it. */

const ITEM = 0;
/** The value of 'Send To' that is no kind of people. */
const GROUP_CHAT = 'groupChat';

/** IDs as people write them, in one line or as a list from an expression. */
const SEPARATORS = /[\s,，、;；|]+/;
const idsOf = (value: unknown): string[] => splitList(value, SEPARATORS);

/** When the wait ends, and what an approval counts as then. */
export interface Limit {
	until: Date;
	approved: boolean;
}

export interface Reminder {
	afterMs: number;
	times: number;
	text: string;
}

/** Who may answer, as entered. */
export interface Allowed {
	users: string[];
	departments: string[];
	tags: string[];
}

/** What is asked, and what has to be found out before it can be sent. */
export interface Asked {
	question: Omit<Question, 'allowed' | 'people' | 'needed'>;
	allowedPeople: Allowed;
	/** How many people have to answer; 0 stands for all of them. */
	neededAnswers: number;
	limit?: Limit;
	reminder?: Reminder;
}

/** An error that says what happened and what to do. */
export const formProblem = (
	context: Pick<IExecuteFunctions, 'getNode'>,
	message: string,
	description: string,
): NodeOperationError =>
	new NodeOperationError(context.getNode(), message, { description, itemIndex: ITEM });

/** What the form asks, checked as far as that goes without WeCom. */
export function readForm(context: IExecuteFunctions): Asked {
	const get = <T>(name: string, fallback: T): T =>
		context.getNodeParameter(name, ITEM, fallback) as T;
	const text = (name: string) => String(get<unknown>(name, '') ?? '').trim();
	const options = get<IDataObject>('options', {});
	const source = text('authentication') as CredentialKind;
	const type = (text('responseType') || 'approval') as ResponseType;
	const language: Language = options.language === 'zh' ? 'zh' : 'en';
	const approval = get<IDataObject>('approvalOptions.values', {});
	const words = WORDS[language];
	const choices = type === 'choice' ? choicesOf(context, rowsOf(get('choices', {}))) : [];
	const choose = text('choose');
	const sendTo = idsOf(get<unknown>('sendTo', ['members']));
	const wanted = answersOnPage(type, source, sendTo) ? 'link' : text('answerBy') || 'card';
	const decidedBy = text('decidedBy') || 'first';
	const limit = limitOf(context, (options.limitWaitTime as IDataObject)?.values as IDataObject);
	const reminder = reminderOf((options.reminder as IDataObject)?.values as IDataObject);
	const question: Asked['question'] = {
		ask: randomBytes(9).toString('hex'),
		source,
		type,
		language,
		timezone: context.getTimezone(),
		title: text('title'),
		message: text('message'),
		details: rowsOf(options.details).map(({ name, value }) => ({
			name: String(name ?? ''),
			value: String(value ?? ''),
		})),
		...linkOf(context, (options.link as IDataObject)?.values as IDataObject | undefined),
		buttons: {
			approve: String(approval.approveLabel || words.approve),
			...(approval.approvalType !== 'single' && {
				disapprove: String(approval.disapproveLabel || words.disapprove),
			}),
		},
		withReason: options.withReason === true && approval.approvalType !== 'single',
		choices,
		multiple: choose === 'several',
		dropdown: choose === 'dropdown',
		fields: type === 'form' ? fieldsOf(context, rowsOf(get('formFields', {}))) : [],
		texts: textsOf(words.texts, (options.cardTexts as IDataObject)?.values as IDataObject),
		answerBy: wanted === 'link' || tooManyFor(choose, choices) ? 'link' : 'card',
		identify: options.identify === true && source !== 'bot',
		to: recipientsOf(context, get, source, sendTo),
		sent: { taskId: `n8n-${randomBytes(12).toString('hex')}` },
		...(limit && { until: limit.until.getTime() }),
		...(reminder?.text && { reminderText: reminder.text }),
	};
	const asked: Asked = {
		question,
		allowedPeople: allowedOf(get<IDataObject>('allowedPeople', {})),
		neededAnswers: decidedBy === 'all' ? 0 : decidedBy === 'number' ? numberOf(context, get) : 1,
		limit,
		reminder,
	};
	check(context, asked);
	return asked;
}

/** What no card can ask: texts and fields, and what goes into a group chat of an app, which takes no cards with buttons. */
const answersOnPage = (type: ResponseType, source: CredentialKind, sendTo: string[]) =>
	type === 'freeText' || type === 'form' || (source !== 'bot' && sendTo.includes(GROUP_CHAT));

const tooManyFor = (choose: string, choices: QuestionChoice[]) =>
	choices.length > (choose === 'dropdown' ? MAX_DROPDOWN_OPTIONS : MAX_VOTE_OPTIONS);

function check(
	context: IExecuteFunctions,
	{ question, allowedPeople, neededAnswers }: Asked,
): void {
	const { title, message, details, answerBy, identify, source, withReason } = question;
	if (!title)
		throw formProblem(context, "'Title' is empty", 'Enter what the first line of the card says.');
	if (!message)
		throw formProblem(context, "'Message' is empty", 'Enter what the people are asked.');
	if (details.length > MAX_DETAILS)
		throw formProblem(
			context,
			`${details.length} lines in 'Details', a card has ${MAX_DETAILS}`,
			"Leave some out, or write them into 'Message'.",
		);
	const restricted = Object.values(allowedPeople).some((ids: string[]) => ids.length > 0);
	const several = neededAnswers !== 1;
	const known = answerBy === 'card' || identify;
	if ((restricted || several) && !known)
		throw formProblem(
			context,
			several
				? 'The answers of several people cannot be told apart'
				: "'Allowed People' cannot be checked on a page that asks nobody who they are",
			source === 'bot'
				? 'A bot cannot identify people on a page. Use an approval or choices with buttons in the card, or an app.'
				: "Switch on the option 'Identify by WeCom Login', or let people answer with buttons in the card.",
		);
	if ((restricted || several) && answerBy === 'card' && withReason && !identify)
		throw formProblem(
			context,
			"The page for 'Reason for Declining' does not know who the person is",
			source === 'bot'
				? "A bot cannot identify people on a page. Switch off 'Reason for Declining'."
				: "Switch on the option 'Identify by WeCom Login', or switch off 'Reason for Declining'.",
		);
}

function recipientsOf(
	context: IExecuteFunctions,
	get: <T>(name: string, fallback: T) => T,
	source: CredentialKind,
	sendTo: string[],
): Question['to'] {
	const id = (name: string) => String(get<unknown>(name, '') ?? '').trim();
	if (source === 'bot') return id('botSendTo') === 'message' ? {} : { chatid: id('botChatid') };
	if (sendTo.includes(GROUP_CHAT)) {
		if (sendTo.length > 1)
			throw formProblem(
				context,
				'A group chat is asked together with others',
				"At 'Send To' choose the group chat alone, or members, departments and tags.",
			);
		return { chatid: id('chatid') };
	}
	const lists = Object.entries(RECIPIENTS).flatMap(([kind, name]) => {
		const ids = sendTo.includes(kind) ? idsOf(get<unknown>(name, '')) : [];
		return ids.length > 0 ? [[name, ids.join('|')]] : [];
	});
	return Object.fromEntries(lists) as Question['to'];
}

const allowedOf = ({ users, userids, departments, tags }: IDataObject): Allowed => ({
	users: [...idsOf(users), ...idsOf(userids)],
	departments: idsOf(departments),
	tags: idsOf(tags),
});

/** The rows of a fixed collection, or a list from an expression. */
function rowsOf(value: unknown): IDataObject[] {
	const { values } = (value ?? {}) as { values?: unknown };
	const rows = Array.isArray(value) ? value : values;
	return Array.isArray(rows) ? (rows as IDataObject[]) : [];
}

function choicesOf(context: IExecuteFunctions, rows: IDataObject[]): QuestionChoice[] {
	const choices = rows.map((row) => {
		const { text, id } = typeof row === 'object' ? row : { text: row as unknown, id: '' };
		return { id: String(id || text || '').trim(), text: String(text ?? '').trim() };
	});
	if (choices.length === 0)
		throw formProblem(context, 'There is nothing to choose', "Add the options under 'Choices'.");
	if (choices.some(({ text }) => !text))
		throw formProblem(
			context,
			'A choice has no text',
			"Fill in 'Text' of every entry of 'Choices'.",
		);
	if (new Set(choices.map(({ id }) => id)).size < choices.length)
		throw formProblem(
			context,
			'Two choices have the same ID',
			"Give each entry of 'Choices' an ID, or a text, of its own.",
		);
	return choices;
}

function fieldsOf(context: IExecuteFunctions, rows: IDataObject[]): FormField[] {
	const fields = rows.map(({ label, name, type, required, placeholder, options }): FormField => {
		const shown = String(label ?? '').trim();
		return {
			label: shown,
			name: String(name ?? '').trim() || shown,
			type: (type || 'text') as FormField['type'],
			required: required === true,
			placeholder: String(placeholder ?? ''),
			options: splitList(options, /[,，\n]+/),
		};
	});
	if (fields.length === 0)
		throw formProblem(context, 'The form has no field', "Add one under 'Form Fields'.");
	const bad = fields.find(
		({ label, type, options }) => !label || (type === 'dropdown' && options.length === 0),
	);
	if (bad)
		throw formProblem(
			context,
			bad.label ? `The dropdown '${bad.label}' has no options` : 'A form field has no label',
			"Complete the entries of 'Form Fields'.",
		);
	if (new Set(fields.map(({ name }) => name)).size < fields.length)
		throw formProblem(
			context,
			'Two form fields have the same name',
			"Give each entry of 'Form Fields' a name, or a label, of its own.",
		);
	return fields;
}

function linkOf(context: IExecuteFunctions, values?: IDataObject): Pick<Question, 'link'> {
	const url = String(values?.url ?? '').trim();
	if (!url) return {};
	if (!/^https?:\/\//i.test(url))
		throw formProblem(
			context,
			"'Link' is not a web address",
			'Enter the whole URL, beginning with https://.',
		);
	return { link: { title: String(values?.title || 'Link'), url } };
}

const textsOf = (texts: CardTexts, written: IDataObject = {}): CardTexts => ({
	...texts,
	...(Object.fromEntries(
		Object.entries(written).filter(([, text]) => typeof text === 'string' && text.trim()),
	) as Partial<CardTexts>),
});

function numberOf(context: IExecuteFunctions, get: <T>(name: string, fallback: T) => T): number {
	const needed = Number(get<unknown>('neededAnswers', 1));
	if (Number.isInteger(needed) && needed > 0) return needed;
	throw formProblem(
		context,
		"'Number of People' is not a positive whole number",
		'Enter how many have to approve, such as 2.',
	);
}

const UNITS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

/** Milliseconds; NaN for what is no length of time. */
const lengthOf = (amount: unknown, unit: unknown) =>
	Number(amount) * UNITS[String(unit || 'hours')];

function limitOf(context: IExecuteFunctions, values?: IDataObject): Limit | undefined {
	if (!values) return undefined;
	const { limitType, resumeAmount, resumeUnit, maxDateAndTime, outcome } = values;
	const until =
		limitType === 'atSpecifiedTime'
			? new Date(String(maxDateAndTime))
			: new Date(Date.now() + lengthOf(resumeAmount ?? 1, resumeUnit));
	if (Number.isNaN(until.getTime()))
		throw formProblem(
			context,
			"'Limit Wait Time' is not a time",
			'Enter an amount and its unit, or a date with its time.',
		);
	return { until, approved: outcome === 'approved' };
}

function reminderOf(values?: IDataObject): Reminder | undefined {
	const afterMs = values ? lengthOf(values.after ?? 1, values.unit) : 0;
	if (!values || !(afterMs > 0)) return undefined;
	return { afterMs, times: Number(values.times) || 1, text: String(values.text ?? '') };
}
