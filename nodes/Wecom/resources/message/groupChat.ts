import type { IDataObject } from 'n8n-workflow';
import { ids, memberPicker, text } from '../../engine/fields';
import { checkLengths } from './limits';
import { contentFields, mention, messageType, MORE_CONTENT } from './fields';
import { GROUP_CHAT, sendToGroupChat } from './send';
import type { Field, ItemContext, Resource } from '../../engine/operation';
import { replyItem } from '../../engine/output';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

const chatid = text('chatid', 'Chat ID', 'The "chatid" that Create returned', {
	required: true,
	placeholder: 'e.g. wrOgQhDgAAMYQiS5ol',
});
const name = text('name', 'Name', 'Up to 50 characters');
const owner = memberPicker({
	displayName: 'Owner',
	name: 'owner',
	required: false,
	description: 'One of the members; when empty, WeCom picks somebody for a new chat',
});
const members = (field: string, label: string, more: Partial<Field> = {}) =>
	ids(field, label, 'getMembers', 2000, more);

export const groupChat: Resource = {
	value: 'groupChat',
	name: 'Group Chat',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create group chat',
			description: 'Create a group chat of members; it appears with its first message',
			doc: 90245,
			endpoint: ['POST', '/cgi-bin/appchat/create'],
			fields: [
				name,
				members('userlist', 'Member Names or IDs', { required: true }),
				owner,
				text('chatid', 'Chat ID', 'An ID of your own: up to 32 letters and digits'),
			],
			run: create,
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get group chat',
			description: 'Read name, owner and members of a group chat of this app',
			doc: 98914,
			endpoint: ['GET', '/cgi-bin/appchat/get'],
			fields: [chatid],
			pick: 'chat_info',
		},
		{
			value: 'sendMessage',
			name: 'Send Message',
			action: 'Send message to group chat',
			description: 'Send a message from the app to a group chat it created',
			doc: 90248,
			covers: ['appchat.send'],
			fields: [
				chatid,
				messageType,
				...contentFields({
					types: GROUP_CHAT.types,
					mentions: [
						mention('mentioned_list', 'Mention Members', 'user IDs'),
						mention(
							'mentioned_mobile_list',
							'Mention Phone Numbers',
							'phone numbers of members',
							'phones',
						),
					],
					mentionedIn: ['text', 'markdown'],
				}),
				MORE_CONTENT,
			],
			run: sendToGroupChat,
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update group chat',
			description: 'Rename a group chat, or change its owner and members',
			doc: 98913,
			endpoint: ['POST', '/cgi-bin/appchat/update'],
			fields: [
				chatid,
				name,
				owner,
				members('add_user_list', 'Add Member Names or IDs'),
				members('del_user_list', 'Remove Member Names or IDs'),
			],
			run: update,
		},
	],
};

/** Two to 2,000 members; longer names would be cut (doc 90245). */
async function create(item: ItemContext): Promise<IDataObject> {
	const sent = collectParameters(item);
	// WeCom takes "Lisi" and "lisi" for the same person (doc 90195).
	const length = new Set((sent.userlist as string[]).map((id) => id.toLowerCase())).size;
	if (length < 2 || length > 2000)
		throw problem(
			item,
			`${length} in 'Member Names or IDs', a group chat takes 2 to 2,000`,
			"Add or remove members under 'Member Names or IDs'.",
		);
	if (sent.chatid && !/^[0-9A-Za-z]{1,32}$/.test(String(sent.chatid)))
		throw problem(
			item,
			`'Chat ID' is '${String(sent.chatid)}', which is not a valid ID`,
			'WeCom takes up to 32 letters and digits. Leave it out, and WeCom makes one up.',
		);
	return replyItem(await post(item, sent));
}

async function update(item: ItemContext): Promise<IDataObject> {
	const sent = collectParameters(item);
	return { chatid: sent.chatid, ...replyItem(await post(item, sent)), success: true };
}

async function post(item: ItemContext, body: IDataObject) {
	checkLengths(item, body, [['name', 'Name', 50, 'characters']]);
	const [method, path] = item.operation.endpoint!;
	return await item.client.call({ method, path, body, repeatable: false }, item.itemIndex);
}
