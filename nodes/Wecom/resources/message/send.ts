import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { RECIPIENTS } from '../../../shared/lists/recipients';
import { agentIdOf } from '../../../shared/companies/companyApp';
import type { WecomReply } from '../../../shared/protocol/reply';
import { cardFrom } from './card';
import type { ItemContext } from '../../engine/operation';
import { NOT_SENT, replyItem } from '../../engine/output';
import { toIds } from '../../engine/ids';
import { collectParameters, labelOf } from '../../engine/parameters';
import { problem } from '../../engine/problem';
import { contents, readMessage, UPLOAD_PATH, type Channel, type MessageForm } from './content';

/** Sending in the name of the app: to members, to a school; and updating what was sent. */

const FOR_ALL = ['text', 'image', 'voice', 'video', 'file', 'news', 'mpnews'];

export const APP: Channel = {
	path: '/cgi-bin/message/send',
	types: [...FOR_ALL, 'markdown', 'miniprogram_notice', 'template_card', 'textcard'],
	uploadPath: UPLOAD_PATH,
	markdownBytes: 2048,
	cardUnit: 'characters',
	miniPrograms: true,
};
export const SCHOOL: Channel = {
	...APP,
	path: '/cgi-bin/externalcontact/message/send',
	types: [...FOR_ALL, 'miniprogram'],
	miniPrograms: undefined,
};
export const GROUP_CHAT: Channel = {
	...SCHOOL,
	path: '/cgi-bin/appchat/send',
	types: [...FOR_ALL, 'markdown', 'textcard'],
	cardUnit: 'bytes',
};

/** Sends a message in `envelope`; several replies only for split text. */
export async function sendContents(
	form: MessageForm,
	envelope: IDataObject = {},
): Promise<WecomReply[]> {
	const { item, channel, type, rest } = form;
	const parts = await contents(form);
	const repeatable = rest.enable_duplicate_check === 1;
	const replies: WecomReply[] = [];
	for (const content of parts) {
		const body = { ...envelope, msgtype: type, [type]: content, ...rest };
		try {
			const request = { method: 'POST', path: channel.path, body, repeatable } as const;
			replies.push(await item.client.call(request, item.itemIndex));
		} catch (error) {
			throw withSentParts(error as NodeApiError, replies, parts.length);
		}
	}
	return replies;
}

/** The error of a later part of a split text, with how many parts have gone out already. */
function withSentParts(error: NodeApiError, sent: WecomReply[], total: number): NodeApiError {
	if (sent.length === 0) return error;
	const ids = sent.flatMap(({ msgid }) => (msgid ? [String(msgid)] : []));
	const which = ids.length > 0 ? ` (message IDs ${ids.join(', ')})` : '';
	error.description = `${sent.length} of ${total} parts were sent before${which}. ${error.description ?? ''}`;
	return error;
}

/** `message/send` (doc 90236); partial failures are data. */
export async function sendMessage(item: ItemContext): Promise<IDataObject> {
	const form = readMessage(item, APP);
	const to = recipients(item, form.rest);
	const notice = form.type === 'miniprogram_notice';
	if (notice && to.touser === '@all')
		throw problem(
			item,
			'A mini program notice cannot go to everyone',
			"Choose 'Departments' at 'Send To' instead of 'Everyone'.",
		);
	const sender = notice ? {} : { agentid: form.rest.agentid ?? (await ownAgentId(item)) };
	const replies = await sendContents(form, { ...to, ...sender });
	const answer = replyItem(replies[0], NOT_SENT);
	return replies.length === 1
		? answer
		: { ...answer, msgids: replies.map(({ msgid }) => msgid as string) };
}

