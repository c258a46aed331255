import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { uploadRequest } from '../../../shared/client/files';
import {
	WEBHOOK_CREDENTIAL,
	WEBHOOK_SEND,
	WEBHOOK_UPLOAD,
} from '../../../shared/credentials/messagePush';
import { readBinary, type MediaKind } from '../../engine/binary';
import { cardFields, WITH_CARD } from './cardFields';
import { binaryInput, choice } from '../../engine/fields';
import { contentFields, mention, messageType, MORE_CONTENT } from './fields';
import { sendContents, sentCount } from './send';
import { fileName } from '../media';
import { readMessage, type Channel } from './content';
import type { ItemContext, Resource } from '../../engine/operation';
import { replyItem } from '../../engine/output';

export const MESSAGE_PUSH: Channel = {
	path: WEBHOOK_SEND,
	types: ['text', 'markdown', 'markdown_v2', 'image', 'news', 'file', 'voice', 'template_card'],
	uploadPath: WEBHOOK_UPLOAD,
	markdownBytes: 4096,
	cardUnit: 'bytes',
	inlineImages: true,
};

/** Into the group a webhook belongs to, also called group robot (doc 99110). */
export const messagePush: Resource = {
	value: 'messagePush',
	name: 'Message Push',
	credential: WEBHOOK_CREDENTIAL,
	operations: [
		{
			value: 'send',
			name: 'Send',
			action: 'Send message to group by webhook',
			description: 'Send a message to the group of the webhook, up to 20 a minute',
			doc: 99110,
			covers: ['webhook.send'],
			fields: [
				messageType,
				...contentFields({
					types: MESSAGE_PUSH.types,
					inlineImages: true,
					mentions: [
						mention('mentioned_list', 'Mention Members', 'user IDs'),
						mention(
							'mentioned_mobile_list',
							'Mention Phone Numbers',
							'phone numbers of members',
							'phones',
						),
					],
				}),
				...cardFields(WITH_CARD),
				MORE_CONTENT,
			],
			run: send,
		},
		{
			value: 'upload',
			name: 'Upload',
			action: 'Upload file for message push',
			description: 'Store a file for three days for messages of this webhook',
			doc: 99110,
			covers: ['webhook.upload_media'],
			fields: [
				choice('type', 'Type', 'What the file is used as', [
					{ name: 'File', value: 'file', description: 'Any type, up to 20 MB' },
					{ name: 'Voice', value: 'voice', description: 'AMR, up to 60 seconds and 2 MB' },
				]),
				binaryInput(),
				fileName,
			],
			run: upload,
		},
	],
};

const TOO_MANY = 45009;

async function send(item: ItemContext): Promise<IDataObject> {
	try {
		return sentCount(await sendContents(readMessage(item, MESSAGE_PUSH)));
	} catch (error) {
		throw withLimit(error as NodeApiError);
	}
}

/** WeCom's general text on limits does not name the one that is meant here. */
function withLimit(error: NodeApiError): NodeApiError {
	if (error.context?.errcode === TOO_MANY)
		error.description = `A webhook takes 20 messages a minute. Wait a minute, put several texts into one message, or send fewer items at a time with a Loop Over Items and a Wait node. ${error.description ?? ''}`;
	return error;
}

async function upload(item: ItemContext): Promise<IDataObject> {
	const type = item.get<MediaKind>('type', 'file');
	const file = await readBinary(item, type, { fileName: item.get('fileName') });
	return replyItem(
		await item.client.call(uploadRequest(WEBHOOK_UPLOAD, { type }, file), item.itemIndex),
	);
}
