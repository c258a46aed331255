import { additionalFields, choice, ids, integer, moment, rows, text, toggle } from '../fields';
import type { Field, Resource } from '../operation';

const calendarId = (overrides: Partial<Field> = {}) =>
	text('cal_id', 'Calendar ID', 'The "cal_id" that Create returned; only calendars of this app', {
		required: true,
		placeholder: 'e.g. wcjgewCwAAqeJcPI1d8Pwbjt7nttzAAA',
		...overrides,
	});
const scheduleId = (overrides: Partial<Field> = {}) =>
	text('schedule_id', 'Schedule ID', 'The "schedule_id" that Create returned, or from a callback', {
		required: true,
		placeholder: 'e.g. 17c7d2bd9f20d652840f72f59e796AAA',
		...overrides,
	});
const attendees = (overrides: Partial<Field> = {}) =>
	ids('attendees', 'Attendee Names or IDs', 'getMembers', 1000, { each: 'userid', ...overrides });

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
		as: 'stringList',
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
			{ as: 'integer' },
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
			call: ['POST', '/cgi-bin/oa/calendar/add'],
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
							as: 'flag',
							path: 'calendar.set_as_default',
						},
					),
					toggle(
						'is_corp_calendar',
						'For Everyone',
						'Whether the whole company gets it; up to 20',
						{
							as: 'flag',
							path: 'calendar.is_corp_calendar',
						},
					),
					toggle(
						'is_public',
						'Public',
						'Whether members can subscribe to it; cannot be changed later',
						{
							as: 'flag',
							path: 'calendar.is_public',
						},
					),
					text('partyids', 'Public Department IDs', 'Comma-separated; who may subscribe', {
						as: 'integerList',
						path: 'calendar.public_range.partyids',
					}),
					text('userids', 'Public User IDs', 'Comma-separated; who may subscribe', {
						as: 'stringList',
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
			call: ['POST', '/cgi-bin/oa/calendar/del'],
			fields: [calendarId()],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getByIds',
			name: 'Get',
			action: 'Get calendars',
			description: 'Read calendars by their IDs',
			doc: 97717,
			call: ['POST', '/cgi-bin/oa/calendar/get'],
			reads: true,
			fields: [
				calendarId({
					displayName: 'Calendar IDs',
					name: 'cal_id_list',
					as: 'stringList',
					description: 'Comma-separated, up to 1,000',
				}),
			],
			list: 'calendar_list',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update calendar',
			description: 'Change a calendar; title, color and sharing are replaced',
			doc: 97716,
			call: ['POST', '/cgi-bin/oa/calendar/update'],
			fields: [
				calendarId({ path: 'calendar.cal_id' }),
				calendarTitle(true),
				color,
				shares,
				additionalFields([
					...calendarOptions,
					toggle(
						'skip_public_range',
						'Keep Subscribers',
						'Whether to leave the range of people who may subscribe as it is',
						{ as: 'flag', default: true },
					),
				]),
			],
			returns: (sent) => ({ ...(sent.calendar as { cal_id: string }), success: true }),
		},
	],
};

const inSchedule = (field: Field): Field => ({ ...field, path: `schedule.${field.name}` });

const scheduleTimes = [
	moment('start_time', 'Start', 'When it begins', { required: true }),
	moment('end_time', 'End', 'When it ends', { required: true }),
].map(inSchedule);
const scheduleOptions: Field[] = [
	...[
		text('admins', 'Admin User IDs', 'Comma-separated, up to 3, all of them attendees', {
			as: 'stringList',
		}),
		text('description', 'Description', 'Up to 1,000 characters'),
		text('location', 'Location', 'Up to 128 characters'),
		toggle('is_whole_day', 'Whole Day', 'Whether it lasts the whole day', { as: 'flag' }),
	].map(inSchedule),
	...[
		toggle('is_remind', 'Remind', 'Whether attendees are reminded', { as: 'flag' }),
		integer(
			'remind_before_event_secs',
			'Remind Before',
			'Seconds before the start: 0, 300, 900, 3600 or 86400',
			{
				default: 900,
			},
		),
		toggle('is_repeat', 'Repeat', 'Whether it is repeated', { as: 'flag' }),
		choice(
			'repeat_type',
			'Repeat Every',
			'How often it is repeated',
			[
				{ name: 'Day', value: 0 },
				{ name: 'Month', value: 2 },
				{ name: 'Week', value: 1 },
				{ name: 'Working Day', value: 7 },
				{ name: 'Year', value: 5 },
			],
			{ as: 'integer' },
		),
		moment('repeat_until', 'Repeat Until', 'When the repetition ends; left out for ever'),
		integer('timezone', 'UTC Offset', 'Hours ahead of UTC that repetitions are counted in', {
			default: 8,
		}),
	].map((field) => ({ ...field, path: `schedule.reminders.${field.name}` })),
];
const scheduleTitle = inSchedule(text('summary', 'Title', 'Up to 128 characters'));
const occurrence: Field[] = [
	choice(
		'op_mode',
		'Repetitions',
		'Which ones of a repeated schedule',
		[
			{ name: 'All', value: 0 },
			{ name: 'Only One', value: 1 },
			{ name: 'This and All Later', value: 2 },
		],
		{ as: 'integer' },
	),
	moment('op_start_time', 'Repetition', 'Start of the repetition that is meant', {
		displayOptions: { show: { op_mode: [1, 2] } },
	}),
];

