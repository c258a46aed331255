/** What each message type must have, and what is cut when it is too long (doc 90236). */
import { WecomError } from '../errors.cts';
import type { Call } from '../endpoint.cts';
import type { Fields } from '../fields.cts';
import { MEDIA_LIFETIME, now } from '../state.cts';

type Body = Record<string, any>;
/** Checks the part of the body named like the message type, and cuts over-long texts in it. */
type Rule = (part: Body, cut: Cut, call: Call) => void;
/** Cuts `part[field]` to a number of bytes or characters, if it is longer. */
type Cut = (part: Body, field: string, limit: number, unit?: 'bytes' | 'characters') => void;

export const MESSAGE_FIELDS: Fields = {
	touser: 'string',
	toparty: 'string',
	totag: 'string',
	msgtype: 'string',
	agentid: 'integer',
	safe: 'integer',
	enable_id_trans: 'integer',
	enable_duplicate_check: 'integer',
	duplicate_check_interval: 'integer',
	text: { content: 'string' },
	markdown: { content: 'string' },
	image: { media_id: 'string' },
	voice: { media_id: 'string' },
	file: { media_id: 'string' },
	video: { media_id: 'string', title: 'string', description: 'string' },
	textcard: { title: 'string', description: 'string', url: 'string', btntxt: 'string' },
	news: {
		articles: [
			{
				title: 'string',
				description: 'string',
				url: 'string',
				picurl: 'string',
				appid: 'string',
				pagepath: 'string',
			},
		],
	},
	mpnews: {
		articles: [
			{
				title: 'string',
				thumb_media_id: 'string',
				author: 'string',
				content_source_url: 'string',
				content: 'string',
				digest: 'string',
			},
		],
	},
	miniprogram_notice: {
		appid: 'string',
		page: 'string',
		title: 'string',
		description: 'string',
		emphasis_first_item: 'boolean',
		content_item: [{ key: 'string', value: 'string' }],
	},
	template_card: {
		card_type: 'string',
		task_id: 'string',
		main_title: 'object',
		card_action: 'object',
		action_menu: 'object',
	},
};

const CARD_TYPES = [
	'text_notice',
	'news_notice',
	'button_interaction',
	'vote_interaction',
	'multiple_interaction',
];
const INTERACTIVE = CARD_TYPES.slice(2);

const bytes = (text: string) => Buffer.byteLength(text);
const required = (part: Body, field: string, errcode: number) => {
	if (!part[field]) throw new WecomError(errcode);
};

/** The beginning of a text: as many whole characters as fit into `limit` bytes. */
function cutBytes(text: string, limit: number): string {
	let size = 0;
	let kept = '';
	for (const character of text) {
		size += bytes(character);
		if (size > limit) break;
		kept += character;
	}
	return kept;
}

function checkUrl(url: string) {
	if (!/^https?:\/\//.test(url)) throw new WecomError(45034);
	if (bytes(url) > 2048) throw new WecomError(40058);
}

/** Refuses a media_id that does not exist, has expired or is of another type. The apps of one company share their media. */
function checkMedia({ state }: Call, mediaId: string | undefined, type: string) {
	if (!mediaId) throw new WecomError(41006);
	const media = state.media.get(mediaId);
	if (!media || media.type !== type || media.createdAt + MEDIA_LIFETIME < now(state))
		throw new WecomError(40007);
}

const mediaRule =
	(type: string): Rule =>
	(part, _cut, call) =>
		checkMedia(call, part.media_id, type);

function checkArticles(part: Body): Body[] {
	const articles: Body[] = part.articles ?? [];
	if (articles.length < 1 || articles.length > 8) throw new WecomError(45008);
	for (const article of articles) required(article, 'title', 41016);
	return articles;
}

function checkButtons(card: Body, field: string, max: number) {
	const buttons: Body[] = card[field] ?? [];
	if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > max)
		throw new WecomError(40016);
	for (const button of buttons) {
		required(button, 'text', 42020);
		if (Number(button.type ?? 0) === 0) required(button, 'key', 42019);
	}
	const keys = buttons.map(({ key }) => key).filter(Boolean);
	if (new Set(keys).size < keys.length || keys.some((key) => bytes(String(key)) > 1024))
		throw new WecomError(42018);
}

const isInteractive = (card: Body): boolean => INTERACTIVE.includes(card.card_type);

