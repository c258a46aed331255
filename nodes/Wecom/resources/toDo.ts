import { oneOf } from '../engine/checks';
import { choice, rows, text } from '../engine/fields';
import type { Resource } from '../engine/operation';

const STATES = [
	{ name: 'Done', value: 0 },
	{ name: 'Open', value: 1 },
];
const todoId = text('todo_id', 'To-Do ID', 'From JS-SDK createTodo, in the same app', {
	required: true,
});

export const toDo: Resource = {
	value: 'toDo',
	name: 'To-Do',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get to-do',
			description: 'Read a to-do with the state of each attendee',
			doc: 101524,
			endpoint: ['POST', '/cgi-bin/todo/get'],
			reads: true,
			fields: [todoId],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update to-do',
			description: 'Set the state of a to-do or of its attendees',
			doc: 101534,
			endpoint: ['POST', '/cgi-bin/todo/update'],
			fields: [
				todoId,
				choice(
					'status',
					'State',
					'State of the whole to-do',
					[{ name: 'Leave as It Is', value: '' }, ...STATES],
					{
						convert: 'integer',
					},
				),
				rows('attendees', 'Attendees', 'Attendee', [
					text('userid', 'User ID', 'The attendee whose state to set', { required: true }),
					choice('status', 'State', 'State of the to-do for this attendee', STATES, {
						convert: 'integer',
					}),
				]),
			],
			check: oneOf(['status', 'attendees'], 'Choose a state, or add attendees.'),
			returns: ({ todo_id, status }) => ({ todo_id, status, success: true }),
		},
	],
};
