import type { KindTable } from './kinds';

/** School contacts (docs 92032, 92052): Id is a user ID or department ID; FromUserName is 'sys'. */
export const schoolEvents: KindTable = {
	family: 'school',
	groups: [
		{
			event: 'change_school_contact',
			name: 'School: Any Change',
			description: 'Needs the switch for customer changes',
		},
	],
	kinds: [
		{
			on: 'event/change_school_contact/create_student',
			name: 'School: Student Added',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/update_student',
			name: 'School: Student Changed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/delete_student',
			name: 'School: Student Removed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/create_parent',
			name: 'School: Parent Added',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/update_parent',
			name: 'School: Parent Changed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/delete_parent',
			name: 'School: Parent Removed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/subscribe',
			name: 'School: Parent Follows Notices',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/unsubscribe',
			name: 'School: Parent Unfollows Notices',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/create_department',
			also: ['event/change_school_contact/create_deparmtment'],
			name: 'School: Department Added',
			answer: 'E',
			doc: 92052,
		},
		{
			on: 'event/change_school_contact/update_department',
			also: ['event/change_school_contact/update_deparmtment'],
			name: 'School: Department Changed',
			answer: 'E',
			doc: 92052,
		},
		{
			on: 'event/change_school_contact/delete_department',
			also: ['event/change_school_contact/delete_deparmtment'],
			name: 'School: Department Removed',
			answer: 'E',
			doc: 92052,
		},
	],
};
