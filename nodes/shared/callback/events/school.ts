import type { KindTable } from './kinds';

/** School contacts (docs 92032, 92052): Id is a user ID or department ID; FromUserName is 'sys'. */
export const schoolEvents: KindTable = {
	family: 'school',
	groups: [
		{
			event: 'change_school_contact',
			name: 'School: Any Change',
			description: 'Any change of school contacts. Needs the switch for customer changes.',
		},
	],
	kinds: [
		{
			on: 'event/change_school_contact/create_student',
			name: 'School: Student Added',
			description: 'A student was added',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/update_student',
			name: 'School: Student Changed',
			description: 'A student was changed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/delete_student',
			name: 'School: Student Removed',
			description: 'A student was removed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/create_parent',
			name: 'School: Parent Added',
			description: 'A parent was added',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/update_parent',
			name: 'School: Parent Changed',
			description: 'A parent was changed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/delete_parent',
			name: 'School: Parent Removed',
			description: 'A parent was removed',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/subscribe',
			name: 'School: Parent Follows Notices',
			description: 'A parent follows the notices of the school',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/unsubscribe',
			name: 'School: Parent Unfollows Notices',
			description: 'A parent no longer follows the notices of the school',
			answer: 'E',
			doc: 92032,
		},
		{
			on: 'event/change_school_contact/create_department',
			also: ['event/change_school_contact/create_deparmtment'],
			name: 'School: Department Added',
			description: 'A department of the school was added',
			answer: 'E',
			doc: 92052,
		},
		{
			on: 'event/change_school_contact/update_department',
			also: ['event/change_school_contact/update_deparmtment'],
			name: 'School: Department Changed',
			description: 'A department of the school was changed',
			answer: 'E',
			doc: 92052,
		},
		{
			on: 'event/change_school_contact/delete_department',
			also: ['event/change_school_contact/delete_deparmtment'],
			name: 'School: Department Removed',
			description: 'A department of the school was removed',
			answer: 'E',
			doc: 92052,
		},
	],
};
