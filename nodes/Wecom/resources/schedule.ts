import type { IDataObject } from 'n8n-workflow';
import { toRequest } from '../engine/runRow';
import { additionalFields, choice, ids, integer, moment, text, toggle } from '../engine/fields';
import type { Field, ItemContext, Resource } from '../engine/operation';
import { keepFields, replyItem } from '../engine/output';
import { problem } from '../engine/problem';
import { collectParameters, merge } from '../engine/parameters';
import { calendarId } from './calendar';

export const scheduleId = (overrides: Partial<Field> = {}) =>
	text('schedule_id', 'Schedule ID', 'The "schedule_id" from Schedule > Create or a callback', {
		required: true,
		placeholder: 'e.g. 17c7d2bd9f20d652840f72f59e796AAA',
		...overrides,
	});
const attendees = (overrides: Partial<Field> = {}) =>
	ids('attendees', 'Attendee Names or IDs', 'getMembers', 1000, { each: 'userid', ...overrides });

const inSchedule = (field: Field): Field => ({ ...field, path: `schedule.${field.name}` });

const scheduleTimes = [
	moment('start_time', 'Start', 'When it begins', { required: true }),
	moment('end_time', 'End', 'When it ends', { required: true }),
].map(inSchedule);
const scheduleOptions: Field[] = [
	...[
		text('admins', 'Admin User IDs', 'Comma-separated, up to 3, all of them attendees', {
			convert: 'stringList',
		}),
		text('description', 'Description', 'Up to 1,000 characters'),
		text('location', 'Location', 'Up to 128 characters'),
		toggle('is_whole_day', 'Whole Day', 'Whether it lasts the whole day', { convert: 'flag' }),
	].map(inSchedule),
	...[
		toggle('is_remind', 'Remind', 'Whether attendees are reminded', { convert: 'flag' }),
		integer(
			'remind_before_event_secs',
			'Remind Before',
			'Seconds before the start: 0, 300, 900, 3600 or 86400',
			{
				default: 900,
			},
		),
		toggle('is_repeat', 'Repeat', 'Whether it is repeated', { convert: 'flag' }),
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
			{ convert: 'integer' },
		),
		moment('repeat_until', 'Repeat Until', 'When the repetition ends; empty for never'),
		integer('timezone', 'UTC Offset', 'Time zone of the repetition, in hours ahead of UTC', {
			default: 8,
		}),
	].map((field) => ({ ...field, path: `schedule.reminders.${field.name}` })),
];
const scheduleTitle = inSchedule(text('summary', 'Title', 'Up to 128 characters'));
const occurrence: Field[] = [
	choice(
		'op_mode',
		'Repetitions',
		'Which occurrences of a repeating schedule',
		[
			{ name: 'All', value: 0 },
			{ name: 'Only One', value: 1 },
			{ name: 'This and All Later', value: 2 },
		],
		{ convert: 'integer' },
	),
	moment('op_start_time', 'Repetition', 'Start of the occurrence in question', {
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
			endpoint: ['POST', '/cgi-bin/oa/schedule/add_attendees'],
			fields: [scheduleId(), attendees({ required: true })],
			returns: ({ schedule_id }) => ({ schedule_id, success: true }),
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create schedule',
			description: 'Add an appointment to the calendars of its attendees',
			doc: 93648,
			endpoint: ['POST', '/cgi-bin/oa/schedule/add'],
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
			description: 'Cancel a schedule, or some of its occurrences',
			doc: 97725,
			endpoint: ['POST', '/cgi-bin/oa/schedule/del'],
			fields: [scheduleId(), ...occurrence],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get schedules',
			description: 'Read schedules by their IDs, with the answers of the attendees',
			doc: 97724,
			endpoint: ['POST', '/cgi-bin/oa/schedule/get'],
			reads: true,
			fields: [
				scheduleId({
					displayName: 'Schedule IDs',
					name: 'schedule_id_list',
					convert: 'stringList',
					description: 'Comma-separated, up to 1,000',
				}),
			],
			list: 'schedule_list',
			whole: true,
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many schedules',
			description: 'List the schedules of a calendar',
			doc: 97723,
			endpoint: ['POST', '/cgi-bin/oa/schedule/get_by_calendar'],
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
			description: 'Remove members from a schedule',
			doc: 97722,
			endpoint: ['POST', '/cgi-bin/oa/schedule/del_attendees'],
			fields: [scheduleId(), attendees({ required: true })],
			returns: ({ schedule_id }) => ({ schedule_id, success: true }),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update schedule',
			description:
				'Change a schedule, or some of its occurrences; fields left out stay as they are',
			doc: 97720,
			endpoint: ['POST', '/cgi-bin/oa/schedule/update'],
			fields: [
				scheduleId({ path: 'schedule.schedule_id' }),
				scheduleTitle,
				...scheduleTimes,
				toggle('skip_attendees', 'Keep Attendees', 'Whether the attendees stay as they are', {
					convert: 'flag',
					default: true,
				}),
				attendees({
					path: 'schedule.attendees',
					displayOptions: { show: { skip_attendees: [false] } },
				}),
				...occurrence,
				additionalFields(scheduleOptions),
			],
			run: updateSchedule,
		},
	],
};

