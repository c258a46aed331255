import { randomInt } from 'crypto';
import { cdata, signedReply, signedReplyXml } from './crypto';

/** What an element may hold: text, a number or switch, further elements, or several of its kind. */
export type ReplyValue = string | number | boolean | ReplyValue[] | ReplyFields | null | undefined;
export interface ReplyFields {
	[element: string]: ReplyValue;
}

/** Whom a callback came from, in its own words: the member and the company. */
export interface Sender {
	FromUserName: string;
	ToUserName: string;
}

/** What a reply is encrypted and signed with; `receiveId` is the one the callback came with (doc 90241). */
export interface ReplyKeys {
	token: string;
	aesKey: Buffer;
	receiveId: string;
}

const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A name that can stand in a tag. */
export const ELEMENT_NAME = /^[A-Za-z_][\w.-]{0,99}$/;

/** A passive reply, encrypted and signed, ready to be the body of the answer (doc 90241): sender and receiver change places. */
export function passiveReply(
	{ FromUserName: member, ToUserName: company }: Sender,
	MsgType: string,
	content: ReplyFields,
	keys: ReplyKeys,
): string {
	const CreateTime = Math.floor(Date.now() / 1000);
	const reply = { ToUserName: member, FromUserName: company, CreateTime, MsgType, ...content };
	const nonce = String(randomInt(1_000_000_000, 10_000_000_000));
	return signedReplyXml(signedReply(keys, element('xml', reply), CreateTime, nonce));
}

/** Texts as CDATA, without the control characters that XML cannot hold; a list is its element repeated (doc 90241). */
function element(name: string, value: ReplyValue): string {
	if (value === undefined || value === null) return '';
	if (Array.isArray(value)) return value.map((entry) => element(name, entry)).join('');
	return `<${name}>${content(value)}</${name}>`;
}

function content(value: string | number | boolean | ReplyFields): string {
	if (typeof value === 'string') return cdata(value.replace(NOT_IN_XML, ''));
	if (typeof value !== 'object') return String(value);
	return Object.entries(value)
		.map(([name, child]) => element(name, child))
		.join('');
}