export const schedule: Resource = {
	value: 'schedule',
	name: 'Schedule',
	operations: [
		{
			value: 'addAttendees',
			name: 'Add Attendees',
			action: 'Add attendees to schedule',
			description: 'Invite more members to a schedule',
			doc: 97721,
			call: ['POST', '/cgi-bin/oa/schedule/add_attendees'],
			fields: [scheduleId(), attendees({ required: true })],
			returns: ({ schedule_id }) => ({ schedule_id, success: true }),
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create schedule',
			description: 'Put an appointment into the calendars of its attendees',
			doc: 93648,
			call: ['POST', '/cgi-bin/oa/schedule/add'],
			fields: [
				scheduleTitle,
				...scheduleTimes,
				attendees({ path: 'schedule.attendees' }),
				calendarId({
					required: false,
					path: 'schedule.cal_id',
					description: 'A calendar of this app; its default calendar when empty',
				}),
				additionalFields(scheduleOptions),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete schedule',
			description: 'Cancel a schedule, or some of its repetitions',
			doc: 97725,
			call: ['POST', '/cgi-bin/oa/schedule/del'],
			fields: [scheduleId(), ...occurrence],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getByIds',
			name: 'Get',
			action: 'Get schedules',
			description: 'Read schedules by their IDs, with the answers of the attendees',
			doc: 97724,
			call: ['POST', '/cgi-bin/oa/schedule/get'],
			reads: true,
			fields: [
				scheduleId({
					displayName: 'Schedule IDs',
					name: 'schedule_id_list',
					as: 'stringList',
					description: 'Comma-separated, up to 1,000',
				}),
			],
			list: 'schedule_list',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many schedules',
			description: 'List the schedules of a calendar',
			doc: 97723,
			call: ['POST', '/cgi-bin/oa/schedule/get_by_calendar'],
			reads: true,
			fields: [calendarId()],
			list: 'schedule_list',
			paging: {
				style: 'offset',
				request: { offset: 'offset', limit: 'limit' },
				response: {},
				max_limit: 1000,
			},
		},
		{
			value: 'removeAttendees',
			name: 'Remove Attendees',
			action: 'Remove attendees from schedule',
			description: 'Take members off a schedule',
			doc: 97722,
			call: ['POST', '/cgi-bin/oa/schedule/del_attendees'],
			fields: [scheduleId(), attendees({ required: true })],
			returns: ({ schedule_id }) => ({ schedule_id, success: true }),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update schedule',
			description: 'Change a schedule, or some of its repetitions',
			doc: 97720,
			call: ['POST', '/cgi-bin/oa/schedule/update'],
			fields: [
				scheduleId({ path: 'schedule.schedule_id' }),
				scheduleTitle,
				...scheduleTimes,
				toggle('skip_attendees', 'Keep Attendees', 'Whether the attendees stay as they are', {
					as: 'flag',
					default: true,
				}),
				attendees({
					path: 'schedule.attendees',
					displayOptions: { show: { skip_attendees: [false] } },
				}),
				...occurrence,
				additionalFields(scheduleOptions),
			],
		},
	],
};

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
			call: ['POST', '/cgi-bin/todo/get'],
			reads: true,
			fields: [todoId],
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update to-do',
			description: 'Set the state of a to-do or of its attendees',
			doc: 101534,
			call: ['POST', '/cgi-bin/todo/update'],
			fields: [
				todoId,
				choice('status', 'State', 'State of the whole to-do', STATES, {
					as: 'integer',
					default: 1,
				}),
				rows('attendees', 'Attendees', 'Attendee', [
					text('userid', 'User ID', 'Whose state it is', { required: true }),
					choice('status', 'State', 'State of the to-do for this attendee', STATES, {
						as: 'integer',
					}),
				]),
			],
			returns: ({ todo_id, status }) => ({ todo_id, status, success: true }),
		},
	],
};
