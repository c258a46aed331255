import {
	additionalFields,
	choice,
	filters,
	ids,
	integer,
	memberPicker,
	moment,
	text,
	toggle,
} from '../engine/fields';
import type { Field, Resource } from '../engine/operation';

export const meetingId = text('meetingid', 'Meeting ID', 'From Create, Get Many or a callback', {
	required: true,
});
const invitees = (overrides: Partial<Field> = {}) =>
	ids('userid', 'Invited Names or IDs', 'getMembers', 100, {
		path: 'invitees.userid',
		...overrides,
	});
const duration = (overrides: Partial<Field> = {}) =>
	integer('meeting_duration', 'Duration', 'Seconds, 300 to 86,399', {
		default: 3600,
		...overrides,
	});
const settings: Field[] = [
	toggle(
		'allow_enter_before_host',
		'Allow Joining Before Host',
		'Whether members can join before the host',
		{
			default: true,
		},
	),
	choice(
		'enable_enter_mute',
		'Mute on Joining',
		'Whether members are muted when they join',
		[
			{ name: 'With More Than 6 People', value: 2 },
			{ name: 'No', value: 0 },
			{ name: 'Yes', value: 1 },
		],
		{ convert: 'integer' },
	),
	text('password', 'Password', '4 to 6 digits', { typeOptions: { password: true } }),
	choice(
		'remind_scope',
		'Ring For',
		'Whose WeCom rings when the meeting starts',
		[
			{ name: 'Everyone', value: 3 },
			{ name: 'Host', value: 2 },
			{ name: 'Nobody', value: 1 },
		],
		{ convert: 'integer' },
	),
	toggle('enable_waiting_room', 'Waiting Room', 'Whether members wait until they are admitted'),
	toggle('enable_screen_watermark', 'Watermark', 'Whether shared screens carry a watermark'),
].map((field) => ({ ...field, path: `settings.${field.name}` }));
const meetingOptions: Field[] = [
	text('cal_id', 'Calendar ID', 'A calendar of this app to put the meeting into'),
	text('description', 'Description', 'Up to 500 bytes'),
	text('location', 'Location', 'Up to 128 characters'),
	text('hosts', 'Host User IDs', 'Comma-separated, up to 10; needs the paid edition', {
		convert: 'stringList',
		path: 'settings.hosts.userid',
	}),
	...settings,
];
const title = (overrides: Partial<Field> = {}) =>
	text('title', 'Title', 'Up to 40 bytes, or 20 Chinese characters', overrides);
const recordFile = text('record_file_id', 'Recording File ID', 'From Get Recordings', {
	required: true,
});

