import type { IDataObject } from 'n8n-workflow';
import { clean } from '../../../shared/protocol/settings';
import { SUITE_CREDENTIAL } from '../../../shared/credentials/suiteState';
import { parseEncodingAesKey } from '../../../shared/callback/crypto';
import {
	ELEMENT_NAME,
	passiveReply,
	type ReplyFields,
	type ReplyValue,
	type Sender,
} from '../../../shared/callback/passiveReply';
import { cardFrom } from '../message/card';
import { articlesOf, mediaId } from '../message/content';
import { checkLengths } from '../message/limits';
import { toText } from '../../engine/convert';
import type { ItemContext } from '../../engine/operation';
import { emptyField, problem } from '../../engine/problem';

const INSTEAD = 'To send something at any other time use Message > Send.';
const HOW_TO_WAIT = `Set 'Respond' of the WeCom Trigger to 'Using the Reply Operation of the WeCom Node'. WeCom takes replies to messages, to clicks on menus and cards, and to a few other events. ${INSTEAD}`;

/** Answers the callback that started the workflow (doc 90241): encrypted, signed, sender and receiver exchanged. */
export async function sendReply(item: ItemContext): Promise<IDataObject> {
	const { context, itemIndex, get } = item;
	if (itemIndex > 0)
		throw problem(
			item,
			'WeCom takes one reply to a callback, the one of the first item',
			"Let a single item come here, or switch on 'Execute Once' in the settings of this node.",
		);
	const type = get('msgtype', 'text');
	// An empty reply is fine where nobody waits for one, so that one branch can serve all kinds of callbacks.
	if (type === 'none') {
		await context.sendResponse({ body: '', statusCode: 200, headers: {} });
		return { replied: false };
	}
	const { sender, receiveId } = callbackOf(item);
	const keys = await keysOf(item);
	const content = await contentOf(item, type);
	// Asked before the upload, too, which takes time: WeCom may not wait any more.
	callbackOf(item);
	await context.sendResponse({
		body: passiveReply(sender, type, content, { ...keys, receiveId }),
		statusCode: 200,
		headers: { 'content-type': 'application/xml' },
	});
	return { replied: true, msgtype: type, touser: sender.FromUserName };
}

/** Who gets the reply: as the fields say, else the sender of the callback that started the execution, while WeCom waits. */
function callbackOf(item: ItemContext): { sender: Sender; receiveId: string } {
	const given = item.get<IDataObject>('additionalFields', {});
	const [member, company] = [text(given.FromUserName), text(given.ToUserName)];
	if (member && company)
		return { sender: { FromUserName: member, ToUserName: company }, receiveId: company };

	const received = triggerItem(item);
	if (!received)
		throw problem(
			item,
			'No callback started this execution',
			`The operation Reply answers the callback of a WeCom Trigger earlier in the same workflow. ${INSTEAD}`,
		);
	const { replyUntil, receiveId, kind } = received.wecom as IDataObject;
	if (!replyUntil)
		throw problem(item, `Nobody waits for a reply to this callback ('${text(kind)}')`, HOW_TO_WAIT);
	if (Date.now() > Date.parse(text(replyUntil)))
		throw problem(
			item,
			'The reply comes too late: WeCom waits no longer than five seconds',
			`It got an empty answer. Let the workflow reply before its slow steps. ${INSTEAD}`,
		);
	const sender = {
		FromUserName: text(received.FromUserName),
		ToUserName: text(received.ToUserName),
	};
	return { sender, receiveId: text(receiveId) };
}

/** The item of the WeCom Trigger that started this execution. */
function triggerItem({ context, itemIndex }: ItemContext): IDataObject | undefined {
	const { $: nodeData } = context.getWorkflowDataProxy(itemIndex);
	for (const { name, type } of context.getParentNodes(context.getNode().name)) {
		if (!/\.wecomTrigger$/.test(type) || !nodeData(name).isExecuted) continue;
		const item = nodeData(name).first()?.json as IDataObject | undefined;
		if (item?.wecom) return item;
	}
	return undefined;
}

async function keysOf(item: ItemContext): Promise<{ token: string; aesKey: Buffer }> {
	const { context, itemIndex, get } = item;
	const type = get('authentication', 'app') === 'suite' ? SUITE_CREDENTIAL : 'wecomApi';
	const credentials = await context.getCredentials(type, itemIndex);
	const [token, key] = [
		clean(credentials.token),
		parseEncodingAesKey(clean(credentials.encodingAesKey)),
	];
	if (token && key) return { token, aesKey: key };
	throw problem(
		item,
		`The credential has no ${token ? 'valid EncodingAESKey' : 'Token'}`,
		'A reply is encrypted and signed. Use the same credential as in the WeCom Trigger.',
	);
}