/** `externalcontact/message/send` to parents and students (doc 91609). */
export async function sendToSchool(item: ItemContext): Promise<IDataObject> {
	const form = readMessage(item, SCHOOL);
	const lists = form.rest;
	const given = ['to_parent_userid', 'to_student_userid', 'to_party'].filter((name) => lists[name]);
	if (!lists.toall && given.length === 0)
		throw problem(
			item,
			'The message has no recipient',
			"Enter parents, students or departments, or switch on 'Send to Whole School'.",
		);
	for (const name of given) notTooMany(item, name, lists[name] as string[], name === 'to_party');
	const agentid = lists.agentid ?? (await ownAgentId(item));
	const replies = await sendContents(form, { agentid });
	return { ...replyItem(replies[0], NOT_SENT), sent: true };
}

/** `appchat/send` (doc 90248); without an answer but ok. */
export async function sendToGroupChat(item: ItemContext): Promise<IDataObject> {
	const replies = await sendContents(readMessage(item, GROUP_CHAT));
	return { chatid: item.get('chatid'), ...sentCount(replies) };
}

/** What WeCom had to say, and how many messages a text became, where that is not one. */
export const sentCount = (replies: WecomReply[]): IDataObject => ({
	...replies.map((reply) => replyItem(reply, NOT_SENT)).reduce((all, one) => ({ ...all, ...one })),
	sent: true,
	...(replies.length > 1 ? { messages: replies.length } : {}),
});

/** A button greyed out or a new card in place of a card that was sent (doc 94888). */
export async function updateTemplateCard(item: ItemContext): Promise<IDataObject> {
	const { client, get, itemIndex } = item;
	const sent = collectParameters(item);
	const body: IDataObject = { agentid: sent.agentid ?? (await ownAgentId(item)) };
	if (get('msgtype', 'button') === 'template_card')
		body.template_card = cardFrom(item, { more: sent.template_card, isUpdate: true });
	const path = '/cgi-bin/message/update_template_card';
	const request = { method: 'POST', path, body: { ...sent, ...body }, repeatable: false } as const;
	return { ...replyItem(await client.call(request, itemIndex), NOT_SENT), updated: true };
}

/** The app in whose name is sent. */
export async function ownAgentId(item: ItemContext): Promise<number> {
	const { client, itemIndex } = item;
	const agentId = await agentIdOf(client, itemIndex);
	if (/^\d+$/.test(agentId)) return Number(agentId);
	throw problem(
		item,
		client.company ? 'The Agent ID of the company is not known' : 'The credential has no Agent ID',
		client.company
			? "None of the company's apps has an Agent ID, or the authorization is not finished. Check it with Suite > Get Authorization Info."
			: 'Add the Agent ID of the app to the WeCom API credential: it says which app this is about.',
	);
}

/** Who gets the message as the form says, unless Additional Parameters do. */
function recipients(item: ItemContext, added: IDataObject): IDataObject {
	const to = item.get<string[]>('sendTo', ['members']);
	if (to.includes('everyone')) return { touser: '@all' };
	const chosen = Object.entries(RECIPIENTS).flatMap(([kind, name]) => {
		if (!to.includes(kind)) return [];
		const ids = toIds(item, labelOf(item.operation, name), item.get<unknown>(name, []));
		notTooMany(item, name, ids, kind !== 'members');
		return ids.length > 0 ? [[name, ids.join('|')]] : [];
	});
	if (chosen.length > 0 || Object.values(RECIPIENTS).some((name) => added[name]))
		return Object.fromEntries(chosen) as IDataObject;
	throw problem(
		item,
		'The message has no recipient',
		"Choose members, departments or tags, or 'Everyone' at 'Send To'.",
	);
}

/** 1,000 people or 100 departments or tags in one message (docs 90236, 91609). */
function notTooMany(item: ItemContext, name: string, ids: string[], isGroup: boolean): void {
	const most = isGroup ? 100 : 1000;
	if (ids.length <= most) return;
	throw problem(
		item,
		`${ids.length} entries in '${name}', WeCom takes ${most} in one message`,
		'Split the recipients over several items, or send to everyone or to a department.',
	);
}
