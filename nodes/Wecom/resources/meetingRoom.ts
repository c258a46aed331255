import {
	additionalFields,
	filters,
	ids,
	integer,
	locator,
	memberPicker,
	moment,
	text,
	toggle,
} from '../engine/fields';
import type { Field, Resource } from '../engine/operation';
import { meetingId } from './meeting';
import { scheduleId } from './schedule';

const room = (overrides: Partial<Field> = {}) =>
	locator('meetingroom_id', 'Meeting Room', 'searchMeetingRooms', 'e.g. 1', {
		convert: 'integer',
		...overrides,
	});
const place: Field[] = [
	text('building', 'Building', 'Needs the city'),
	text('city', 'City', 'Name of the city'),
	text('floor', 'Floor', 'Needs city and building'),
];
const equipment = text(
	'equipment',
	'Equipment',
	'Comma-separated: 1 TV, 2 phone, 3 projector, 4 whiteboard, 5 video',
	{ convert: 'integerList' },
);
const roomOptions: Field[] = [
	...place,
	equipment,
	text('department_list', 'Department IDs', 'Comma-separated; who may book', {
		convert: 'integerList',
		path: 'range.department_list',
	}),
	text('latitude', 'Latitude', 'Where the building is', { path: 'coordinate.latitude' }),
	text('longitude', 'Longitude', 'Where the building is', { path: 'coordinate.longitude' }),
	text('user_list', 'User IDs', 'Comma-separated; who may book', {
		convert: 'stringList',
		path: 'range.user_list',
	}),
];
const booker = memberPicker({
	displayName: 'Booked By',
	name: 'booker',
	description: 'The member who books',
});
const bookingId = text('booking_id', 'Booking ID', 'From Book, Get Bookings or a callback', {
	required: true,
});

/** Needs the app among "apps that may call the API" of Meeting Rooms (doc 93619). */
export const meetingRoom: Resource = {
	value: 'meetingRoom',
	name: 'Meeting Room',
	operations: [
		{
			value: 'book',
			name: 'Book',
			action: 'Book meeting room',
			description: 'Book a room and add the meeting to the calendars of the attendees',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/book'],
			fields: [
				room(),
				moment('start_time', 'Start', 'A multiple of 30 minutes', { required: true }),
				moment('end_time', 'End', 'A multiple of 30 minutes', { required: true }),
				booker,
				text('subject', 'Subject', 'What the meeting is about'),
				ids('attendees', 'Attendee Names or IDs', 'getMembers', 1000),
			],
		},
		{
			value: 'bookForMeeting',
			name: 'Book for Meeting',
			action: 'Book meeting room for a meeting',
			description: 'Book a room for a meeting this app has created',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/book_by_meeting'],
			fields: [room(), meetingId, booker],
		},
		{
			value: 'bookForSchedule',
			name: 'Book for Schedule',
			action: 'Book meeting room for a schedule',
			description: 'Book a room for a schedule this app has created',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/book_by_schedule'],
			fields: [room(), scheduleId(), booker],
		},
		{
			value: 'cancelBooking',
			name: 'Cancel Booking',
			action: 'Cancel booking of meeting room',
			description: 'Release a booked room',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/cancel_book'],
			fields: [
				bookingId,
				toggle(
					'keep_schedule',
					'Keep Schedule',
					'Whether the schedule stays; not for repeated ones',
					{
						convert: 'flag',
					},
				),
				moment('cancel_date', 'Only On', 'The day of a repeated booking to cancel; empty for all', {
					convert: 'day',
				}),
			],
			returns: ({ booking_id }) => ({ booking_id, canceled: true }),
		},
		{
			value: 'create',
			name: 'Create',
			action: 'Create meeting room',
			description: 'Add a room',
			doc: 93619,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/add'],
			fields: [
				text('name', 'Name', 'Up to 30 characters', { required: true }),
				integer('capacity', 'Capacity', 'How many people it seats', { default: 10 }),
				additionalFields(roomOptions),
			],
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete meeting room',
			description: 'Remove a room',
			doc: 93619,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/del'],
			fields: [room()],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'getBooking',
			name: 'Get Booking',
			action: 'Get booking of meeting room',
			description: 'Read one booking',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/bookinfo/get'],
			reads: true,
			fields: [room(), bookingId],
		},
		{
			value: 'getBookings',
			name: 'Get Bookings',
			action: 'Get many bookings of meeting rooms',
			description: 'List who has booked which room',
			doc: 93620,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/get_booking_info'],
			reads: true,
			fields: [
				room({ required: false, description: 'The room, by name or by ID; all when empty' }),
				filters([
					...place,
					moment('start_time', 'After', 'Now when left out'),
					moment('end_time', 'Before', 'The end of today when left out'),
				]),
			],
			list: 'booking_list',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many meeting rooms',
			description: 'List the rooms',
			doc: 93619,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/list'],
			reads: true,
			fields: [filters([...place, equipment])],
			list: 'meetingroom_list',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update meeting room',
			description: 'Change a room',
			doc: 93619,
			endpoint: ['POST', '/cgi-bin/oa/meetingroom/edit'],
			fields: [
				room(),
				text('name', 'Name', 'Up to 30 characters'),
				integer('capacity', 'Capacity', 'How many people it seats', { default: '' }),
				additionalFields(roomOptions),
			],
			returns: ({ meetingroom_id }) => ({ meetingroom_id, success: true }),
		},
	],
};
