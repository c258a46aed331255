import { choice, ids, integer, moment, rows, text } from '../engine/fields';
import type { Blocks } from '../engine/blocks';
import type { Field, Operation, Resource } from '../engine/operation';

/** A call takes 100 members; where it takes 30 days, a longer time is asked for in parts, by the second or by the day. */
const MEMBERS: Blocks = { ids: 'useridlist', most: 100 };
const inSpans = (gap: number): Blocks => ({
	...MEMBERS,
	span: { from: 'starttime', to: 'endtime', days: 30, gap },
});
const BY_SECOND = inSpans(1);
const BY_DAY = inSpans(86_400);

const members = ids('useridlist', 'Member Names or IDs', 'getMembers', MEMBERS.most, {
	required: true,
	description: 'Whose data to read',
});
const days: Field[] = [
	moment('starttime', 'Start', 'First day of the period', { required: true, convert: 'day' }),
	moment('endtime', 'End', 'Last day of the period', { required: true, convert: 'day' }),
];
const groupId = integer('groupid', 'Rule ID', 'The "groupid" of the rule, from Get Many Rules', {
	required: true,
});

/** What the daily and the monthly report have in common. */
const REPORT: Pick<Operation, 'description' | 'reads' | 'fields' | 'list'> = {
	description: 'Read hours worked, exceptions and leave of members',
	reads: true,
	fields: [members, ...days],
	list: 'datas',
};

/** Needs the app among "apps that may call the API" of Attendance, or the secret of Attendance itself (doc 90262). */
export const attendance: Resource = {
	value: 'attendance',
	name: 'Attendance',
	operations: [
		{
			...REPORT,
			value: 'getDailyReports',
			name: 'Get Daily Reports',
			action: 'Get daily attendance reports',
			doc: 93374,
			endpoint: ['POST', '/cgi-bin/checkin/getcheckin_daydata'],
			blocks: BY_DAY,
		},
		{
			value: 'getManyRecords',
			name: 'Get Many Records',
			action: 'Get many attendance records',
			description: 'List check-ins of members within a period',
			doc: 90262,
			endpoint: ['POST', '/cgi-bin/checkin/getcheckindata'],
			reads: true,
			fields: [
				members,
				moment('starttime', 'After', 'Start of the period', { required: true }),
				moment('endtime', 'Before', 'End of the period', { required: true }),
				choice(
					'opencheckindatatype',
					'Type',
					'Which kind of check-ins',
					[
						{ name: 'All', value: 3 },
						{ name: 'Outside Work', value: 2 },
						{ name: 'Work', value: 1 },
					],
					{ convert: 'integer' },
				),
			],
			list: 'checkindata',
			blocks: BY_SECOND,
		},
		{
			value: 'getManyRules',
			name: 'Get Many Rules',
			action: 'Get many attendance rules',
			description: 'List the rules of the company',
			doc: 93384,
			endpoint: ['POST', '/cgi-bin/checkin/getcorpcheckinoption'],
			reads: true,
			fields: [],
			list: 'group',
			simplify: [
				'groupid',
				'groupname',
				'grouptype',
				'range',
				'checkindate',
				'schedulelist',
				'type',
			],
		},
		{
			value: 'getMemberRules',
			name: 'Get Member Rules',
			action: 'Get attendance rules of members',
			description: 'Read the rules that apply to members on a day',
			doc: 90263,
			endpoint: ['POST', '/cgi-bin/checkin/getcheckinoption'],
			reads: true,
			fields: [
				members,
				moment('datetime', 'Day', 'The day that the rules are for', {
					required: true,
					convert: 'day',
				}),
			],
			list: 'info',
			whole: true,
			blocks: MEMBERS,
		},
		{
			...REPORT,
			value: 'getMonthlyReports',
			name: 'Get Monthly Reports',
			action: 'Get monthly attendance reports',
			doc: 93387,
			endpoint: ['POST', '/cgi-bin/checkin/getcheckin_monthdata'],
			blocks: MEMBERS,
		},
		{
			value: 'getSchedules',
			name: 'Get Schedules',
			action: 'Get shift schedules',
			description: 'Read the shifts of members within a period',
			doc: 93380,
			endpoint: ['POST', '/cgi-bin/checkin/getcheckinschedulist'],
			reads: true,
			fields: [members, ...days],
			list: 'schedule_list',
			blocks: BY_DAY,
		},
		{
			value: 'setSchedules',
			name: 'Set Schedules',
			action: 'Set shift schedules',
			description: 'Assign shifts to members for the days of a month',
			doc: 93385,
			endpoint: ['POST', '/cgi-bin/checkin/setcheckinschedulist'],
			fields: [
				groupId,
				integer('yearmonth', 'Month', 'Year and month in digits', {
					required: true,
					default: '',
					placeholder: 'e.g. 202612',
				}),
				rows(
					'items',
					'Shifts',
					'Shift',
					[
						text('userid', 'User ID', 'Who works the shift', { required: true }),
						integer('day', 'Day', 'Day of the month, 1 to 31', { default: 1 }),
						integer('schedule_id', 'Shift ID', 'From Get Many Rules; 0 is a day off'),
					],
					{ required: true },
				),
			],
			returns: ({ groupid, yearmonth }) => ({ groupid, yearmonth, success: true }),
		},
	],
};
