/** What an endpoint of the catalog answers: its documented sample, or one made from its response table. */
import { FileAnswer } from '../endpoint.cts';
import { toXml, type XmlFields } from '../xml.cts';
import type { Facts, Json, ResponseField } from './facts.cts';

/** The documented sample, always with errcode 0: a few samples show a failed batch. */
export function usualAnswer(facts: Facts): Json {
	const { sample_response: sample, response = [] } = facts;
	if (!sample) return { errcode: 0, errmsg: 'ok', ...lastPage(facts, made(response)) };
	return sample.errcode ? { ...sample, errcode: 0, errmsg: 'ok' } : sample;
}

function made(fields: ResponseField[]): Json {
	return Object.fromEntries(
		fields
			.filter(({ name }) => name !== 'errcode' && name !== 'errmsg')
			.map((field) => [field.name, madeValue(field)]),
	);
}

function madeValue({ name, type, fields = [] }: ResponseField): unknown {
	if (type.endsWith('[]')) return [madeValue({ name, type: type.slice(0, -2), fields })];
	if (type === 'object') return made(fields);
	if (type === 'integer' || type === 'number') return 1;
	if (type === 'boolean') return true;
	return name.toUpperCase();
}

/** Ends an answer's list: one that is made up has one item and no further page. */
function lastPage({ paging, response = [] }: Facts, answer: Json): Json {
	const { cursor, offset, total, has_more } = paging?.response ?? {};
	if (cursor) answer[cursor] = paging!.cursor_type === 'integer' ? 0 : '';
	if (offset) answer[offset] = 1;
	if (total) answer[total] = 1;
	if (has_more) {
		const type = response.find(({ name }) => name === has_more)?.type;
		answer[has_more] = type === 'integer' ? 0 : false;
	}
	return answer;
}

/** The file that every download gets: a voice file without sound. */
export const DOWNLOAD = Buffer.from('#!AMR\n\x0c\x00\x00\x00\x00\x00', 'latin1');

export const fileAnswer = () =>
	new FileAnswer(
		200,
		{
			'Content-Type': 'voice/speex',
			'Content-Disposition': 'attachment; filename="sample.speex"',
		},
		DOWNLOAD,
	);

/** The payment endpoints of api.mch.weixin.qq.com read and write flat XML. */
export function xmlAnswer({ params, response = [] }: Facts, rawBody: Buffer): FileAnswer {
	const given = readXml(rawBody.toString('utf8'));
	const missing = params.find(({ name, required }) => required && !given[name]);
	const answer = missing
		? { return_code: 'FAIL', return_msg: `missing ${missing.name}` }
		: { ...made(response), return_code: 'SUCCESS', return_msg: 'ok', result_code: 'SUCCESS' };
	const content = Buffer.from(toXml(answer as XmlFields));
	return new FileAnswer(200, { 'Content-Type': 'text/xml; charset=UTF-8' }, content);
}

function readXml(text: string): Record<string, string> {
	const fields = text.matchAll(/<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g);
	return Object.fromEntries([...fields].map(([, name, cdata, plain]) => [name, cdata ?? plain]));
}