/** Checks what a card must have, whoever sends it; `used` says whether the sender has used a task_id before. */
export function checkCardShape(card: Body, used: (taskId: string) => boolean) {
	const type = card.card_type;
	if (!CARD_TYPES.includes(type)) throw new WecomError(40058);
	if (isInteractive(card) || card.action_menu) required(card, 'task_id', 42014);
	if (card.task_id !== undefined) {
		if (used(card.task_id) || !/^[A-Za-z0-9_\-@]{1,128}$/.test(card.task_id))
			throw new WecomError(42014);
	}
	if (card.action_menu) checkButtons(card.action_menu, 'action_list', 3);
	if (type === 'text_notice' || type === 'news_notice') required(card, 'card_action', 40058);
	if (type === 'text_notice' && !card.main_title?.title && !card.sub_title_text)
		throw new WecomError(40058);
	if (type === 'news_notice' && !card.card_image && !card.image_text_area)
		throw new WecomError(40058);
	if (type === 'button_interaction') checkButtons(card, 'button_list', 6);
	if (type === 'vote_interaction') required(card, 'checkbox', 40058);
	if (type === 'multiple_interaction') required(card, 'select_list', 40058);
	if (type === 'vote_interaction' || type === 'multiple_interaction')
		required(card.submit_button ?? {}, 'key', 42019);
}

function checkCard(card: Body, { state, app }: Call) {
	if (isInteractive(card) && !app.callback.url) throw new WecomError(43012);
	checkCardShape(card, (taskId) =>
		state.messages.some(
			({ agentid, body }) => agentid === app.agentid && body.template_card?.task_id === taskId,
		),
	);
}

const RULES: Record<string, Rule> = {
	text(part, cut) {
		required(part, 'content', 44004);
		cut(part, 'content', 2048);
	},
	markdown(part) {
		required(part, 'content', 44004);
		if (bytes(part.content) > 2048) {
			throw new WecomError(
				40058,
				'markdown.content exceed max length 2048. Invalid input invalid Request Parameter',
			);
		}
	},
	image: mediaRule('image'),
	voice: mediaRule('voice'),
	file: mediaRule('file'),
	video(part, cut, call) {
		checkMedia(call, part.media_id, 'video');
		cut(part, 'title', 128);
		cut(part, 'description', 512);
	},
	textcard(part, cut) {
		required(part, 'title', 41016);
		required(part, 'description', 41033);
		required(part, 'url', 41010);
		checkUrl(part.url);
		cut(part, 'title', 128, 'characters');
		cut(part, 'description', 512, 'characters');
		cut(part, 'btntxt', 4, 'characters');
	},
	news(part, cut, { params }) {
		if (params.safe === 1) throw new WecomError(40074);
		for (const article of checkArticles(part)) {
			if (!article.appid || !article.pagepath) {
				required(article, 'url', 41010);
				checkUrl(article.url);
			}
			cut(article, 'title', 128);
			cut(article, 'description', 512);
		}
	},
	mpnews(part, cut, call) {
		for (const article of checkArticles(part)) {
			checkMedia(call, article.thumb_media_id, 'image');
			required(article, 'content', 44004);
			if (bytes(article.content) > 666 * 1024) throw new WecomError(45002);
			if (bytes(article.author ?? '') > 64) throw new WecomError(45032);
			cut(article, 'title', 128);
			cut(article, 'digest', 512);
		}
	},
	miniprogram_notice(part, _cut, { params }) {
		required(part, 'appid', 40058);
		required(part, 'title', 41016);
		for (const field of ['title', 'description']) {
			const { length } = [...(part[field] ?? '')];
			// The documentation does not say what the names are counted as that are put in.
			if (params.enable_id_trans === 1 && /\$\w+=[^$]+\$/.test(part[field])) continue;
			if (length > 12 || (length > 0 && length < 4)) throw new WecomError(40058);
		}
		if ((part.content_item ?? []).length > 10 || params.touser === '@all')
			throw new WecomError(40058);
	},
	template_card: (part, _cut, call) => checkCard(part, call),
};

/** Checks the message and cuts its texts in place; returns whether something was cut. */
export function checkContent(call: Call): boolean {
	const { msgtype } = call.params;
	if (!Object.hasOwn(RULES, msgtype)) throw new WecomError(40008);
	let truncated = false;
	const part: Body = (call.params[msgtype] ??= {});
	const cut: Cut = (holder, field, limit, unit = 'bytes') => {
		const text: string = holder[field] ?? '';
		const kept = unit === 'bytes' ? cutBytes(text, limit) : [...text].slice(0, limit).join('');
		if (kept === text) return;
		holder[field] = kept;
		truncated = true;
	};
	RULES[msgtype](part, cut, call);
	return truncated;
}

/** Whether the message gets a response_code: its card can be updated later. */
export const hasResponseCode = ({ template_card: card }: Body): boolean =>
	card !== undefined && (isInteractive(card) || card.action_menu !== undefined);
