import type { INodeProperties } from 'n8n-workflow';
import { choiceField, textField, toggleField } from '../../shared/util/formFields';
import { fixedChoice, group, list, shownFor } from './write';

/** What is asked, and where it is answered. */

export const QUESTION: INodeProperties[] = [
	textField('title', 'Title', 'The first line of the card, up to about 36 characters', {
		default: 'Your approval is needed',
		required: true,
	}),
	textField(
		'message',
		'Message',
		'What is asked. The card shows about 160 characters, the page all.',
		{
			typeOptions: { rows: 4 },
			required: true,
		},
	),
	fixedChoice('responseType', 'Response Type', 'What kind of answer is wanted', [
		{ name: 'Approval', value: 'approval', description: 'Approve or decline with one tap' },
		{ name: 'Choices', value: 'choice', description: 'Choose one or several options' },
		{ name: 'Form', value: 'form', description: 'Fill in fields on a page' },
		{ name: 'Free Text', value: 'freeText', description: 'Write an answer on a page' },
	]),
	shownFor(
		{ responseType: ['approval'] },
		{
			...group('approvalOptions', 'Approval Options', [
				choiceField(
					'approvalType',
					'Type of Approval',
					'Which buttons there are',
					[
						{ name: 'Approve Only', value: 'single' },
						{ name: 'Approve and Decline', value: 'double' },
					],
					{ default: 'double' },
				),
				textField('approveLabel', 'Approve Button Label', 'Up to about 10 characters', {
					placeholder: 'e.g. Approve',
				}),
				textField('disapproveLabel', 'Decline Button Label', 'Up to about 10 characters', {
					placeholder: 'e.g. Decline',
				}),
			]),
			placeholder: 'Add Option',
		},
	),
	...[
		list(
			'choices',
			'Choices',
			'What can be chosen: up to 20 in a card, more on the page',
			[
				textField('text', 'Text', 'What the choice says', { required: true }),
				textField('id', 'ID', 'What the workflow gets; the text when empty'),
			],
			'Add Choice',
		),
		fixedChoice('choose', 'Choose', 'How many can be chosen', [
			{ name: 'One', value: 'one' },
			{ name: 'One From a Dropdown', value: 'dropdown', description: 'Up to 10 choices' },
			{ name: 'Several', value: 'several' },
		]),
	].map((property) => shownFor({ responseType: ['choice'] }, property)),
	shownFor(
		{ responseType: ['form'] },
		list(
			'formFields',
			'Form Fields',
			'What is to be filled in',
			[
				textField('label', 'Label', 'What stands above the field', { required: true }),
				choiceField(
					'type',
					'Type',
					'What can be entered',
					[
						{ name: 'Checkbox', value: 'checkbox' },
						{ name: 'Date', value: 'date' },
						{ name: 'Dropdown', value: 'dropdown' },
						{ name: 'Email', value: 'email' },
						{ name: 'Number', value: 'number' },
						{ name: 'Text', value: 'text' },
						{ name: 'Text Area', value: 'textarea' },
					],
					{ default: 'text' },
				),
				textField('name', 'Name', 'What the answer is called in the output; the label when empty'),
				textField('options', 'Dropdown Options', 'Separated by commas or line breaks', {
					typeOptions: { rows: 2 },
				}),
				textField('placeholder', 'Placeholder', 'Shown while the field is empty'),
				toggleField('required', 'Required', 'Whether it must be filled in'),
			],
			'Add Field',
		),
	),
	shownFor(
		{ responseType: ['approval', 'choice'] },
		fixedChoice('answerBy', 'Answer By', 'Where people answer', [
			{
				name: 'Buttons in the Card',
				value: 'card',
				description:
					'One tap. A published WeCom Trigger of the same app or bot must receive the clicks.',
			},
			{
				name: 'Link to a Page',
				value: 'link',
				description: "Needs no trigger. People's phones must be able to reach this n8n.",
			},
		]),
	),
];
