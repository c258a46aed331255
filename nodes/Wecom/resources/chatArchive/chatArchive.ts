import { choice, additionalFields, rows, text, toggle } from '../../engine/fields';
import type { Operation, Resource } from '../../engine/operation';
import { downloadChatMedia, getMessages, getNewestPosition } from './bridge';

const THROUGH_BRIDGE = 'wecomChatArchiveApi';
const roomid = text('roomid', 'Group ID', "The 'roomid' of its messages", {
	required: true,
	placeholder: 'e.g. wrQk7AAAAm2c9Xw0Vb6KfH1uTz5Yd8Rn',
});

/** What the bridge gives: messages and files, which WeCom has no API for. */
const throughBridge: Operation[] = [
	{
		value: 'getArchivedMessages',
		name: 'Get Archived Messages',
		action: 'Get archived messages',
		description: 'Read messages of the last five days from the chat archive bridge',
		doc: 91774,
		credential: THROUGH_BRIDGE,
		fields: [
			text('after', 'After', "The 'wecom.seq' of the message before them; 0 for the oldest", {
				default: '0',
			}),
			additionalFields([
				toggle(
					'parseNested',
					'Parse Nested Contents',
					'Whether to read the JSON texts inside mixed messages, notes and forwarded chats',
				),
				text('until', 'Until', "The 'wecom.seq' of the last message wanted"),
			]),
		],
		reads: true,
		list: 'messages',
		run: getMessages,
	},
	{
		value: 'downloadMedia',
		name: 'Download Media',
		action: 'Download archived media',
		description: 'Fetch a file of an archived message, up to five days after it was sent',
		doc: 91774,
		credential: THROUGH_BRIDGE,
		fields: [
			text('sdkfileid', 'SDK File ID', "From 'wecom.media' of the message", {
				required: true,
				default: '={{ $json.wecom.media[0].sdkfileid }}',
			}),
			text('md5sum', 'MD5', "From 'wecom.media'; used to check the file", {
				default: '={{ $json.wecom.media[0].md5sum }}',
			}),
			text('fileName', 'File Name', 'Name of the file in n8n', {
				default: '={{ $json.wecom.media[0].fileName }}',
			}),
			text('outputPropertyName', 'Put Output in Field', 'The binary field for the file', {
				default: 'data',
			}),
		],
		reads: true,
		run: downloadChatMedia,
	},
	{
		value: 'getNewestPosition',
		name: 'Get Newest Position',
		action: 'Get newest position of chat archive',
		description: 'Get the seq of the newest message in the archive',
		doc: 91774,
		credential: THROUGH_BRIDGE,
		fields: [],
		reads: true,
		run: getNewestPosition,
	},
];

/** What WeCom's API gives with the secret of the archive. */
const throughApi: Operation[] = [
	{
		value: 'checkGroupConsent',
		name: 'Check Group Consent',
		action: 'Check consent in group',
		description: 'Check which outsiders agreed to the archiving of a group',
		doc: 91782,
		endpoint: ['POST', '/cgi-bin/msgaudit/check_room_agree'],
		reads: true,
		fields: [roomid],
		list: 'agreeinfo',
		whole: true,
	},
	{
		value: 'checkSingleConsent',
		name: 'Check Single Consent',
		action: 'Check consent of people',
		description: 'Check which outsiders agreed to the archiving of chats with a member',
		doc: 91782,
		endpoint: ['POST', '/cgi-bin/msgaudit/check_single_agree'],
		reads: true,
		fields: [
			rows(
				'info',
				'Chats',
				'Chat',
				[
					text('userid', 'Member', 'User ID of the member', {
						required: true,
						placeholder: 'e.g. zhangsan',
					}),
					text('exteranalopenid', 'External User ID', 'The person outside', {
						required: true,
						placeholder: 'e.g. wmQk7AAAAx8f0Zr3bYt1dO2vLp9Qe4Sg',
					}),
				],
				{ required: true, description: 'Up to 100' },
			),
		],
		list: 'agreeinfo',
		whole: true,
	},
	{
		value: 'getInternalGroup',
		name: 'Get Internal Group',
		action: 'Get archived internal group',
		description: 'Get name and members of an archived group of colleagues',
		doc: 92951,
		endpoint: ['POST', '/cgi-bin/msgaudit/groupchat/get'],
		reads: true,
		fields: [roomid],
	},
	{
		value: 'getMembers',
		name: 'Get Members',
		action: 'Get members of chat archive',
		description: 'List the members whose chats are archived',
		doc: 91614,
		endpoint: ['POST', '/cgi-bin/msgaudit/get_permit_user_list'],
		reads: true,
		fields: [
			additionalFields([
				choice(
					'type',
					'Edition',
					'Only the members of one edition',
					[
						{ name: 'Office', value: 1 },
						{ name: 'Service', value: 2 },
						{ name: 'Enterprise', value: 3 },
					],
					{ convert: 'integer' },
				),
			]),
		],
		list: 'ids',
	},
	{
		value: 'getRobot',
		name: 'Get Robot',
		action: 'Get robot of chat archive',
		description: 'Get name and creator of a robot that wrote in an archived chat',
		doc: 91774,
		endpoint: ['GET', '/cgi-bin/msgaudit/get_robot_info'],
		fields: [
			text('robot_id', 'Robot ID', "The 'from' of its messages", {
				required: true,
				placeholder: 'e.g. wbQk7AAAAbot',
			}),
		],
		pick: 'data',
	},
];

/** 会话内容存档: messages and files through the bridge, consent and members through the API with the archive's own secret. */
export const chatArchive: Resource = {
	value: 'chatArchive',
	name: 'Chat Archive',
	operations: [...throughBridge, ...throughApi],
};
