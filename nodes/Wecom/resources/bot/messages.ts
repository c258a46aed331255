import type { IDataObject } from 'n8n-workflow';
import { clean } from '../../../shared/protocol/settings';
import { type ConnectedBot, connectedBot } from '../../../shared/bot/connectedBots';
import type { BotFile } from '../../../shared/bot/upload';
import { splitMarkdown } from '../../../shared/util/split';
import { byteLength } from '../../../shared/util/text';
import { readBinary, type MediaKind } from '../../engine/binary';
import { cardFrom } from '../message/card';
import type { ItemContext } from '../../engine/operation';
import { emptyField, problem } from '../../engine/problem';
import { inParts, refusals, withMedia } from './channels';
import { BOT_CREDENTIAL } from '../../../shared/credentials/aiBot';

/** What a bot says in messages of its own, and what its messages are made of. */

/** WeCom takes no longer text from a bot (doc 101836). */
export const MAX_TEXT_BYTES = 20_480;
const MAX_FEEDBACK_BYTES = 256;

/** Sends a message of the bot's own accord, to a person or a group. */
export async function pushMessage(item: ItemContext): Promise<IDataObject> {
	const { botId, bot } = await connectionOf(item);
	const chatid = item.get('chatid').trim();
	if (!chatid)
		throw problem(
			item,
			"'Chat or User ID' is empty",
			'Enter a user ID, or the chat ID of a group.',
		);
	const { bodies, file } = await ownMessages(item, item.get('msgtype', 'text'));
	const media = file && (await refusals(item, bot.upload(file)));
	const sent = await inParts(bodies, async (body) => {
		const whole = media ? withMedia(body, media) : body;
		await refusals(item, bot.request('aibot_send_msg', { chatid, ...whole }));
		return { via: 'longConnection' };
	});
	return { ...sent, botId, chatid, ...cardFacts(bodies) };
}

/** Uploads a file for later messages of the bot. */
export async function uploadMedia(item: ItemContext): Promise<IDataObject> {
	const { botId, bot } = await connectionOf(item);
	const type = item.get('type', 'file') as MediaKind;
	const { data, fileName } = await readBinary(item, type);
	return { ...(await refusals(item, bot.upload({ data, fileName, type }))), type, botId };
}

async function connectionOf(item: ItemContext): Promise<{ botId: string; bot: ConnectedBot }> {
	const { context, itemIndex } = item;
	const credentials = await context.getCredentials(BOT_CREDENTIAL, itemIndex);
	const botId = clean(credentials.botId);
	if (!botId)
		throw problem(
			item,
			'The WeCom AI Bot API credential has no Bot ID',
			'Only a bot with a long connection can send without being asked. Enter its Bot ID and Secret.',
		);
	const bot = connectedBot(credentials);
	if (bot) return { botId, bot };
	throw problem(
		item,
		'The long connection of the bot is not open in this process',
		'Publish a workflow with a WeCom Bot Trigger and this credential: its connection is used. In queue mode it is in the main process, where this execution does not run: reply to a message instead, or send with Message > Send.',
	);
}

/** What a bot says in messages of their own; a file has to be uploaded into its message. */
export async function ownMessages(
	item: ItemContext,
	type: string,
	content?: string,
): Promise<{ bodies: IDataObject[]; file?: BotFile }> {
	if (type === 'text') {
		const parts = splitMarkdown(content ?? contentOfForm(item), MAX_TEXT_BYTES);
		const feedback = withId(feedbackOf(item));
		return {
			bodies: parts.map((part) => ({
				msgtype: 'markdown',
				markdown: { content: part, ...feedback },
			})),
		};
	}
	if (type === 'template_card')
		return { bodies: [{ msgtype: type, template_card: withFeedback(item, cardFrom(item)) }] };
	const { data, fileName } = await readBinary(item, type as MediaKind);
	return {
		bodies: [{ msgtype: type, [type]: {} }],
		file: { data, fileName, type: type as MediaKind },
	};
}

export function cardFacts([{ template_card }]: IDataObject[]): IDataObject {
	const { task_id } = (template_card ?? {}) as IDataObject;
	return task_id ? { task_id } : {};
}

export function contentOfForm(item: ItemContext): string {
	const text = item.get('content');
	if (text.trim()) return text;
	throw emptyField(item, 'Content');
}

export function feedbackOf(item: ItemContext): string | undefined {
	const { feedback_id: id } = item.get<IDataObject>('replyOptions', {});
	const text = String(id ?? '');
	if (byteLength(text) > MAX_FEEDBACK_BYTES)
		throw problem(
			item,
			`'Feedback ID' has ${byteLength(text)} bytes, WeCom takes ${MAX_FEEDBACK_BYTES}`,
			'Use a shorter one, such as the execution ID.',
		);
	return text || undefined;
}

export const withId = (id: string | undefined) => (id ? { feedback: { id } } : {});

export const withFeedback = (item: ItemContext, card: IDataObject): IDataObject => ({
	...card,
	...withId(feedbackOf(item)),
});
