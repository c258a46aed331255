import { additionalFields, choice, rows, text, toggle } from '../engine/fields';
import type { Field, Resource } from '../engine/operation';

export const calendarId = (overrides: Partial<Field> = {}) =>
	text('cal_id', 'Calendar ID', 'The "cal_id" that Create returned; only calendars of this app', {
		required: true,
		placeholder: 'e.g. wcjgewCwAAqeJcPI',
		...overrides,
	});
const calendarTitle = (required: boolean) =>
	text('summary', 'Title', 'Up to 128 characters', { required, path: 'calendar.summary' });
const color = text('color', 'Color', 'RGB in hexadecimal', {
	required: true,
	default: '#2e7d32',
	type: 'color',
	path: 'calendar.color',
});
const calendarOptions: Field[] = [
	text('admins', 'Admin User IDs', 'Comma-separated, up to 3, all of them in Shared With', {
		convert: 'stringList',
		path: 'calendar.admins',
	}),
	text('description', 'Description', 'Up to 512 characters', { path: 'calendar.description' }),
];
const shares = rows(
	'shares',
	'Shared With',
	'Member',
	[
		text('userid', 'User ID', 'Who sees the calendar', { required: true }),
		choice(
			'permission',
			'Permission',
			'What the member sees',
			[
				{ name: 'Everything', value: 1 },
				{ name: 'Free or Busy', value: 3 },
			],
			{ convert: 'integer' },
		),
	],
	{ path: 'calendar.shares' },
);

export const calendar: Resource = {
	value: 'calendar',
	name: 'Calendar',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create calendar',
			description: 'Add a calendar of the app',
			doc: 93647,
			endpoint: ['POST', '/cgi-bin/oa/calendar/add'],
			fields: [
				calendarTitle(true),
				color,
				shares,
				additionalFields([
					...calendarOptions,
					toggle(
						'set_as_default',
						'Default Calendar',
						'Whether schedules without a calendar go here',
						{
							convert: 'flag',
							path: 'calendar.set_as_default',
						},
					),
					toggle(
						'is_corp_calendar',
						'For Everyone',
						'Whether the whole company sees it; up to 20 calendars',
						{
							convert: 'flag',
							path: 'calendar.is_corp_calendar',
						},
					),
					toggle(
						'is_public',
						'Public',
						'Whether members can subscribe to it; cannot be changed later',
						{
							convert: 'flag',
							path: 'calendar.is_public',
						},
					),
					text('partyids', 'Public Department IDs', 'Comma-separated; who may subscribe', {
						convert: 'integerList',
						path: 'calendar.public_range.partyids',
					}),
					text('userids', 'Public User IDs', 'Comma-separated; who may subscribe', {
						convert: 'stringList',
						path: 'calendar.public_range.userids',
					}),
				]),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete calendar',
			description: 'Remove a calendar with all its schedules',
			doc: 97718,
			endpoint: ['POST', '/cgi-bin/oa/calendar/del'],
			fields: [calendarId()],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get calendars',
			description: 'Read calendars by their IDs',
			doc: 97717,
			endpoint: ['POST', '/cgi-bin/oa/calendar/get'],
			reads: true,
			fields: [
				calendarId({
					displayName: 'Calendar IDs',
					name: 'cal_id_list',
					convert: 'stringList',
					description: 'Comma-separated, up to 1,000',
				}),
			],
			list: 'calendar_list',
			whole: true,
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update calendar',
			description: 'Replace title, color, sharing, description and admins of a calendar',
			doc: 97716,
			endpoint: ['POST', '/cgi-bin/oa/calendar/update'],
			fields: [
				calendarId({ path: 'calendar.cal_id' }),
				calendarTitle(true),
				color,
				shares,
				toggle(
					'skip_public_range',
					'Keep Subscribers',
					'Whether to leave the range of people who may subscribe as it is',
					{ convert: 'flag', default: true },
				),
				additionalFields(calendarOptions),
			],
			returns: (sent) => ({ ...(sent.calendar as { cal_id: string }), success: true }),
		},
	],
};
