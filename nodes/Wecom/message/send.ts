import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { agentIdOf } from '../../shared/api/companies';
import { uploadRequest } from '../../shared/api/files';
import type { WecomReply } from '../../shared/api/reply';
import { byteLength, splitText } from '../../shared/text';
import { MEDIA_KINDS, readBinary, type MediaKind } from '../binary';
import type { OperationCall } from '../operation';
import { toItem } from '../reply';
import { problem, splitIds } from '../values';

const MAX_TEXT_BYTES = 2048;

/** `message/send` (doc 90236): checks the limits WeCom enforces by cutting, uploads the file, sends, and keeps partial failures. */
export async function sendMessage(call: OperationCall): Promise<IDataObject> {
	const { client, get, itemIndex } = call;
	const agentId = await agentIdOf(client, itemIndex);
	if (!/^\d+$/.test(agentId)) {
		throw problem(
			call,
			client.company
				? 'The Agent ID of the company is not known'
				: 'The credential has no Agent ID',
			client.company
				? 'The company has no app with an entity, or has not finished the authorization. Check it with the operation Get Authorization Info of the resource Suite.'
				: 'Add the Agent ID of the app to the WeCom API credential: messages are sent in its name.',
		);
	}
	const more = get<IDataObject>('additionalFields', {});
	const type = get('msgtype', 'text');
	const common: IDataObject = {
		...recipients(call),
		msgtype: type,
		agentid: Number(agentId),
		...switches(more),
	};

	const parts = await contents(call, type, more);
	const repeatable = more.enable_duplicate_check === true;
	const replies: WecomReply[] = [];
	for (const content of parts) {
		const body = { ...common, [type]: content };
		try {
			replies.push(
				await client.call(
					{ method: 'POST', path: '/cgi-bin/message/send', body, repeatable },
					itemIndex,
				),
			);
		} catch (error) {
			throw withSentParts(error as NodeApiError, replies, parts.length);
		}
	}
	const item = toItem(replies[0]);
	return replies.length === 1
		? item
		: { ...item, msgids: replies.map(({ msgid }) => msgid as string) };
}

/** When a later part of a split text fails, the person must know what has gone out already. */
function withSentParts(error: NodeApiError, sent: WecomReply[], total: number): NodeApiError {
	if (sent.length === 0) return error;
	const ids = sent.map(({ msgid }) => msgid).join(', ');
	error.description = `${sent.length} of ${total} parts were sent before (message IDs ${ids}). ${error.description ?? ''}`;
	return error;
}

function recipients(call: OperationCall): IDataObject {
	if (call.get<boolean>('toAll', false)) return { touser: '@all' };
	const chosen = (
		[
			['touser', 1000],
			['toparty', 100],
			['totag', 100],
		] as const
	).flatMap(([name, most]) => {
		const ids = splitIds(call.get<unknown>(name, []));
		if (ids.length > most) {
			throw problem(
				call,
				`${ids.length} entries in '${name}', WeCom takes ${most} in one message`,
				"Split the recipients over several items, or use 'Send to Everyone' or a department.",
			);
		}
		return ids.length > 0 ? [[name, ids.join('|')]] : [];
	});
	if (chosen.length === 0) {
		throw problem(
			call,
			'The message has no recipient',
			"Choose members, departments or tags, or switch on 'Send to Everyone'.",
		);
	}
	return Object.fromEntries(chosen) as IDataObject;
}

function switches(more: IDataObject): IDataObject {
	const sent: IDataObject = {};
	for (const name of ['safe', 'enable_id_trans', 'enable_duplicate_check'])
		if (more[name] === true) sent[name] = 1;
	if (sent.enable_duplicate_check && more.duplicate_check_interval) {
		sent.duplicate_check_interval = more.duplicate_check_interval;
	}
	return sent;
}

/** The content object of each message to send; more than one only for split text. */
async function contents(
	call: OperationCall,
	type: string,
	more: IDataObject,
): Promise<IDataObject[]> {
	if (type === 'text' || type === 'markdown') return textContents(call, more);
	if (type === 'textcard') return [textCard(call, more)];
	return [await mediaContent(call, type as MediaKind, more)];
}

function textContents(call: OperationCall, more: IDataObject): IDataObject[] {
	const content = String(call.get('content'));
	if (content.trim() === '')
		throw problem(
			call,
			"'Content' is empty",
			'Fill it in, or check the expression that should give it.',
		);
	if (more.splitLongText === true)
		return splitText(content, MAX_TEXT_BYTES).map((part) => ({ content: part }));
	atMost(
		call,
		'Content',
		byteLength(content),
		MAX_TEXT_BYTES,
		'bytes',
		"Shorten it, or add the field 'Split Long Text'.",
	);
	return [{ content }];
}

function textCard(call: OperationCall, more: IDataObject): IDataObject {
	const [title, description, url] = ['title', 'description', 'url'].map((name) =>
		String(call.get(name)),
	);
	for (const [label, value] of [
		['Title', title],
		['Description', description],
		['Link', url],
	]) {
		if (value.trim() === '')
			throw problem(
				call,
				`'${label}' is empty`,
				'A text card needs a title, a description and a link.',
			);
	}
	atMost(call, 'Title', characters(title), 128, 'characters');
	atMost(call, 'Description', characters(description), 512, 'characters');
	atMost(call, 'Link', byteLength(url), 2048, 'bytes');
	if (!/^https?:\/\//i.test(url))
		throw problem(
			call,
			"'Link' is not a web address",
			'Enter the whole URL, beginning with https:// or http://.',
		);
	const btntxt = String(more.btntxt ?? '');
	atMost(call, 'Button Text', characters(btntxt), 4, 'characters');
	return { title, description, url, ...(btntxt ? { btntxt } : {}) };
}

async function mediaContent(
	call: OperationCall,
	kind: MediaKind,
	more: IDataObject,
): Promise<IDataObject> {
	const content: IDataObject = { media_id: await mediaId(call, kind, String(more.fileName ?? '')) };
	if (kind !== 'video') return content;
	const title = String(more.videoTitle ?? '');
	const description = String(more.videoDescription ?? '');
	atMost(call, 'Video Title', byteLength(title), 128, 'bytes');
	atMost(call, 'Video Description', byteLength(description), 512, 'bytes');
	return { ...content, ...(title ? { title } : {}), ...(description ? { description } : {}) };
}

export async function mediaId(
	call: OperationCall,
	kind: MediaKind,
	fileName: string,
): Promise<string> {
	const { client, get, itemIndex } = call;
	if (get('mediaFrom', 'binary') === 'mediaId') {
		const id = get('media_id').trim();
		if (!id)
			throw problem(
				call,
				"'Media ID' is empty",
				`Upload the ${MEDIA_KINDS[kind].name.toLowerCase()} first, or send it from binary data.`,
			);
		return id;
	}
	const file = await readBinary(call, kind, fileName);
	const reply = await client.call(
		uploadRequest('/cgi-bin/media/upload', { type: kind }, file),
		itemIndex,
	);
	return String(reply.media_id);
}

const characters = (text: string) => [...text].length;

export function atMost(
	call: OperationCall,
	label: string,
	size: number,
	most: number,
	unit: string,
	todo = 'Shorten it: WeCom would cut off the rest.',
) {
	if (size <= most) return;
	throw problem(
		call,
		`'${label}' has ${size.toLocaleString('en')} ${unit}, WeCom takes ${most.toLocaleString('en')}`,
		todo,
	);
}
