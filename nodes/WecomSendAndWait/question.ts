import {
	NodeHelpers,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type IRunExecutionData,
	type IWebhookFunctions,
} from 'n8n-workflow';

/** What is asked, kept with the execution from the moment it is asked until it is answered. JSON only, without secrets. */

export type CredentialKind = 'app' | 'suite' | 'bot';
/** Not n8n's word for a form: of that one n8n takes answers with files only (multipart). */
export type ResponseType = 'approval' | 'choice' | 'freeText' | 'form';
export type Language = 'en' | 'zh';

export interface QuestionChoice {
	id: string;
	text: string;
}

export interface FormField {
	name: string;
	label: string;
	type: 'text' | 'textarea' | 'number' | 'date' | 'email' | 'dropdown' | 'checkbox';
	required: boolean;
	placeholder: string;
	options: string[];
}

export interface Detail {
	name: string;
	value: string;
}

/** What the card says in the end, as a person wrote it; `{person}` and `{time}` are filled in. */
export interface CardTexts {
	approved: string;
	disapproved: string;
	answered: string;
	counted: string;
	expired: string;
	notAllowed: string;
}

export interface Question {
	/** Tells this question apart from the others that the same node of the same execution has asked, in a loop. */
	ask: string;
	source: CredentialKind;
	/** Of a suite: the company that is asked. */
	corpId?: string;
	type: ResponseType;
	language: Language;
	timezone: string;
	title: string;
	message: string;
	details: Detail[];
	link?: { title: string; url: string };
	/** Labels of the buttons of an approval; without the second one there is nothing to refuse. */
	buttons: { approve: string; disapprove?: string };
	/** Somebody who refuses can say why, on the page. */
	withReason: boolean;
	choices: QuestionChoice[];
	multiple: boolean;
	dropdown: boolean;
	fields: FormField[];
	texts: CardTexts;
	/** Answered by buttons in the card, or on a page behind its link. */
	answerBy: 'card' | 'link';
	/** Whether the page asks WeCom who the person is. */
	identify: boolean;
	/** User IDs of those who may answer; undefined: whoever gets the card. */
	allowed?: string[];
	/** How many have to answer, and out of how many, if that is known. */
	needed: number;
	people?: number;
	/** Where it was sent to. */
	to: Recipients;
	/** What a card can be changed with when no click brings a newer code. */
	sent: { taskId: string; responseCode?: string; agentId?: string };
	/** When the wait ends: milliseconds since the epoch. */
	until?: number;
	/** What a reminder says first. */
	reminderText?: string;
}

export interface Recipients {
	touser?: string;
	toparty?: string;
	totag?: string;
	/** A group chat of the app, or a chat of the bot. */
	chatid?: string;
	/** Where a bot answers the message that has started the workflow, once. */
	responseUrl?: string;
}

/** What somebody has answered, from a click or from the page. */
export interface GivenAnswer {
	approved?: boolean;
	/** Why it was declined. */
	reason?: string;
	/** IDs of choices. */
	chosen?: string[];
	text?: string;
	/** The fields of a form. */
	values?: IDataObject;
}

const KEY = 'question';

/** Keeps the question with the execution, also beyond a restart. */
export function keepQuestion(context: IExecuteFunctions, question: Question): void {
	context.getContext('node')[KEY] = question;
}

/** The question the execution waits with. n8n hands the execution to `webhook()`, although its type does not say so. */
export function keptQuestion(context: IWebhookFunctions): Question | undefined {
	const { runExecutionData } = context as unknown as { runExecutionData?: IRunExecutionData };
	if (!runExecutionData?.executionData) return undefined;
	const node = { name: context.getNode().name } as INode;
	return NodeHelpers.getContext(runExecutionData, 'node', node)[KEY] as Question | undefined;
}