/** What an update takes (doc 97720) of what reading gives (doc 97724). */
const KEPT = ['admins', 'summary', 'description', 'location', 'is_whole_day'];
const KEPT_REPETITION = ['is_repeat', 'repeat_type', 'timezone'];
const CUSTOM = ['is_custom_repeat', 'repeat_interval', 'repeat_day_of_week', 'repeat_day_of_month'];
const REMINDER = 'remind_before_event_secs';
const REMINDERS = 'remind_time_diffs';

/** WeCom empties what an update leaves out, so it is read first and sent again. */
async function updateSchedule(item: ItemContext): Promise<IDataObject> {
	const { client, operation, itemIndex } = item;
	const entered = collectParameters(item);
	const wanted = entered.schedule as IDataObject;
	const path = '/cgi-bin/oa/schedule/get';
	const body = { schedule_id_list: [wanted.schedule_id] };
	const reply = await client.call({ method: 'POST', path, body, repeatable: true }, itemIndex);
	const [known] = (reply.schedule_list ?? []) as IDataObject[];
	if (!known) {
		throw problem(
			item,
			`WeCom has no schedule '${String(wanted.schedule_id)}'`,
			'Check the ID. An app sees only the schedules in its own calendars.',
		);
	}
	const sent = merge({ schedule: kept(item, known, entered) }, entered);
	const answer = replyItem(await client.call(toRequest(operation, sent), itemIndex));
	return Object.keys(answer).length > 0 ? answer : { success: true };
}

/** What stays of a schedule. Only one repetition keeps no rule of repetition: it becomes a schedule of its own. */
function kept(item: ItemContext, known: IDataObject, entered: IDataObject): IDataObject {
	const wanted = entered.schedule as IDataObject;
	const reminders = (known.reminders ?? {}) as IDataObject;
	const changed = (wanted.reminders ?? {}) as IDataObject;
	const onlyOne = entered.op_mode === 1;
	const { repeat_until } = item.get<IDataObject>('additionalFields', {});
	const forEver = ['', '0'].includes(String(repeat_until ?? 'unchanged'));
	const stays = [
		// Either of the two says when to remind. A new rule of repetition keeps nothing of the earlier one.
		...(REMINDER in changed ? [] : [REMINDERS]),
		...(REMINDERS in changed ? [] : [REMINDER]),
		'is_remind',
		...(onlyOne ? [] : KEPT_REPETITION),
		...(onlyOne || forEver ? [] : ['repeat_until']),
		...(onlyOne || 'repeat_type' in changed ? [] : CUSTOM),
	];
	const everyone = ((known.attendees ?? []) as IDataObject[]).map(({ userid }) => ({ userid }));
	const attendees = (wanted.attendees ?? everyone) as IDataObject[];
	const admins = ((known.admins ?? []) as string[]).filter((admin) =>
		attendees.some(({ userid }) => userid === admin),
	);
	return {
		...keepFields({ ...known, admins }, KEPT),
		...(!entered.skip_attendees && { attendees }),
		reminders: keepFields(reminders, stays),
	};
}