const CONTENTS: Record<string, (item: ItemContext) => ReplyFields | Promise<ReplyFields>> = {
	text: (item) => {
		const content = required(item, 'content', 'Content');
		checkLengths(item, { content }, [['content', 'Content', 2048, 'bytes']]);
		return { Content: content };
	},
	image: async (item) => ({ Image: { MediaId: await mediaId(item, 'image', '') } }),
	voice: async (item) => ({ Voice: { MediaId: await mediaId(item, 'voice', '') } }),
	video,
	news,
	update_button: (item) => ({
		Button: { ReplaceName: required(item, 'ReplaceName', 'Button Text') },
	}),
	update_template_card: (item) => ({ TemplateCard: templateCard(item) }),
};

async function contentOf(item: ItemContext, type: string): Promise<ReplyFields> {
	const make = Object.hasOwn(CONTENTS, type) ? CONTENTS[type] : undefined;
	if (make) return await make(item);
	throw problem(item, `WeCom knows no reply of the type '${type}'`, 'Choose one from the list.');
}

async function video(item: ItemContext): Promise<ReplyFields> {
	const { videoTitle, videoDescription } = item.get<IDataObject>('additionalFields', {});
	const Title = toText(item, 'Video Title', videoTitle);
	const Description = toText(item, 'Video Description', videoDescription);
	checkLengths(item, { Title, Description }, [
		['Title', 'Video Title', 128, 'bytes'],
		['Description', 'Video Description', 512, 'bytes'],
	]);
	const MediaId = await mediaId(item, 'video', '');
	return { Video: { MediaId, ...filled({ Title, Description }) } };
}

function news(item: ItemContext): ReplyFields {
	const { row = [] } = item.get<{ row?: IDataObject[] }>('articles', {});
	if (row.length === 0)
		throw problem(item, 'There is no article in the reply', "Add at least one under 'Articles'.");
	const articles = articlesOf(item, { articles: row }).map(
		({ title, description, picurl, url }): ReplyFields => ({
			Title: text(title),
			Description: text(description),
			PicUrl: text(picurl),
			Url: text(url),
		}),
	);
	return { ArticleCount: articles.length, Articles: { item: articles } };
}

/** What a card cannot do without, for its type. */
const NEEDED: Record<string, string[]> = {
	text_notice: ['CardAction', 'MainTitle|SubTitleText'],
	news_notice: ['MainTitle', 'CardAction', 'CardImage|ImageTextArea'],
	button_interaction: ['MainTitle'],
	vote_interaction: ['CheckBox', 'SubmitButton'],
	multiple_interaction: ['SelectList', 'SubmitButton'],
};

function templateCard(item: ItemContext): ReplyFields {
	const { replace_text: replaced } = item.get<IDataObject>('additionalFields', {});
	const replace_text = toText(item, 'Replacement Text', replaced);
	const made = cardFrom(item, { isUpdate: true });
	const card = asElements(item, { ...made, ...(replace_text ? { replace_text } : {}) });
	for (const names of NEEDED[text(card.CardType)] ?? []) {
		if (names.split('|').some((name) => card[name] !== undefined)) continue;
		throw problem(
			item,
			`The card has no ${names.replace('|', ' or ')}`,
			`A card of the type ${text(card.CardType)} needs it. Add it to the JSON.`,
		);
	}
	return card;
}

/** Parts of names that the JSON of sent cards writes together, and the XML of replies does not. */
const WORDS: Record<string, string> = {
	keyname: 'KeyName',
	userid: 'UserId',
	appid: 'AppId',
	pagepath: 'PagePath',
	checkbox: 'CheckBox',
};

/** A card in JSON as the XML wants it; the names of sent cards (`main_title`) become those of replies (`MainTitle`). */
function asElements(item: ItemContext, json: IDataObject, parent = ''): ReplyFields {
	return Object.fromEntries(
		Object.entries(json).map(([key, value]) => {
			let name =
				WORDS[key] ??
				(/^[A-Z]/.test(key)
					? key
					: key.replace(/(?:^|_)([a-z])/g, (_, first) => first.toUpperCase()));
			// Within these two WeCom spells the name this way.
			if (name === 'AppId' && /^(QuoteArea|ImageTextArea)$/.test(parent)) name = 'Appid';
			if (!ELEMENT_NAME.test(name))
				throw problem(
					item,
					`'${key}' cannot be the name of a card's field`,
					"Take the names from WeCom's page on passive replies, such as MainTitle.",
				);
			return [name, asElement(item, value, name)];
		}),
	);
}

function asElement(item: ItemContext, value: unknown, name: string): ReplyValue {
	if (Array.isArray(value)) return value.map((entry) => asElement(item, entry, name));
	if (typeof value === 'object' && value !== null)
		return asElements(item, value as IDataObject, name);
	return value as ReplyValue;
}

function required(item: ItemContext, name: string, displayName: string): string {
	const value = toText(item, displayName, item.get(name));
	if (value.trim()) return value;
	throw emptyField(item, displayName);
}

const text = (value: unknown): string =>
	value === undefined || value === null ? '' : String(value);

/** The fields without the empty ones. */
const filled = (fields: Record<string, string>): ReplyFields =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
