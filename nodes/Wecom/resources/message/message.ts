import { cardFields, WITH_CARD } from './cardFields';
import { additionalFields, choice, ids, text, toggle } from '../../engine/fields';
import { contentFields, MORE_CONTENT, messageType, translateIds } from './fields';
import { APP, SCHOOL, sendMessage, sendToSchool, updateTemplateCard } from './send';
import { RECIPIENTS } from '../../../shared/lists/recipients';
import type { Resource } from '../../engine/operation';

const CARD = cardFields(WITH_CARD);

/**
 * Recipients of one kind. The field is shown only when its kind is chosen, since the editor loads every list of the form when it
 * opens.
 */
const recipients = (
	...[kind, label, method, most]: [keyof typeof RECIPIENTS, string, string, number]
) =>
	ids(RECIPIENTS[kind], label, method, most, {
		displayOptions: { show: { sendTo: [kind] } },
		local: true,
	});

const sendTo = choice(
	'sendTo',
	'Send To',
	'Who gets the message; several kinds can be chosen',
	[
		{ name: 'Departments', value: 'departments' },
		{
			name: 'Everyone',
			value: 'everyone',
			description: 'Every member in the visible range of the app',
		},
		{ name: 'Members', value: 'members' },
		{ name: 'Tags', value: 'tags' },
	],
	{ type: 'multiOptions', default: ['members'], local: true },
);

const typed = (name: string, displayName: string, most: string) =>
	text(name, displayName, `Comma-separated IDs, up to ${most}`, { convert: 'stringList' });

export const message: Resource = {
	value: 'message',
	name: 'Message',
	operations: [
		{
			value: 'send',
			name: 'Send',
			action: 'Send message',
			description: 'Send a message from the app to members, departments or tags',
			doc: 90236,
			covers: ['message.send'],
			fields: [
				messageType,
				sendTo,
				recipients('members', 'Member Names or IDs', 'getMembers', 1000),
				recipients('departments', 'Department Names or IDs', 'getDepartments', 100),
				recipients('tags', 'Tag Names or IDs', 'getTags', 100),
				...contentFields({ types: APP.types }),
				...CARD,
				MORE_CONTENT,
			],
			run: sendMessage,
		},
		{
			value: 'sendToSchool',
			name: 'Send to School',
			action: 'Send message to parents or students',
			description: 'Send a notice from the app to parents and students of a school',
			doc: 91609,
			covers: ['externalcontact.message.send'],
			fields: [
				messageType,
				choice('recv_scope', 'Recipients', 'Which of the people below get the message', [
					{ name: 'Parents', value: 0 },
					{ name: 'Parents and Students', value: 2 },
					{ name: 'Students', value: 1 },
				]),
				toggle('toall', 'Send to Whole School', 'Whether to send to everyone at the school', {
					convert: 'flag',
				}),
				typed('to_parent_userid', 'Parents', '1,000'),
				typed('to_student_userid', 'Students', '1,000'),
				typed('to_party', 'Departments', '100'),
				...contentFields({ types: SCHOOL.types }),
				MORE_CONTENT,
			],
			run: sendToSchool,
		},
		{
			value: 'updateTemplateCard',
			name: 'Update Template Card',
			action: 'Update template card',
			description: 'Grey out the button of a sent card, or put a new card in its place',
			doc: 94888,
			covers: ['message.update_template_card'],
			fields: [
				text(
					'response_code',
					'Response Code',
					'From Send or from the callback of a click; works once, within 72 hours',
					{ required: true },
				),
				choice(
					'msgtype',
					'Update To',
					'What the card becomes',
					[
						{ name: 'Button That Cannot Be Clicked', value: 'button' },
						{ name: 'New Card', value: 'template_card' },
					],
					{ local: true },
				),
				text('replace_name', 'Button Text', 'The new text of the button', {
					path: 'button.replace_name',
					required: true,
					placeholder: 'e.g. Approved',
					displayOptions: { show: { msgtype: ['button'] } },
				}),
				...CARD,
				toggle('atall', 'For Everyone', 'Whether to update the card of everyone who got it', {
					convert: 'flag',
				}),
				ids('userids', 'Member Names or IDs', 'getMembers', 1000, {
					displayOptions: { show: { atall: [false] } },
				}),
				additionalFields([
					text('partyids', 'Departments', 'Comma-separated IDs, up to 100', {
						convert: 'integerList',
					}),
					text('replace_text', 'Replacement Text', 'A grey button in place of all the buttons', {
						path: 'template_card.replace_text',
						displayOptions: { show: { '/msgtype': ['template_card'] } },
					}),
					text('tagids', 'Tags', 'Comma-separated IDs, up to 100', {
						convert: 'integerList',
					}),
					translateIds,
				]),
			],
			run: updateTemplateCard,
		},
		{
			value: 'recall',
			name: 'Recall',
			action: 'Recall message',
			description: 'Withdraw a message of this app within 24 hours',
			doc: 94867,
			endpoint: ['POST', '/cgi-bin/message/recall'],
			fields: [text('msgid', 'Message ID', 'The "msgid" that Send returned', { required: true })],
			returns: ({ msgid }) => ({ msgid, recalled: true }),
		},
	],
};