export const meeting: Resource = {
	value: 'meeting',
	name: 'Meeting',
	operations: [
		{
			value: 'cancel',
			name: 'Cancel',
			action: 'Cancel meeting',
			description: 'Call off a meeting that has not begun',
			doc: 99048,
			endpoint: ['POST', '/cgi-bin/meeting/cancel'],
			fields: [meetingId],
			returns: ({ meetingid }) => ({ meetingid, canceled: true }),
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create meeting',
			description: 'Schedule a meeting and invite members',
			doc: 99104,
			endpoint: ['POST', '/cgi-bin/meeting/create'],
			fields: [
				memberPicker({
					displayName: 'Organizer',
					name: 'admin_userid',
					description: 'The member who organizes the meeting',
				}),
				title({ required: true }),
				moment('meeting_start', 'Start', 'When it begins; must be in the future', {
					required: true,
				}),
				duration(),
				invitees(),
				additionalFields(meetingOptions),
			],
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get meeting',
			description: 'Read a meeting with its settings and attendees',
			doc: 99049,
			endpoint: ['POST', '/cgi-bin/meeting/get_info'],
			reads: true,
			fields: [meetingId],
		},
		{
			value: 'getAttendees',
			name: 'Get Attendees',
			action: 'Get attendees of meeting',
			description: 'List who was in a meeting and when (paid edition)',
			doc: 98156,
			endpoint: ['POST', '/cgi-bin/meeting/get_attendee_list'],
			reads: true,
			fields: [
				meetingId,
				filters([
					moment('start_time', 'After', 'Only people who were present after this'),
					text('sub_meetingid', 'Sub-Meeting ID', 'One occurrence of a repeated meeting'),
					moment('end_time', 'Before', 'Only people who were present before this'),
				]),
			],
			list: 'attendees',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'limit' },
				response: { cursor: 'next_cursor', has_more: 'has_more' },
				max_limit: 100,
			},
		},
		{
			value: 'getInvitees',
			name: 'Get Invitees',
			action: 'Get invitees of meeting',
			description: 'List who is invited to a meeting (paid edition)',
			doc: 98160,
			endpoint: ['POST', '/cgi-bin/meeting/get_invitees'],
			reads: true,
			fields: [meetingId],
			list: 'invitees',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor' },
				response: { cursor: 'next_cursor', has_more: 'has_more' },
			},
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many meetings',
			description: 'List the IDs of the meetings of a member',
			doc: 99050,
			endpoint: ['POST', '/cgi-bin/meeting/get_user_meetingid'],
			reads: true,
			fields: [
				memberPicker(),
				filters([
					moment('begin_time', 'After', 'Only meetings after this'),
					moment('end_time', 'Before', 'Only meetings before this'),
				]),
			],
			list: 'meetingid_list',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'limit' },
				response: { cursor: 'next_cursor' },
				max_limit: 100,
			},
		},
		{
			value: 'getRecordingFile',
			name: 'Get Recording File',
			action: 'Get file of recording',
			description: "Get the URLs of a recording's video, audio and minutes",
			doc: 98205,
			endpoint: ['POST', '/cgi-bin/meeting/record/get_file'],
			reads: true,
			fields: [meetingId, recordFile],
		},
		{
			value: 'getRecordings',
			name: 'Get Recordings',
			action: 'Get many recordings',
			description: 'List cloud recordings of a meeting or a member within up to 31 days',
			doc: 98192,
			endpoint: ['POST', '/cgi-bin/meeting/record/list'],
			reads: true,
			fields: [
				moment('start_time', 'After', 'Start of the period', { required: true }),
				moment('end_time', 'Before', 'End of the period', { required: true }),
				filters([
					text('meetingid', 'Meeting ID', 'Only recordings of this meeting'),
					text('userid', 'User ID', 'Only recordings of this member'),
				]),
			],
			list: 'record_meetings',
			paging: {
				style: 'cursor',
				request: { cursor: 'cursor', limit: 'limit' },
				response: { cursor: 'next_cursor', has_more: 'has_more' },
				max_limit: 20,
			},
		},
		{
			value: 'getTranscript',
			name: 'Get Transcript',
			action: 'Get transcript of recording',
			description: 'Read what was said in a recording',
			doc: 98211,
			endpoint: ['POST', '/cgi-bin/meeting/record/transcript/get_detail'],
			reads: true,
			fields: [meetingId, recordFile],
		},
		{
			value: 'setInvitees',
			name: 'Set Invitees',
			action: 'Set invitees of meeting',
			description: 'Replace the invitees of a meeting (paid edition)',
			doc: 98162,
			endpoint: ['POST', '/cgi-bin/meeting/set_invitees'],
			fields: [
				meetingId,
				ids('invitees', 'Invited Names or IDs', 'getMembers', 2000, {
					each: 'userid',
					required: true,
				}),
			],
			returns: ({ meetingid }) => ({ meetingid, success: true }),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update meeting',
			description: 'Change a meeting that has not begun',
			doc: 99047,
			endpoint: ['POST', '/cgi-bin/meeting/update'],
			fields: [
				meetingId,
				title(),
				moment('meeting_start', 'Start', 'When it begins; change it together with Duration'),
				duration({ default: '' }),
				invitees({ displayName: 'Invited Names or IDs' }),
				additionalFields(meetingOptions),
			],
			returns: ({ meetingid }) => ({ meetingid, success: true }),
		},
	],
};
