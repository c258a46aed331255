/** Message pushes of groups: what they take, how much and how often (doc 99110). */
import { createHash } from 'node:crypto';
import { WecomError } from '../errors.cts';
import type { Call, Endpoint } from '../endpoint.cts';
import type { Fields } from '../fields.cts';
import { MEDIA_LIFETIME, now } from '../state.cts';
import { isJpeg, isPng, upload } from './media.cts';

type Body = Record<string, any>;

const PER_MINUTE = 20;
const MAX_IMAGE = 2 * 1024 * 1024;

const FIELDS: Fields = {
	msgtype: 'string',
	text: { content: 'string', mentioned_list: 'string[]', mentioned_mobile_list: 'string[]' },
	markdown: { content: 'string' },
	markdown_v2: { content: 'string' },
	image: { base64: 'string', md5: 'string' },
	news: {
		articles: [{ title: 'string', description: 'string', url: 'string', picurl: 'string' }],
	},
	file: { media_id: 'string' },
	voice: { media_id: 'string' },
	template_card: { card_type: 'string', main_title: 'object', card_action: 'object' },
};

const content =
	(most: number) =>
	({ content: text }: Body) => {
		if (!text) throw new WecomError(93017);
		if (Buffer.byteLength(text) > most)
			throw new WecomError(40058, `content exceed max length ${most}`);
	};

/** A media_id must have been uploaded for this very webhook, within three days. */
const media =
	(type: string) =>
	({ media_id }: Body, { state, query }: Call) => {
		if (!media_id) throw new WecomError(41006);
		const found = state.media.get(media_id);
		const alive = found && found.createdAt + MEDIA_LIFETIME >= now(state);
		if (!alive || found.type !== type || found.webhookKey !== query.key)
			throw new WecomError(40007);
	};

const RULES: Record<string, (part: Body, call: Call) => void> = {
	text: content(2048),
	markdown: content(4096),
	markdown_v2: content(4096),
	image({ base64, md5 }) {
		const bytes = Buffer.from(base64 ?? '', 'base64');
		if (bytes.length === 0) throw new WecomError(93017);
		if (bytes.length > MAX_IMAGE) throw new WecomError(93018);
		if (!isJpeg(bytes) && !isPng(bytes)) throw new WecomError(40004);
		if (createHash('md5').update(bytes).digest('hex') !== md5) throw new WecomError(301019);
	},
	news({ articles = [] }) {
		if (articles.length < 1 || articles.length > 8) throw new WecomError(45008);
		for (const { title, url } of articles) {
			if (!title) throw new WecomError(41016);
			if (!url) throw new WecomError(41010);
		}
	},
	file: media('file'),
	voice: media('voice'),
	template_card({ card_type, main_title, sub_title_text, card_action }) {
		const known = card_type === 'text_notice' || card_type === 'news_notice';
		if (!known || !card_action?.type) throw new WecomError(40058);
		if (!main_title?.title && !sub_title_text) throw new WecomError(40058);
	},
};

function send(call: Call) {
	const { state, params, query } = call;
	const { msgtype } = params;
	if (!Object.hasOwn(RULES, msgtype)) throw new WecomError(40008);
	const at = now(state);
	const recent = state.pushed.filter((one) => one.key === query.key && one.at > at - 60_000);
	if (recent.length >= PER_MINUTE) throw new WecomError(45009);
	if (!params[msgtype]) throw new WecomError(93017);
	RULES[msgtype](params[msgtype], call);
	state.pushed.push({ key: query.key, at, body: params });
	return {};
}

export const webhookEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/webhook/send',
		doc: 99110,
		token: 'webhook-key',
		required: { msgtype: 40008 },
		fields: FIELDS,
		handler: send,
	},
	{
		method: 'POST',
		path: '/cgi-bin/webhook/upload_media',
		doc: 99110,
		token: 'webhook-key',
		multipart: true,
		handler: (call) => upload(call, ['file', 'voice'], { webhookKey: call.query.key }),
	},
];
